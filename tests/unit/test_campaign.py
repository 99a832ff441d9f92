"""A campaign gives everyone what `recommend` gives each, whichever way it was found."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from penchant import columns as c
from penchant.builds import BuildInputs, Manifest, make_build
from penchant.campaign import Campaign, write_campaign
from penchant.campaign.shortlist import Shortlister
from penchant.candidates.facet import Facet
from penchant.engine import Shop
from penchant.errors import BuildError, InputError, NotFoundError
from penchant.maths.rows import unit_rows
from penchant.recommender import Recommender
from penchant.sample.generator import GeneratorSettings, generate_shop
from penchant.settings import Settings, SpaceSettings
from penchant.surfaces.request import Request
from penchant.tables import read_table
from penchant.taste.styles import Style

END = datetime(2026, 6, 30, tzinfo=UTC)
SIZES = GeneratorSettings(n_products=600, n_customers=90, n_interactions=1500, dim=16, end=END)
PEOPLE = {"COLD": True, "OUT": False, "NO_MAIL": True, "OWNS_ALL": True}
"""Personalisation consent of those who are added; the generated ones are in no table."""


@pytest.fixture(scope="module")
def inputs() -> BuildInputs:
    """600 products for women, men and all, most of them new; 91 customers of every kind."""
    made = generate_shop(np.random.default_rng(4), settings=SIZES)
    number = pl.int_range(pl.len())
    products = made.products.with_columns(
        gender=pl.when(number % 3 == 0).then(None).when(number % 3 == 1).then(pl.lit("female"))
        .otherwise(pl.lit("male")),
        created_date=END - pl.duration(days=number % 40),
    )  # fmt: skip
    customers = pl.DataFrame(
        {
            c.CUSTOMER_ID: list(PEOPLE),
            c.PERSONALIZATION_CONSENT: [str(one).lower() for one in PEOPLE.values()],
            c.MARKETING_CONSENT: [None, "yes", "no", None],
        }
    )
    ids = made.product_ids
    own: list[tuple[str, str, str]] = [("OWNS_ALL", name, "purchase") for name in ids]
    own += [(who, ids[n], "view") for who in ("OUT", "NO_MAIL") for n in range(5)]
    own += [(made.customer_ids[0], ids[n], "hide") for n in range(0, 600, 2)]
    added = pl.DataFrame(
        own, schema=["customer_id", "product_id", "interaction_type"], orient="row"
    )
    events = pl.concat(
        [made.interactions.drop("interaction_id"), added.with_columns(timestamp=END)],
        how="diagonal_relaxed",
    )
    tables = {
        name: read_table(name, frame, as_of=END).frame
        for name, frame in (
            (c.PRODUCTS, products), (c.CUSTOMERS, customers), (c.INTERACTIONS, events),
        )
    }  # fmt: skip
    return BuildInputs(
        tables[c.PRODUCTS],
        tables[c.CUSTOMERS],
        tables[c.INTERACTIONS].with_columns(trust=pl.lit(1.0)),
        made.embeddings,
        "encoder",
        Settings(space=SpaceSettings(kind="photo-only")),
        END,
        {},
    )


class StyledShop(Shop):
    """A shop where every other customer has two styles: of the first products, and of the rest."""

    def request(self, customer_id: str | None, **wishes: Any) -> Request:
        request = super().request(customer_id, **wishes)
        visitor = request.visitor
        if visitor.profile is None or (customer_id or "")[-1] in "02468":
            return request
        parts = np.array_split(visitor.profile.events.product_row, 2)
        vectors = unit_rows(np.stack([self.build.styles[one].sum(axis=0) for one in parts]))
        styles = [
            a_style(vector, part, share)
            for vector, part, share in zip(vectors, parts, (0.7, 0.3), strict=True)
        ]
        return replace(request, visitor=replace(visitor, styles=tuple(styles)))


def a_style(vector: Any, members: Any, share: float) -> Style:
    known = {"vector": vector, "share": share}
    return Style(**{name: known.get(name, members) for name in Style.__dataclass_fields__})


@pytest.fixture(scope="module")
def shop(inputs: BuildInputs) -> Shop:
    return open_with(inputs)


def open_with(inputs: BuildInputs, kind: type[Shop] = Shop, **changes: dict[str, Any]) -> Shop:
    """Open the shop with changed settings."""
    build = make_build(inputs) if "build" not in OPENED else OPENED["build"]
    OPENED["build"] = build
    settings = {name: {**part} for name, part in inputs.settings_that_count.items()}
    for section, values in changes.items():
        settings[section].update(values)
    manifest = Manifest(
        build_id="B1", as_of=END.isoformat(), version="", inputs={}, settings=settings,
        encoder="", space={}, counts={}, files={},
    )  # fmt: skip
    return kind(manifest, build)


OPENED: dict[str, Any] = {}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many answers the recommender gave by itself."""
    counts: Counter[str] = Counter()
    answer = Recommender.answer

    def counted(self: Recommender, request: Request) -> Any:
        counts["answers"] += 1
        return answer(self, request)

    monkeypatch.setattr(Recommender, "answer", counted)
    return counts


