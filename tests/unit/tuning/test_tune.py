"""Tuning: what is planted is found and proved, nothing else is, and the last period is not read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from penchant import columns as c
from penchant.builds import BuildInputs
from penchant.errors import InputError
from penchant.evaluation.cut import choose_cut
from penchant.evaluation.intervals import MeanInterval
from penchant.settings import GateSettings, SpaceSettings
from penchant.tuning import knobs
from penchant.tuning.report import knob_rows, sentences, to_dict
from penchant.tuning.tune import Tuning, tune
from tests.unit.tuning.conftest import without_taste


def test_a_shop_whose_customers_changed_their_taste_is_told_a_shorter_half_life(
    tuning: Tuning,
) -> None:
    assert set(tuning.confirmed) == {"taste.half_life_days"}
    assert tuning.confirmed["taste.half_life_days"] in (7.0, 15.0, 30.0)
    assert tuning.proof is not None
    assert tuning.proof.low > 0
    verdicts = {row[0]: row[-1] for row in knob_rows(tuning)}
    assert verdicts.pop("taste.half_life_days") == "change it"
    assert "change it" not in verdicts.values()
    assert sentences(tuning)[0].startswith("Confirmed: all changes together gain +0.")
    assert to_dict(tuning)["settings"][0] == "[taste]"


def test_nothing_is_chosen_on_the_customers_it_is_proved_on(tuning: Tuning) -> None:
    assert tuning.proof is not None
    asked = {one.gain.n for one in tuning.attempts}
    assert len(asked) == 1
    assert min(asked.pop(), tuning.proof.n) >= 25


def test_what_evaluate_measures_on_is_never_read(drifting: BuildInputs, tuning: Tuning) -> None:
    known = drifting.interactions
    after = known[c.TIMESTAMP] >= choose_cut(known, drifting.settings.evaluation)
    rng = np.random.default_rng(5)
    scrambled = [
        pl.Series(name, rng.permutation(known.filter(after)[name].to_numpy()))
        for name in (c.CUSTOMER_ID, c.PRODUCT_ID)
    ]
    later = known.filter(after).with_columns(scrambled)
    other = replace(drifting, interactions=pl.concat([known.filter(~after), later]))
    assert not other.interactions.equals(known)
    assert tune(other, quick=True) == tuning


def test_a_gain_that_others_do_not_share_changes_nothing(tuning: Tuning) -> None:
    doubtful = replace(tuning, proof=MeanInterval(0.01, -0.001, 0.021, 100))
    assert not doubtful.confirmed
    assert knob_rows(doubtful)[0][-1] == "better, but not confirmed"
    assert sentences(doubtful)[0] == (
        "Not confirmed: all changes together gain +0.0100 [-0.0010, +0.0210] over 100 other "
        "customers. The present settings stay."
    )
    assert to_dict(doubtful)["settings"] == []


def false_changes(drifting: BuildInputs, seeds: range) -> tuple[int, int]:
    """Count shops without taste where a value seemed better, and where a change was confirmed."""
    found = [tune(without_taste(drifting, seed), quick=True) for seed in seeds]
    return sum(bool(one.changes) for one in found), sum(bool(one.confirmed) for one in found)


def test_where_nothing_can_be_told_the_settings_stay(drifting: BuildInputs) -> None:
    assert false_changes(drifting, range(1)) == (0, 0)


@pytest.mark.proof
def test_hardly_any_shop_without_taste_is_told_to_change(drifting: BuildInputs) -> None:
    chosen, confirmed = false_changes(drifting, range(100, 140))
    assert chosen <= 5  # 5 % of 40 are 2
    assert confirmed <= 1


def test_all_of_it_tells_what_fitting_and_each_part_add(
    drifting: BuildInputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {"taste.half_life_days": (7.0,), "blend.fit": (True,)}
    monkeypatch.setattr(knobs, "TRIED", few)
    settings = replace(drifting.settings, space=SpaceSettings(kind="photo-only"))
    told: list[str] = []
    whole = tune(replace(drifting, settings=settings), on_step=told.append)
    assert [(one.knob.name, one.value) for one in whole.attempts] == [
        ("taste.half_life_days", 7.0),
        ("blend.fit", True),
    ]
    assert "trying blend.fit = True (build 1 of 1)" in told
    assert {one.kind for one in whole.parts} == {"source"}
    assert told[-1].endswith(f"(build {len(whole.parts)} of {len(whole.parts)})")
    assert sentences(whole)[1].startswith("Fitted weights of the sources instead of the default")
    origins = {one.surface: one.origin for one in whole.weights}
    assert origins["new_arrivals"] == "default"
    assert (origins["homepage"] == "fitted") == ("blend.fit" in whole.confirmed)
    assert whole.proof is not None


def test_too_few_customers_are_refused_with_how_many_it_takes(drifting: BuildInputs) -> None:
    strict = replace(drifting.settings, gate=GateSettings(min_customers=400))
    with pytest.raises(InputError, match=r"^\d+ customers bought .* tuning takes about 800: "):
        tune(replace(drifting, settings=strict))
