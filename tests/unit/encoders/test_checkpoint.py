"""Checkpoints of both forms give the very arrays that were saved, and nothing else gets through."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from penchant.encoders.checkpoint import read_checkpoint
from penchant.errors import InputError, NotFoundError

FORMS = ("zip_checkpoint", "legacy_checkpoint")


def tensors() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    kinds = ("f4", "f8", "f2", "i8", "i4", "i2", "i1", "u1", "b1")
    found = {f"t.{kind}": (rng.normal(size=(3, 4)) * 9).astype(kind) for kind in kinds}
    return {**found, "scalar": np.array(7, dtype="i8"), "empty": np.zeros(0, dtype="f4")}


@pytest.fixture(params=FORMS)
def write(request: pytest.FixtureRequest, torch_files: ModuleType) -> Callable[[object], bytes]:
    return getattr(torch_files, request.param)


def assert_same(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    assert list(found) == list(expected)
    for name, value in expected.items():
        assert found[name].dtype == value.dtype, name
        assert found[name].shape == value.shape, name
        assert found[name].tobytes() == value.tobytes(), name


def test_every_type_comes_back_bit_for_bit(write: Callable[[object], bytes]) -> None:
    assert_same(read_checkpoint(write(tensors())), tensors())


@pytest.mark.parametrize("wrapper", ["state_dict", "model_state_dict", "model"])
@pytest.mark.parametrize("prefix", ["", "module.", "model.", "module.model."])
def test_wrappers_and_prefixes_are_taken_off(
    write: Callable[[object], bytes], wrapper: str, prefix: str
) -> None:
    inner = {prefix + name: value for name, value in tensors().items()}
    tree = {"epoch": 12, "best": 0.5, wrapper: inner, "args": ["x", None, True, ("y", 2)]}
    assert_same(read_checkpoint(write(tree)), tensors())


def test_a_prefix_not_shared_by_all_stays(write: Callable[[object], bytes]) -> None:
    mixed = {"model.a": np.ones(2), "b": np.zeros(1)}
    assert_same(read_checkpoint(write(mixed)), mixed)


def test_a_file_is_read_like_its_bytes(write: Callable[[object], bytes], tmp_path: Path) -> None:
    (tmp_path / "a.pth").write_bytes(write(tensors()))
    assert_same(read_checkpoint(tmp_path / "a.pth"), tensors())


def test_arrays_cannot_be_written(write: Callable[[object], bytes]) -> None:
    with pytest.raises(ValueError, match="read-only"):
        read_checkpoint(write(tensors()))["t.f4"][0, 0] = 1


def test_views_with_strides_and_offset_are_read(torch_files: ModuleType) -> None:
    base = np.arange(12, dtype="f4")
    data = torch_files.zip_checkpoint({"t": base.reshape(3, 4)})
    plain = torch_files.Emitter().value((0, (3, 4), (4, 1)))[1:-1]
    turned = torch_files.Emitter().value((1, (3, 2), (1, 4)))[1:-1]
    assert read_checkpoint(_repacked(data, plain, turned))["t"].tolist() == [[1, 5], [2, 6], [3, 7]]


def _repacked(data: bytes, old: bytes, new: bytes) -> bytes:
    import io

    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            assert content.count(old) <= 1
            target.writestr(name, content.replace(old, new))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "geometry",
    [
        (0, (3, 5), (5, 1)),
        (5, (3, 4), (4, 1)),
        (0, (10**9,), (0,)),
        (0, (3, 4), (4,)),
        (0, (13,), (1,)),
        (0, (-1, 4), (4, 1)),
        (-1, (3, 4), (4, 1)),
        (0, (3, 4), (-4, 1)),
        (2**70, (1,), (1,)),
        (0, (1,) * 9, (1,) * 9),
    ],
)
def test_tensors_that_reach_outside_their_storage_are_refused(
    torch_files: ModuleType, geometry: tuple[object, ...]
) -> None:
    data = torch_files.zip_checkpoint({"t": np.arange(12, dtype="f4").reshape(3, 4)})
    plain = torch_files.Emitter().value((0, (3, 4), (4, 1)))[1:-1]
    with pytest.raises(InputError, match=r"storage|whole numbers|short tuple"):
        read_checkpoint(_repacked(data, plain, torch_files.Emitter().value(geometry)[1:-1]))


def test_bfloat16_becomes_float32(torch_files: ModuleType) -> None:
    data = torch_files.zip_checkpoint({"t": np.array([0x3F80, 0xC040], dtype="u2").view("i2")})
    renamed = _repacked(data, b"ShortStorage", b"BFloat16Storage")
    assert read_checkpoint(renamed)["t"].tolist() == [1.0, -3.0]
    assert read_checkpoint(renamed)["t"].dtype == np.float32


def test_compressed_entries_are_refused(torch_files: ModuleType) -> None:
    data = torch_files.zip_checkpoint({"t": np.zeros(9999)}, compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(InputError, match="compressed"):
        read_checkpoint(data)


def test_a_file_cut_anywhere_is_refused(write: Callable[[object], bytes]) -> None:
    data = write(tensors())
    for cut in range(0, len(data), 37):
        with pytest.raises(InputError):
            read_checkpoint(data[:cut])


def test_flipped_bytes_give_arrays_or_an_input_error(write: Callable[[object], bytes]) -> None:
    data = write(tensors())
    rng = np.random.default_rng(0)
    for _ in range(400):
        broken = bytearray(data)
        for place in rng.integers(0, len(data), 3):
            broken[place] = rng.integers(0, 256)
        try:
            found = read_checkpoint(bytes(broken))
        except InputError:
            continue
        assert all(isinstance(value, np.ndarray) for value in found.values())


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<html>", "not a torch checkpoint"),
        (b"", "not a torch checkpoint"),
        (b"\x80\x02K\x01.", "not one torch wrote"),
        (b"PK\x03\x04rest", "damaged"),
    ],
)
def test_other_files_are_named_for_what_they_are(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_checkpoint(data)


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"none\.pth"):
        read_checkpoint(tmp_path / "none.pth")


def test_a_checkpoint_without_tensors_is_refused(write: Callable[[object], bytes]) -> None:
    with pytest.raises(InputError, match="no tensors"):
        read_checkpoint(write({"epoch": 1}))


def test_a_whole_saved_model_is_refused_by_name(torch_files: ModuleType, tmp_path: Path) -> None:
    data = torch_files.zip_checkpoint({"t": np.ones(2, dtype="f4")})
    marker = tmp_path / "ran"
    evil = _repacked(data, b"ctorch._utils\n_rebuild_tensor_v2\n", b"cposix\nsystem\n")
    with pytest.raises(InputError, match=r"posix\.system"):
        read_checkpoint(evil)
    assert not marker.exists()


def test_big_endian_files_are_refused(torch_files: ModuleType) -> None:
    data = torch_files.zip_checkpoint({"t": np.ones(2, dtype="f4")})
    with pytest.raises(InputError, match="big-endian"):
        read_checkpoint(_repacked(data, b"little", b"big"))


def test_a_storage_of_another_length_is_refused(torch_files: ModuleType) -> None:
    data = torch_files.legacy_checkpoint({"t": np.ones(2, dtype="f4")})
    broken = data.replace(struct.pack("<q", 2), struct.pack("<q", 2**40))
    with pytest.raises(InputError, match="expected 2"):
        read_checkpoint(broken)
