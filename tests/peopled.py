"""A shop in which some persons are everywhere, and a search that finds whoever is anywhere."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import penchant
from penchant.campaign import write_campaign
from penchant.campaign.record import record_campaign
from penchant.evaluation.trial import KEPT, TAKEN, Trial
from penchant.joined_tables import take_in_live
from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import Store, open_store
from penchant.store.database.values import (
    Consent,
    Event,
    Exposure,
    ServedAssignment,
    ServedSlate,
    ServedSlot,
)

AT = datetime(2026, 7, 2, 9, tzinfo=UTC)
AT_US = int(AT.timestamp() * 1e6)
MINUTE_US = 60_000_000

PERSON = 'Ñandú, "Öß" 77'
VISITOR = "visitor/ä;1"
OTHER = PERSON + "7"
"""The id that begins with the person's: who must stay."""

SHORT, SHORT_OTHER = "K7", "K77"

ACTIONS = ("purchase", "view", "add_to_wishlist", "view", "hide")


def traces(shop: Path, name: str, *elsewhere: Path) -> list[str]:
    """Every file in which an id is found, unpacked, and not as the beginning of the other's."""
    files = [one for one in (*shop.rglob("*"), *elsewhere) if one.is_file()]
    return [f"{one}: {what}" for one in files for what in _contents(one) if _holds(what, name)]


def _holds(content: bytes, name: str) -> bool:
    others = {PERSON: OTHER, SHORT: SHORT_OTHER}
    other = others.get(name)
    for spelled in (name, name.replace('"', '""'), name.replace('"', '\\"')):
        rest = content.replace(_spelled(spelled, other), b"") if other else content
        if spelled.encode() in rest or spelled.encode("utf-16-le") in rest:
            return True
    return False


def _spelled(spelled: str, other: str) -> bytes:
    return (spelled + other[-1]).encode()


def _contents(file: Path) -> Iterator[bytes]:
    yield file.name.encode()
    raw = file.read_bytes()
    yield raw
    if file.suffix in (".parquet", ".pq"):
        yield pl.read_parquet(io.BytesIO(raw)).write_json().encode()
    if file.suffix == ".npy":
        yield np.load(io.BytesIO(raw)).tobytes()
    if file.suffix == ".db":
        with sqlite3.connect(file) as database:
            yield "\n".join(database.iterdump()).encode()
        database.close()


def add_people(desk: Any, shop: Path) -> None:
    """Let four people buy, look and be set aside; what they did is put away as raw files too."""
    day = {PERSON: 1, OTHER: 2, SHORT: 3, SHORT_OTHER: 4}
    events = [
        (who, f"P{(3 * n) % 22:02d}", what, f"2026-06-{d + n:02d}T10:00:00Z")
        for who, d in day.items()
        for n, what in enumerate(ACTIONS)
    ]
    events += [(VISITOR, "P02", "view", "2026-06-09T10:00:00Z")]
    bad = [(who, "P01", "view", f"no time of {who}.") for who in (PERSON, OTHER)]
    header = "customer_id product_id interaction_type timestamp"
    desk.write_csv(shop / "inbox" / "interactions-1.csv", header, events + bad)
    orders = [(f"O-{n}", who, "2026-06-15") for n, who in enumerate(day)]
    desk.write_csv(shop / "inbox" / "orders-1.csv", "order_id customer_id order_date", orders)
    items = [(f"O-{n}", f"P{10 + n}", 1) for n in range(len(day))]
    desk.write_csv(shop / "inbox" / "order_items-1.csv", "order_id product_id quantity", items)
    people = pl.read_csv(desk.inputs / "customers.csv", infer_schema=False).rows()
    people += [(f" {who} ", "true") for who in day] + [(PERSON, "true")]
    desk.write_csv(
        shop / "inbox" / "customers-1.csv", "customer_id personalization_consent", people
    )
    only = pl.DataFrame([events[0]], schema=header.split(), orient="row")
    only.write_parquet(shop / "inbox" / "interactions-2.parquet")
    other = pl.DataFrame([events[5]], schema=header.split(), orient="row")
    other.write_parquet(shop / "inbox" / "interactions-3.parquet")


