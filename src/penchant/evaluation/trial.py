"""A trial: what a build would have shown at its cut, kept to compare later builds with."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from penchant import columns as c
from penchant.errors import BuildError
from penchant.evaluation.accuracy import per_customer
from penchant.evaluation.asking import SERVED, Asked
from penchant.evaluation.cut import Cut
from penchant.evaluation.lists import Truth
from penchant.evaluation.rankers import LOOKS, POPULAR
from penchant.files import json_bytes, read_json, write_together
from penchant.id_map import IdMap

TAKEN = "taken"
KEPT = (SERVED, LOOKS, POPULAR)
"""Rankings that are kept."""

TABLE, WHEN = "trial.parquet", "trial.json"


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Who was shown what, and bought what, by the ids of the shop.

    Attributes:
        at: The cut.
        until: The end of what was looked at.
        k: Products shown to each customer.
        table: Columns customer_id, "taken" and one for each of KEPT, lists of product_ids.
    """

    at: datetime
    until: datetime
    k: int
    table: pl.DataFrame

    @classmethod
    def of(cls, cut: Cut, asked: Asked, k: int) -> Trial:
        """Keep what was asked.

        Args:
            cut: When.
            asked: Who was shown what; without a ranking, its column is left out.
            k: How many products.
        """
        ids, truth = asked.shop.build.product_ids, asked.truth
        spans = zip(truth.starts[:-1].tolist(), truth.starts[1:].tolist(), strict=True)
        taken = [[ids[row] for row in truth.product_row[a:b].tolist()] for a, b in spans]
        shown = {name: _named(asked.shown[name], ids) for name in KEPT if name in asked.shown}
        lists = {TAKEN: taken, **shown}
        table = pl.DataFrame(lists, dict.fromkeys(lists, pl.List(pl.String)))
        names = pl.Series(c.CUSTOMER_ID, list(asked.customer_ids), pl.String)
        return cls(cut.at, cut.until, k, table.insert_column(0, names))

    @property
    def taken(self) -> pl.DataFrame:
        """Columns customer_id, product_id: what was bought."""
        pairs = self.table.select(c.CUSTOMER_ID, pl.col(TAKEN).alias(c.PRODUCT_ID))
        return pairs.explode(c.PRODUCT_ID)

    def save(self, folder: Path) -> None:
        """Write the trial.

        Args:
            folder: An existing folder.
        """
        buffer = io.BytesIO()
        self.table.write_parquet(buffer, compression="zstd", statistics=False)
        when = {"at": self.at.isoformat(), "until": self.until.isoformat(), "k": self.k}
        write_together({folder / TABLE: buffer.getvalue(), folder / WHEN: json_bytes(when)})

    @classmethod
    def load(cls, folder: Path) -> Trial:
        """Open what `save` wrote.

        Args:
            folder: The folder.

        Raises:
            BuildError: if there is none, or it is damaged.
        """
        try:
            when, table = read_json(folder / WHEN), pl.read_parquet(folder / TABLE)
            at, until = (datetime.fromisoformat(when[one]) for one in ("at", "until"))
            wanted = {c.CUSTOMER_ID, TAKEN, *KEPT}
            if not wanted <= set(table.columns):
                raise ValueError(f"it lacks {', '.join(sorted(wanted - set(table.columns)))}")
            _check(table)
            return cls(at, until, int(when["k"]), table)
        except (
            BuildError,
            OSError,
            KeyError,
            TypeError,
            ValueError,
            pl.exceptions.PolarsError,
        ) as error:
            raise BuildError(f"{folder} holds no readable trial: {error}.") from error


def _check(table: pl.DataFrame) -> None:
    """Refuse a table that holds anything but lists of ids, one row per customer."""
    lists = table.select(TAKEN, *KEPT)
    sound = table.schema[c.CUSTOMER_ID] == pl.String and not table[c.CUSTOMER_ID].has_nulls()
    for one in lists:
        sound &= one.dtype == pl.List(pl.String) and not one.has_nulls()
        sound = sound and not one.list.eval(pl.element().is_null()).list.any().any()
    if not sound:
        raise ValueError("its lists are not lists of ids")
    if table[c.CUSTOMER_ID].is_duplicated().any():
        raise ValueError("a customer is there twice")


def paired_ndcg(
    one: Trial, other: Trial, rankings: Sequence[str]
) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Measure two trials on the same customers and the same purchases.

    Args:
        one: A trial.
        other: Another one; what it says was bought is what counts.
        rankings: Which are looked at, of KEPT.

    Returns:
        Ranking -> NDCG of each customer who is in both, of the one and of the other, aligned.
    """
    both = other.table.join(one.table, on=c.CUSTOMER_ID, how="inner", suffix=" of one")
    return {
        name: (
            _ndcg(both[f"{name} of one"], both[TAKEN], one.k),
            _ndcg(both[name], both[TAKEN], one.k),
        )
        for name in rankings
    }


def ndcg_of(trial: Trial, ranking: str) -> NDArray[np.float64]:
    """Give the NDCG of each customer.

    Args:
        trial: Any.
        ranking: One of KEPT.
    """
    return _ndcg(trial.table[ranking], trial.table[TAKEN], trial.k)


def _ndcg(shown: pl.Series, taken: pl.Series, k: int) -> NDArray[np.float64]:
    known = pl.concat([shown.explode(), taken.explode()]).drop_nulls().unique().to_list()
    row_of = {name: row for row, name in enumerate(known)}
    rows = np.full((len(shown), k), -1, np.int32)
    for place, names in enumerate(shown.to_list()):
        rows[place, : len(names)] = [row_of[one] for one in names[:k]]
    truth = Truth.from_lists([[row_of[one] for one in names] for names in taken.to_list()])
    return per_customer(rows, truth, k=k).ndcg


def _named(rows: NDArray[np.int32], ids: IdMap) -> list[Sequence[str]]:
    return [[ids[row] for row in one if row >= 0] for one in rows.tolist()]
