"""Marks by hand change exactly one share at once, and a build that knows them agrees."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import penchant
from penchant.errors import InputError, NotFoundError
from penchant.shop_directory import ShopDirectory
from penchant.store.marks import marks_file
from penchant.taste.trust import judge


def event_of(shop: penchant.Shop, customer: str, product: str) -> str:
    return next(e.event_id for e in shop.profile(customer).interactions if e.product_id == product)


def sums(shop: penchant.Shop, customer: str) -> np.ndarray:
    """The similarity of every product before it is scaled to length 1."""
    profile = shop.customer(customer).profile
    assert profile is not None
    styles = shop.build.styles.astype(np.float64)
    return styles @ (profile.weights @ styles[profile.events.product_row])


def with_fewer(shop: penchant.Shop, *, minimum: int) -> None:
    """Let fewer products make a profile: NEAR has just enough."""
    taste = dataclasses.replace(shop.settings.taste, min_interactions=minimum)
    shop.people.settings = dataclasses.replace(shop.settings, taste=taste)


def test_a_gift_takes_away_exactly_its_share(own_shop: Path) -> None:
    shop = penchant.open(own_shop)
    before, whole = sums(shop, "NEAR"), shop.customer("NEAR")
    assert whole.profile is not None
    row = shop.build.product_ids.row("P06")
    with_fewer(shop, minimum=2)
    shop.mark("NEAR", event_of(shop, "NEAR", "P06"), "gift")
    place = whole.history.product_row.tolist().index(row)
    styles = shop.build.styles.astype(np.float64)
    share = whole.weights[place] * styles @ styles[row]
    np.testing.assert_allclose(sums(shop, "NEAR"), before - share, atol=1e-9)
    marked = shop.customer("NEAR")
    assert [(v.event, v.trust, v.reason) for v in marked.verdicts] == [(place, 0.0, "marked")]


def test_a_gift_order_kept_by_hand_counts_in_full(own_shop: Path) -> None:
    shop = penchant.open(own_shop)
    gift = event_of(shop, "GIVER", "P10")
    assert shop.profile("GIVER").interactions[-1].verdict == "gift_order"
    shop.mark("GIVER", gift, "own")
    touch = next(one for one in shop.profile("GIVER").interactions if one.event_id == gift)
    assert (touch.trust, touch.verdict, touch.note) == (1.0, "kept", "Kept by hand.")
    assert touch.weight > 0


def test_a_mark_counts_at_once_wherever_the_shop_is_open(own_shop: Path) -> None:
    one, other = penchant.open(own_shop), penchant.open(own_shop)
    gift = event_of(one, "GIVER", "P10")
    plain = other.profile("GIVER")
    one.mark("GIVER", gift, "own")
    assert other.profile("GIVER").interactions[-1].verdict == "kept"
    one.mark("GIVER", gift, "gift")
    assert other.profile("GIVER").interactions[-1].verdict == "marked"
    one.unmark("GIVER", gift)
    assert other.profile("GIVER") == plain
    assert not marks_file(own_shop / "data").exists()


def test_a_build_takes_marks_into_account(desk: Any, own_shop: Path) -> None:
    shop = penchant.open(own_shop)
    gift, bought = event_of(shop, "GIVER", "P10"), event_of(shop, "FAR", "P01")
    shop.mark("GIVER", gift, "own")
    shop.mark("FAR", bought, "gift")
    marked = [shop.profile(name) for name in ("GIVER", "FAR", "WARM")]
    desk.rebuild(own_shop)
    rebuilt = penchant.open(own_shop)
    assert rebuilt.build_id != shop.build_id
    for old in marked:
        new = rebuilt.profile(old.customer_id)
        assert [(e.event_id, e.trust, e.verdict) for e in new.interactions] == [
            (e.event_id, e.trust, e.verdict) for e in old.interactions
        ]
    rebuilt.unmark("GIVER", gift)
    assert rebuilt.profile("GIVER").interactions[-1].verdict == "gift_order", "judged anew"
    rebuilt.unmark("FAR", bought)
    desk.rebuild(own_shop)
    assert penchant.open(own_shop).build_id == shop.build_id, "without marks, the same build"


def test_a_mark_that_names_nothing_is_refused(own_shop: Path) -> None:
    shop = penchant.open(own_shop)
    known = event_of(shop, "WARM", "P00")
    with pytest.raises(NotFoundError, match=rf'No event "beef".*"WARM": .*{known}.*--events'):
        shop.mark("WARM", "beef", "gift")
    with pytest.raises(NotFoundError, match="No event"):
        shop.mark("FAR", known, "gift")
    with pytest.raises(NotFoundError, match="No customer"):
        shop.mark("nobody", known, "gift")
    with pytest.raises(NotFoundError, match=rf'No mark "{known}".*"WARM": nothing'):
        shop.unmark("WARM", known)
    with pytest.raises(InputError, match="mark is 'present', must be one of: gift, own"):
        shop.mark("WARM", known, "present")
    with pytest.raises(InputError, match="not opened from its folder"):
        penchant.Shop(shop.manifest, shop.build).mark("WARM", known, "gift")
    with ShopDirectory.open(own_shop).writing(), pytest.raises(InputError, match="Another command"):
        shop.mark("WARM", known, "gift")
    assert not marks_file(own_shop / "data").exists()


def test_a_damaged_file_of_marks_is_named(own_shop: Path) -> None:
    marks_file(own_shop / "data").write_bytes(b"no parquet")
    with pytest.raises(penchant.errors.BuildError, match=r"marks\.parquet is damaged"):
        penchant.open(own_shop).profile("WARM")


def test_at_another_moment_a_customer_is_judged_anew(built_shop: Path) -> None:
    shop = penchant.open(built_shop)
    moment = datetime(2026, 6, 21, 18, tzinfo=UTC)
    us = int(moment.timestamp()) * 1_000_000
    for name in ("WARM", "GIVER", "BACK"):
        customer = shop.customer(name, as_of=moment)
        history = shop.build.histories.of(shop.build.customer_ids.row(name))
        past = history.take(history.time_us <= us)
        expected = judge(
            past,
            shop.build.styles,
            shop.people.weigher,
            shop.build.judgements.background,
            as_of_us=us,
            settings=shop.settings.trust,
        )
        assert customer.verdicts == expected
        assert len(customer.history) == len(past)


def test_styles_of_a_customer_share_out_the_taste(built_shop: Path) -> None:
    shop = penchant.open(built_shop)
    card = shop.profile("WARM")
    assert sum(one.share for one in card.styles) == pytest.approx(1)
    assert card.styles[0].product_id in {"P00", "P03", "P06"}
    members = [one.style for one in card.interactions]
    assert members == [None, 1, 1, 1], "the hidden product is in no style"
    assert shop.profile("OUT").styles == shop.profile("COLD").styles == ()


def test_evolution_compares_windows_or_says_it_cannot_tell(built_shop: Path) -> None:
    shop = penchant.open(built_shop)
    evolution = shop.profile("WARM").evolution
    assert evolution is not None
    assert [one.days for one in evolution.windows] == [2, 1]
    assert [one.text for one in evolution.shifts] == ["too few days to tell"]
    assert evolution.windows[0].product_id in {"P00", "P03"}
    assert shop.profile("WARM") == shop.profile("WARM")
    assert shop.profile("COLD").evolution is None
