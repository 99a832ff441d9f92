"""Persons in raw files: what was read and put away is removed, what waits is counted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from penchant import columns as c
from penchant.errors import InputError, PenchantError
from penchant.files import disk_error, sync
from penchant.privacy.in_tables import Note
from penchant.privacy.mentions import Mentions, counted, id_header
from penchant.shop_directory import ShopDirectory
from penchant.store.inbox import table_of
from penchant.tables.source import read_source

_PUT_AWAY = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})-(?:\d+-)?(?P<name>.+)", re.DOTALL)

NAMES_NOBODY = (c.PRODUCTS, c.ORDER_ITEMS)
"""Tables whose files have no customer_id: they go when they are old."""


def forget_in_inbox(
    shop: ShopDirectory, mentions: Mentions, note: Note, *, aliases: Mapping[str, str]
) -> None:
    """Remove the raw files that name persons, of those that were read already.

    Their rows are in the tables, without the persons. Files that wait to be read are counted: once
    they are read, rows of the persons up to their erasure are dropped.

    Args:
        shop: The shop; its lock is held.
        mentions: Whom.
        note: Told what was found.
        aliases: The shop's own headers.

    Raises:
        BuildError: if a file cannot be removed.
    """
    done = shop.inbox / "done"
    for file, name in raw_files(shop):
        named, read = names_in(file, name, mentions, aliases), file.parent == done
        note("inbox_done" if read else "inbox_waiting", file.name, dict.fromkeys(named, 1))
        if named and read:
            try:
                file.unlink()
                sync(done)
            except OSError as error:
                raise disk_error(error, file) from error


def names_in(
    file: Path, name: str, mentions: Mentions, aliases: Mapping[str, str]
) -> frozenset[str]:
    """Give the persons a raw file names.

    Args:
        file: CSV, Parquet, or anything else, which is searched for the bytes of their ids.
        name: As it came in: it is named after its table.
        mentions: Whom.
        aliases: The shop's own headers.
    """
    table = table_of(name)
    if table in NAMES_NOBODY:
        return frozenset()
    try:
        raw = read_source(table or c.INTERACTIONS, file) if table else None
    except (InputError, PenchantError):
        raw = None
    if raw is None:
        return mentions.in_file(file)
    header = id_header(table or "", raw.frame.columns, aliases)
    whole = counted(mentions.in_frame(raw.frame, header))
    return frozenset((*whole, *counted(mentions.in_frame(raw.broken, None))))


def raw_files(shop: ShopDirectory) -> list[tuple[Path, str]]:
    """Give the raw files a shop has, read or not, each with the name it came in by.

    Args:
        shop: The shop.
    """
    done = [(one, _PUT_AWAY.fullmatch(one.name)) for one in _files(shop.inbox / "done")]
    read = [(one, found["name"] if found else one.name) for one, found in done]
    return [*read, *((one, one.name) for one in _files(shop.inbox))]


def remove_old_files(shop: ShopDirectory, *, at: datetime, days: float) -> int:
    """Remove raw files that were read long ago.

    Args:
        shop: The shop; its lock is held.
        at: Now.
        days: How long they are kept from the day they were put away.

    Returns:
        How many were removed.

    Raises:
        BuildError: if one cannot be removed.
    """
    oldest, removed = f"{at - timedelta(days=days):%Y-%m-%d}", 0
    for file in _files(shop.inbox / "done"):
        found = _PUT_AWAY.fullmatch(file.name)
        if found and found["day"] < oldest:
            try:
                file.unlink()
            except OSError as error:
                raise disk_error(error, file) from error
            removed += 1
    return removed


def _files(folder: Path) -> list[Path]:
    return sorted(one for one in folder.iterdir() if one.is_file()) if folder.is_dir() else []
