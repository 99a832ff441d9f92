"""Persons in files of experiments: who was given a variant by name is named there no more."""

from __future__ import annotations

import re
from collections import Counter
from functools import partial
from typing import Final

import polars as pl

from penchant.errors import BuildError, InputError, NotFoundError
from penchant.experiments.files.folder import SUFFIX
from penchant.experiments.files.lifecycle import ExperimentFiles
from penchant.privacy.all_of_them import do_all
from penchant.privacy.in_tables import Note
from penchant.privacy.mentions import Mentions
from penchant.shop_directory import ShopDirectory

QUOTED: Final = re.compile(r""""([^"\n]*)"|'([^'\n]*)'""")
BETWEEN: Final = re.compile(r"""[\s"'\[\](){}<>,;:=#]+""")
"""What parts the words of a file."""


def forget_in_experiments(shop: ShopDirectory, mentions: Mentions, note: Note) -> None:
    """Remove persons from the overrides of all experiments; nobody else changes sides by that.

    Args:
        shop: The shop; its lock is held.
        mentions: Of the persons.
        note: Told what was found, under "experiment_overrides".

    Raises:
        BuildError: if a file cannot be read or written, or is broken and names one of them; it
            stays as it was.
    """
    files = ExperimentFiles(shop)
    try:
        names = files.names()
    except InputError as error:
        raise BuildError(str(error)) from error
    do_all([partial(_forget_in, files, name, mentions, note) for name in names])


def _forget_in(files: ExperimentFiles, name: str, mentions: Mentions, note: Note) -> None:
    try:
        units = files.overridden(name)
    except NotFoundError:
        return  # removed since the folder was listed
    except InputError as error:
        _see_that_nobody_is_named(files, name, mentions, error)
        return
    persons = mentions.in_ids(pl.Series("unit_id", units, pl.String)).to_list()
    note("experiment_overrides", name, Counter(one for one in persons if one is not None))
    gone = [unit for unit, one in zip(units, persons, strict=True) if one is not None]
    try:
        if gone:
            files.without(name, gone)
    except InputError as error:
        raise BuildError(str(error)) from error


def _see_that_nobody_is_named(
    files: ExperimentFiles, name: str, mentions: Mentions, wrong: InputError
) -> None:
    """Let a broken file be, such as a draft somebody is writing, unless it names a person."""
    try:
        text = files.raw(name)
    except InputError as error:
        raise BuildError(str(error)) from error
    words = {*BETWEEN.split(text), *(part for pair in QUOTED.findall(text) for part in pair)}
    lines = mentions.in_texts(pl.Series("line", text.splitlines(), pl.String))
    if words & mentions.names or lines.count():
        path = files.folder / f"{name}{SUFFIX}"
        raise BuildError(
            f"{wrong} It names a person who is to be erased: mend or remove {path}, and try again."
        ) from wrong
