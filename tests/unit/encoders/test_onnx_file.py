"""Any ONNX image model is opened, and what is not one is refused with a reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from penchant.encoders import get_encoder
from penchant.encoders.callables import trial_picture
from penchant.encoders.onnx_file import onnx_encoder
from penchant.errors import InputError, NotFoundError

MEAN, STD = np.array([123.675, 116.28, 103.53]), np.array([58.395, 57.12, 57.375])


def model(
    shape: list[object], *, kind: int = TensorProto.FLOAT, pooled: bool = False, extra: bool = False
) -> bytes:
    """A model that gives its input, or each channel's global average, as float."""
    nodes = [helper.make_node("Cast", ["photo"], ["map"], to=TensorProto.FLOAT)]
    outputs = [helper.make_tensor_value_info("map", TensorProto.FLOAT, [None] * 4)]
    if pooled:
        axes = [2, 3] if shape[1] == 3 else [1, 2]
        nodes.append(helper.make_node("ReduceMean", ["map"], ["mean"], axes=axes, keepdims=0))
        outputs = [helper.make_tensor_value_info("mean", TensorProto.FLOAT, [None, 3])]
    if extra:
        nodes.append(helper.make_node("Shape", ["map"], ["shape"]))
        outputs.insert(0, helper.make_tensor_value_info("shape", TensorProto.INT64, [4]))
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("photo", kind, shape)], outputs
    )
    opset = [helper.make_opsetid("", 13)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.onnx"


@pytest.mark.parametrize("batch", ["n", 1])
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("pooled", [True, False])
@pytest.mark.parametrize("size", [8, None])
def test_layout_and_pooling_are_read_from_the_file(
    path: Path, batch: object, *, first: bool, pooled: bool, size: int | None
) -> None:
    shape = [batch, 3, size, size] if first else [batch, size, size, 3]
    path.write_bytes(model(shape, pooled=pooled))
    encoder = onnx_encoder(path)
    side = size or 224
    assert (encoder.size, encoder.dim) == (side, 3)
    pixels = np.stack([trial_picture(side), trial_picture(side)[::-1, ::-1]])
    expected = ((pixels - MEAN) / STD).mean(axis=(1, 2))
    np.testing.assert_allclose(encoder.embed(pixels), expected, atol=1e-4)


def test_uint8_models_get_the_pixels_as_they_are(path: Path) -> None:
    path.write_bytes(model(["n", 8, 8, 3], kind=TensorProto.UINT8))
    pixels = trial_picture(8)[None]
    np.testing.assert_allclose(
        onnx_encoder(path).embed(pixels), pixels.mean(axis=(1, 2)), rtol=1e-5
    )


def test_half_precision_models_are_fed_half_precision(path: Path) -> None:
    path.write_bytes(model(["n", 3, 8, 8], kind=TensorProto.FLOAT16))
    pixels = trial_picture(8)[None]
    expected = ((pixels - MEAN) / STD).mean(axis=(1, 2))
    np.testing.assert_allclose(onnx_encoder(path).embed(pixels), expected, atol=5e-3)


def test_the_normalisation_can_be_given_and_is_part_of_the_fingerprint(path: Path) -> None:
    path.write_bytes(model(["n", 3, 8, 8]))
    plain = onnx_encoder(path)
    scaled = onnx_encoder(path, mean=(0, 0, 0), std=(255, 255, 255))
    pixels = trial_picture(8)[None]
    np.testing.assert_allclose(scaled.embed(pixels), pixels.mean(axis=(1, 2)) / 255, rtol=1e-5)
    assert plain.fingerprint != scaled.fingerprint


def test_an_output_can_be_named(path: Path) -> None:
    path.write_bytes(model(["n", 3, 8, 8], extra=True))
    assert onnx_encoder(path).dim == 3
    with pytest.raises(InputError, match='Did you mean "map"'):
        onnx_encoder(path, output="mapp")
    with pytest.raises(InputError, match="expected"):
        onnx_encoder(path, output="shape")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<!DOCTYPE html><html>Not found</html>", "web page"),
        (b"\n\n <html>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "Git LFS"),
        (b"", "not an ONNX model"),
        (b"PK\x03\x04" + bytes(30), "not an ONNX model"),
        (b"\x08\x07" + b"\xff" * 40, "cannot be opened"),
    ],
)
def test_other_files_are_named_for_what_they_are(path: Path, data: bytes, message: str) -> None:
    path.write_bytes(data)
    with pytest.raises(InputError, match=message):
        get_encoder(f"onnx:{path}")


@pytest.mark.parametrize(
    "shape", [["n", 8, 8], ["n", 4, 8, 8], [2, 3, 8, 8], ["n", 3, 8, 9], ["n", 3]]
)
def test_inputs_that_are_no_square_photos_are_refused(path: Path, shape: list[object]) -> None:
    path.write_bytes(model(shape))
    with pytest.raises(InputError, match=r"expected one input"):
        onnx_encoder(path)


def test_integer_inputs_are_refused(path: Path) -> None:
    path.write_bytes(model(["n", 3, 8, 8], kind=TensorProto.INT64))
    with pytest.raises(InputError, match="int64"):
        onnx_encoder(path)


def test_a_missing_file_is_not_found(path: Path) -> None:
    with pytest.raises(NotFoundError):
        get_encoder(f"onnx:{path}")


def test_a_normalisation_by_zero_is_refused(path: Path) -> None:
    path.write_bytes(model(["n", 3, 8, 8]))
    with pytest.raises(InputError, match="std"):
        onnx_encoder(path, std=(1, 0, 1))
