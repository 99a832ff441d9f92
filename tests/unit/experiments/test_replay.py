"""A shop's own log, asked what other settings would have got; on the command line, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import penchant
from penchant.errors import InputError
from penchant.experiments.files.overlay import laid_over
from penchant.experiments.off_policy.contest import contests
from penchant.experiments.off_policy.overlap import Gate, value_policy, value_slots
from penchant.experiments.off_policy.replay import Asked, replay
from penchant.shop_directory import ShopDirectory
from penchant.store.database.values import Event, Exposure
from tests.live import NOW, NOW_US, database, opened
from tests.unit.experiments.logged_shop import (
    MINUTE_US,
    K,
    ask,
    click,
    contest,
    rate_of,
    see_all,
    under,
)

EXPLORES = {"homepage": {"explore": 0.5}}
GREEDY = {"homepage": {"explore": 0.0}}
OTHERS = ("WARM", "NEAR", "FAR", "BACK", "COLD")
LOOSE = Gate(min_effective=50, min_rewarded=10, max_share=0.3)


@pytest.fixture
def shop(own_shop: Path) -> Iterator[penchant.Shop]:
    """The small shop; half of the slots explore."""
    with opened(own_shop) as found:
        yield under(found, **EXPLORES)


def logged(shop: penchant.Shop, answers: int) -> None:
    """Let customers in turn ask, see and click."""
    slates = [ask(shop, OTHERS[n % len(OTHERS)], n) for n in range(answers)]
    see_all(shop.needed_store(), slates)
    click(shop.needed_store(), slates, np.random.default_rng(1))


def test_other_settings_are_worth_what_they_would_get(shop: penchant.Shop) -> None:
    logged(shop, 160)
    both = contest(shop, **GREEDY)
    found = replay(shop.needed_store(), lambda _: both, Asked())
    assert (found.answers, len(found.logged), found.reproduced) == (160, 160 * K, 1.0)
    assert dict(found.left_out) == {}
    slates = {who: both.target.recommend(who, k=K, as_of=NOW).slots for who in OTHERS}
    truth = {
        slot: float(np.mean([rate_of(slates[who][slot - 1].product_id, slot) for who in OTHERS]))
        for slot in range(1, K + 1)
    }
    assert found.logged.support is not None
    assert found.logged.support == pytest.approx(np.ones(160 * K))
    valued = value_policy(found.logged, gate=LOOSE)
    assert valued.refusals == ()
    for name, one in valued.estimates.items():
        assert one.low <= np.mean(list(truth.values())) <= one.high, name
    assert set(valued.estimates) == {"ips", "snips", "dr"}
    sure = value_slots(found.logged, gate=LOOSE)[1]
    assert sure.estimates["ips"].value == sure.logged.value


def test_the_settings_that_served_are_worth_what_they_got(shop: penchant.Shop) -> None:
    logged(shop, 40)
    found = replay(shop.needed_store(), lambda _: contest(shop), Asked())
    np.testing.assert_allclose(found.logged.target, found.logged.propensity)
    clicks = sum(
        one.interaction_type == "click"
        for row in shop.needed_store().slates.shown(0, 2**62)
        for one in row.outcomes
    )
    assert found.logged.reward.sum() == clicks > 0
    whole = value_policy(found.logged, gate=LOOSE)
    assert whole.gain is not None
    assert (whole.gain.value, whole.gain.high) == (pytest.approx(0), pytest.approx(0))


def test_what_the_log_could_not_have_shown_is_not_valued(shop: penchant.Shop) -> None:
    logged(shop, 60)
    other = contest(shop, homepage={"weights": {"newest": 1.0}, "explore": 0.0, "diversity": 0.0})
    found = replay(shop.needed_store(), lambda _: other, Asked())
    valued = value_policy(found.logged, gate=LOOSE)
    assert dict(valued.estimates) == {}
    assert any("could not have shown" in one for one in valued.refusals)


def test_a_log_drawn_by_lot_can_tell_of_every_policy(
    shop: penchant.Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from penchant.experiments.off_policy import replay as module

    even = shop.under(laid_over(shop.settings, {"homepage": {"policy": "random"}}))
    logged(even, 80)
    both = contest(even, homepage={"policy": "recipe", "explore": 0.0})
    found = replay(shop.needed_store(), lambda _: both, Asked())
    assert found.reproduced == 1
    assert found.logged.support == pytest.approx(np.ones(80 * K))
    assert found.logged.weights().mean() == pytest.approx(1, abs=0.4)
    back = contest(shop, homepage={"policy": "random"})
    monkeypatch.setattr(module, "MOST", 5)
    other = replay(shop.needed_store(), lambda _: back, Asked())
    assert other.logged.predicted is None
    np.testing.assert_allclose(other.logged.target, other.logged.propensity)
    none = contest(shop, homepage={"policy": "nothing"})
    empty = replay(shop.needed_store(), lambda _: none, Asked())
    assert (empty.logged.target == 0).all()
    assert value_policy(empty.logged).refusals


def test_what_cannot_be_used_is_counted_by_its_reason(shop: penchant.Shop) -> None:
    store = shop.needed_store()
    logged(shop, 10)
    store.slates.expose([Exposure("unknown", 1, NOW_US), Exposure("unknown", 2, NOW_US)])
    shop.set_consent("WARM", personalization=False, at=NOW)
    both = contest(shop, **GREEDY)
    found = replay(store, lambda _: both, Asked())
    assert dict(found.left_out) == {"of who refused since": 2 * K, "whose answer is not kept": 2}
    assert found.answers == 8
    with pytest.raises(InputError, match=r"60 of a build that is gone, 2 whose answer"):
        replay(store, lambda _: None, Asked())
    with pytest.raises(InputError, match="none was seen"):
        replay(store, lambda _: both, Asked(until_us=5))


def test_only_what_was_seen_then_and_there_counts(shop: penchant.Shop) -> None:
    store, both = shop.needed_store(), contest(shop, **GREEDY)
    slates = [ask(shop, "WARM", n) for n in range(4)]
    store.slates.expose([Exposure(slates[1].request_id, 2, slates[1].made_us)])
    see_all(store, slates[2:])
    bought = slates[2].slots[0].product_id
    store.events.record(
        [Event("e", "X", bought, "purchase", NOW_US, request_id=slates[2].request_id)]
    )
    since = NOW_US + 2 * MINUTE_US
    assert len(replay(store, lambda _: both, Asked()).logged) == 1 + 2 * K
    found = replay(store, lambda _: both, Asked(since_us=since, reward="purchase"))
    assert (len(found.logged), found.logged.reward.sum()) == (2 * K, 1)
    assert found.logged.reward[0] == 1
    with pytest.raises(InputError, match="none was seen"):
        replay(store, lambda _: both, Asked(surface="new_arrivals"))


def test_pages_of_a_log_make_no_difference(
    shop: penchant.Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from penchant.experiments.off_policy import replay as module

    logged(shop, 12)
    both = contest(shop, **GREEDY)
    whole = replay(shop.needed_store(), lambda _: both, Asked())
    monkeypatch.setattr(module, "PAGE", 7)
    parts = replay(shop.needed_store(), lambda _: both, Asked())
    assert parts.answers == whole.answers
    for name in ("customer", "slot", "reward", "propensity", "target", "support", "predicted"):
        np.testing.assert_array_equal(getattr(parts.logged, name), getattr(whole.logged, name))


def test_strangers_are_taken_one_by_one(shop: penchant.Shop) -> None:
    slates = [ask(shop, None, n) for n in range(3)]
    see_all(shop.needed_store(), slates)
    found = replay(shop.needed_store(), lambda _: contest(shop, **GREEDY), Asked())
    assert len(set(found.logged.customer.tolist())) == 3
    assert found.reproduced == 1


def test_builds_are_opened_once_and_those_that_are_gone_are_none(own_shop: Path) -> None:
    store, directory = database(own_shop), ShopDirectory.open(own_shop)
    try:
        contest_of = contests(directory, store, GREEDY)
        (build_id,) = directory.build_ids()
        found = contest_of(build_id)
        assert found is not None
        assert found is contest_of(build_id)
        assert found.target.settings.homepage.explore == 0
        assert found.own.settings.homepage.explore == 0.1
        assert contest_of("../elsewhere") is None
        (directory.builds / build_id / "manifest.json").unlink()
        assert contests(directory, store, GREEDY)(build_id) is None
    finally:
        store.close()


@pytest.mark.parametrize(
    ("overlay", "said"),
    [
        ({}, "changes nothing"),
        ({"homepage": {}}, "changes nothing"),
        ({"space": {"kind": "raw"}}, r"\[space\], which is settled when a build is made"),
    ],
)
def test_settings_that_are_no_other_policy_are_refused(
    own_shop: Path, overlay: Mapping[str, Any], said: str
) -> None:
    store = database(own_shop)
    try:
        with pytest.raises(InputError, match=said):
            contests(ShopDirectory.open(own_shop), store, overlay)
    finally:
        store.close()


def test_what_is_asked_must_be_something_the_log_holds() -> None:
    with pytest.raises(InputError, match="which product they were about"):
        Asked(surface="product_page")
    with pytest.raises(InputError, match="click, purchase"):
        Asked(reward="view")


@pytest.fixture
def shop_with_log(own_shop: Path) -> Path:
    """The small shop after some days, as its settings are."""
    with opened(own_shop) as shop:
        logged(shop, 80)
    return own_shop


def test_the_command_says_what_other_settings_would_get(
    desk: Any, shop_with_log: Path, tmp_path: Path
) -> None:
    file = tmp_path / "other.toml"
    file.write_text("[homepage]\nexplore = 0.0\n")
    command = ("experiment", "replay", shop_with_log, "--settings", file)
    told = desk.run(*command, "--json").json
    assert (told["answers"], told["reproduced"], told["left_out"]) == (80, 1.0, {})
    assert set(told["slots"]) == {str(slot) for slot in range(1, K + 1)}
    sure = told["slots"]["1"]
    assert sure["overlap"]["max_weight"] == 1
    assert sure["valued"] is (sure["refusals"] == [])
    last = told["slots"][str(K)]
    assert last["overlap"]["support"] == pytest.approx(1)
    shown = desk.run(*command)
    assert (shown.code, "counts like" in shown.out) == (0, True)
    assert "answered again just as they were logged" in shown.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "There is no file"),
        ("= 1", "is not valid TOML"),
        ("k = 1", "must be in a section"),
        ("[homepage]\nexplore = 7.0", "other.toml [homepage]: explore is 7"),
        ("[space]\nkind = 'raw'", "other.toml changes [space]"),
    ],
)
def test_the_command_refuses_what_is_no_other_policy(
    desk: Any, shop_with_log: Path, tmp_path: Path, text: str | None, said: str
) -> None:
    file = tmp_path / "other.toml"
    if text is not None:
        file.write_text(text)
    found = desk.run("experiment", "replay", shop_with_log, "--settings", file)
    assert found.code == 2
    assert said in found.err


def test_a_shop_without_a_database_has_no_log(desk: Any, own_shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text("[homepage]\nexplore = 0.0\n")
    span = ("--since", "2026-07-01", "--until", "2026-08-01")
    found = desk.run("experiment", "replay", own_shop, "--settings", file, *span)
    assert "has no database" in found.err


def test_the_verdict_says_more_fewer_no_difference_or_that_it_cannot_be_told() -> None:
    from penchant.cli.experiment_replay import verdict
    from penchant.evaluation.intervals import MeanInterval
    from penchant.experiments.off_policy.overlap import Overlap, Valuation

    lap = Overlap(1, 1, 1, 1, 1, 1, 1, 0, 1, 0)

    def said(low: float, high: float, *refusals: str) -> str:
        mean = MeanInterval((low + high) / 2, low, high, 9)
        return verdict(Asked(), Valuation(mean, {"snips": mean}, mean, lap, refusals))

    assert "2.00 more clicks per 1,000 slots (between 1.00 and 3.00)" in said(0.001, 0.003)
    assert "2.00 fewer clicks per 1,000 slots (between 1.00 and 3.00)" in said(-0.003, -0.001)
    assert "between -1.00 and +3.00" in said(-0.001, 0.003)
    assert "cannot tell" in said(0.001, 0.003, "too few")
