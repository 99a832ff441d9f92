"""Write a file so that after a crash either the old one or the whole new one is there."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import numpy as np

from penchant.types import Embeddings


def write_atomically(path: Path, *parts: bytes | memoryview) -> None:
    """Write to a temporary file beside `path`, force it to disk, and rename it.

    Args:
        path: The file to write; its folder must exist.
        *parts: The whole content, in pieces that are written one after the other.

    Raises:
        OSError: if the disk is full or the folder not writable; no partial file is left.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return  # folders cannot be opened on some platforms; the rename itself is still atomic
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def npy_parts(array: Embeddings) -> tuple[bytes, memoryview]:
    """Give an array in numpy's file format, without a copy of its values.

    Args:
        array: Any shape, float32.

    Returns:
        Header and values; the same bytes for the same array, on every machine.

    Example:
        >>> head, values = npy_parts(np.array([[1.0, 2.0]], dtype=np.float32))
        >>> np.load(io.BytesIO(head + values)).tolist()
        [[1.0, 2.0]]
    """
    values = np.ascontiguousarray(array, dtype="<f4")
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, np.lib.format.header_data_from_array_1_0(values))
    return buffer.getvalue(), values.reshape(-1).view(np.uint8).data


def json_bytes(value: object) -> bytes:
    """Give a value as JSON, the same bytes for the same value.

    Args:
        value: Anything JSON knows.

    Returns:
        UTF-8 text with sorted keys.

    Example:
        >>> json_bytes({"b": 1, "a": 2})
        b'{"a":2,"b":1}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
