"""The nightly run: what it ends in, that it equals building anew, and who notices it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from PIL import Image

import penchant
from penchant import columns as c
from penchant.builds import Manifest
from penchant.errors import BusyError, InputError, NotFoundError
from penchant.nightly import Errand, NightlyRun, nightly
from penchant.pipeline import build_shop
from penchant.publishing import builds_by_age
from penchant.settings.keeping import BuildSettings
from penchant.shop_directory import ShopDirectory
from penchant.store.ingest import ingest, load_table
from tests.tiny_builds import FakeGate

AT = datetime(2026, 7, 1, 3, tzinfo=UTC)
EVENT = "customer_id product_id interaction_type timestamp"
PASSES = FakeGate(passed=True)
STEPS = ["ingest", "embed", "build", "publish", "prune"]


def run(shop: Path, errand: Errand | None = None, gate: FakeGate = PASSES) -> NightlyRun:
    directory = ShopDirectory.open(shop)
    return nightly(directory, errand or Errand(), settings=directory.settings({}), at=AT, gate=gate)


def lines(shop: Path) -> list[dict[str, Any]]:
    return [json.loads(one) for one in (shop / "nightly.jsonl").read_text().splitlines()]


def drop(desk: Any, shop: Path, name: str, header: str, *rows: tuple[object, ...]) -> Path:
    return Path(desk.write_csv(shop / "inbox" / name, header, rows))


@pytest.fixture
def fed_shop(desk: Any, own_shop: Path) -> Path:
    """The small shop, serving, with one late event in its inbox."""
    drop(desk, own_shop, "interactions.csv", EVENT, ("WARM", "P09", "view", "2026-06-01T12:00:00Z"))
    return own_shop


def test_a_new_event_is_published_once_and_every_run_leaves_a_line(fed_shop: Path) -> None:
    before = penchant.open(fed_shop).build_id
    first, again = run(fed_shop), run(fed_shop)
    assert (first.outcome, first.exit_code) == ("published", 0)
    assert [one.step for one in first.steps] == STEPS
    assert first.build_id == penchant.open(fed_shop).build_id != before
    assert (again.outcome, again.exit_code) == ("nothing new", 0)
    assert again.build_id == first.build_id
    assert lines(fed_shop) == [json.loads(json.dumps(one.to_dict())) for one in (first, again)]


def test_an_event_given_again_is_nothing_new(desk: Any, fed_shop: Path) -> None:
    run(fed_shop)
    done = fed_shop / "inbox" / "done" / "2026-07-01-interactions.csv"
    shutil.copy(done, fed_shop / "inbox" / "interactions.csv")
    assert run(fed_shop, Errand(files={c.INTERACTIONS: done})).outcome == "nothing new"
    assert load_table(ShopDirectory.open(fed_shop), c.INTERACTIONS).height == 21


def test_nothing_new_makes_no_build(own_shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penchant.pipeline.make_build", lambda *_, **__: pytest.fail("it built"))
    assert run(own_shop).outcome == "nothing new"


def test_files_named_by_hand_stay_and_customers_are_replaced_or_tables_by_wish(
    desk: Any, own_shop: Path, tmp_path: Path
) -> None:
    people = desk.write_csv(tmp_path / "people.csv", "customer_id", [("WARM",)])
    events = desk.write_csv(tmp_path / "e.csv", EVENT, [("WARM", "P09", "view", "2026-06-01")])
    errand = Errand(files={c.CUSTOMERS: people, c.INTERACTIONS: events}, replace=[c.INTERACTIONS])
    assert run(own_shop, errand).outcome == "published"
    shop = ShopDirectory.open(own_shop)
    assert load_table(shop, c.CUSTOMERS)["customer_id"].to_list() == ["WARM"]
    assert load_table(shop, c.INTERACTIONS).height == 1
    assert people.exists()


def test_a_refused_build_leaves_the_old_one_and_says_why(fed_shop: Path, tmp_path: Path) -> None:
    before = penchant.open(fed_shop).build_id
    mail = tmp_path / "mail.csv"
    done = run(fed_shop, Errand(campaign=mail), FakeGate(passed=False))
    assert (done.outcome, done.exit_code, done.code) == ("refused", 3, "refused")
    assert "precision fell by .02" in str(done.reason)
    assert done.build_id == penchant.open(fed_shop).build_id == before
    assert [one.step for one in done.steps] == STEPS
    assert not mail.exists()


def test_refused_builds_do_not_pile_up(desk: Any, own_shop: Path) -> None:
    shop, made = ShopDirectory.open(own_shop), []
    settings = replace(shop.settings({}), builds=BuildSettings(keep=1))
    for day in (10, 11):
        event = ("WARM", "P09", "view", f"2026-06-{day}")
        drop(desk, own_shop, "interactions.csv", EVENT, event)
        nightly(shop, Errand(), settings=settings, at=AT, gate=FakeGate(passed=False))
        made.append(builds_by_age(shop)[0])
    assert set(shop.build_ids()) == {penchant.open(own_shop).build_id, made[-1]}


def test_bad_input_leaves_the_shop_and_the_inbox_as_they_were(desk: Any, fed_shop: Path) -> None:
    drop(desk, fed_shop, "products.csv", "title", ("no id",))
    before = penchant.open(fed_shop).build_id
    done = run(fed_shop)
    assert (done.outcome, done.exit_code, done.code) == ("bad input", 2, "missing_column")
    assert [one.step for one in done.steps] == ["ingest"]
    assert done.build_id == penchant.open(fed_shop).build_id == before
    assert {one.name for one in (fed_shop / "inbox").glob("*.csv")} == {
        "interactions.csv", "products.csv",
    }  # fmt: skip


def test_an_empty_export_takes_no_products_away(desk: Any, own_shop: Path) -> None:
    drop(desk, own_shop, "products.csv", "product_id title")
    done = run(own_shop)
    assert (done.exit_code, "no usable row" in str(done.reason)) == (2, True)


def test_a_damaged_table_is_a_failure(own_shop: Path) -> None:
    (own_shop / "data" / "customers.parquet").write_bytes(b"PAR1?")
    done = run(own_shop)
    assert (done.outcome, done.exit_code, done.code) == ("failed", 1, "build_failed")


def test_a_shop_without_products_says_how_to_give_some(desk: Any, tmp_path: Path) -> None:
    desk.run("init", tmp_path / "shop", "--encoder", f"precomputed:{desk.inputs / 'vectors.npz'}")
    done = run(tmp_path / "shop")
    assert (done.exit_code, done.build_id) == (2, None)
    assert "has no products. Give some with: penchant ingest" in str(done.reason)


@pytest.mark.parametrize(
    ("errand", "error"),
    [
        (Errand(replace=["order"]), NotFoundError),
        (Errand(files={"product": Path("x")}), NotFoundError),
        (Errand(pointer="live"), InputError),
        (Errand(campaign=Path("mail.xlsx")), InputError),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is(
    fed_shop: Path, errand: Errand, error: type[Exception]
) -> None:
    with pytest.raises(error):
        run(fed_shop, errand)
    assert (fed_shop / "inbox" / "interactions.csv").exists()
    assert not (fed_shop / "nightly.jsonl").exists()


def test_staging_is_ungated_and_what_serves_goes_on(fed_shop: Path, tmp_path: Path) -> None:
    before = penchant.open(fed_shop).build_id
    errand = Errand(pointer="staging", campaign=tmp_path / "mail.csv")
    done = run(fed_shop, errand, FakeGate(passed=False))
    assert (done.outcome, done.pointer) == ("published", "staging")
    assert penchant.open(fed_shop).build_id == before
    staged = penchant.open(fed_shop, pointer="staging")
    assert staged.build_id == done.build_id != before
    assert pl.read_csv(tmp_path / "mail.csv")["build_id"].unique().to_list() == [done.build_id]
    assert run(fed_shop, errand).outcome == "nothing new"


def test_the_campaign_follows_the_build_and_is_made_up_for(fed_shop: Path, tmp_path: Path) -> None:
    mail = tmp_path / "mail.parquet"
    first = run(fed_shop, Errand(campaign=mail))
    assert pl.read_parquet(mail)["build_id"].unique().to_list() == [first.build_id]
    written = mail.stat().st_mtime_ns
    assert "already" in run(fed_shop, Errand(campaign=mail)).steps[-1].told
    assert mail.stat().st_mtime_ns == written
    mail.unlink()
    (tmp_path / ".mail.parquet.12345.tmp").write_bytes(b"of a killed run")
    run(fed_shop, Errand(campaign=mail))
    assert [one.name for one in tmp_path.iterdir() if "mail" in one.name] == ["mail.parquet"]


def test_a_second_run_is_told_at_once_and_readers_do_not_notice(fed_shop: Path) -> None:
    seen: list[str] = []

    def look(candidate: Path, current: Path | None) -> Any:
        with pytest.raises(BusyError, match="Another command is writing"):
            run(fed_shop)
        seen.append(penchant.open(fed_shop).recommend("WARM", k=3).build_id)
        return PASSES(candidate, current)

    before = penchant.open(fed_shop).build_id
    assert run(fed_shop, gate=look).outcome == "published"  # type: ignore[arg-type]
    assert seen == [before]
    assert len(lines(fed_shop)) == 1


def test_the_command_prints_the_run_and_ends_with_its_code(desk: Any, fed_shop: Path) -> None:
    words = ("nightly", fed_shop, "--as-of", "2026-07-01", "--json")
    refused = desk.run(*words)  # four customers prove nothing
    assert refused.code == 3
    assert refused.json == lines(fed_shop)[-1]
    assert json.loads(refused.err.splitlines()[-1])["code"] == "refused"
    staged = desk.run(*words[:-1], "--to", "staging")
    assert (staged.code, staged.out) == (0, "")
    assert [one.split(":")[0] for one in staged.err.splitlines()[:3]] == STEPS[:3]
    with ShopDirectory.open(fed_shop).writing():
        busy = desk.run(*words)
    assert busy.code == 4
    assert json.loads(busy.err)["code"] == "busy"
    assert desk.run("nightly", fed_shop, "--replace", "order").code == 2


def made(shop: Path) -> dict[str, bytes]:
    """Every file of the build that serves."""
    folder = ShopDirectory.open(shop).pointed_build()
    files = [one for one in folder.rglob("*") if one.is_file()]
    return {one.relative_to(folder.parent).as_posix(): one.read_bytes() for one in files}


@pytest.fixture
def photos(photo_folder: Path, tmp_path: Path) -> Callable[[int], Path]:
    """Twelve photos of the test's own."""
    own = Path(shutil.copytree(photo_folder, tmp_path / "photos"))
    return lambda number: own / f"P{number:02d}.jpg"


