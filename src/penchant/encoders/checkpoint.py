"""Read the weights in a torch `.pth` file as numpy arrays: without torch, without running it.

Both forms torch has written are read: the zip archive (since 1.6) and the older run of pickles.
Only tensors and plain values are accepted; anything else in the file is refused by name.
"""

from __future__ import annotations

import io
import math
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from penchant.encoders.pickles import read_pickle
from penchant.errors import InputError, NotFoundError

Tensors: TypeAlias = dict[str, NDArray[np.generic]]
"""Tensor name to array, in the order of the file."""

_MAGIC: Final = 0x1950A86A20F9469CFC6C
_PROTOCOL: Final = 1001
_DTYPES: Final = {
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "BFloat16Storage": "<u2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "|i1",
    "ByteStorage": "|u1",
    "BoolStorage": "|b1",
}
_MAX_LENGTH: Final = 2**40
_MAX_AXES: Final = 8
_WRAPPERS: Final = ("state_dict", "model_state_dict", "model", "net", "weights")
_PREFIXES: Final = ("module.", "model.")


@dataclass(frozen=True, slots=True)
class _Name:
    """A name the file refers to; it is never imported."""

    name: str


@dataclass(frozen=True, slots=True)
class _Storage:
    key: str
    kind: str
    n_elements: int


@dataclass(frozen=True, slots=True)
class _Tensor:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def read_checkpoint(source: Path | bytes, *, name: str | None = None) -> Tensors:
    """Read the tensors of a torch checkpoint.

    A state dict wrapped as `{"state_dict": ...}` or `{"model": ...}` is unwrapped, and a prefix
    `module.` or `model.` shared by all names is dropped. Values that are not tensors are left out.
    bfloat16 becomes float32.

    Args:
        source: The file, or its bytes.
        name: What to call the file in errors; the file's own name if not given.

    Returns:
        Read-only arrays by tensor name, in the order of the file.

    Raises:
        NotFoundError: if there is no such file.
        InputError: if it is not a checkpoint, is damaged, or holds anything but tensors and plain
            values.
    """
    label = name or (str(source) if isinstance(source, Path) else "checkpoint")
    data = _bytes_of(source)
    try:
        if data[:4] == b"PK\x03\x04":
            return _read_zip(data)
        if data[:1] == b"\x80":
            return _read_legacy(io.BytesIO(data))
    except InputError as error:
        raise InputError(
            f'"{label}" cannot be used as a checkpoint: {error} '
            "Save plain weights with torch.save(model.state_dict(), file)."
        ) from error
    raise InputError(
        f'"{label}" is not a torch checkpoint: it starts with {data[:8]!r}. Expected a file '
        "written by torch.save(model.state_dict(), file)."
    )


def _bytes_of(source: Path | bytes) -> bytes:
    if isinstance(source, bytes):
        return source
    try:
        return source.read_bytes()
    except OSError as error:
        raise NotFoundError("checkpoint", str(source), hint=f"({error.strerror})") from error


def _read_zip(data: bytes) -> Tensors:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            root = _archive_root(archive)
            if f"{root}byteorder" in archive.namelist():
                _check_byte_order(archive.read(_plain(archive, f"{root}byteorder")))
            tree = _read_tree(io.BytesIO(archive.read(_plain(archive, f"{root}data.pkl"))))
            tensors = _tensors_in(tree)
            keys = sorted({tensor.storage.key for tensor in tensors.values()})
            entries = {key: _plain(archive, f"{root}data/{key}") for key in keys}
            if sum(entry.file_size for entry in entries.values()) > len(data):
                raise InputError("the archive's entries overlap.")
            raw = {key: archive.read(entry) for key, entry in entries.items()}
    except InputError:
        raise
    except Exception as error:  # zipfile lets value, struct and OS errors of damaged files through
        raise InputError(f"the archive is damaged ({error}).") from error
    return {name: _array(tensor, raw[tensor.storage.key]) for name, tensor in tensors.items()}


def _archive_root(archive: zipfile.ZipFile) -> str:
    roots = [name[: -len("data.pkl")] for name in archive.namelist() if name.endswith("/data.pkl")]
    if len(roots) != 1:
        raise InputError("it is a zip archive without exactly one data.pkl.")
    return roots[0]