def rows_of(campaign: Campaign) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for table in campaign:
        for row in table.to_pylist():
            found.setdefault(row["customer_id"], []).append(row)
    return found


def check_equal_to_recommend(shop: Shop, **wishes: Any) -> int:
    """Compare every slot of every customer; give how many customers were compared."""
    found = rows_of(shop.campaign(**wishes))
    names = [n for row, n in enumerate(shop.build.customer_ids) if not shop.build.no_marketing[row]]
    assert set(found) <= set(names)
    for name in names:
        slate = shop.recommend(name, **{"surface": "new_arrivals", **wishes})
        rows = found.get(name, [])
        assert [row["product_id"] for row in rows] == list(slate.product_ids)
        for row, slot in zip(rows, slate.slots, strict=True):
            assert (row["surface"], row["step"], row["build_id"]) == (
                slate.surface,
                slate.step,
                "B1",
            )
            assert (row["slot"], row["source"]) == (slot.slot, slot.source)
            assert row["reason_text"] == slot.reason.text
            assert row["reason_product_id"] == slot.reason.product_id
            for column, value in (
                ("score", slot.score), ("similarity", slot.similarity),
                ("propensity", slot.propensity), ("reason_share", slot.reason.share),
            ):  # fmt: skip
                assert row[column] == pytest.approx(value, abs=1e-5)
    return len(names)


RULES: dict[str, dict[str, dict[str, Any]]] = {
    "defaults": {},
    "no variety": {"new_arrivals": {"diversity": 0.0, "explore": 0.0}},
    "much variety": {"new_arrivals": {"diversity": 0.6, "explore": 0.4}},
    "all may come": {"recommend": {"hide_owned": False, "one_per_group": False}},
    "what all like": {"new_arrivals": {"policy": "popularity"}},
    "by lot": {"new_arrivals": {"policy": "random"}},
    "nothing": {"new_arrivals": {"policy": "nothing"}},
    "no guards": {"new_arrivals": {"guards": []}},
    "few candidates": {"recommend": {"candidates": 30}},
    "two sources": {"new_arrivals": {"weights": {"visual": 0.8, "popular": 0.2}}},
    "similar only": {"recommend": {"min_similarity": 0.3}},
    "prices": {"recommend": {"price_band": 1.5}},
    "pinned": {"recommend": {"pinned": ["100007"]}},
}


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("kind", [Shop, StyledShop])
def test_a_campaign_is_recommend_for_everyone(
    inputs: BuildInputs, kind: type[Shop], rules: str
) -> None:
    assert check_equal_to_recommend(open_with(inputs, kind, **RULES[rules])) == 90


@pytest.mark.parametrize("k", [1, 3, 40])
def test_so_it_is_for_any_number_of_products(shop: Shop, k: int) -> None:
    check_equal_to_recommend(shop, k=k)


def test_so_it_is_at_another_time(shop: Shop) -> None:
    check_equal_to_recommend(shop, as_of=END - timedelta(days=20))


@pytest.mark.parametrize("surface", ["homepage", "cart", "post_purchase"])
def test_so_it_is_on_other_surfaces(shop: Shop, surface: str) -> None:
    check_equal_to_recommend(shop, surface=surface, k=4)


@pytest.mark.parametrize("kind", [Shop, StyledShop])
def test_tastes_are_answered_together(
    inputs: BuildInputs, kind: type[Shop], asked: Counter[str]
) -> None:
    """Only who has no taste, or hardly anything left to be shown, is answered alone."""
    shop = open_with(inputs, kind)
    for _ in shop.campaign():
        pass
    assert 0 < asked["answers"] <= 8


