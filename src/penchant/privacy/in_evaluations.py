"""Persons in evaluations: their row of a trial, and their pictures on the page.

Examples carry no customer_id but the number of the customer's row in the trial. So a person's
example goes with the row, and the examples behind it are numbered anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from penchant import columns as c
from penchant.errors import BuildError
from penchant.evaluation.keep import FIGURES, PAGE
from penchant.evaluation.trial import TABLE, Trial
from penchant.files import json_bytes, read_json, remove_folder, remove_leftovers
from penchant.privacy.in_tables import Note
from penchant.privacy.mentions import Mentions, counted
from penchant.shop_directory import ShopDirectory
from penchant.store.ingest import parquet_bytes
from penchant.store.journal import replace_together

_ARTICLE = re.compile(
    r'<article class="example \w+"><h3>Customer (?P<number>\d+)(?P<rest>: .*?</article>)', re.DOTALL
)


def forget_in_evaluations(shop: ShopDirectory, mentions: Mentions, note: Note) -> None:
    """Remove persons from all evaluations, each as one step. Figures are means and stay.

    An evaluation whose trial cannot be read is removed: nobody can tell whom its page shows.

    Args:
        shop: The shop; its lock is held.
        mentions: Whom.
        note: Told what was found.

    Raises:
        BuildError: if one cannot be written; it stays as it was.
    """
    for folder in sorted(one for one in shop.evaluations.iterdir() if one.is_dir()):
        remove_leftovers(folder)
        try:
            trial = Trial.load(folder)
        except BuildError:
            note("unreadable_evaluations_removed", folder.name, dict.fromkeys(mentions.names, 1))
            remove_folder(folder)
            continue
        named = mentions.in_ids(trial.table[c.CUSTOMER_ID])
        note("evaluations", folder.name, counted(named))
        if named.count():
            gone = named.is_not_null().arg_true().to_list()
            rest = replace(trial, table=trial.table.filter(named.is_null()))
            replace_together(_contents(folder, rest, gone), shop.journal)


def _contents(folder: Path, trial: Trial, gone: Sequence[int]) -> dict[Path, bytes]:
    """Give what changes in an evaluation when some rows of its trial are gone."""
    contents = {folder / TABLE: parquet_bytes(trial.table)}
    renumbered = _renumbering(gone)
    if (folder / FIGURES).is_file():
        figures = read_json(folder / FIGURES)
        if isinstance(figures.get("examples"), list):
            examples = [_example(one, renumbered) for one in figures["examples"]]
            figures["examples"] = [one for one in examples if one is not None]
        contents[folder / FIGURES] = json_bytes(figures)
    if (folder / PAGE).is_file():
        page = (folder / PAGE).read_text(encoding="utf-8")
        contents[folder / PAGE] = page_without(page, renumbered).encode()
    return contents


def page_without(page: str, renumbered: Callable[[int], int | None]) -> str:
    """Give a page without the pictures of some customers.

    Args:
        page: HTML, as `evaluation.page` renders it.
        renumbered: Gives a customer's new number; None: the customer is left out.

    Example:
        >>> one = '<article class="example win"><h3>Customer {}: no hit</h3></article>'
        >>> page_without(one.format(1) + one.format(2), {1: None, 2: 1}.get)
        '<article class="example win"><h3>Customer 1: no hit</h3></article>'
    """

    def article(found: re.Match[str]) -> str:
        number = renumbered(int(found["number"]))
        if number is None:
            return ""
        head = found[0].partition("<h3>")[0]
        return f"{head}<h3>Customer {number}{found['rest']}"

    return _ARTICLE.sub(article, page)


def _renumbering(gone: Sequence[int]) -> Callable[[int], int | None]:
    """Give the new number of the customer of a number; rows are counted from 0, numbers from 1."""

    def renumbered(number: int) -> int | None:
        place = number - 1
        return None if place in gone else number - sum(one < place for one in gone)

    return renumbered


def _example(one: Any, renumbered: Callable[[int], int | None]) -> Any:
    number = renumbered(int(one["customer"]))
    return None if number is None else {**one, "customer": str(number)}
