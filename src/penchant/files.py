"""Files that survive a crash: after a kill either the old content or the whole new one is there."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from penchant.errors import BuildError


def write_atomically(path: Path, data: bytes) -> None:
    """Write to a temporary file beside `path`, force it to disk, and rename it.

    Args:
        path: The file to write; its folder must exist.
        data: The whole content.

    Raises:
        OSError: if the disk is full or the folder not writable; no partial file is left.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Write JSON atomically, keys sorted, one per line.

    Args:
        path: The file to write.
        values: JSON-ready values.
    """
    text = json.dumps(values, indent=1, sort_keys=True, ensure_ascii=False)
    write_atomically(path, (text + "\n").encode())


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Args:
        path: The file.

    Raises:
        BuildError: if the file is not readable JSON.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BuildError(f"{path} is not readable JSON: {error}.") from error
    if not isinstance(values, dict):
        raise BuildError(f"{path} holds no JSON object.")
    return values


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Fill a folder beside `path`, then rename it: `path` appears whole or not at all.

    Args:
        path: The folder to make; must not exist yet, its parent must.

    Yields:
        A temporary empty folder to write into.

    Raises:
        BuildError: if the disk is full; nothing is left behind.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        temporary.mkdir()
        yield temporary
        for file in sorted(temporary.rglob("*")):
            sync_folder(file)
        sync_folder(temporary)
        temporary.rename(path)
    except OSError as error:
        raise disk_error(error, path) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    sync_folder(path.parent)


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
    return BuildError(f"{path} could not be written: {error.strerror or error}.")


def sync_folder(path: Path) -> None:
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


def remove_leftovers(folder: Path) -> None:
    """Remove what killed commands left behind in a folder.

    Args:
        folder: May not exist. Only call it while holding the shop's lock.
    """
    for path in folder.glob(".*.tmp") if folder.is_dir() else ():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