def be_everywhere(desk: Any, shop: Path, mails: Path) -> None:
    """Take the people in, build twice, mark, keep a trial, write campaigns."""
    add_people(desk, shop)
    for day in ("2026-07-01", "2026-07-02"):
        result = desk.run("nightly", shop, "--to", "staging", "--as-of", day)
        assert result.code == 0, result.err
        desk.write_csv(
            shop / "inbox" / "products.csv",
            "product_id category title",
            [(f"P{n:02d}", "ring", "x") for n in range(24)],
        )
    desk.publish(shop)
    opened, directory = penchant.open(shop), ShopDirectory.open(shop)
    for who in (PERSON, OTHER):
        event = opened.profile(who).interactions[-1].event_id
        opened.mark(who, event, "gift")
    for name in ("mail.csv", "mail.parquet"):
        record_campaign(directory, mails / name, at=AT)
        write_campaign(opened.campaign(), mails / name)
    record_campaign(directory, mails / "gone.csv", at=AT)
    keep_trial(shop / "evaluations" / opened.build_id)
    desk.write_csv(shop / "inbox" / "interactions-9.csv", "customer_id x", [(PERSON, 1)])


def keep_trial(folder: Path) -> None:
    """A trial of five people whose second is the person, and a page that shows three of them."""
    people = ["COLD", PERSON, OTHER, SHORT, SHORT_OTHER]
    lists = {name: [[f"P{n:02d}"] for n in range(5)] for name in (TAKEN, *KEPT)}
    folder.mkdir()
    Trial(AT, AT, 10, pl.DataFrame({"customer_id": people, **lists})).save(folder)
    examples = [{"customer": str(n), "before": []} for n in (1, 2, 4)]
    page = "".join(
        f'<article class="example win"><h3>Customer {n}: no hit</h3><p>{n}</p></article>'
        for n in (1, 2, 4)
    )
    (folder / "evaluation.json").write_text(json.dumps({"scores": {}, "examples": examples}))
    (folder / "report.html").write_text(f"<html>{page}</html>")


def fill_store(store: Store) -> None:
    """What the four did in the open shop: events, answers, exposures, consent; and a visitor."""
    for number, who in enumerate((PERSON, OTHER, SHORT, SHORT_OTHER, VISITOR)):
        before_us = AT_US - (number + 1) * MINUTE_US
        events = [
            Event(
                f"e{number}-{n}", who, f"P{n:02d}", "view", before_us + n, request_id=f"r{number}"
            )
            for n in range(3)
        ]
        store.events.record(events)
        slots = (ServedSlot(1, "P01", "visual", 0.5, 1.0),)
        store.slates.keep(
            [ServedSlate(f"r{number}", who, "homepage", "profile", "p", "b", before_us, slots)]
        )
        store.slates.expose([Exposure(f"r{number}", 1, before_us + 1)])
        store.assignments.keep(
            [ServedAssignment("tone", who, "bold", "0123456789ab", True, before_us)]
        )
        store.people.set_consent(Consent(who, True, True, before_us))
    store.people.merge(VISITOR, PERSON, at_us=AT_US - 1)


def populate(desk: Any, built_shop: Path, folder: Path) -> None:
    """Make `shop` and `mails` in a folder, and let the people be everywhere in them."""
    (folder / "mails").mkdir()
    shop = Path(shutil.copytree(built_shop, folder / "shop"))
    be_everywhere(desk, shop, folder / "mails")
    directory = ShopDirectory.open(shop)
    store = open_store(directory, directory.settings().store)
    assert store is not None
    fill_store(store)
    store.close()
    with directory.writing() as held:
        take_in_live(held)


def copied(peopled: Path, folder: Path) -> Path:
    """Copy shop and mails, the mails recorded where the copy has them; gives the shop."""
    shutil.copytree(peopled, folder)
    record = folder / "shop" / "campaigns.jsonl"
    record.write_text(record.read_text().replace(str(peopled), str(folder)))
    return folder / "shop"
