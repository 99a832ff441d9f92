"""In which state an experiment is, and its facts for programs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from penchant.experiments.assignment import design_of
from penchant.experiments.experiment import Experiment, Variant
from penchant.experiments.files.parsing import ExperimentFile
from penchant.experiments.files.registration import register
from penchant.experiments.files.states import assigning_facts, facts_of, state_of
from penchant.settings import ExperimentSettings

SHOP = ExperimentSettings()
BEGIN = datetime(2026, 5, 4, tzinfo=UTC)
END = BEGIN + timedelta(weeks=4)
DAY = timedelta(days=1)
BOLD = Variant("bold", 3.0, {"homepage": {"guards": ("gender",), "weights": {"visual": 1.0}}}, "b1")
ONE = Experiment("bold", ("homepage",), (Variant("control"), BOLD), BEGIN, END)
STOPPED = replace(ONE, stopped=BEGIN + DAY)


@pytest.mark.parametrize(
    ("one", "at", "state"),
    [
        (ONE, BEGIN - DAY, "planned"),
        (ONE, BEGIN, "runs"),
        (ONE, END - DAY, "runs"),
        (ONE, END, "over"),
        (STOPPED, BEGIN, "runs"),
        (STOPPED, BEGIN + DAY, "stopped"),
        (STOPPED, END + DAY, "stopped"),
    ],
)
def test_the_state_follows_the_time(one, at, state):
    assert state_of(ExperimentFile(one, register(one, SHOP)), at) == state
    assert state_of(ExperimentFile(one, None), at) == "draft"


def test_the_facts_are_json_and_say_all():
    told = json.loads(json.dumps(facts_of(STOPPED)))
    assert told["variants"] == [
        {"variant": "control", "share": 0.25, "build_id": "", "settings": {}},
        {
            "variant": "bold",
            "share": 0.75,
            "build_id": "b1",
            "settings": {"homepage": {"guards": ["gender"], "weights": {"visual": 1.0}}},
        },
    ]
    assert (told["salt"], told["slice"], told["design"]) == ("bold", [0.0, 1.0], design_of(ONE))
    assert datetime.fromisoformat(told["stopped"]) == BEGIN + DAY
    assert facts_of(ONE)["stopped"] is None
    shop = ExperimentSettings(salt="s", holdout=0.1)
    assert assigning_facts(ONE, shop)["shop"] == {"salt": "s", "holdout": 0.1}
