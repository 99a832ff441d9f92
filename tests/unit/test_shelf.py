"""The shelf: what became of each build, and which ones are kept."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

import penchant
from penchant.errors import InputError, RefusedError
from penchant.publishing import publish_build
from penchant.rollback import roll_back
from penchant.shelf import list_builds, prune_builds
from penchant.shop_directory import ShopDirectory
from tests.tiny_builds import NOW, FakeGate, add_build, damage, publish


@pytest.fixture
def shop(tmp_path: Path) -> ShopDirectory:
    return ShopDirectory.create(tmp_path / "shop")


def add_evaluation(shop: ShopDirectory, name: str, text: str) -> None:
    (shop.evaluations / name).mkdir()
    (shop.evaluations / name / "evaluation.json").write_text(text)


def test_every_build_says_what_became_of_it(shop: ShopDirectory) -> None:
    first, second, third, fourth = (add_build(shop, day) for day in (1, 2, 3, 4))
    publish(shop, first)
    publish(shop, second, pointer="staging")
    with pytest.raises(RefusedError):
        publish_build(shop, third, gate=FakeGate(passed=False), at=NOW)
    (shop.builds / fourth / "manifest.json").write_text("{")
    scores = {"scores": {"precision": 0.25, "customers": 9, "note": "x"}, "more": []}
    add_evaluation(shop, first, json.dumps(scores))
    add_evaluation(shop, second, "[")
    found = {one.build_id: one for one in list_builds(shop)}
    assert list(found)[1:] == [third, second, first]
    assert [name for name, one in found.items() if one.current] == [first]
    assert [name for name, one in found.items() if one.staged] == [second]
    assert {n: one.refused for n, one in found.items() if one.refused is not None} == {
        third: ("precision fell by .02",)
    }
    assert "manifest.json" in found[fourth].damage
    one = found[first]
    assert (one.made, one.as_of) == ("2026-07-01T00:00:00+00:00",) * 2
    assert (one.counts["products"], one.counts["customers"]) == (1, 2)
    assert (one.scores, found[second].scores) == ({"precision": 0.25, "customers": 9.0}, {})
    publish(shop, third)
    assert next(one for one in list_builds(shop) if one.current).refused is None


def test_the_oldest_are_removed_but_never_one_that_is_needed(shop: ShopDirectory) -> None:
    """Whichever serves, is staged, or served before: its twin names the survivors by hand."""
    names = [add_build(shop, day) for day in range(1, 7)]
    for name in names:
        add_evaluation(shop, name, "{}")
    for before, serving, staged in itertools.islice(
        itertools.permutations(range(6), 3), 0, 120, 11
    ):
        for day, name in enumerate(names, 1):
            if name not in shop.build_ids():
                add_build(shop, day)
        publish(shop, names[before])
        publish(shop, names[serving])
        publish(shop, names[staged], pointer="staging")
        removed = prune_builds(shop, keep=2)
        needed = {names[before], names[serving], names[staged]}
        assert set(shop.build_ids()) == {*names[-2:], *needed}
        assert list(removed) == [one for one in reversed(names[:4]) if one not in needed]
        assert not [one for one in shop.builds.iterdir() if one.name.startswith(".")]
        assert {one.name for one in shop.evaluations.iterdir()} <= set(shop.build_ids())
        assert roll_back(shop, at=NOW).build_id == names[before]


def test_what_a_rollback_would_pass_over_is_not_kept_for_it(shop: ShopDirectory) -> None:
    names = [add_build(shop, day) for day in (1, 2, 3, 4)]
    for name in names[:3]:
        publish(shop, name)
    damage(shop, names[1])
    assert prune_builds(shop, keep=1) == (names[1],)
    assert roll_back(shop, at=NOW).build_id == names[0]


def test_nothing_is_removed_while_another_command_writes(shop: ShopDirectory) -> None:
    for day in (1, 2):
        add_build(shop, day)
    with shop.writing(), pytest.raises(InputError, match="Another command is writing"):
        prune_builds(shop, keep=1)
    assert len(shop.build_ids()) == 2


def test_the_commands_from_a_build_to_its_end(desk: Any, own_shop: Path) -> None:
    """Build, stage, look, be refused, force, go back, list, prune."""
    old = penchant.open(own_shop).build_id
    new = desk.run("build", own_shop, "--as-of", "2026-06-15", "--json").json["build_id"]
    assert penchant.open(own_shop).build_id == old != new
    staged = desk.run("publish", own_shop, "--to", "staging")
    assert f"Build {new} is staged now\n" in staged.err
    assert penchant.open(own_shop, pointer="staging").build_id == new
    slate = desk.run("recommend", own_shop, "WARM", "--staging", "--json").json
    assert slate["build_id"] == new
    refused = desk.run("publish", own_shop)
    assert (refused.code, refused.out) == (2, "")
    assert f'penchant publish {own_shop} {new} --force "REASON"' in refused.err
    again = ("build", own_shop, "--as-of", "2026-06-15", "--publish")
    assert json.loads(desk.run(*again, "--json").err.splitlines()[-1])["code"] == "refused"
    forced = desk.run("publish", own_shop, "--force", "looks better")
    assert f"Build {new} serves now, instead of {old}" in forced.err
    assert "forced: looks better" in forced.err
    assert "serves already" in desk.run(*again).err
    assert desk.run(*again, "--json").json["published"] is True
    assert desk.run("rollback", own_shop, "--json").json["build_id"] == old
    states = {one["build_id"]: one for one in desk.run("builds", own_shop, "--json").json["builds"]}
    assert (states[old]["current"], states[new]["staged"]) == (True, True)
    shown = desk.run("builds", own_shop).out
    assert new in shown
    assert "serves" in shown
    assert "0 removed, 2 kept" in desk.run("prune", own_shop).err
