"""Forgetting: nothing of the person is left anywhere, and nobody else lost anything."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import penchant
from penchant.builds import Build, Manifest
from penchant.errors import BuildError, BusyError, InputError
from penchant.evaluation.trial import Trial
from penchant.experiments.experiment import Experiment, Variant
from penchant.experiments.files.lifecycle import ExperimentFiles
from penchant.privacy.erasing import (
    finish_erasures,
    forget,
    forget_in_database,
    receipt_of,
    unfinished,
)
from penchant.privacy.in_experiments import forget_in_experiments
from penchant.privacy.mentions import Mentions
from penchant.privacy.progress import progress_file
from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import Store
from penchant.store.database.values import Event
from penchant.store.ingest import load_report, load_table
from penchant.store.marks import load_marks
from tests.odd_files import ODD
from tests.peopled import (
    AT,
    AT_US,
    OTHER,
    PERSON,
    SHORT,
    SHORT_OTHER,
    VISITOR,
    traces,
)  # fmt: skip


def mails(shop: ShopDirectory) -> tuple[Path, Path]:
    folder = shop.path.parent / "mails"
    return folder / "mail.csv", folder / "mail.parquet"


@contextmanager
def reading(store: Store) -> Iterator[None]:
    """Hold a moment of the database."""
    with store.database.snapshot() as reader:
        assert reader.exec_driver_sql("SELECT count(*) FROM events").scalar()
        yield


def test_the_search_finds_a_person_who_is_everywhere(shop: ShopDirectory) -> None:
    found = "\n".join(traces(shop.path, PERSON, *mails(shop)))
    for place in (
        "live_events.parquet", "live_consents.parquet", "data/interactions.parquet",
        "orders.parquet", "customers.parquet", "marks.parquet", "mail.csv",
        "rejects/interactions.csv", "customers.report.json", "trial.parquet", "penchant.db",
        "customer_ids.blob.npy", "done/2026-07-01-interactions-1.csv", "mail.parquet",
        "done/2026-07-01-interactions-2.parquet", "inbox/interactions-9.csv",
    ):  # fmt: skip
        assert place in found, place
    assert len(shop.build_ids()) == 3
    assert traces(shop.path, VISITOR)


def test_nothing_of_a_person_is_left_anywhere(shop: ShopDirectory, store: Store) -> None:
    waiting = shop.inbox / "interactions-9.csv"
    receipt = forget(shop, store, PERSON, at=AT)
    store.close()
    waiting.unlink()
    for name in (PERSON, VISITOR):
        assert traces(shop.path, name, *mails(shop)) == []
    assert receipt.customer_id is None
    assert receipt.visitors == ()
    assert receipt.done_us == AT_US


def test_the_receipt_counts_by_place(shop: ShopDirectory, store: Store) -> None:
    receipt = forget(shop, store, PERSON, at=AT)
    assert dict(receipt.counts) == {
        "events": 6, "slates": 2, "exposures": 2, "assignments": 1, "consents": 1, "aliases": 1,
        "live_events": 6, "live_consents": 1, "interactions": 6, "orders": 1, "order_items": 1,
        "customers": 1, "marks": 1, "rejects": 2, "examples": 3, "builds": 2,
        "build_interactions": 14, "evaluations": 1, "inbox_done": 4, "inbox_waiting": 1,
        "campaign_rows": 40,
    }  # fmt: skip
    told = receipt_of(receipt)
    assert told["asked"] == told["done"] == "2026-07-02T09:00:00Z"
    assert told["person"] == store.erasures.hash_of(PERSON)
    assert PERSON not in json.dumps(told, ensure_ascii=False)


@pytest.mark.parametrize(("gone", "stays"), [(PERSON, OTHER), (SHORT, SHORT_OTHER)])
def test_who_has_the_same_beginning_loses_nothing(
    shop: ShopDirectory, store: Store, gone: str, stays: str
) -> None:
    def rows() -> dict[str, Any]:
        tables = {
            name: load_table(shop, name).filter(pl.col("customer_id") == stays).rows()
            for name in ("customers", "orders", "interactions")
        }
        mail = pl.read_parquet(mails(shop)[1]).filter(pl.col("customer_id") == stays)
        csv = [
            line for line in mails(shop)[0].read_text().splitlines() if f'{stays[-3:]}",' in line
        ]
        rejects = (shop.rejects / "interactions.csv").read_text().count(stays[-5:])
        return {
            **tables, "mail": mail.rows(), "csv": csv, "rejects": rejects,
            "marks": dict(load_marks(shop.data).get(stays, {})),
            "events": store.people.person(stays).events,
            "slate": penchant.open(shop.path).recommend(stays, k=5).product_ids,
            "done": sorted(o.name for o in (shop.inbox / "done").iterdir() if "-3." in o.name),
        }  # fmt: skip

    before = rows()
    assert all(
        before[name] for name in before if stays == OTHER or name not in ("marks", "rejects")
    )
    forget(shop, store, gone, at=AT)
    assert rows() == before


def test_builds_keep_their_names_and_verify(shop: ShopDirectory, store: Store) -> None:
    before = {name: Build.load(shop.builds / name) for name in shop.build_ids()}
    known = {name: list(build.customer_ids) for name, build in before.items()}
    forget(shop, store, PERSON, at=AT)
    assert shop.build_ids() == sorted(before)
    for name in before:
        manifest = Manifest.read(shop.builds / name)
        manifest.verify(shop.builds / name)
        left = [one for one in known[name] if one not in (PERSON, VISITOR)]
        assert list(Build.load(shop.builds / name).customer_ids) == left
        assert manifest.counts["customers"] == len(left)


def test_an_evaluation_loses_the_row_and_the_pictures(shop: ShopDirectory, store: Store) -> None:
    forget(shop, store, PERSON, at=AT)
    folder = next(shop.evaluations.iterdir())
    assert Trial.load(folder).table["customer_id"].to_list() == [
        "COLD", OTHER, SHORT, SHORT_OTHER,
    ]  # fmt: skip
    figures = json.loads((folder / "evaluation.json").read_text())
    assert [one["customer"] for one in figures["examples"]] == ["1", "3"]
    assert (folder / "report.html").read_text() == (
        '<html><article class="example win"><h3>Customer 1: no hit</h3><p>1</p></article>'
        '<article class="example win"><h3>Customer 3: no hit</h3><p>4</p></article></html>'
    )


def test_reports_keep_their_counts(shop: ShopDirectory, store: Store) -> None:
    def findings() -> dict[str, tuple[int, int]]:
        report = load_report(shop, "customers")
        assert report is not None
        return {one.code: (one.count, len(one.examples)) for one in report.findings}

    before = findings()
    forget(shop, store, PERSON, at=AT)
    assert {code: count for code, (count, _) in findings().items()} == {
        code: count for code, (count, _) in before.items()
    }
    assert before["duplicate_id"] == (1, 1)
    assert findings()["duplicate_id"] == (1, 0)


def test_an_answer_knows_nothing_from_the_moment_of_asking(
    shop: ShopDirectory, store: Store
) -> None:
    asked = forget_in_database(store, PERSON, at=AT)
    assert asked.done_us is None
    assert store.people.person(PERSON).erased_us == AT_US
    assert store.people.person(VISITOR).erased_us == AT_US
    assert [one.receipt_id for one in store.erasures.pending()] == [asked.receipt_id]


def test_files_wait_while_somebody_writes_and_all_who_wait_are_done_together(
    shop: ShopDirectory, store: Store
) -> None:
    with shop.writing(), pytest.raises(BusyError):
        forget(shop, store, PERSON, at=AT)
    second = forget(shop, store, SHORT, at=AT)
    assert store.erasures.pending() == ()
    assert second.counts["interactions"] == 5
    assert not progress_file(shop).exists()
    (shop.inbox / "interactions-9.csv").unlink()
    assert traces(shop.path, PERSON, *mails(shop)) == traces(shop.path, SHORT, *mails(shop)) == []
    assert finish_erasures(shop, store, at=AT) == ()


def test_who_is_nowhere_gets_a_receipt_too_and_no_file_is_touched(
    shop: ShopDirectory, store: Store
) -> None:
    def files() -> dict[str, bytes]:
        every = [
            one for one in shop.path.rglob("*") if one.is_file() and "penchant.db" not in one.name
        ]
        return {str(one): one.read_bytes() for one in every}

    before = files()
    receipt = forget(shop, store, "NOBODY", at=AT)
    assert sum(receipt.counts.values()) == 0
    assert files() == before


def test_nobody_is_no_person(shop: ShopDirectory, store: Store) -> None:
    with pytest.raises(InputError, match="must name a person"):
        forget(shop, store, "", at=AT)
    assert store.erasures.pending() == ()


def test_whoever_can_be_recorded_can_be_forgotten(shop: ShopDirectory, store: Store) -> None:
    store.events.record([Event("e", " ", "P1", "view", AT_US)])
    assert forget(shop, store, " ", at=AT).counts["events"] == 1


def test_ids_in_logs_can_be_linked_to_nobody_afterwards(shop: ShopDirectory, store: Store) -> None:
    before = store.secrets.get("log")
    forget_in_database(store, SHORT, at=AT)
    assert store.secrets.get("log") != before


def test_one_bad_place_keeps_the_receipt_waiting_but_no_other_place(
    shop: ShopDirectory, store: Store
) -> None:
    csv, parquet = mails(shop)
    good = parquet.read_bytes()
    parquet.write_bytes(good[:-20])
    with pytest.raises(BuildError, match=r"mail\.parquet, the file of a campaign"):
        forget(shop, store, PERSON, at=AT)
    assert len(store.erasures.pending()) == 1
    left = {one.split(":")[0] for one in traces(shop.path, PERSON) if "penchant.db" not in one}
    assert {Path(one).name for one in left} == {"interactions-9.csv"}
    assert PERSON.split(",")[0] + OTHER[5:] not in csv.read_text()
    parquet.write_bytes(good)
    (receipt,) = finish_erasures(shop, store, at=AT)
    assert receipt.counts["campaign_rows"] == 40
    assert receipt.counts["interactions"] == 6
    assert traces(shop.path, PERSON, csv, parquet) == traces(shop.path, PERSON)


def test_a_person_given_a_variant_by_name_is_taken_out_of_the_experiment(
    shop: ShopDirectory, store: Store
) -> None:
    files, week = ExperimentFiles(shop), timedelta(weeks=1)
    variants = (Variant("control"), Variant("bold"))
    given = {PERSON: "bold", OTHER: "control", VISITOR: "bold"}
    one = Experiment("bold", ("homepage",), variants, AT - week, AT + week, overrides=given)
    path = files.create(one)
    (files.folder / "broken.toml").write_text(f'[overrides]\n"{PERSON}" = "bo')
    told = r"^broken\.toml is not valid TOML.* mend or remove .*experiments/broken\.toml, and try"
    with pytest.raises(BuildError, match=told):
        forget(shop, store, PERSON, at=AT)
    assert traces(path, PERSON) == traces(path, VISITOR) == []
    assert files.load("bold") == replace(one, overrides={OTHER: "control"})
    (files.folder / "broken.toml").unlink()
    (receipt,) = finish_erasures(shop, store, at=AT)
    assert receipt.counts["experiment_overrides"] == 2


@pytest.mark.parametrize("make", ODD.values(), ids=ODD.keys())
def test_an_odd_file_that_names_nobody_keeps_nobody_from_being_forgotten(
    shop: ShopDirectory, make: Callable[[Path], object]
) -> None:
    files = ExperimentFiles(shop)
    files.folder.mkdir()
    make(files.path("odd"))
    found: list[object] = []
    forget_in_experiments(shop, Mentions.of([PERSON, "17", "aa"]), lambda *one: found.append(one))
    assert found == []


@pytest.mark.parametrize("person", ["17", "C-1 7", "it's", "a,b", PERSON])
def test_a_half_written_file_is_searched_for_a_person(shop: ShopDirectory, person: str) -> None:
    files = ExperimentFiles(shop)
    files.folder.mkdir()
    half = files.path("half")
    for text in (f'[overrides]\n"{person}" = ', f'x = [\n# not for "{person}"'):
        half.write_text(text)
        with pytest.raises(BuildError, match="It names a person who is to be erased"):
            forget_in_experiments(shop, Mentions.of([person]), lambda *_: None)
        half.write_text(text.replace(person, f"{person}0"))
        forget_in_experiments(shop, Mentions.of([person]), lambda *_: None)


def test_a_receipt_stays_open_while_somebody_reads_the_database_all_the_time(
    shop: ShopDirectory, store: Store
) -> None:
    with reading(store):
        receipt = forget(shop, store, PERSON, at=AT)
        assert receipt.done_us is None
        assert progress_file(shop).exists()
        assert finish_erasures(shop, store, at=AT) == ()
        assert unfinished(shop, store)
    (finished,) = finish_erasures(shop, store, at=AT)
    assert finished.receipt_id == receipt.receipt_id
    assert (finished.counts["events"], finished.counts["interactions"]) == (6, 6)
    assert not unfinished(shop, store)
    (shop.inbox / "interactions-9.csv").unlink()
    assert traces(shop.path, PERSON, *mails(shop)) == []


def test_who_was_killed_before_scrubbing_is_made_good(
    shop: ShopDirectory, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> bool:
        assert progress_file(shop).exists()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Store, "scrub", killed)
        with pytest.raises(KeyboardInterrupt):
            forget(shop, store, "NOBODY", at=AT)
    (receipt,) = store.erasures.pending()
    assert receipt.customer_id is None
    assert finish_erasures(shop, store, at=AT)[0].receipt_id == receipt.receipt_id


def test_the_command_says_that_a_receipt_stays_open(
    desk: Any, shop: ShopDirectory, store: Store
) -> None:
    with reading(store):
        told = [desk.run("forget", shop.path, one) for one in ("NOBODY", "--pending")]
    assert [one.code for one in told] == [0, 0]
    assert all("others are using the database" in one.err for one in told)
    assert "not yet" in told[0].err
    assert "Nobody waits" not in told[1].err
    done = desk.run("forget", shop.path, "--pending", "--json").json["receipts"]
    assert [one["done"] is not None for one in done] == [True]


def test_a_build_that_cannot_be_read_goes_unless_it_serves(
    shop: ShopDirectory, store: Store
) -> None:
    serving = shop.pointed_build().name
    staged = shop.pointed_build("staging").name
    old = next(one for one in shop.build_ids() if one not in (serving, staged))
    (shop.builds / old / "manifest.json").write_text("{}")
    receipt = forget(shop, store, "WARM", at=AT)
    assert old not in shop.build_ids()
    assert receipt.counts["unreadable_builds_removed"] == 1
    (shop.builds / serving / "manifest.json").write_text("{}")
    with pytest.raises(BuildError, match="Build and publish anew"):
        forget(shop, store, PERSON, at=AT)
    forget_in_database(store, "NOBODY", at=AT)
    assert serving in shop.build_ids()


def test_the_next_build_is_that_of_a_shop_the_person_was_never_in(
    desk: Any, shop: ShopDirectory, store: Store, tmp_path: Path
) -> None:
    forget(shop, store, PERSON, at=AT)
    store.close()
    rows = {
        name: load_table(shop, name) for name in ("customers", "orders", "order_items",
        "interactions", "products")
    }  # fmt: skip
    never = tmp_path / "never"
    spec = f"precomputed:{desk.inputs / 'vectors.npz'}"
    assert desk.run("init", never, "--encoder", spec).code == 0
    for name, frame in rows.items():
        frame.write_parquet(tmp_path / f"{name}.parquet")
    words = [w for n in rows for w in (f"--{n.replace('_', '-')}", tmp_path / f"{n}.parquet")]
    assert desk.run("ingest", never, *words, "--as-of", "2026-07-02").code == 0
    (shop.data / "marks.parquet").unlink()
    for live in ("penchant.db", "data/live_events.parquet", "data/live_consents.parquet"):
        (shop.path / live).unlink()
    built = [desk.run("build", one, "--json").json for one in (shop.path, never)]
    names = [one["build_id"] for one in built]
    assert names[0] == names[1]
    files = [Manifest.read(one / "builds" / names[0]).files for one in (shop.path, never)]
    assert files[0] == files[1]
