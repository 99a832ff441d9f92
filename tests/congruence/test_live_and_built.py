"""What is recorded while a shop is open counts as if it had been in its tables."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import penchant
from penchant.settings.showing import SURFACES
from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import Store, open_store

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)

Told = Sequence[tuple[str, str, str, str]]
"""Customer, product, action, time."""

EVENTS: Told = [
    ("WARM", "P09", "view", "2026-06-27T10:00:00Z"),
    ("WARM", "P12", "add_to_cart", "2026-06-27T10:05:00Z"),
    ("WARM", "P12", "purchase", "2026-06-28T09:00:00Z"),
    ("WARM", "P15", "hide", "2026-06-28T09:00:00Z"),
    ("BACK", "P08", "return", "2026-06-20T08:00:00Z"),
    ("BACK", "P17", "view", "2026-06-20T08:01:00Z"),
    ("COLD", "P12", "view", "2026-06-30T13:00:00Z"),
    ("COLD", "P15", "purchase", "2026-06-30T13:00:00Z"),
    ("COLD", "P99", "view", "2026-06-30T14:00:00Z"),
    ("COLD", "P06", "add_to_wishlist", "2026-06-30T14:00:00Z"),
    ("NEW", "P01", "view", "2026-06-29T10:00:00Z"),
    ("NEW", "P04", "click", "2026-06-29T10:01:00Z"),
    ("NEW", "P07", "purchase", "2026-06-29T10:02:00Z"),
    ("NEW", "P00", "view", "2026-06-29T10:03:00Z"),
    ("GUEST", "P02", "view", "2026-06-30T10:00:00Z"),
    ("OUT", "P13", "purchase", "2026-06-30T10:00:00Z"),
]
WHO = ("WARM", "BACK", "COLD", "NEW", "GUEST", "OUT", "NEAR", "FAR", "nobody")


@pytest.fixture
def store(own_shop: Path) -> Iterator[Store]:
    """The database of the small shop."""
    directory = ShopDirectory.open(own_shop)
    opened = open_store(directory, directory.settings().store)
    assert opened is not None
    yield opened
    opened.close()


def rows_of(events: Told) -> list[dict[str, object]]:
    """Events as a shop would send them."""
    names = ("customer_id", "product_id", "interaction_type", "timestamp")
    return [
        {"event_id": f"e{number}", **dict(zip(names, one, strict=True))}
        for number, one in enumerate(events)
    ]


def same_but_histories(live: penchant.Shop, other: penchant.Shop) -> penchant.Shop:
    """What only building learns as it was, with everybody's history and verdicts of the other."""
    build = dataclasses.replace(
        live.build,
        customer_ids=other.build.customer_ids,
        opted_out=other.build.opted_out,
        no_marketing=other.build.no_marketing,
        histories=other.build.histories,
        judgements=dataclasses.replace(
            live.people._judge.judge_all(
                other.build.histories,
                as_of_us=int(NOW.timestamp()) * 1_000_000,
                refused=other.build.opted_out,
            ),
            background=live.build.judgements.background,
        ),
        demand=dataclasses.replace(
            live.build.demand,
            popularity=dataclasses.replace(
                live.build.demand.popularity,
                segment_row=other.build.demand.popularity.segment_row,
            ),
        ),
    )
    manifest = dataclasses.replace(live.manifest, as_of=NOW.isoformat())
    return penchant.Shop(manifest, build)


@pytest.fixture
def pair(desk: Any, own_shop: Path, store: Store, tmp_path: Path) -> tuple[penchant.Shop, ...]:
    """The shop with events recorded live, and one whose build has them in its tables."""
    live = penchant.open(own_shop, store=store)
    report = live.record(rows_of(EVENTS), now=NOW)
    assert len(report.recorded.written) == len(EVENTS)
    inputs = desk.write_inputs(tmp_path / "inputs")
    table = pl.read_csv(inputs / "interactions.csv")
    told = pl.DataFrame(EVENTS, schema=table.columns, orient="row")
    pl.concat([table, told]).write_csv(inputs / "interactions.csv")
    desk.build(tmp_path / "built", inputs)
    return live, same_but_histories(live, penchant.open(tmp_path / "built"))


@pytest.mark.parametrize("who", WHO)
def test_a_customer_is_the_same_live_and_built(pair: tuple[penchant.Shop, ...], who: str) -> None:
    live, built = (shop.customer(who, as_of=NOW) for shop in pair)
    for part in ("product_row", "action", "time_us", "trust"):
        np.testing.assert_array_equal(getattr(live.history, part), getattr(built.history, part))
    assert live.verdicts == built.verdicts
    assert live.status == built.status
    np.testing.assert_array_equal(live.weights, built.weights)
    assert (live.profile is None) == (built.profile is None)
    if live.profile is not None and built.profile is not None:
        np.testing.assert_array_equal(live.profile.vector, built.profile.vector)
    assert [(one.share, one.medoid) for one in live.styles] == [
        (one.share, one.medoid) for one in built.styles
    ]
    np.testing.assert_array_equal(live.owned_rows, built.owned_rows)
    np.testing.assert_array_equal(live.hidden_rows, built.hidden_rows)


@pytest.mark.parametrize("who", [*WHO, None])
@pytest.mark.parametrize("surface", SURFACES)
def test_slates_are_the_same_live_and_built(
    pair: tuple[penchant.Shop, ...], who: str | None, surface: str
) -> None:
    about = ["P03"] if surface == "product_page" else None
    one, other = (
        shop.recommend(who, surface=surface, products=about, as_of=NOW, request_id="r")
        for shop in pair
    )
    assert one == other
    assert not one.degraded


@pytest.mark.parametrize("who", ["WARM", "BACK", "COLD", "NEW"])
def test_cards_and_reasons_are_the_same_live_and_built(
    pair: tuple[penchant.Shop, ...], who: str
) -> None:
    cards = [shop.profile(who, as_of=NOW) for shop in pair]
    assert cards[0] == cards[1]
    explained = [shop.explain(who, "P18", as_of=NOW) for shop in pair if cards[0].styles]
    assert explained[:1] == explained[1:]
    fallen = [shop.why_not(who, "P18", as_of=NOW, request_id="r") for shop in pair]
    assert fallen[0] == fallen[1]


def test_the_next_build_of_the_tables_changes_nothing_for_a_customer(
    pair: tuple[penchant.Shop, ...], store: Store
) -> None:
    live, built = pair
    again = penchant.Shop(built.manifest, built.build, store=store)
    for who in WHO:
        assert again.recommend(who, as_of=NOW, request_id="r") == live.recommend(
            who, as_of=NOW, request_id="r"
        )


def test_ages_count_from_the_newest_event_of_a_customer(pair: tuple[penchant.Shop, ...]) -> None:
    live, _ = pair
    assert live.profile("NEW").as_of == "2026-06-30T12:00:00Z", "of the build"
    assert live.profile("COLD").as_of == "2026-06-30T14:00:00Z"
    later = rows_of([("NEW", "P01", "view", (NOW + timedelta(hours=1)).isoformat())])
    live.record([{**later[0], "event_id": "later"}], now=NOW)
    assert live.profile("NEW").as_of == "2026-07-01T13:00:00Z"
    assert live.recommend("NEW", request_id="r").step == "profile"
