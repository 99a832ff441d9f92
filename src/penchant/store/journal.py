"""Several files replaced as one: a kill at any moment leaves all old ones or, at last, all new.

The new files are put on disk beside their places first. Then the journal, a record that says which
goes where, is put on disk: from here on the change counts. Then they are renamed, and the journal
is removed. Whoever finds a journal finishes what it says.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from penchant.errors import BuildError
from penchant.files import (
    Content,
    beside,
    disk_error,
    json_bytes,
    read_json,
    sync,
    write_atomically,
    write_synced,
)


def replace_together(contents: Mapping[Path, Content], journal: Path) -> None:
    """Replace several files as one; a kill in between is made good by `finish_replacing`.

    Args:
        contents: {file to write: its whole content}, all inside the journal's folder; their folders
            must exist.
        journal: The record's place. Only call this while holding the shop's lock.

    Raises:
        BuildError: if the disk is full or a folder not writable; unless it says otherwise, nothing
            was replaced.
    """
    written = {beside(target): target for target in contents}
    try:
        _write_all(written, contents)
        write_atomically(journal, _record(written, journal.parent))
    except BaseException:
        _take_back(written, journal)
        raise
    finish_replacing(journal)


def finish_replacing(journal: Path) -> None:
    """Finish what a killed `replace_together` had begun; without a journal there is nothing to do.

    Args:
        journal: The record's place. Only call this while holding the shop's lock.

    Raises:
        BuildError: if the journal is damaged, or a file cannot be put in its place.
    """
    if not journal.exists():
        return
    moves = _moves(journal)
    try:
        for temporary, target in moves.items():
            if temporary.exists():  # otherwise it is in its place already
                temporary.replace(target)
        for folder in {target.parent for target in moves.values()}:
            sync(folder)
        journal.unlink()
        sync(journal.parent)
    except OSError as error:
        raise BuildError(
            f"New files could not all be put in their places: {error.strerror or error}. Mend "
            f"that; the next command that writes to {journal.parent} finishes it."
        ) from error


def _write_all(written: Mapping[Path, Path], contents: Mapping[Path, Content]) -> None:
    for temporary, target in written.items():
        try:
            write_synced(temporary, contents[target])
            sync(target.parent)
        except OSError as error:
            raise disk_error(error, target) from error


def _take_back(written: Mapping[Path, Path], journal: Path) -> None:
    """Leave nothing behind; the journal goes first, for it must not outlive what it names."""
    with suppress(OSError):
        journal.unlink(missing_ok=True)
        sync(journal.parent)
    for temporary in written:
        temporary.unlink(missing_ok=True)


def _record(written: Mapping[Path, Path], root: Path) -> bytes:
    # relative to the shop, which may be moved or copied meanwhile
    names = {
        temporary.relative_to(root).as_posix(): target.relative_to(root).as_posix()
        for temporary, target in written.items()
    }
    return json_bytes({"replace": names})


def _moves(journal: Path) -> dict[Path, Path]:
    names = read_json(journal).get("replace")
    sound = isinstance(names, dict) and all(
        _is_inside(one) for pair in names.items() for one in pair
    )
    if not isinstance(names, dict) or not sound:
        raise BuildError(
            f"{journal} is damaged. Remove it, then read the tables again with: "
            f"penchant ingest {journal.parent}"
        )
    return {journal.parent / temporary: journal.parent / name for temporary, name in names.items()}


def _is_inside(name: object) -> bool:
    if not isinstance(name, str):
        return False
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts
