"""The chances told of a slot are those with which products are really shown there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chisquare

import penchant
from penchant.errors import InputError
from penchant.experiments.off_policy.asking_again import ask_again
from penchant.store.database.values import Event, Person
from tests.live import NOW, NOW_US, event, opened
from tests.unit.experiments.logged_shop import K, ask, contest, under

BOLD = {"homepage": {"explore": 0.5, "weights": {"popular": 1.0, "visual": 0.2}}}
DRAWS = 600


@pytest.fixture
def shop(own_shop: Path) -> Iterator[penchant.Shop]:
    """The small shop with a database; half of the slots explore."""
    with opened(own_shop) as found:
        yield under(found, homepage={"explore": 0.5})


@pytest.mark.parametrize(
    ("who", "pinned", "policy", "drawn"),
    [
        ("WARM", [], "recipe", 3),
        (None, ["P09"], "recipe", 3),
        ("NEAR", ["P09"], "random", K - 1),
        (None, [], "popularity", 0),
    ],
)
def test_products_are_shown_as_often_as_the_chances_say(
    shop: penchant.Shop, who: str | None, pinned: list[str], policy: str, drawn: int
) -> None:
    homepage = {**BOLD["homepage"], "policy": policy}
    both = contest(shop, homepage=homepage, recommend={"pinned": pinned})
    slate = ask(shop, who, 1)
    again = ask_again(both, slate, None if who is None else shop.person(who))
    assert again is not None
    counts = [Counter() for _ in range(K)]
    for number in range(DRAWS):
        shown = both.target.recommend(who, k=K, as_of=NOW, request_id=f"x{number}")
        for place, one in enumerate(shown.slots):
            counts[place][one.product_id] += 1
    ids, explored = shop.build.product_ids, 0
    assert len(again.target) == K
    for stratum, counted in zip(again.target, counts, strict=True):
        names = [ids[row] for row in stratum.rows.tolist()]
        assert set(counted) <= set(names)
        assert stratum.chances.sum() == pytest.approx(1)
        if len(names) > 1:
            explored += 1
            seen = [counted[name] for name in names]
            assert chisquare(seen, DRAWS * stratum.chances).pvalue > 0.001
    assert explored == drawn
    assert not pinned or again.target[0].rows.tolist() == [ids.row("P09")]


def test_what_was_logged_is_answered_again_with_its_propensities(shop: penchant.Shop) -> None:
    for number, who in enumerate(("WARM", "NEAR", "BACK", "COLD", "stranger", None)):
        slate = ask(shop, who, number)
        again = ask_again(contest(shop, **BOLD), slate, shop.person(who))
        assert again is not None
        for slot in slate.slots:
            found = again.slot(slot.slot, slot.product_id, slot.propensity)
            assert found.reproduced
            shown = again.own[slot.slot - 1]
            assert shown.chance_of(shop.build.product_ids.row(slot.product_id)) == pytest.approx(
                slot.propensity
            )
            mass = [
                chance
                for row, chance in zip(found.rows.tolist(), found.chances.tolist(), strict=True)
                if row in shown.rows
            ]
            assert found.support == pytest.approx(sum(mass))


def test_what_came_later_does_not_count(shop: penchant.Shop) -> None:
    slate = ask(shop, "NEW", 1)
    later = "2026-07-02T10:00:00Z"
    shop.record([event(n, "NEW", f"P{3 * n:02d}", "view", later) for n in range(5)], now=NOW)
    person = shop.person("NEW")
    assert person is not None
    assert len(person.events) == 5
    again = ask_again(contest(shop, **BOLD), slate, person)
    assert again is not None
    assert all(again.slot(s.slot, s.product_id, s.propensity).reproduced for s in slate.slots)
    changed = replace(slate, made_us=NOW_US + 10 * 86_400_000_000)
    afterwards = ask_again(contest(shop, **BOLD), changed, person)
    assert afterwards is not None
    found = [afterwards.slot(s.slot, s.product_id, s.propensity) for s in slate.slots]
    assert not all(one.reproduced for one in found)
    assert all(
        one.support == pytest.approx(one.target / slot.propensity)
        for one, slot in zip(found, slate.slots, strict=True)
        if not one.reproduced
    )


def test_a_product_the_other_policy_never_shows_there_has_no_chance(shop: penchant.Shop) -> None:
    slate = ask(shop, "WARM", 1)
    first = slate.slots[0].product_id
    again = ask_again(contest(shop, recommend={"deny": [first]}), slate, shop.person("WARM"))
    assert again is not None
    found = again.slot(1, first, 1.0)
    assert (found.target, found.support, found.reproduced) == (0.0, 0.0, True)
    assert again.slot(1, "none", 0.5).target == 0.0
    assert again.slot(K + 1, first, 0.5).target == 0.0


def test_of_who_refused_since_nothing_is_asked(shop: penchant.Shop) -> None:
    slate = ask(shop, "WARM", 1)
    shop.set_consent("WARM", personalization=False, at=NOW)
    assert ask_again(contest(shop, **BOLD), slate, shop.person("WARM")) is None


def test_a_policy_whose_chances_are_not_known_is_not_valued(
    shop: penchant.Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from penchant.surfaces.serve import Showing

    both, slate = contest(shop, **BOLD), ask(shop, "WARM", 1)
    whole = Showing.chances
    half = lambda self: tuple(replace(one, chances=one.chances / 2) for one in whole(self))  # noqa: E731
    monkeypatch.setattr(Showing, "chances", half)
    with pytest.raises(InputError, match="not all known"):
        ask_again(both, slate, Person("WARM", (Event("e", "WARM", "P01", "view", 5),)))


def test_chances_do_not_depend_on_what_is_drawn(shop: penchant.Shop) -> None:
    seen = []
    for number in (1, 2):
        slate = replace(ask(shop, "WARM", 1), request_id=f"other {number}")
        again = ask_again(contest(shop, **BOLD), slate, shop.person("WARM"))
        assert again is not None
        seen.append(again)
    for one, other in zip(seen[0].target, seen[1].target, strict=True):
        np.testing.assert_array_equal(one.rows, other.rows)
        np.testing.assert_array_equal(one.chances, other.chances)
