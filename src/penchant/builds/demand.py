"""Demand: what customers together want, counted and fitted once per build."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl

from penchant import columns as c
from penchant.builds.inputs import BuildInputs
from penchant.candidates.complement_files import load_complements, save_complements
from penchant.candidates.complements import Complements, fit_complements
from penchant.candidates.item_knn import fit_item_knn
from penchant.candidates.link_files import load_links, save_links
from penchant.candidates.links import ProductLinks
from penchant.candidates.popularity import Popularity, find_popularity
from penchant.errors import BuildError
from penchant.files import read_json, write_json
from penchant.id_map import IdMap
from penchant.ranking.blend import Blend
from penchant.space.baskets import Baskets
from penchant.taste.cancel import find_cancelled
from penchant.taste.from_tables import microseconds
from penchant.taste.histories import Histories
from penchant.taste.weights import Weigher
from penchant.types import Mask


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """What sources other than looks rank by.

    Attributes:
        popularity: What customers like: of all time, lately, and by segment.
        links: Between products the same customers own.
        complements: Products that complete others.
        blends: Surface -> what each source weighs, where that was fitted.
    """

    popularity: Popularity
    links: ProductLinks
    complements: Complements
    blends: Mapping[str, Blend]

    def save(self, directory: Path) -> None:
        """Write one folder per part.

        Args:
            directory: An existing folder.
        """
        for name in ("popularity", "links", "complements"):
            (directory / name).mkdir()
        self.popularity.save(directory / "popularity")
        save_links(self.links, directory / "links")
        save_complements(self.complements, directory / "complements")
        blends = {surface: _plain(blend) for surface, blend in self.blends.items()}
        write_json(directory / "blends.json", blends)

    @classmethod
    def load(cls, directory: Path) -> Demand:
        """Open what `save` wrote.

        Args:
            directory: The folder.

        Raises:
            BuildError: if a file is missing or damaged.
        """
        blends = read_json(directory / "blends.json")
        try:
            fitted = {surface: Blend(**parts) for surface, parts in blends.items()}
        except TypeError as error:
            raise BuildError(f"{directory / 'blends.json'} is damaged: {error}.") from error
        return cls(
            Popularity.load(directory / "popularity"),
            load_links(directory / "links"),
            load_complements(directory / "complements"),
            fitted,
        )


def find_demand(
    inputs: BuildInputs,
    lessons: Histories,
    basket_events: Mask,
    baskets: Baskets,
    weigher: Weigher,
    *,
    customers: IdMap,
    opted_out: Mask,
) -> Demand:
    """Count and fit what customers want.

    Args:
        inputs: Products, customers and settings.
        lessons: What may be learned from.
        basket_events: Shape (n_interactions of `lessons`,), those that tell of owning or wanting.
        baskets: Of the same.
        weigher: Says what each action weighs.
        customers: customer_id <-> customer_row.
        opted_out: Shape (n_customers,), who refused personalisation.
    """
    n_products, rows = len(inputs.products), lessons.customer_rows()
    return Demand(
        popularity=_popularity(inputs, lessons, weigher, customers, opted_out),
        links=fit_item_knn(
            rows[basket_events],
            lessons.events.product_row[basket_events],
            n_customers=len(lessons),
            n_products=n_products,
            settings=inputs.settings.item_knn,
        ),
        complements=fit_complements(
            np.repeat(np.arange(len(baskets), dtype=np.int32), baskets.lengths),
            baskets.product_row,
            inputs.products[c.CATEGORY].to_list(),
            n_baskets=len(baskets),
            settings=inputs.settings.complements,
        ),
        blends={},
    )


def _popularity(
    inputs: BuildInputs, lessons: Histories, weigher: Weigher, customers: IdMap, opted_out: Mask
) -> Popularity:
    events, rows = lessons.events, lessons.customer_rows()
    actions = weigher.action_weights / max(weigher.action_weights.max(), 1e-300)
    weights = actions[events.action] * events.trust
    weights[find_cancelled(rows, events)] = 0.0
    days = timedelta(days=inputs.settings.recommend.trending_days)
    return find_popularity(
        rows,
        events.product_row,
        weights,
        events.time_us > microseconds(inputs.as_of - days),
        n_products=len(inputs.products),
        segments=customer_segments(inputs, customers, opted_out),
    )


def customer_segments(
    inputs: BuildInputs, customers: IdMap, opted_out: Mask
) -> tuple[str | None, ...]:
    """Name the segment of each customer, such as "female, 30s".

    Args:
        inputs: The customers table, and which of its columns make a segment; an age stands in for
            an age group that is not given.
        customers: customer_id <-> customer_row.
        opted_out: Shape (n_customers,), who refused personalisation: they are in no segment.

    Returns:
        One per customer; None where nothing is known.
    """
    table = inputs.customers
    decade = (pl.col(c.AGE) // 10 * 10).cast(pl.Int64).cast(pl.String) + "s"
    table = table.with_columns(pl.coalesce(pl.col(c.AGE_GROUP), decade).alias(c.AGE_GROUP))
    wanted = [one for one in inputs.settings.recommend.segment_columns if one in table.columns]
    names: list[str | None] = [None] * len(customers)
    if not wanted or table.is_empty():
        return tuple(names)
    joined = table.select(pl.concat_str(wanted, separator=", ", ignore_nulls=True)).to_series()
    rows = customers.rows(table[c.CUSTOMER_ID].to_list())
    for row, name in zip(rows.tolist(), joined.to_list(), strict=True):
        names[row] = None if opted_out[row] else name or None
    return tuple(names)


def _plain(blend: Blend) -> dict[str, dict[str, float]]:
    return {"weights": dict(blend.weights), "scale": dict(blend.scale)}