def test_chunks_change_nothing(shop: Shop) -> None:
    whole, parts = shop.campaign(), replace(shop.campaign(), chunk=7)
    assert [len(list(one)) for one in (whole, parts)] == [1, -(-90 // 7)]
    assert rows_of(parts) == rows_of(whole)
    assert rows_of(shop.campaign()) == rows_of(whole)


def test_who_refused_marketing_gets_no_mail_even_when_named(shop: Shop) -> None:
    asked_for = ["NO_MAIL", "OUT", "COLD", "OUT"]
    campaign = shop.campaign(customers=asked_for, k=2)
    assert (set(rows_of(campaign)), campaign.refused) == ({"OUT", "COLD"}, 1)
    with pytest.raises(InputError, match="new_arrivals is an e-mail"):
        shop.campaign(everyone=True)


def test_pages_of_the_shop_may_be_for_everyone(shop: Shop) -> None:
    assert "NO_MAIL" not in rows_of(shop.campaign(surface="homepage", k=1))
    assert "NO_MAIL" in rows_of(shop.campaign(surface="homepage", k=1, everyone=True))


def test_who_refused_personalisation_gets_what_does_not_depend_on_them(shop: Shop) -> None:
    rows = rows_of(shop.campaign(customers=["OUT"]))["OUT"]
    assert len(rows) == 10
    assert {row["step"] for row in rows} <= {"popular", "newest"}
    assert {row["similarity"] for row in rows} == {None}


def test_what_cannot_be_done_is_refused_at_once(shop: Shop) -> None:
    with pytest.raises(InputError, match="must be one of: product_page"):
        shop.campaign(surface="sidebar")
    with pytest.raises(InputError, match="A product_page is about one product"):
        shop.campaign(surface="product_page")
    with pytest.raises(InputError, match="k is 0"):
        shop.campaign(k=0)
    with pytest.raises(NotFoundError, match='No customer "nobody"'):
        shop.campaign(customers=["OUT", "nobody"])


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_a_file_holds_the_rows_and_the_summary_counts_them(
    shop: Shop, tmp_path: Path, suffix: str
) -> None:
    path, told = tmp_path / f"mail{suffix}", list[tuple[int, int]]()
    campaign = replace(shop.campaign(), chunk=40)
    summary = write_campaign(
        campaign, path, on_progress=lambda done, total: told.append((done, total))
    )
    strings = {c.CUSTOMER_ID: pl.String, c.PRODUCT_ID: pl.String, "reason_product_id": pl.String}
    written = (
        pl.read_csv(path, schema_overrides=strings) if suffix == ".csv" else pl.read_parquet(path)
    )
    rows = [row for part in rows_of(campaign).values() for row in part]
    assert written.to_dicts() == rows
    assert told == [(40, 90), (80, 90), (90, 90)]
    assert (summary.rows, summary.customers) == (len(rows), 89)
    assert summary.skipped == {"no_marketing_consent": 1, "nothing_eligible": 1}  # owns it all
    assert summary.steps == Counter(row["step"] for row in rows if row["slot"] == 1)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_campaign_for_nobody_is_an_empty_file(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "mail.parquet"
    summary = write_campaign(shop.campaign(customers=["OWNS_ALL"]), path)
    assert (summary.rows, pl.read_parquet(path).height) == (0, 0)
    assert len(pl.read_parquet(path).columns) == 15


@pytest.mark.parametrize("name", ["mail.xlsx", "mail", "nowhere/mail.csv"])
def test_files_that_cannot_be_are_refused(shop: Shop, tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"must end in|is no folder"):
        write_campaign(shop.campaign(k=1), tmp_path / name)


def test_a_failed_campaign_leaves_the_file_of_before(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "mail.csv"
    path.write_text("before")

    def stop(done: int, total: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(BuildError, match="The disk is full"):
        write_campaign(shop.campaign(k=1), path, on_progress=stop)
    assert path.read_text() == "before"
    assert [one.name for one in tmp_path.iterdir()] == ["mail.csv"]


def test_a_kill_leaves_no_half_file(tmp_path: Path) -> None:
    path = tmp_path / "mail.csv"
    path.write_text("before")
    code = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom penchant.files import new_file\n"
        "with new_file(Path(sys.argv[1])) as file:\n"
        "    file.write_text('half')\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.read_text() == "before"


@pytest.mark.parametrize("n", [5, 300, 20_000])
def test_a_shortlist_begins_with_the_best(n: int) -> None:
    """The twin scores every product, sorts them all, and leaves out whom they are not for."""
    rng = np.random.default_rng(n)
    vectors = unit_rows(rng.standard_normal((n, 6), dtype=np.float32))
    vectors[n // 2] = vectors[0]
    tastes = unit_rows(rng.standard_normal((9, 6), dtype=np.float32))
    facet = Facet.of([("a", "b", None)[one] for one in rng.integers(0, 3, n)])
    lists = Shortlister.over(vectors, [facet], np.arange(n))
    allowed = rng.random((9, len(lists.labels))) < 0.7
    found_lists = lists.find(tastes, allowed, np.full(9, 40))
    for found, taste, may in zip(found_lists, tastes, allowed, strict=True):
        scores = (vectors @ taste).astype(np.float64)
        kept = np.flatnonzero(may[lists.kind])
        best = kept[np.lexsort((kept, -np.round(scores[kept], 6)))]
        assert found.whole or len(found.places) >= min(40, len(best)) or not len(found.places)
        count = len(found.places)
        assert np.round(scores[found.places], 6) == pytest.approx(np.round(scores[best[:count]], 6))
        assert found.similarities == pytest.approx(scores[found.places], abs=1e-6)


def test_there_is_no_shortlist_where_the_whole_shop_looks_alike() -> None:
    """It would be the whole shop, for every customer."""
    vectors = np.repeat(np.eye(3, dtype=np.float32), (10, 19_990, 0), axis=0)
    lists = Shortlister.over(vectors, [], np.arange(20_000))
    (found,) = lists.find(vectors[:1], np.ones((1, 1), bool), np.array([40]))
    assert (len(found.places), found.whole) == (0, False)
