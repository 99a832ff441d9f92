"""Publishing, going back and pruning, killed at any moment: a whole build serves, old or new."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import penchant
from penchant.builds import Manifest
from penchant.publishing import pointed_id
from penchant.shop_directory import ShopDirectory
from penchant.store.releases import read_releases, served_builds
from tests.kills import disk_full_from, kill_after, kill_at_event

VERBS = ("publish", "rollback", "prune", "stage")


@dataclass(frozen=True, slots=True)
class Case:
    """A command on a shop, and what is there in the end, killed or not."""

    shop: Path
    words: tuple[str, ...]
    again: tuple[str, ...]
    serves: str
    staged: str | None
    served: tuple[str, ...]
    builds: tuple[str, ...]
    lines: int


@pytest.fixture(scope="module")
def stocked_shop(
    desk: Any, built_shop: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[str]]:
    """Five builds, oldest first: two of no use, the one before, the one that serves, a new one."""
    shop = Path(shutil.copytree(built_shop, tmp_path_factory.mktemp("stocked") / "shop"))
    shutil.rmtree(shop / "builds")
    (shop / "CURRENT").unlink()
    (shop / "releases.jsonl").unlink()
    names = []
    for day in range(1, 6):
        made = desk.run("build", shop, "--as-of", f"2026-07-0{day}", "--json")
        names.append(made.json["build_id"])
        if day in {3, 4}:
            desk.publish(shop)
    return shop, names


def case_of(verb: str, stocked: tuple[Path, list[str]], folder: Path) -> Case:
    """Copy the shop, and say how the command should leave it."""
    source, (a, b, before, serving, newest) = stocked
    shop = Path(shutil.copytree(source, folder))
    every, past = (a, b, before, serving, newest), (before, serving)
    publish = ("publish", newest, "--force", "a test")
    stage = ("publish", newest, "--to", "staging")
    told = {
        "publish": (publish, publish, newest, None, (*past, newest), every, 3),
        "rollback": (("rollback",), ("rollback", before), before, None, (before,), every, 3),
        "prune": (("prune",), ("prune",), serving, None, past, every[2:], 2),
        "stage": (stage, stage, serving, newest, past, every, 3),
    }
    return Case(shop, *told[verb])


def run(desk: Any, case: Case, words: tuple[str, ...]) -> None:
    result = desk.run(words[0], case.shop, *words[1:])
    assert result.code == 0, result.err


def check_after_kill(desk: Any, case: Case, old: str) -> None:
    """A whole build serves, and the next command ends where an undisturbed one does."""
    directory = ShopDirectory.open(case.shop)
    opened = penchant.open(case.shop)
    assert opened.build_id in {old, case.serves}
    assert opened.recommend("WARM", k=5).step == "profile"
    for name in directory.build_ids():
        Manifest.read(directory.builds / name).verify(directory.builds / name)
    assert set(case.builds) <= set(directory.build_ids())
    run(desk, case, ("builds",))
    run(desk, case, case.again)
    check_the_end(case)


def check_the_end(case: Case) -> None:
    directory = ShopDirectory.open(case.shop)
    releases = read_releases(directory.releases_file)
    assert pointed_id(directory) == case.serves
    assert pointed_id(directory, "staging") == case.staged
    assert served_builds(releases, case.serves) == case.served
    assert len(releases) == case.lines, "nothing recorded twice, nothing missing"
    assert directory.build_ids() == sorted(case.builds)
    left = [path.name for path in case.shop.rglob(".*") if path.name != ".lock"]
    assert left == []


def kill_and_check(
    desk: Any, verb: str, stocked: tuple[Path, list[str]], folder: Path, at: int | float
) -> bool:
    """Kill a command at an event or after some seconds; say whether it was killed."""
    case = case_of(verb, stocked, folder)
    words = (case.words[0], case.shop, *case.words[1:])
    killed = kill_at_event(case.shop, at, *words) if isinstance(at, int) else kill_after(at, *words)
    check_after_kill(desk, case, old=stocked[1][3])
    shutil.rmtree(case.shop)
    return killed


@pytest.fixture(autouse=True)
def _keep_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENCHANT_BUILDS_KEEP", "1")


@pytest.mark.parametrize("verb", VERBS)
def test_undisturbed(
    desk: Any, stocked_shop: tuple[Path, list[str]], tmp_path: Path, verb: str
) -> None:
    case = case_of(verb, stocked_shop, tmp_path / "shop")
    run(desk, case, case.words)
    check_the_end(case)
    run(desk, case, case.again)
    check_the_end(case)


EVENTS = {"publish": (60, 156), "rollback": (65, 67), "prune": (60, 120), "stage": (66,)}


@pytest.mark.parametrize(("verb", "number"), [(v, n) for v, some in EVENTS.items() for n in some])
def test_killed_at_a_file_event(
    desk: Any, stocked_shop: tuple[Path, list[str]], tmp_path: Path, verb: str, number: int
) -> None:
    assert kill_and_check(desk, verb, stocked_shop, tmp_path / "shop", number)


@pytest.mark.parametrize("verb", ["publish", "rollback", "stage"])
def test_a_full_disk_changes_nothing_or_all(
    desk: Any,
    stocked_shop: tuple[Path, list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    verb: str,
) -> None:
    for call in range(1, 30, 5 if verb == "publish" else 1):  # the gate takes its time
        case = case_of(verb, stocked_shop, tmp_path / f"shop{call}")
        with disk_full_from(call, monkeypatch) as calls:
            result = desk.run(case.words[0], case.shop, *case.words[1:])
        if len(calls) < call:
            break
        assert result.code == 1
        assert result.err.count("error: ") == 1
        assert "No space left" in result.err or "disk is full" in result.err
        check_after_kill(desk, case, old=stocked_shop[1][3])
    assert call > 5


@pytest.mark.proof
@pytest.mark.parametrize("verb", VERBS)
def test_killed_at_every_file_event(
    desk: Any, stocked_shop: tuple[Path, list[str]], tmp_path: Path, verb: str
) -> None:
    number = 1
    while kill_and_check(desk, verb, stocked_shop, tmp_path / "shop", number):
        number += 1
    assert 50 < number < 600


@pytest.mark.proof
def test_killed_two_hundred_times_at_random(
    desk: Any, stocked_shop: tuple[Path, list[str]], tmp_path: Path
) -> None:
    moments, killed = random.Random(7), 0  # noqa: S311
    while killed < 200:
        verb = VERBS[killed % 4]
        seconds = moments.uniform(0, 2.0 if verb == "publish" else 0.3)  # the gate takes its time
        killed += kill_and_check(desk, verb, stocked_shop, tmp_path / "shop", seconds)
