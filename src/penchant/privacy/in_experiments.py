"""Persons in files of experiments: who was given a variant by name is named there no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

import polars as pl

from penchant.errors import BuildError, InputError
from penchant.experiments.files.lifecycle import ExperimentFiles
from penchant.privacy.all_of_them import do_all
from penchant.privacy.in_tables import Note
from penchant.shop_directory import ShopDirectory

Named = Callable[[pl.Series], pl.Series]
"""Gives for each customer_id the id again if the person is to be left out, else null."""


def forget_in_experiments(shop: ShopDirectory, named: Named, note: Note) -> None:
    """Remove persons from the overrides of all experiments; nobody else changes sides by that.

    Args:
        shop: The shop; its lock is held.
        named: Tells whom.
        note: Told what was found, under "experiment_overrides".

    Raises:
        BuildError: if a file cannot be read or written; it stays as it was.
    """
    files = ExperimentFiles(shop)
    do_all([partial(_forget_in, files, name, named, note) for name in files.names()])


def _forget_in(files: ExperimentFiles, name: str, named: Named, note: Note) -> None:
    try:
        units = files.overridden(name)
        persons = named(pl.Series("unit_id", units, pl.String)).to_list()
        note("experiment_overrides", name, Counter(one for one in persons if one is not None))
        gone = [unit for unit, one in zip(units, persons, strict=True) if one is not None]
        if gone:
            files.without(name, gone)
    except InputError as error:
        raise BuildError(str(error)) from error
