"""Ingest: tables are kept as read, merged by key, and replaced together."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from penchant.errors import InputError, NotFoundError
from penchant.settings import TableSettings
from penchant.shop_directory import ShopDirectory
from penchant.store.ingest import ingest, load_report, load_table, table_file
from penchant.tables import TableReport

MOMENT = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture
def shop(tmp_path: Path) -> ShopDirectory:
    return ShopDirectory.create(tmp_path / "shop")


def put(
    shop: ShopDirectory, table: str, rows: list[dict[str, object]], *, append: bool = False
) -> TableReport:
    sources = {table: pl.DataFrame(rows)}
    (report,) = ingest(shop, sources, as_of=MOMENT, settings=TableSettings(), append=append)
    return report


def event(customer: str, product: str, day: int, action: str = "view") -> dict[str, object]:
    moment = f"2026-06-{day:02d}T00:00:00Z"
    return {
        "customer_id": customer,
        "product_id": product,
        "interaction_type": action,
        "timestamp": moment,
    }


def test_a_table_never_read_is_empty_and_has_no_report(shop: ShopDirectory) -> None:
    assert load_table(shop, "orders").is_empty()
    assert "order_id" in load_table(shop, "orders").columns
    assert load_report(shop, "orders") is None


def test_what_is_read_is_kept_with_its_report(shop: ShopDirectory) -> None:
    report = put(shop, "products", [{"product_id": "b"}, {"product_id": "a"}, {"product_id": ""}])
    assert load_table(shop, "products")["product_id"].to_list() == ["a", "b"]
    assert load_report(shop, "products") == report
    assert (report.rows_kept, report.rows_rejected) == (2, 1)
    assert len(pl.read_csv(shop.rejects / "products.csv")) == 1


def test_reading_again_replaces_and_appending_merges_by_key(shop: ShopDirectory) -> None:
    put(shop, "products", [{"product_id": "a", "title": "old"}, {"product_id": "b"}])
    put(
        shop,
        "products",
        [{"product_id": "c"}, {"product_id": "a", "title": "new"}],
        append=True,
    )
    titles = dict(load_table(shop, "products").select("product_id", "title").iter_rows())
    assert titles == {"a": "new", "b": None, "c": None}
    put(shop, "products", [{"product_id": "z"}])
    assert load_table(shop, "products")["product_id"].to_list() == ["z"]


def test_columns_of_the_shops_own_survive_appending(shop: ShopDirectory) -> None:
    put(shop, "products", [{"product_id": "a", "cut": "oval"}])
    put(shop, "products", [{"product_id": "b", "stone": "opal"}], append=True)
    rows = load_table(shop, "products").select("product_id", "cut", "stone").rows()
    assert rows == [("a", "oval", None), ("b", None, "opal")]


def test_appending_the_same_events_twice_changes_nothing(shop: ShopDirectory) -> None:
    events = [event("C2", "p", 3), event("C1", "q", 2), event("C1", "p", 2, "purchase")]
    put(shop, "interactions", events)
    whole = table_file(shop, "interactions").read_bytes()
    put(shop, "interactions", events[:2], append=True)
    assert table_file(shop, "interactions").read_bytes() == whole


def test_appending_in_parts_equals_reading_at_once(shop: ShopDirectory) -> None:
    events = [event(f"C{i % 3}", f"p{i % 4}", 1 + i % 20) for i in range(30)]
    put(shop, "interactions", events)
    whole = table_file(shop, "interactions").read_bytes()
    put(shop, "interactions", events[20:])
    put(shop, "interactions", events[:10], append=True)
    put(shop, "interactions", events[10:20], append=True)
    assert table_file(shop, "interactions").read_bytes() == whole


def test_nothing_or_an_unknown_table_is_refused(shop: ShopDirectory) -> None:
    with pytest.raises(InputError, match="No table was named"):
        ingest(shop, {}, as_of=MOMENT, settings=TableSettings())
    with pytest.raises(NotFoundError, match=r'No table "product". Did you mean "products"'):
        put(shop, "product", [{"product_id": "a"}])


def test_one_unreadable_table_leaves_all_as_they_were(shop: ShopDirectory) -> None:
    put(shop, "products", [{"product_id": "a"}])
    sources = {
        "products": pl.DataFrame({"product_id": ["b"]}),
        "customers": pl.DataFrame({"name": ["x"]}),
    }
    with pytest.raises(InputError, match="customer_id"):
        ingest(shop, sources, as_of=MOMENT, settings=TableSettings())
    assert load_table(shop, "products")["product_id"].to_list() == ["a"]


def test_headers_of_the_shops_own_are_read_by_alias(shop: ShopDirectory) -> None:
    sources = {"products": pl.DataFrame({"Artikelkennung": ["a", "b"]})}
    settings = TableSettings(aliases={"Artikelkennung": "product_id"})
    ingest(shop, sources, as_of=MOMENT, settings=settings)
    assert load_table(shop, "products")["product_id"].to_list() == ["a", "b"]


def test_two_tables_read_at_once_have_aliases_of_their_own(shop: ShopDirectory) -> None:
    sources = {
        "products": pl.DataFrame({"Artikelkennung": ["a", "b"]}),
        "customers": pl.DataFrame({"Kundenkennung": ["x"]}),
    }
    settings = TableSettings(
        aliases={"Artikelkennung": "product_id", "Kundenkennung": "customer_id"}
    )
    reports = ingest(shop, sources, as_of=MOMENT, settings=settings)
    assert load_table(shop, "customers")["customer_id"].to_list() == ["x"]
    codes = {one.code for report in reports for one in report.findings}
    assert not codes & {"alias_unused", "unknown_columns"}


def test_an_empty_export_takes_no_rows_away_unless_allowed(shop: ShopDirectory) -> None:
    def read(allow_empty: bool = False, append: bool = False) -> TableReport:
        sources = {"products": pl.DataFrame(schema={"product_id": pl.String})}
        (report,) = ingest(
            shop,
            sources,
            as_of=MOMENT,
            settings=TableSettings(),
            append=append,
            allow_empty=allow_empty,
        )
        return report

    assert read().rows_kept == 0  # nothing was there
    put(shop, "products", [{"product_id": "a"}, {"product_id": "b"}])
    with pytest.raises(InputError, match=r"no usable row .* 2 rows of products.*--allow-empty"):
        read()
    read(append=True)
    assert load_table(shop, "products")["product_id"].to_list() == ["a", "b"]
    read(allow_empty=True)
    assert load_table(shop, "products").is_empty()


def test_one_empty_table_keeps_the_others_as_they_were(shop: ShopDirectory) -> None:
    put(shop, "products", [{"product_id": "a"}])
    put(shop, "customers", [{"customer_id": "x"}])
    sources = {
        "products": pl.DataFrame({"product_id": ["b"]}),
        "customers": pl.DataFrame(schema={"customer_id": pl.String}),
    }
    with pytest.raises(InputError, match="rows of customers"):
        ingest(shop, sources, as_of=MOMENT, settings=TableSettings())
    assert load_table(shop, "products")["product_id"].to_list() == ["a"]