def test_a_changed_feed_ends_in_the_same_bytes_as_a_new_shop(
    desk: Any, photos: Callable[[int], Path], model_cache: Path, tmp_path: Path
) -> None:
    """New, changed and removed products, a changed photo, late events, changed orders."""
    shop = Path(ShopDirectory.create(tmp_path / "shop").path)
    products = [(f"P{i:02d}", f"Thing {i}", photos(i), 10 + i) for i in range(11)]
    events = [(f"C{i % 4}", f"P{i % 11:02d}", "view", f"2026-06-{1 + i % 20}") for i in range(40)]
    header = "product_id title image price"
    drop(desk, shop, "products.csv", header, *products)
    drop(desk, shop, "interactions-1.csv", EVENT, *events[5:30])
    orders = [("O1", "C1", "2026-06-05", "pending"), ("O2", "C2", "2026-06-06", "completed")]
    order_header = "order_id customer_id order_date order_status"
    drop(desk, shop, "orders.csv", order_header, *orders)
    items = [("O1", "P03", 1), ("O2", "P04", 1)]
    drop(desk, shop, "order_items.csv", "order_id product_id quantity", *items)
    assert run(shop).outcome == "published"

    Image.new("RGB", (64, 64), "green").save(photos(2))
    products = [
        (name, title, photo, price + (name == "P05"))
        for name, title, photo, price in products
        if name != "P07"
    ] + [("P11", "Thing 11", photos(11), 21)]
    drop(desk, shop, "products.csv", header, *products)
    drop(desk, shop, "interactions-2.csv", EVENT, *events[25:])
    drop(desk, shop, "interactions-3.csv", EVENT, *events[:10])
    orders[0] = ("O1", "C1", "2026-06-05", "completed")
    drop(desk, shop, "orders.csv", order_header, orders[0])
    second = run(shop)
    assert second.outcome == "published"
    assert "11 photos, 2 of them new, 0 unusable" in second.steps[1].told

    other = ShopDirectory.create(tmp_path / "other")
    tables = {
        c.PRODUCTS: desk.write_csv(tmp_path / "p.csv", header, products),
        c.INTERACTIONS: desk.write_csv(tmp_path / "e.csv", EVENT, events),
        c.ORDERS: desk.write_csv(tmp_path / "o.csv", order_header, orders),
        c.ORDER_ITEMS: desk.write_csv(tmp_path / "i.csv", "order_id product_id quantity", items),
    }
    ingest(other, tables, as_of=AT, settings=other.settings({}).tables)
    anew = build_shop(other, settings=other.settings({}))
    assert anew.manifest.build_id == second.build_id
    (other.path / "CURRENT").write_text(f"{anew.manifest.build_id}\n")
    assert made(other.path) == made(shop)
    assert Manifest.read(anew.folder).counts["products"] == 11
