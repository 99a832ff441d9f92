"""A nightly run killed at any moment: the old build answers, and the next run ends the same."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import pytest

import penchant
from tests.kills import kill_after, kill_at_event

EVENT = "customer_id product_id interaction_type timestamp"
OPTIONS = ("--to", "staging", "--as-of", "2026-07-01")


def words(shop: Path) -> tuple[object, ...]:
    """The command: it stages, for so few customers let no build pass the gate."""
    return ("nightly", shop, *OPTIONS, "--campaign", shop / "mail.csv")


@pytest.fixture(scope="module")
def fed_shop(desk: Any, built_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A serving shop with a product gone, one new, and events new, late and given before."""
    shop = Path(shutil.copytree(built_shop, tmp_path_factory.mktemp("fed") / "shop"))
    text = (desk.inputs / "products.csv").read_text().splitlines()
    feed = [line for line in text if not line.startswith("P22")]
    (shop / "inbox").mkdir()
    (shop / "inbox" / "products.csv").write_text(
        "\n".join([*feed, "P98,New,ring,9,in_stock,2026-06-15\n"])
    )
    late = [("WARM", "P09", "view", "2026-05-01"), ("COLD", "P98", "view", "2026-06-30T13:00:00Z")]
    for number, rows in enumerate((late, late[:1])):
        desk.write_csv(shop / "inbox" / f"interactions-{number}.csv", EVENT, rows)
    return shop


@pytest.fixture(scope="module")
def whole(desk: Any, fed_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same shop after an undisturbed run."""
    shop = Path(shutil.copytree(fed_shop, tmp_path_factory.mktemp("whole") / "shop"))
    assert desk.run(*words(shop)).code == 0
    return shop


def files(shop: Path) -> dict[str, bytes]:
    """All there is but the record of runs, which tells the time they took."""
    found = {one.relative_to(shop).as_posix(): one for one in shop.rglob("*") if one.is_file()}
    spared = ("nightly.jsonl", "penchant.toml", ".lock")
    return {name: one.read_bytes() for name, one in found.items() if not name.endswith(spared)}


def check_after_kill(desk: Any, shop: Path, whole: Path) -> None:
    """What served answers, and one more run ends where an undisturbed one does."""
    assert penchant.open(shop).recommend("WARM", k=5).step == "profile"
    again = desk.run(*words(shop))
    assert again.code == 0, again.err
    assert files(shop) == files(whole)


def killed(fed_shop: Path, folder: Path, number: int) -> tuple[Path, bool]:
    """A copy of the shop, and whether its run was killed at the n-th event."""
    shop = Path(shutil.copytree(fed_shop, folder))
    return shop, kill_at_event(shop, number, *words(shop))


# while files are put away, and while the build is staged
@pytest.mark.parametrize("number", [47, 320])
def test_a_run_killed_at_a_file_event(
    desk: Any, fed_shop: Path, whole: Path, tmp_path: Path, number: int
) -> None:
    shop, was_killed = killed(fed_shop, tmp_path / "shop", number)
    assert was_killed
    check_after_kill(desk, shop, whole)


def test_a_first_run_killed_again_and_again_is_finished_by_the_last(
    desk: Any, tmp_path: Path
) -> None:
    """Through the real gate: where nothing serves, it lets the first build pass."""
    shop, other = tmp_path / "killed" / "shop", tmp_path / "whole" / "shop"
    command = ("nightly", shop, "--as-of", "2026-07-01")
    for one in (shop, other):
        desk.run("init", one, "--encoder", f"precomputed:{desk.inputs / 'vectors.npz'}")
        shutil.copytree(desk.inputs, one / "inbox", ignore=shutil.ignore_patterns("*.npz"))
    assert desk.run("nightly", other, *command[2:]).code == 0
    for number in (71, 300):
        assert kill_at_event(shop, number, *command)
    assert desk.run(*command).code == 0
    assert files(shop) == files(other)


@pytest.mark.proof
def test_a_run_killed_at_every_third_file_event(
    desk: Any, fed_shop: Path, whole: Path, tmp_path: Path
) -> None:
    for number in range(1, 1001, 3):
        shop, was_killed = killed(fed_shop, tmp_path / f"shop{number}", number)
        if not was_killed:
            break
        check_after_kill(desk, shop, whole)
        shutil.rmtree(shop)
    assert 400 < number < 1000


@pytest.mark.proof
def test_a_run_killed_a_hundred_times_at_random(
    desk: Any, fed_shop: Path, whole: Path, tmp_path: Path
) -> None:
    moments = random.Random(7)  # noqa: S311
    for number in range(100):
        shop = Path(shutil.copytree(fed_shop, tmp_path / f"shop{number}"))
        kill_after(moments.uniform(0.0, 1.5), *words(shop))
        check_after_kill(desk, shop, whole)
        shutil.rmtree(shop)