def _plain(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    info = archive.getinfo(name)
    # torch stores entries uncompressed; a compressed one could unpack to any size
    if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
        raise InputError(f'the archive entry "{name}" is compressed; torch never compresses.')
    return info


def _read_legacy(stream: BinaryIO) -> Tensors:
    if _read_tree(stream) != _MAGIC or _read_tree(stream) != _PROTOCOL:
        raise InputError("it is a pickle, but not one torch wrote.")
    system = _read_tree(stream)
    little = isinstance(system, dict) and system.get("little_endian") is True
    _check_byte_order(b"little" if little else b"big")
    tensors = _tensors_in(_read_tree(stream))
    keys = _read_tree(stream)
    storages = {tensor.storage.key: tensor.storage for tensor in tensors.values()}
    raw: dict[str, bytes] = {}
    for key in keys if isinstance(keys, list) else []:
        if not isinstance(key, str) or key not in storages or key in raw:
            raise InputError("its list of storages is damaged.")
        raw[key] = _read_storage(stream, storages[key])
    if missing := sorted(set(storages) - set(raw)):
        raise InputError(f'the data of storage "{missing[0]}" is missing.')
    return {name: _array(tensor, raw[tensor.storage.key]) for name, tensor in tensors.items()}


def _read_storage(stream: BinaryIO, storage: _Storage) -> bytes:
    header = stream.read(8)
    count = struct.unpack("<q", header)[0] if len(header) == 8 else -1
    if count != storage.n_elements:
        raise InputError(
            f"storage {storage.key} has {count} values, expected {storage.n_elements}."
        )
    return stream.read(count * np.dtype(_DTYPES[storage.kind]).itemsize)


def _check_byte_order(order: bytes) -> None:
    if order != b"little":
        raise InputError("it was written on a big-endian machine, which is not supported.")


def _read_tree(stream: BinaryIO) -> object:
    return read_pickle(stream, lookup=_look_up, call=_call, storage=_persistent)


def _look_up(module: str, name: str) -> object:
    allowed = (
        (module == "collections" and name == "OrderedDict")
        or (module == "torch._utils" and name == "_rebuild_tensor_v2")
        or (module == "torch" and name in _DTYPES)
    )
    if not allowed:
        raise InputError(
            f'it refers to "{module}.{name}", which is not allowed in a file of weights.'
        )
    return _Name(name)


def _call(function: object, arguments: tuple[object, ...]) -> object:
    if function == _Name("OrderedDict") and arguments == ():
        return {}
    if function == _Name("_rebuild_tensor_v2") and len(arguments) >= 4:
        storage, offset, shape, strides = arguments[:4]
        if isinstance(storage, _Storage):
            (start,) = _whole_numbers((offset,))
            return _Tensor(storage, start, _whole_numbers(shape), _whole_numbers(strides))
    raise InputError("it calls something other than the making of a tensor.")


def _whole_numbers(values: object) -> tuple[int, ...]:
    if not isinstance(values, tuple) or len(values) > _MAX_AXES:
        raise InputError("a tensor's shape is not a short tuple.")
    if not all(type(value) is int and 0 <= value < _MAX_LENGTH for value in values):
        raise InputError("a tensor's shape holds something other than whole numbers.")
    return values


def _persistent(pid: object) -> object:
    match pid:
        case ("storage", _Name(kind), str(key), str(), int(count), *view) if (
            kind in _DTYPES and 0 <= count < _MAX_LENGTH and view in ([], [None])
        ):
            return _Storage(key, kind, count)
    raise InputError("it refers to a kind of storage that is not known.")


def _tensors_in(tree: object) -> dict[str, _Tensor]:
    for wrapper in _WRAPPERS:
        if isinstance(tree, dict) and isinstance(tree.get(wrapper), dict):
            tree = tree[wrapper]
    if not isinstance(tree, dict):
        raise InputError("it holds no dict of tensors.")
    found = {str(name): value for name, value in tree.items() if isinstance(value, _Tensor)}
    if not found:
        raise InputError("it holds no tensors.")
    return _without_prefix(found)


def _without_prefix(tensors: Mapping[str, _Tensor]) -> dict[str, _Tensor]:
    for prefix in _PREFIXES * 2:
        if all(name.startswith(prefix) for name in tensors):
            tensors = {name.removeprefix(prefix): tensor for name, tensor in tensors.items()}
    return dict(tensors)


def _array(tensor: _Tensor, raw: bytes) -> NDArray[np.generic]:
    dtype = np.dtype(_DTYPES[tensor.storage.kind])
    if len(raw) != tensor.storage.n_elements * dtype.itemsize:
        raise InputError(f'the data of storage "{tensor.storage.key}" is cut short.')
    flat = np.frombuffer(raw, dtype=dtype)
    _check_inside(tensor, flat.size)
    if 0 in tensor.shape:
        return np.zeros(0, dtype=dtype)
    view = np.lib.stride_tricks.as_strided(
        flat[tensor.offset :],
        shape=tensor.shape,
        strides=[stride * dtype.itemsize for stride in tensor.strides],
        writeable=False,
    )
    if tensor.storage.kind == "BFloat16Storage":
        return (view.astype(np.uint32) << 16).view(np.float32)
    return view


def _check_inside(tensor: _Tensor, size: int) -> None:
    if len(tensor.shape) == len(tensor.strides):
        spans = zip(tensor.shape, tensor.strides, strict=True)
        last = tensor.offset + sum((length - 1) * stride for length, stride in spans)
        # strides of 0 could blow a few bytes up to any size; torch never saves more than it stores
        if math.prod(tensor.shape) <= size and (last < size or 0 in tensor.shape):
            return
    raise InputError(f"a tensor of shape {tensor.shape} reaches outside its storage.")
