"""The inbox: which files are read, in which order, and where they go."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from penchant import columns as c
from penchant.errors import BuildError, InputError
from penchant.settings import TableSettings
from penchant.shop_directory import ShopDirectory
from penchant.store.inbox import look_into, table_of
from penchant.store.ingest import load_report, load_table, take_in
from penchant.tables import TableReport

AT = datetime(2026, 7, 1, 3, tzinfo=UTC)


@pytest.fixture
def shop(tmp_path: Path) -> ShopDirectory:
    made = ShopDirectory.create(tmp_path / "shop")
    made.inbox.mkdir()
    return made


def drop(shop: ShopDirectory, name: str, *ids: str) -> Path:
    """Leave a file in the inbox, of products unless it is named otherwise."""
    key = "customer_id" if name.startswith("customers") else "product_id"
    file = shop.inbox / name
    file.write_text("\n".join((key, *ids)) + "\n", encoding="utf-8")
    return file


def take(shop: ShopDirectory, *append: str) -> tuple[TableReport, ...]:
    found = look_into(shop, at=AT)
    return take_in(shop, found.arrivals, as_of=AT, settings=TableSettings(), append=append)


def products(shop: ShopDirectory) -> list[str]:
    return load_table(shop, c.PRODUCTS)["product_id"].to_list()


def done(shop: ShopDirectory) -> list[str]:
    return sorted(one.name for one in (shop.inbox / "done").iterdir())


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("products.csv", "products"),
        ("Products_2026-07-01.CSV", "products"),
        ("interactions-2026-07-01.parquet", "interactions"),
        ("order_items.tsv", "order_items"),
        ("order-items 2.pq", "order_items"),
        ("orders.2026.txt", "orders"),
        ("customers", None),
        ("products.csv.gz", None),
        ("productsnew.csv", None),
        ("my-products.csv", None),
        ("orders_items.xlsx", None),
    ],
)
def test_a_file_is_named_by_its_table(name: str, table: str | None) -> None:
    assert table_of(name) == table


def test_an_inbox_is_made_and_is_empty(tmp_path: Path) -> None:
    shop = ShopDirectory.create(tmp_path / "shop")
    found = look_into(shop, at=AT)
    assert (found.arrivals, found.unknown) == ((), ())
    assert (shop.inbox / "done").is_dir()


def test_others_are_named_and_hidden_ones_and_folders_left_alone(shop: ShopDirectory) -> None:
    (shop.inbox / "photos").mkdir()
    for name in ("notes.txt", ".products.csv.part", "products.csv"):
        drop(shop, name, "a")
    found = look_into(shop, at=AT)
    assert found.unknown == ("notes.txt",)
    assert [one.table for one in found.arrivals] == ["products"]
    take(shop)
    left = {"notes.txt", ".products.csv.part", "photos", "done"}
    assert {one.name for one in shop.inbox.iterdir()} == left


def test_what_was_taken_in_is_put_away_and_no_name_is_taken_twice(shop: ShopDirectory) -> None:
    for ids in ("a", "b", "c"):
        drop(shop, "products.csv", ids)
        take(shop)
    assert products(shop) == ["c"]
    assert done(shop) == [f"2026-07-01-{one}products.csv" for one in ("2-", "3-", "")]


def test_of_several_whole_feeds_the_last_counts_and_all_are_put_away(shop: ShopDirectory) -> None:
    drop(shop, "products-2026-07-01.csv", "a", "b")
    (shop.inbox / "products-2026-06-30.csv").write_text("no table at all")
    take(shop)
    assert products(shop) == ["a", "b"]
    assert len(done(shop)) == 2


def test_parts_are_added_in_order_with_one_report_and_all_rejects(shop: ShopDirectory) -> None:
    drop(shop, "products-1.csv", "a", "", "b")
    drop(shop, "products-2.csv", "b", "c", "", "")
    (report,) = take(shop, c.PRODUCTS)
    assert products(shop) == ["a", "b", "c"]
    assert report == load_report(shop, c.PRODUCTS)
    assert report.source == "products-1.csv, products-2.csv"
    rejects = (shop.rejects / "products.csv").read_text().splitlines()
    assert rejects[0].startswith("source file,line,reason")
    assert report.rows_rejected == len(rejects) - 1


def test_one_bad_file_leaves_all_where_and_as_they_were(shop: ShopDirectory) -> None:
    drop(shop, "products.csv", "a")
    (shop.inbox / "customers.csv").write_text("name\nx\n", encoding="utf-8")
    with pytest.raises(InputError, match="customer_id"):
        take(shop)
    assert products(shop) == []
    assert done(shop) == []


def test_a_file_still_being_written_is_refused_and_nothing_taken_in(shop: ShopDirectory) -> None:
    file = drop(shop, "products.csv", "a")
    found = look_into(shop, at=AT)
    with file.open("a") as more:
        more.write("b\n")
    with pytest.raises(InputError, match=r"products\.csv changed while it was read"):
        take_in(shop, found.arrivals, as_of=AT, settings=TableSettings(), append=())
    assert (products(shop), done(shop)) == ([], [])
    take(shop)
    assert products(shop) == ["a", "b"]


def test_an_inbox_nobody_may_write_to_is_said_before_anything_is_done(
    shop: ShopDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(shop, "products.csv", "a")
    monkeypatch.setattr(os, "access", lambda path, mode: path != shop.inbox)
    with pytest.raises(BuildError, match="inbox cannot be written to"):
        look_into(shop, at=AT)
