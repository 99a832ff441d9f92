"""Demand: who is in which segment, what counts as liked, and blends that survive the disk."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from penchant.builds import BuildInputs, make_build
from penchant.builds.demand import Demand, customer_segments
from penchant.errors import BuildError, InputError
from penchant.id_map import IdMap
from penchant.ranking.blend import Blend
from penchant.settings import RecommendSettings, Settings
from penchant.space.pairings import Pairings
from penchant.tables import read_table

MOMENT = datetime(2026, 6, 30, tzinfo=UTC)
PEOPLE = {
    "customer_id": ["A", "B", "C", "D", "E"],
    "gender": ["female", "female", None, "male", "female"],
    "age": [34, 39, None, None, 31],
    "age_group": [None, None, None, "senior", "adult"],
}


def inputs(*, columns: tuple[str, ...] | None = None) -> BuildInputs:
    events = {
        "customer_id": ["A", "A", "A", "B", "B", "C", "D", "D"],
        "product_id": ["P0", "P0", "P1", "P0", "P2", "P3", "P3", "P3"],
        "interaction_type": [
            *("view", "purchase", "view"), *("add_to_wishlist", "hide"),
            *("view", "purchase", "return"),
        ],
        "timestamp": [f"2026-06-{day}T00:00:00Z" for day in (1, 2, 20, 29, 29, 3, 4, 5)],
    }  # fmt: skip
    products = {"product_id": [f"P{i}" for i in range(5)], "category": ["ring", "chain"] * 2 + [""]}
    chosen = {} if columns is None else {"segment_columns": columns}
    return BuildInputs(
        products=table("products", products),
        customers=table("customers", PEOPLE),
        interactions=table("interactions", events).with_columns(trust=pl.lit(1.0)),
        embeddings=np.random.default_rng(0).random((5, 4), np.float32),
        encoder="",
        settings=Settings(recommend=RecommendSettings(**chosen)),
        as_of=MOMENT,
        digests={},
    )


def table(name: str, columns: dict[str, list[object]]) -> pl.DataFrame:
    return read_table(name, pl.DataFrame(columns), as_of=MOMENT).frame


def segments(columns: tuple[str, ...] | None, *refused: str) -> tuple[str | None, ...]:
    names = IdMap.from_ids("customer", [*PEOPLE["customer_id"], "STRANGER"])
    opted_out = np.array([name in refused for name in names])
    return customer_segments(inputs(columns=columns), names, opted_out)


def test_a_segment_is_what_the_named_columns_say_and_an_age_stands_for_its_decade() -> None:
    by_age = ("female, 30s", "female, 30s", None, "male, senior", "female, adult", None)
    assert segments(None) == by_age
    assert segments(("gender",)) == ("female", "female", None, "male", "female", None)
    assert segments(()) == (None,) * 6


def test_a_segment_by_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match='segment_columns names "sex", customers have no such'):
        segments(("gender", "sex"))


def test_who_refused_is_in_no_segment() -> None:
    assert segments(("gender",), "B", "D") == ("female", None, None, None, "female", None)


def test_liked_is_the_strongest_thing_each_customer_did_as_part_of_a_purchase() -> None:
    """A bought P0, B saved it, A and C looked; what was hidden or returned counts nothing."""
    popularity = make_build(inputs()).demand.popularity
    assert popularity.overall.tolist() == pytest.approx([1.5, 0.1, 0, 0.1, 0])
    assert popularity.recent.tolist() == pytest.approx([0.5, 0.1, 0, 0, 0])
    assert popularity.segments == ()  # nobody is of a segment of twenty customers


def test_demand_opens_as_it_was_saved_with_the_blends_that_were_fitted(tmp_path: Path) -> None:
    found = make_build(inputs()).demand
    fitted = {"homepage": Blend({"visual": 0.7, "popular": 0.3}, {"visual": 0.2, "popular": 0.9})}
    rng = np.random.default_rng(0)
    pairings = Pairings(rng.random((5, 3), np.float32), rng.random((5, 3), np.float32))
    about = {"homepage": {"reason": "Fitted on 50 hidden purchases."}}
    replace(found, pairings=pairings, blends=fitted, about=about).save(tmp_path)
    opened = Demand.load(tmp_path)
    assert (opened.blends, opened.about) == (fitted, about)
    assert opened.pairings is not None
    np.testing.assert_array_equal(opened.pairings.owned, pairings.owned)
    np.testing.assert_array_equal(opened.pairings.candidates, pairings.candidates)
    np.testing.assert_array_equal(opened.popularity.overall, found.popularity.overall)
    np.testing.assert_array_equal(opened.links.product_row, found.links.product_row)
    np.testing.assert_array_equal(opened.complements.sales_share, found.complements.sales_share)


def test_blends_that_are_none_are_refused(tmp_path: Path) -> None:
    make_build(inputs()).demand.save(tmp_path)
    for wrong in ('{"blends": {"homepage": {"weight": {}}}, "about": {}}', '{"about": {}}'):
        (tmp_path / "blends.json").write_text(wrong)
        with pytest.raises(BuildError, match=r"blends\.json is damaged"):
            Demand.load(tmp_path)
