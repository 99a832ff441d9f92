"""Persons in builds: every build a shop keeps is written again without them, under its own name."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import numpy as np

from penchant.builds import Manifest
from penchant.builds.without import BLOB, Found, find_customers, write_without
from penchant.errors import BuildError
from penchant.files import beside, disk_error, remove_folder, sync
from penchant.privacy.all_of_them import do_all
from penchant.privacy.in_tables import Note
from penchant.privacy.mentions import Mentions
from penchant.publishing import pointed_id
from penchant.shop_directory import POINTERS, ShopDirectory
from penchant.store.journal import replace_folder


def forget_in_builds(shop: ShopDirectory, mentions: Mentions, note: Note) -> None:
    """Remove persons from all builds, one after the other.

    A build that cannot be read is removed if it may hold them, unless it serves or is staged. What
    was open goes on answering from the old files until it is opened again.

    Args:
        shop: The shop; its lock is held.
        mentions: Whom.
        note: Told what was found.

    Raises:
        BuildError: if the build that serves is damaged, or one cannot be written; all others stay
            whole, with or without the persons.
    """
    folders = [shop.builds / name for name in shop.build_ids()]
    do_all([partial(_forget_in_build, shop, one, mentions, note) for one in folders])


def _forget_in_build(shop: ShopDirectory, folder: Path, mentions: Mentions, note: Note) -> None:
    try:
        Manifest.read(folder)
        found = find_customers(folder, sorted(mentions.names))
    except (BuildError, OSError, ValueError, IndexError) as error:
        _remove_unreadable(shop, folder, mentions, note, error)
        return
    note("builds", folder.name, dict.fromkeys(found.rows, 1))
    note("build_interactions", folder.name, found.interactions)
    if found.rows:
        _write_again(shop, folder, found)


def _write_again(shop: ShopDirectory, folder: Path, found: Found) -> None:
    new = beside(folder)
    shutil.rmtree(new, ignore_errors=True)
    try:
        new.mkdir()
        write_without(folder, np.array(sorted(found.rows.values()), np.int32), new)
        for one in sorted(path for path in new.rglob("*") if path.is_dir()):
            sync(one)
        sync(new)
        replace_folder(new, folder, shop.journal)
    except OSError as error:
        raise disk_error(error, folder) from error
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _remove_unreadable(
    shop: ShopDirectory, folder: Path, mentions: Mentions, note: Note, error: Exception
) -> None:
    ids = folder / BLOB
    names = mentions.in_file(ids) if ids.is_file() else mentions.names
    if not names:
        return
    if folder.name in {pointed_id(shop, pointer) for pointer in POINTERS}:
        raise BuildError(
            f"Build {folder.name} may hold a person who is to be erased, and cannot be read: "
            f"{str(error).rstrip('.')}. Build and publish anew, then run: "
            f"penchant forget {shop.path} --pending"
        ) from error
    note("unreadable_builds_removed", folder.name, dict.fromkeys(names, 1))
    remove_folder(folder)
