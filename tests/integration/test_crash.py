"""Killed at any moment or out of disk: the old build serves, nothing is left, reruns are exact."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import pytest

import penchant
from penchant.shop_directory import ShopDirectory
from tests.kills import disk_full_from, kill_after, kill_at_event, start

LIMITED = """
import resource, sys
size = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
from penchant.cli.app import main
main()
"""


def built_files(shop: Path) -> dict[str, bytes]:
    """Builds, the name of the published one, tables and embedding runs; not the cache's shards."""
    files = (path for path in shop.rglob("*") if path.is_file())
    kept = {path.relative_to(shop).as_posix(): path for path in files}
    return {
        name: path.read_bytes()
        for name, path in kept.items()
        if "shard-" not in name and not name.endswith((".lock", "penchant.toml"))
    }


def leftovers(shop: Path) -> list[Path]:
    return [path for path in shop.rglob(".*") if path.name.endswith(".tmp")]


@pytest.fixture(scope="module")
def changed_shop(desk: Any, built_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built shop with one product more, whose next build is a new one."""
    folder = tmp_path_factory.mktemp("changed")
    shop = shutil.copytree(built_shop, folder / "shop")
    more = desk.write_csv(folder / "p.csv", "product_id category", [("P98", "ring")])
    assert desk.run("ingest", shop, "--products", more, "--append").code == 0
    return Path(shop)


@pytest.fixture(scope="module")
def whole(desk: Any, changed_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same shop, built without interruption."""
    shop = shutil.copytree(changed_shop, tmp_path_factory.mktemp("whole") / "shop")
    assert desk.run("build", shop).code == 0
    return Path(shop)


def check_after_kill(desk: Any, shop: Path, whole: Path) -> None:
    """The published build answers, and a rerun ends where an uninterrupted one does."""
    slate = penchant.open(shop).recommend("WARM", k=5)
    assert slate.step == "profile"
    again = desk.run("build", shop)
    assert again.code == 0, again.err
    assert leftovers(shop) == []
    assert built_files(shop) == built_files(whole)


@pytest.mark.parametrize("number", [3, 12, 20, 32, 45, 52])
def test_a_build_killed_at_a_file_event(
    desk: Any, changed_shop: Path, whole: Path, tmp_path: Path, number: int
) -> None:
    shop = Path(shutil.copytree(changed_shop, tmp_path / "shop"))
    assert kill_at_event(shop, number, "build", shop)
    check_after_kill(desk, shop, whole)


def test_a_build_killed_at_random_moments(
    desk: Any, changed_shop: Path, whole: Path, tmp_path: Path
) -> None:
    shop = Path(shutil.copytree(changed_shop, tmp_path / "shop"))
    moments = random.Random(5)  # noqa: S311
    for _ in range(3):
        kill_after(moments.uniform(0, 0.5), "build", shop)
    check_after_kill(desk, shop, whole)


@pytest.mark.proof
def test_a_build_killed_at_every_file_event(
    desk: Any, changed_shop: Path, whole: Path, tmp_path: Path
) -> None:
    for number in range(1, 601):
        shop = Path(shutil.copytree(changed_shop, tmp_path / f"shop{number}"))
        if not kill_at_event(shop, number, "build", shop):
            break
        check_after_kill(desk, shop, whole)
        shutil.rmtree(shop)
    assert 40 < number < 600


@pytest.mark.proof
def test_a_build_killed_a_hundred_times_at_random(
    desk: Any, changed_shop: Path, whole: Path, tmp_path: Path
) -> None:
    moments = random.Random(6)  # noqa: S311
    for number in range(100):
        shop = Path(shutil.copytree(changed_shop, tmp_path / f"shop{number}"))
        kill_after(moments.uniform(0, 1), "build", shop)
        check_after_kill(desk, shop, whole)
        shutil.rmtree(shop)


@pytest.fixture(scope="module")
def photo_shop(
    desk: Any, photo_folder: Path, model_cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("photoshop")
    rows = [(f"P{i:02d}", photo_folder / f"P{i:02d}.jpg") for i in range(12)]
    products = desk.write_csv(folder / "products.csv", "product_id image", rows)
    desk.run("init", folder / "shop")
    assert desk.run("ingest", folder / "shop", "--products", products).code == 0
    return folder / "shop"


def test_an_embedding_run_killed_goes_on_to_the_same_vectors(
    desk: Any, photo_shop: Path, tmp_path: Path
) -> None:
    whole = Path(shutil.copytree(photo_shop, tmp_path / "whole"))
    assert desk.run("embed", whole).code == 0
    killed = 0
    for number in (4, 9, 13):
        shop = Path(shutil.copytree(photo_shop, tmp_path / f"shop{number}"))
        killed += kill_at_event(shop, number, "embed", shop)
        assert desk.run("embed", shop).code == 0
        assert built_files(shop) == built_files(whole)
        assert leftovers(shop) == []
    assert killed == 3


def check_one_sentence(result: Any) -> None:
    assert result.code == 1
    assert result.err.count("error: ") == 1
    last = result.err.strip().splitlines()[-1]
    assert last.startswith("error: ")
    assert "disk is full" in last or "No space left" in last
    assert "free some space" in last.lower()
    assert "Traceback" not in result.err


@pytest.mark.parametrize("call", [1, 5, 9, 20, 33])
def test_disk_full_while_building(
    desk: Any,
    changed_shop: Path,
    whole: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    call: int,
) -> None:
    shop = Path(shutil.copytree(changed_shop, tmp_path / "shop"))
    before = penchant.open(shop).build_id
    with disk_full_from(call, monkeypatch):
        result = desk.run("build", shop)
    check_one_sentence(result)
    assert leftovers(shop) == []
    assert penchant.open(shop).build_id == before
    check_after_kill(desk, shop, whole)


@pytest.mark.parametrize("call", [1, 2, 3, 4, 5, 6])
def test_disk_full_while_ingesting_replaces_no_table(
    desk: Any, own_shop: Path, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    before = built_files(own_shop)
    files = ("--products", desk.inputs / "products.csv", "--customers", desk.inputs / "orders.csv")
    with disk_full_from(call, monkeypatch):
        result = desk.run("ingest", own_shop, *files)
    check_one_sentence(result)
    assert built_files(own_shop) == before
    assert leftovers(own_shop) == []


@pytest.mark.parametrize("call", [1, 3, 5, 7])
def test_disk_full_while_embedding(
    desk: Any, photo_shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    shop = Path(shutil.copytree(photo_shop, tmp_path / "shop"))
    with disk_full_from(call, monkeypatch):
        result = desk.run("embed", shop)
    check_one_sentence(result)
    assert leftovers(shop) == []
    assert desk.run("embed", shop).code == 0


def test_disk_full_while_making_a_shop(
    desk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with disk_full_from(1, monkeypatch):
        check_one_sentence(desk.run("init", tmp_path / "shop"))
    assert not (tmp_path / "shop" / "penchant.toml").exists()
    assert desk.run("init", tmp_path / "shop").code == 0


def test_a_shop_whose_making_was_killed_can_be_made_again(desk: Any, tmp_path: Path) -> None:
    killed = 0
    for number in range(1, 12):
        shop = tmp_path / f"shop{number}"
        killed += kill_at_event(shop, number, "init", shop)
        if not (shop / "penchant.toml").exists():
            assert desk.run("init", shop).code == 0
        assert desk.run("ingest", shop, "--products", desk.inputs / "products.csv").code == 0
        assert leftovers(shop) == []
    assert killed >= 6


@pytest.mark.parametrize("size", [0, 300, 2000])
def test_writes_the_system_refuses(
    desk: Any, changed_shop: Path, whole: Path, tmp_path: Path, size: int
) -> None:
    """The kernel cuts every file at a size, those written by native code too."""
    shop = Path(shutil.copytree(changed_shop, tmp_path / "shop"))
    before = penchant.open(shop).build_id
    process = start(LIMITED, size, "build", shop)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1, err
    assert "Traceback" not in err
    assert "not be written" in err.splitlines()[-1]
    assert "File too large" in err.splitlines()[-1]
    assert leftovers(shop) == []
    assert penchant.open(shop).build_id == before
    check_after_kill(desk, shop, whole)


def test_a_second_writer_is_told_to_wait(desk: Any, own_shop: Path) -> None:
    with ShopDirectory.open(own_shop).writing():
        for words in (
            ("build", own_shop),
            ("embed", own_shop),
            ("ingest", own_shop, "--products", desk.inputs / "products.csv"),
        ):
            result = desk.run(*words)
            assert result.code == 2
            assert "Another command is writing" in result.err
            assert "wait until it is done" in result.err
        assert desk.run("recommend", own_shop, "WARM", "--json").code == 0


def test_a_killed_writer_frees_the_lock(desk: Any, own_shop: Path, tmp_path: Path) -> None:
    assert kill_at_event(own_shop, 6, "build", own_shop)
    assert desk.run("build", own_shop).code == 0
