"""Demand: what customers together want, counted and fitted once per build."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import polars as pl

from penchant import columns as c
from penchant.builds.inputs import BuildInputs
from penchant.builds.learn import Learned, liking
from penchant.candidates.complement_files import load_complements, save_complements
from penchant.candidates.complements import Complements
from penchant.candidates.link_files import load_links, save_links
from penchant.candidates.links import ProductLinks
from penchant.candidates.popularity import Popularity, find_popularity
from penchant.errors import BuildError, InputError
from penchant.files import read_json, write_json
from penchant.id_map import IdMap
from penchant.ranking.blend import Blend
from penchant.space.pairings import Pairings
from penchant.taste.from_tables import microseconds
from penchant.taste.histories import Histories
from penchant.types import Mask


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """What sources other than looks rank by.

    Attributes:
        popularity: What customers like: of all time, lately, and by segment.
        links: Between products the same customers want.
        pairings: What goes together; None where there was too little to learn from.
        complements: Products that complete others.
        blends: Surface -> what each source weighs, where that was fitted.
        about: What the weights rest on, for people.
    """

    popularity: Popularity
    links: ProductLinks
    pairings: Pairings | None
    complements: Complements
    blends: Mapping[str, Blend]
    about: Mapping[str, object]

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
        if self.pairings is not None:
            (directory / "pairings").mkdir()
            self.pairings.save(directory / "pairings")
        blends = {surface: _plain(blend) for surface, blend in self.blends.items()}
        write_json(directory / "blends.json", {"blends": blends, "about": dict(self.about)})

    @classmethod
    def load(cls, directory: Path) -> Demand:
        """Open what `save` wrote.

        Args:
            directory: The folder.

        Raises:
            BuildError: if a file is missing or damaged.
        """
        blends, about = load_blends(directory)
        paired = directory / "pairings"
        return cls(
            popularity=Popularity.load(directory / "popularity"),
            links=load_links(directory / "links"),
            pairings=Pairings.load(paired) if paired.is_dir() else None,
            complements=load_complements(directory / "complements"),
            blends=blends,
            about=about,
        )


def load_blends(directory: Path) -> tuple[dict[str, Blend], dict[str, object]]:
    """Give the fitted weights by surface, and what they rest on.

    Args:
        directory: A folder that `Demand.save` wrote.

    Raises:
        BuildError: if the file is missing or damaged.
    """
    told = read_json(directory / "blends.json")
    try:
        blends = {surface: Blend(**parts) for surface, parts in told["blends"].items()}
        return blends, dict(told["about"])
    except (AttributeError, KeyError, TypeError) as error:
        raise BuildError(f"{directory / 'blends.json'} is damaged: {error}.") from error


def find_demand(
    inputs: BuildInputs, learned: Learned, taught: Histories, customers: IdMap, opted_out: Mask
) -> Demand:
    """Put together what was learned and what is counted.

    Args:
        inputs: Products, customers and settings.
        learned: Sources and weights.
        taught: What may be counted, with the trust that verdicts left.
        customers: customer_id <-> customer_row.
        opted_out: Shape (n_customers,), who refused personalisation.
    """
    return Demand(
        popularity=_popularity(inputs, taught, customers, opted_out),
        links=learned.sources.links,
        pairings=learned.sources.pairings,
        complements=learned.sources.complements,
        blends=learned.weights.blends,
        about=learned.weights.about,
    )


def _popularity(
    inputs: BuildInputs, taught: Histories, customers: IdMap, opted_out: Mask
) -> Popularity:
    """Count what customers like, in purchases."""
    events, rows = taught.events, taught.customer_rows()
    days = timedelta(days=inputs.settings.recommend.trending_days)
    return find_popularity(
        rows,
        events.product_row,
        liking(taught, inputs.settings.taste),
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

    Raises:
        InputError: if a column of the settings does not exist.
    """
    table = inputs.customers
    decade = (pl.col(c.AGE) // 10 * 10).cast(pl.Int64).cast(pl.String) + "s"
    table = table.with_columns(pl.coalesce(pl.col(c.AGE_GROUP), decade).alias(c.AGE_GROUP))
    wanted = inputs.settings.recommend.segment_columns
    names: list[str | None] = [None] * len(customers)
    if not wanted or table.is_empty():
        return tuple(names)
    for one in wanted:
        if one not in table.columns:
            raise InputError(
                f'[recommend] segment_columns names "{one}", customers have no such column. '
                f"They have: {', '.join(table.columns)}."
            )
    joined = table.select(pl.concat_str(wanted, separator=", ", ignore_nulls=True)).to_series()
    rows = customers.rows(table[c.CUSTOMER_ID].to_list())
    for row, name in zip(rows.tolist(), joined.to_list(), strict=True):
        names[row] = None if opted_out[row] else name or None
    return tuple(names)


def _plain(blend: Blend) -> dict[str, dict[str, float]]:
    return {"weights": dict(blend.weights), "scale": dict(blend.scale)}
