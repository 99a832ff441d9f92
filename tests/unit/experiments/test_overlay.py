"""What a variant changes is laid over the settings; all else stays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from penchant.errors import InputError
from penchant.experiments.files.overlay import laid_over
from penchant.settings import HomepageSettings, RecommendSettings, Settings, TasteSettings

OURS = Settings(
    taste=TasteSettings(half_life_days=60.0),
    homepage=HomepageSettings(weights={"visual": 1.0, "popular": 0.5}),
    recommend=RecommendSettings(deny=("P1",)),
)


def test_only_what_is_named_changes():
    laid = laid_over(OURS, {"homepage": {"explore": 0.3}, "recommend": {"deny": ("P2", "P3")}})
    assert laid == replace(
        OURS,
        homepage=replace(OURS.homepage, explore=0.3),
        recommend=replace(OURS.recommend, deny=("P2", "P3")),
    )
    assert laid_over(OURS, {}) == OURS


def test_of_a_mapping_only_the_keys_that_are_named_change():
    laid = laid_over(OURS, {"homepage": {"weights": {"popular": 2.0}}})
    assert dict(laid.homepage.weights) == {"visual": 1.0, "popular": 2.0}


@pytest.mark.parametrize(
    ("overlay", "message"),
    [
        (
            {"hompage": {"explore": 0.3}},
            r"here has a section \[hompage\].*Did you mean \"homepage\"",
        ),
        ({"homepage": {"explor": 0.3}}, r"here \[homepage\] has no setting explor\. Did you mean"),
        ({"homepage": {"explore": 3.0}}, r"here \[homepage\]: explore is 3, must be <= 0\.5"),
        (
            {"homepage": {"explore": "a lot"}},
            r"here \[homepage\] explore is 'a lot', must be a num",
        ),
        ({"homepage": {"weights": {"visul": 1.0}}}, r"visul"),
        ({"homepage": {"weights": 3}}, r"weights is 3, must be a table of numbers"),
        ({"homepage": 3}, r"here: homepage must be a section"),
    ],
)
def test_what_is_not_allowed_is_named(overlay, message):
    with pytest.raises(InputError, match=message):
        laid_over(OURS, overlay, source="here")
