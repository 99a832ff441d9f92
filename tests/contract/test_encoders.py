"""One contract for every kind of encoder."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from penchant.encoders import CallableEncoder, Encoder
from penchant.encoders.graphs import lite0_encoder, mobilenet_v2_encoder
from penchant.encoders.onnx_file import onnx_encoder
from penchant.errors import InputError

Make = Callable[..., Encoder]
KINDS = ("lite0", "mobilenet_v2", "onnx", "callable")


@pytest.fixture(scope="module")
def torch_files() -> ModuleType:
    path = Path(__file__).parents[1] / "unit" / "encoders" / "torch_files.py"
    spec = importlib.util.spec_from_file_location("torch_files", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def linear_onnx(seed: int) -> bytes:
    """A float NHWC model with a matrix product, whose rounding may depend on the batch."""
    weight = np.random.default_rng(seed).normal(size=(16 * 16 * 3, 11)).astype(np.float32)
    nodes = [
        helper.make_node("Flatten", ["photo"], ["flat"]),
        helper.make_node("MatMul", ["flat", "w"], ["out"]),
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("photo", TensorProto.FLOAT, ["n", 16, 16, 3])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, ["n", 11])],
        [numpy_helper.from_array(weight, "w")],
    )
    opset = [helper.make_opsetid("", 13)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()


@pytest.fixture(scope="module")
def makers(tmp_path_factory: pytest.TempPathFactory, torch_files: ModuleType) -> dict[str, Make]:
    """For each kind, a function of fit and seed (of the weights) that makes an encoder."""
    folder = tmp_path_factory.mktemp("models")

    def lite0(*, fit: str = "squash", seed: int = 0) -> Encoder:
        return lite0_encoder(fit=fit, cache_dir=folder)

    def mobilenet(*, fit: str = "squash", seed: int = 0) -> Encoder:
        path = folder / f"{seed}.pth"
        path.write_bytes(torch_files.zip_checkpoint(torch_files.random_mobilenet(seed)))
        return mobilenet_v2_encoder(path, fit=fit, size=64)

    def onnx(*, fit: str = "squash", seed: int = 0) -> Encoder:
        path = folder / f"{seed}.onnx"
        path.write_bytes(linear_onnx(seed))
        return onnx_encoder(path, fit=fit)

    def function(*, fit: str = "squash", seed: int = 0) -> Encoder:
        weight = np.random.default_rng(seed).normal(size=(3, 6))
        return CallableEncoder(
            lambda pixels: pixels.mean(axis=(1, 2)) @ weight,
            name="f",
            size=12,
            fit=fit,
            takes="pixels",
        )

    return dict(zip(KINDS, (lite0, mobilenet, onnx, function), strict=True))


@pytest.fixture(params=KINDS)
def make(request: pytest.FixtureRequest, makers: dict[str, Make]) -> Make:
    return makers[request.param]


def photos(encoder: Encoder, n: int = 5) -> np.ndarray:
    shape = (n, encoder.size, encoder.size, 3)
    return np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)


def test_it_is_an_encoder(make: Make) -> None:
    encoder = make()
    assert isinstance(encoder, Encoder)
    assert encoder.name
    assert len(encoder.fingerprint) == 16
    assert int(encoder.fingerprint, 16) >= 0


def test_rows_have_the_right_shape_and_differ(make: Make) -> None:
    encoder = make()
    rows = encoder.embed(photos(encoder))
    assert rows.shape == (5, encoder.dim)
    assert rows.dtype == np.float32
    assert np.isfinite(rows).all()
    assert len({row.tobytes() for row in rows}) == 5


def test_no_photos_give_no_rows(make: Make) -> None:
    encoder = make()
    assert encoder.embed(photos(encoder, 0)).shape == (0, encoder.dim)


def test_the_input_is_not_changed_and_results_repeat(make: Make) -> None:
    encoder = make()
    pixels = photos(encoder)
    before = pixels.copy()
    first = encoder.embed(pixels)
    assert np.array_equal(pixels, before)
    assert np.array_equal(first, encoder.embed(pixels))
    assert np.array_equal(first, make().embed(pixels))


def test_a_row_does_not_depend_on_the_rest_of_the_batch(make: Make) -> None:
    encoder = make()
    pixels = photos(encoder, 9)
    whole = encoder.embed(pixels)
    alone = np.concatenate([encoder.embed(pixels[row : row + 1]) for row in range(9)])
    assert whole.tobytes() == alone.tobytes()
    assert encoder.embed(pixels[::-1]).tobytes() == whole[::-1].tobytes()


def test_thread_safe_encoders_give_the_same_from_many_threads(make: Make) -> None:
    encoder = make()
    if not encoder.thread_safe:
        pytest.skip("called from one thread only")
    pixels = photos(encoder, 3)
    expected = encoder.embed(pixels).tobytes()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: encoder.embed(pixels).tobytes(), range(12)))
    assert set(found) == {expected}


def test_the_fingerprint_stays_with_the_same_encoder(make: Make) -> None:
    assert make().fingerprint == make().fingerprint


def test_the_fingerprint_follows_the_fit(make: Make) -> None:
    fits = ("squash", "pad", "crop")
    assert len({make(fit=fit).fingerprint for fit in fits}) == 3
    assert [make(fit=fit).fit for fit in fits] == list(fits)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "lite0"])
def test_the_fingerprint_follows_the_weights(kind: str, makers: dict[str, Make]) -> None:
    assert makers[kind](seed=0).fingerprint != makers[kind](seed=1).fingerprint


def test_kinds_do_not_share_a_fingerprint(makers: dict[str, Make]) -> None:
    assert len({make().fingerprint for make in makers.values()}) == len(KINDS)


def test_an_unknown_fit_is_refused(make: Make) -> None:
    with pytest.raises(InputError, match="stretch"):
        make(fit="stretch")


@pytest.mark.parametrize("wrong", ["type", "size", "axes", "channels"])
def test_pixels_of_another_form_are_refused(make: Make, wrong: str) -> None:
    encoder = make()
    pixels = photos(encoder, 1)
    given = {
        "type": pixels.astype(np.float32),
        "size": pixels[:, 1:, 1:],
        "axes": pixels[0],
        "channels": pixels[..., :2],
    }[wrong]
    with pytest.raises(InputError, match="must be"):
        encoder.embed(given)
