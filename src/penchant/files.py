"""Files that survive a crash: after a kill either the old content or the whole new one is there."""

from __future__ import annotations

import ctypes
import errno
import io
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from penchant.errors import BuildError
from penchant.types import Embeddings

Content: TypeAlias = bytes | Sequence[bytes | memoryview]
"""A file's whole content, in one piece or in pieces that follow one another."""


def write_atomically(path: Path, content: Content) -> None:
    """Write a file so that it is there whole or not at all.

    Args:
        path: The file to write; its folder must exist.
        content: The whole content.

    Raises:
        BuildError: if the disk is full or the folder not writable; no partial file is left.
    """
    write_together({path: content})


def write_together(contents: Mapping[Path, Content]) -> None:
    """Write several files: all are forced to disk beside their places before the first is renamed.

    Args:
        contents: {file to write: its whole content}; the folders must exist.

    Raises:
        BuildError: if the disk is full or a folder not writable; then nothing was replaced.
    """
    written: dict[Path, Path] = {}
    target = Path()
    try:
        for target, content in contents.items():
            written[target] = beside(target)
            write_synced(written[target], content)
        for target, temporary in written.items():
            temporary.replace(target)
        for folder in {target.parent for target in contents}:
            sync(folder)
    except OSError as error:
        raise disk_error(error, target) from error
    finally:
        for temporary in written.values():
            temporary.unlink(missing_ok=True)


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Write JSON atomically, keys sorted, one per line.

    Args:
        path: The file to write.
        values: JSON-ready values.

    Raises:
        BuildError: if it cannot be written; no partial file is left.
    """
    write_atomically(path, json_bytes(values))


def json_bytes(values: object) -> bytes:
    """Give JSON as bytes, keys sorted, one per line.

    Args:
        values: JSON-ready values.

    Example:
        >>> json_bytes({"b": 1, "a": "é"}).decode().split()
        ['{', '"a":', '"é",', '"b":', '1', '}']
    """
    return (json.dumps(values, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


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


def open_array(path: Path, kind: type[np.generic] | None = None) -> NDArray[Any]:
    """Open an array of a .npy file by memory map.

    It is a plain array to look at: np.memmap itself makes each of many small slices slow.

    Args:
        path: The file.
        kind: The type it must have; None: any.

    Raises:
        BuildError: if it is missing, damaged, or of another type.
    """
    try:
        array = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except Exception as error:  # numpy's header reader raises syntax and token errors too
        raise BuildError(f"{path.name} cannot be read: {error}") from error
    if kind is not None and array.dtype != kind:
        raise BuildError(f"{path.name} is of type {array.dtype}, must be {np.dtype(kind)}")
    return array


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Args:
        path: The file.

    Raises:
        BuildError: if the file is missing or not readable JSON.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BuildError(f"{path} is missing.") from None
    except (OSError, ValueError, RecursionError) as error:
        raise BuildError(f"{path} is not readable JSON: {error}.") from error
    if not isinstance(values, dict):
        raise BuildError(f"{path} holds no JSON object.")
    return values


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Fill a folder beside `path`, then rename it: `path` appears whole or not at all.

    Args:
        path: The folder to make; one that is there is replaced at the end. Its parent must exist.

    Yields:
        A temporary empty folder to write into.

    Raises:
        BuildError: if it cannot be written; then nothing is left behind, and what was there stays.
    """
    temporary = beside(path)
    replaced = temporary.with_suffix(".old.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        temporary.mkdir()
        yield temporary
        for file in sorted(temporary.rglob("*")):
            sync(file)
        sync(temporary)
        if path.exists():
            path.rename(replaced)
        temporary.rename(path)
        sync(path.parent)
    except OSError as error:
        raise disk_error(error, path) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(replaced, ignore_errors=True)


def exchange(one: Path, other: Path) -> bool:
    """Let two files or folders change places in one step: nobody ever finds one missing.

    Args:
        one: Is there, on the same disk.
        other: Is there.

    Returns:
        False where the system or the disk cannot do that; then nothing was changed.
    """
    rename = getattr(ctypes.CDLL(None), "renameat2", None)  # Linux only
    here, exchanged = -100, 2
    return rename is not None and not rename(
        here, os.fsencode(one), here, os.fsencode(other), exchanged
    )


def remove_folder(path: Path) -> None:
    """Remove a folder as one: after a kill it is there whole, or gone but for a leftover.

    Args:
        path: The folder. Only call this while holding the shop's lock.

    Raises:
        BuildError: if it cannot be removed; then it stays whole.
    """
    temporary = beside(path)
    try:
        path.rename(temporary)
        sync(path.parent)
    except OSError as error:
        raise BuildError(f"{path} could not be removed: {error.strerror or error}.") from error
    shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Write a file beside `path`, then rename it: `path` appears whole or not at all.

    Args:
        path: The file to make; one that is there is replaced at the end. Its folder must exist.

    Yields:
        The name of a temporary file to be written.

    Raises:
        BuildError: if it cannot be written; then nothing is left behind, and what was there stays.
    """
    temporary = beside(path)
    try:
        yield temporary
        sync(temporary)
        temporary.replace(path)
        sync(path.parent)
    except OSError as error:
        raise disk_error(error, path) from error
    finally:
        temporary.unlink(missing_ok=True)


def disk_error(error: OSError, path: Path) -> BuildError:
    """Put a failed write into one sentence.

    Args:
        error: What the system said.
        path: What was being written.
    """
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return BuildError(
            f"The disk is full, {path} was not written. Free some space and run the command again; "
            "what was there before is untouched."
        )
    return BuildError(
        f"{path} could not be written: {error.strerror or error}. Mend that and run the command "
        "again; what was there before is untouched."
    )


def sync(path: Path) -> None:
    """Force a file's or folder's content to disk, where the platform can.

    Args:
        path: A file or folder.
    """
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return  # folders cannot be opened on some platforms; the rename itself is still atomic
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_leftover(path: Path) -> bool:
    """Say whether a name is one that only killed commands leave behind.

    Args:
        path: A file or folder.

    Example:
        >>> is_leftover(Path(".CURRENT.12.tmp")), is_leftover(Path("CURRENT"))
        (True, False)
    """
    return path.name.startswith(".") and path.suffix == ".tmp"


def remove_leftovers(folder: Path) -> None:
    """Remove what killed commands left behind in a folder.

    Args:
        folder: May not exist. Only call it while holding the shop's lock.
    """
    for path in filter(is_leftover, folder.iterdir() if folder.is_dir() else ()):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def beside(path: Path) -> Path:
    """Give this process's temporary name for a file or folder; `remove_leftovers` knows it.

    Args:
        path: The file or folder to be made.
    """
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def parts_of(content: Content) -> Sequence[bytes | memoryview]:
    """Give content as pieces.

    Args:
        content: In one piece or in several.
    """
    return [content] if isinstance(content, bytes) else content


def write_synced(path: Path, content: Content) -> None:
    """Write a file and force it to disk; a crash may leave a part of it.

    Args:
        path: The file to write.
        content: The whole content.
    """
    with path.open("wb") as file:
        for part in parts_of(content):
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
