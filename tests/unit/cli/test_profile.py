"""`penchant profile` shows styles and verdicts, and takes marks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


def test_styles_and_change_are_shown(desk: Any, built_shop: Path) -> None:
    shown = desk.run("profile", built_shop, "WARM")
    assert "the taste of WARM" in shown.out
    assert "100%" in shown.out
    assert "too few days to tell" in shown.out
    values = desk.run("profile", built_shop, "WARM", "--json").json
    assert [one["share"] for one in values["styles"]] == pytest.approx([1.0])
    assert len(values["evolution"]["windows"]) == 2


def test_events_lists_every_interaction_with_its_verdict(desk: Any, built_shop: Path) -> None:
    values = desk.run("profile", built_shop, "GIVER", "--json").json
    text = desk.run("profile", built_shop, "GIVER", "--events").out
    assert all(one["event_id"] in text for one in values["interactions"])
    assert "gift_order" in text
    assert "Bought as a gift." in text
    assert values["interactions"][0]["event_id"] not in desk.run("profile", built_shop, "GIVER").out


def test_an_event_is_marked_and_the_mark_taken_back(desk: Any, own_shop: Path) -> None:
    def gift(*options: str) -> dict[str, Any]:
        values = desk.run("profile", own_shop, "GIVER", *options, "--json").json
        return next(one for one in values["interactions"] if one["product_id"] == "P10")

    event = gift()["event_id"]
    assert gift("--mark-own", event)["verdict"] == "kept"
    assert gift("--mark-gift", event)["verdict"] == "marked"
    assert gift("--unmark", event)["verdict"] == "gift_order"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--mark-gift", "beef"), 'No event "beef"'),
        (("--unmark", "beef"), 'No mark "beef"'),
        (("--mark-gift", "a", "--mark-own", "b"), "one at a time"),
    ],
)
def test_wrong_marks_end_in_one_sentence(
    desk: Any, own_shop: Path, options: tuple[str, ...], words: str
) -> None:
    result = desk.run("profile", own_shop, "WARM", *options)
    assert (result.code, result.out) == (2, "")
    assert words in result.err


def test_only_the_newest_are_shown_unless_all_are_asked_for(
    desk: Any, built_shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("penchant.cli.profile.SHOWN", 2)
    shown = desk.run("profile", built_shop, "WARM").out
    assert "and 2 older ones" in shown
    assert "older ones" not in desk.run("profile", built_shop, "WARM", "--events").out
