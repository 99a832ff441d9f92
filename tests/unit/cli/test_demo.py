"""The demo writes to a new folder or to its own shop, and never to a real one."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from penchant.cli import demo
from penchant.errors import InputError
from penchant.sample.files import sample_sources
from penchant.settings import TableSettings
from penchant.shop_directory import ShopDirectory
from penchant.store.ingest import ingest


def files_of(folder: Path) -> dict[Path, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path: path.read_bytes() for path in paths}


def read_sample(shop: ShopDirectory, *tables: str) -> None:
    sources = {table: sample_sources()[table] for table in tables}
    ingest(shop, sources, as_of=demo.SAMPLE_END, settings=TableSettings())


def test_a_real_shop_is_refused_and_left_as_it_is(desk: Any, own_shop: Path) -> None:
    before = files_of(own_shop)
    result = desk.run("demo", own_shop)
    assert result.code == 2
    assert f"{own_shop} is a shop already" in result.err
    assert "choose another folder" in result.err
    assert files_of(own_shop) == before


def test_a_folder_with_other_things_is_refused(desk: Any, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_bytes(b"x")
    assert "not an empty folder" in desk.run("demo", tmp_path).err


def test_the_demos_own_shop_may_be_made_again(tmp_path: Path) -> None:
    shop = demo._open(tmp_path / "demo")
    assert demo._open(tmp_path / "demo") == shop  # interrupted before any table was read
    read_sample(shop, "products", "customers")
    assert demo._open(tmp_path / "demo") == shop
    read_sample(shop, *sample_sources())
    assert demo._open(tmp_path / "demo") == shop


@pytest.mark.parametrize("table", ["interactions", "customers"])
def test_a_demo_shop_with_tables_of_ones_own_is_a_real_shop(
    desk: Any, tmp_path: Path, table: str
) -> None:
    shop = demo._open(tmp_path / "demo")
    read_sample(shop, *sample_sources())
    mine = {table: desk.inputs / f"{table}.csv"}
    ingest(shop, mine, as_of=demo.SAMPLE_END, settings=TableSettings(), append=True)
    with pytest.raises(InputError, match="is a shop already"):
        demo._open(tmp_path / "demo")


def test_a_shop_set_up_or_damaged_is_a_real_shop(desk: Any, own_shop: Path, tmp_path: Path) -> None:
    ShopDirectory.create(tmp_path / "mine", {"recommend": {"k": 7}})
    with pytest.raises(InputError, match="is a shop already"):
        demo._open(tmp_path / "mine")
    (own_shop / "data" / "products.parquet").write_bytes(b"x")
    with pytest.raises(InputError, match="is a shop already"):
        demo._open(own_shop)
    shutil.rmtree(own_shop / "data")
    with pytest.raises(InputError, match="is a shop already"):
        demo._open(own_shop)
