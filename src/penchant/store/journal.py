"""Several files replaced as one: a kill at any moment leaves all old ones or, at last, all new.

The new files are put on disk beside their places first. Then the journal, a record that says which
goes where, is put on disk: from here on the change counts. Then they are renamed, and the journal
is removed. Whoever finds a journal finishes what it says. Files that the new ones were made of may
be put away in the same step.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from penchant.errors import BuildError
from penchant.files import (
    Content,
    beside,
    disk_error,
    exchange,
    json_bytes,
    read_json,
    sync,
    write_atomically,
    write_synced,
)


@dataclass(frozen=True, slots=True)
class Leaving:
    """A file that is put away once others are replaced.

    Attributes:
        file: Where it lies; another one that has come there meanwhile stays.
        target: Where it goes, a name not taken.
        stamp: Of `stamp_of`, when it was read.
    """

    file: Path
    target: Path
    stamp: str


def stamp_of(file: Path) -> str:
    """Give what tells a file from another one of its name: size and time of writing.

    Args:
        file: Any; "" if it is not there.
    """
    try:
        about = file.stat()
    except FileNotFoundError:
        return ""
    return f"{about.st_size}-{about.st_mtime_ns}"


def replace_together(
    contents: Mapping[Path, Content], journal: Path, *, put_away: Sequence[Leaving] = ()
) -> None:
    """Replace several files as one; a kill in between is made good by `finish_replacing`.

    Args:
        contents: {file to write: its whole content}, all inside the journal's folder; their folders
            must exist.
        journal: The record's place. Only call this while holding the shop's lock.
        put_away: Files that leave in the same step, inside the same folder.

    Raises:
        BuildError: if the disk is full or a folder not writable; unless it says otherwise, nothing
            was replaced.
    """
    written = {beside(target): target for target in contents}
    try:
        _write_all(written, contents)
        write_atomically(journal, _record(written, put_away, journal.parent))
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
    replaced, put_away = _read(journal)
    try:
        for temporary, target in replaced.items():
            if temporary.is_dir() and target.exists():  # what it replaces becomes a leftover
                target.rename(beside(target).with_suffix(".old.tmp"))
        for temporary, target in replaced.items():
            if temporary.exists():  # otherwise it is in its place already
                temporary.replace(target)
        for one in put_away:
            if stamp_of(one.file) == one.stamp:  # otherwise it is gone, or another one has come
                one.file.replace(one.target)
        for folder in {one.parent for one in (*replaced.values(), *(o.target for o in put_away))}:
            sync(folder)
        journal.unlink()
        sync(journal.parent)
    except OSError as error:
        raise BuildError(
            f"New files could not all be put in their places: {error.strerror or error}. Mend "
            f"that; the next command that writes to {journal.parent} finishes it."
        ) from error


def replace_folder(new: Path, folder: Path, journal: Path) -> None:
    """Replace a folder by another one as one step; a kill leaves the old or the new one.

    Where the disk can let two folders change places, nobody ever finds the folder missing; else it
    is, between two renames, and the journal makes that good.

    Args:
        new: The new one, beside it, under the temporary name `beside` gives; all of it is synced.
        folder: The one that is replaced; it is removed.
        journal: The record's place. Only call this while holding the shop's lock.

    Raises:
        BuildError: if it cannot be done; unless it says otherwise, nothing was replaced.
    """
    if not exchange(new, folder):
        write_atomically(journal, _record({new: folder}, (), journal.parent))
        finish_replacing(journal)
    sync(folder.parent)
    for leftover in (new, beside(folder).with_suffix(".old.tmp")):
        shutil.rmtree(leftover, ignore_errors=True)


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


def _record(written: Mapping[Path, Path], put_away: Sequence[Leaving], root: Path) -> bytes:
    def name(path: Path) -> str:
        # relative to the shop, which may be moved or copied meanwhile
        return path.relative_to(root).as_posix()

    replaced = {name(temporary): name(target) for temporary, target in written.items()}
    leaving = [[name(one.file), name(one.target), one.stamp] for one in put_away]
    return json_bytes({"replace": replaced, "put_away": leaving})


def _read(journal: Path) -> tuple[dict[Path, Path], list[Leaving]]:
    root, values = journal.parent, read_json(journal)

    def inside(name: Any) -> Path:
        path = PurePosixPath(name)
        if not path.parts or path.is_absolute() or ".." in path.parts:
            raise ValueError(name)
        return root / path

    try:
        replaced = {inside(one): inside(target) for one, target in values["replace"].items()}
        leaving = [Leaving(inside(a), inside(b), str(c)) for a, b, c in values.get("put_away", ())]
    except (KeyError, AttributeError, TypeError, ValueError):
        raise BuildError(
            f"{journal} is damaged. Remove it, then read the tables again with: "
            f"penchant ingest {root}"
        ) from None
    return replaced, leaving
