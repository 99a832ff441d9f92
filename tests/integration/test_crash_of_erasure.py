"""Forgetting killed at any moment: what serves stays whole, and running it again ends the same."""

from __future__ import annotations

import random
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

import penchant
from penchant.builds import Manifest
from tests.kills import kill_after, kill_at_event
from tests.peopled import OTHER, PERSON, copied, traces


def contents(shop: Path) -> dict[str, bytes]:
    """All files but the database, and those of the mails."""
    found = [one for one in shop.parent.rglob("*") if one.is_file()]
    spared = (".lock", "penchant.db", "penchant.db-wal", "penchant.db-shm", "campaigns.jsonl")
    return {
        one.relative_to(shop.parent).as_posix(): one.read_bytes()
        for one in found
        if one.name not in spared
    }


def receipts(shop: Path) -> list[tuple[str, str | None]]:
    """Counts of each receipt, oldest first, and the id it still has."""
    with sqlite3.connect(shop / "penchant.db") as database:
        rows = database.execute(
            "SELECT counts, customer_id FROM erasures ORDER BY asked_us, receipt_id"
        ).fetchall()
    database.close()
    return rows


@pytest.fixture(scope="module")
def whole(desk: Any, peopled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop after an undisturbed run."""
    shop = copied(peopled, tmp_path_factory.mktemp("whole") / "own")
    assert desk.run("forget", shop, PERSON).code == 0
    return shop


def check_after_kill(desk: Any, shop: Path, whole: Path) -> None:
    """Every build can be opened; finishing what was asked, or asking again, ends the same."""
    for build in (shop / "builds").iterdir():
        if not build.name.startswith("."):
            Manifest.read(build).verify(build)
    assert len(penchant.open(shop).recommend("WARM", k=5).slots) == 5
    assert desk.run("forget", shop, "--pending").code == 0
    if not receipts(shop):
        assert desk.run("forget", shop, PERSON).code == 0
    assert [name for _, name in receipts(shop)] == [None]
    assert receipts(shop) == receipts(whole)
    assert contents(shop) == contents(whole)
    (shop / "inbox" / "interactions-9.csv").unlink()
    mails = shop.parent / "mails"
    assert traces(shop, PERSON, mails / "mail.csv", mails / "mail.parquet") == []
    assert traces(shop, OTHER)


# while tables are replaced, while a build is written, once it is in its place, and in a mail
@pytest.mark.parametrize("number", [40, 100, 190, 330])
def test_forgetting_killed_at_a_file_event(
    desk: Any, peopled: Path, whole: Path, tmp_path: Path, number: int
) -> None:
    shop = copied(peopled, tmp_path / "own")
    assert kill_at_event(shop.parent, number, "forget", shop, PERSON)
    check_after_kill(desk, shop, whole)


def test_forgetting_killed_again_and_again(
    desk: Any, peopled: Path, whole: Path, tmp_path: Path
) -> None:
    shop = copied(peopled, tmp_path / "own")
    assert kill_at_event(shop.parent, 60, "forget", shop, PERSON)
    for number in (30, 80, 150):
        kill_at_event(shop.parent, number, "forget", shop, "--pending")
    check_after_kill(desk, shop, whole)


@pytest.mark.proof
def test_forgetting_killed_at_every_second_file_event(
    desk: Any, peopled: Path, whole: Path, tmp_path: Path
) -> None:
    for number in range(1, 1001, 2):
        shop = copied(peopled, tmp_path / f"own{number}")
        if not kill_at_event(shop.parent, number, "forget", shop, PERSON):
            break
        check_after_kill(desk, shop, whole)
        shutil.rmtree(shop.parent)
    assert 300 < number < 1000


@pytest.mark.proof
def test_forgetting_killed_a_hundred_times_at_random(
    desk: Any, peopled: Path, whole: Path, tmp_path: Path
) -> None:
    moments = random.Random(8)  # noqa: S311
    for number in range(100):
        shop = copied(peopled, tmp_path / f"own{number}")
        kill_after(moments.uniform(0.0, 1.5), "forget", shop, PERSON)
        check_after_kill(desk, shop, whole)
        shutil.rmtree(shop.parent)
