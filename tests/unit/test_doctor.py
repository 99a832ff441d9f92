"""The doctor tells what is wrong, and changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from penchant.doctor import examine, newest_run
from penchant.shop_directory import ShopDirectory


def contents(shop: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in shop.rglob("*") if path.is_file()}


def test_a_checkup_changes_nothing(own_shop: Path) -> None:
    before = contents(own_shop)
    examine(ShopDirectory.open(own_shop))
    assert contents(own_shop) == before


def test_tables_are_told_with_rows_and_source(built_shop: Path) -> None:
    checkup = examine(ShopDirectory.open(built_shop))
    told = {one.table: (one.rows, one.source, one.rejected) for one in checkup.tables}
    assert told["products"] == (24, "products.csv", 0)
    assert told["customers"] == (7, "customers.csv", 0)
    assert told["order_items"] == (3, "order_items.csv", 0)
    assert checkup.build_id == (built_shop / "CURRENT").read_text().strip()


def test_what_is_odd_is_found(built_shop: Path) -> None:
    checkup = examine(ShopDirectory.open(built_shop))
    found = {one.code: (one.table, one.count, one.examples) for one in checkup.findings}
    assert found["unplaced"] == ("build", 1, ())
    assert found["no_vector"] == ("vectors", 1, ("P23",))
    assert found["unknown_customer"][1:] == (3, ("GIVER",))
    assert all(one.message.endswith(".") for one in checkup.findings)


def test_a_new_shop_has_nothing_but_says_so(tmp_path: Path) -> None:
    shop = ShopDirectory.create(tmp_path / "shop")
    checkup = examine(shop)
    assert [one.rows for one in checkup.tables] == [0] * 5
    assert [one.code for one in checkup.findings] == ["not_built"]
    assert (checkup.build_id, newest_run(shop)) == ("", None)


def test_products_without_photos_before_any_embedding(desk: Any, tmp_path: Path) -> None:
    desk.run("init", tmp_path / "shop")
    desk.run("ingest", tmp_path / "shop", "--products", desk.inputs / "products.csv")
    found = {one.code: one for one in examine(ShopDirectory.open(tmp_path / "shop")).findings}
    assert found["no_photo"].count == 24
    assert len(found["no_photo"].examples) == 5


def test_copies_of_a_photo_are_found(
    desk: Any, photo_folder: Path, model_cache: Path, tmp_path: Path
) -> None:
    rows = [(name, photo_folder / "P00.jpg") for name in ("A", "B", "C")]
    rows += [("D", photo_folder / "P05.jpg")]
    products = desk.write_csv(tmp_path / "p.csv", "product_id image", rows)
    desk.run("init", tmp_path / "shop")
    desk.run("ingest", tmp_path / "shop", "--products", products)
    assert desk.run("embed", tmp_path / "shop").code == 0
    found = examine(ShopDirectory.open(tmp_path / "shop")).findings
    copies = [one for one in found if set(one.examples) == {"A", "B", "C"}]
    assert [one.count for one in copies if one.table == "photos"] == [3]


def test_what_changed_since_the_build_is_told(desk: Any, own_shop: Path) -> None:
    def outdated() -> tuple[str, ...]:
        found = examine(ShopDirectory.open(own_shop)).findings
        return next((one.examples for one in found if one.code == "build_outdated"), ())

    assert outdated() == ()
    settings = own_shop / "penchant.toml"
    settings.write_text(settings.read_text().replace("# workers = 0", "workers = 2"))
    assert outdated() == ()  # changes no byte of a build
    settings.write_text(settings.read_text().replace("# k = 10", "k = 5"))
    more = desk.write_csv(own_shop / "c.csv", "customer_id", [("NEW",)])
    desk.run("ingest", own_shop, "--customers", more, "--append")
    assert outdated() == ("customers", "penchant.toml")
    desk.rebuild(own_shop)
    assert outdated() == ()
