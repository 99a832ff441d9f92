"""What must hold of any table: order, format and repetition do not change the result."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from penchant.tables import TableLoad, all_interactions, read_table
from penchant.tables.csvfile import parse_csv

AS_OF = datetime(2026, 3, 1, tzinfo=UTC)
FEW = settings(max_examples=25, deadline=None)

ids = st.text("ab01.-/ é,;|\"'=+", min_size=1, max_size=6)
cells = st.none() | st.text("ab ,;\"\n'|é0", max_size=5)
actions = st.sampled_from(["view", "View_Item", "purchase", "buy", "oops", "add to cart", None])
times = st.sampled_from(
    ["2026-01-01", "2026-01-02T03:04:05+02:00", "01.02.2026 10:00", "1767225600", "never", None,
     "2027-01-01", "2026-01-01T00:00:00Z"]
)  # fmt: skip
interactions = st.lists(
    st.fixed_dictionaries(
        {
            "customer_id": st.none() | ids,
            "product_id": ids,
            "interaction_type": actions,
            "timestamp": times,
            "session_id": st.none() | ids,
        }
    ),
    min_size=1,
    max_size=12,
)
products = st.lists(
    st.fixed_dictionaries(
        {
            "product_id": ids,
            "title": cells,
            "price": st.sampled_from(["1,50 €", "1.234,50", "-3", "12", "free", None, "inf"]),
            "image": st.sampled_from(["a.jpg", "https://x/b.jpg", None, " "]),
            "additional_images": st.sampled_from(["a.jpg|b.jpg", "c.jpg", None]),
            "in_stock": st.sampled_from(["yes", "0", "maybe", None]),
            "extra": cells,
        }
    ),
    min_size=1,
    max_size=12,
)
#: a good row keeps a table of bad ones from being refused as a whole
GOOD_EVENT = {
    "customer_id": "good",
    "product_id": "good",
    "interaction_type": "view",
    "timestamp": "2025-12-01",
    "session_id": None,
}


def frame_of(rows: list[dict[str, str | None]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String))


def load(table: str, source: object) -> TableLoad:
    root = Path("/photos")
    return read_table(table, source, as_of=AS_OF, photo_root=root)  # type: ignore[arg-type]


def as_csv(frame: pl.DataFrame, folder: str, **options: object) -> Path:
    path = Path(folder) / "table.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, **options)  # type: ignore[arg-type]
        writer.writerow(frame.columns)
        writer.writerows(frame.rows())
    return path


@FEW
@given(interactions, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows, random):
    rows = [*rows, GOOD_EVENT]
    shuffled = random.sample(rows, len(rows))
    one, other = (load("interactions", frame_of(r)) for r in (rows, shuffled))
    assert_frame_equal(one.frame, other.frame)
    assert sorted(one.rejects["reason"]) == sorted(other.rejects["reason"])


@FEW
@given(interactions)
def test_every_row_is_kept_rejected_or_a_copy(rows):
    report = load("interactions", frame_of([*rows, GOOD_EVENT])).report
    copies = sum(f.count for f in report.findings if f.code == "duplicate_row")
    assert report.rows_read == len(rows) + 1
    assert report.rows_kept + report.rows_rejected + copies == report.rows_read
    assert report.rows_dropped == copies


@FEW
@given(interactions)
def test_interactions_match_a_slow_row_by_row_reading(rows):
    actions = {"View_Item": "view", "buy": "purchase", "add to cart": "add_to_cart"}
    moments = {
        "2026-01-01": datetime(2026, 1, 1, tzinfo=UTC),
        "2026-01-01T00:00:00Z": datetime(2026, 1, 1, tzinfo=UTC),
        "1767225600": datetime(2026, 1, 1, tzinfo=UTC),
        "2026-01-02T03:04:05+02:00": datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC),
        "01.02.2026 10:00": datetime(2026, 2, 1, 10, tzinfo=UTC),
        "2025-12-01": datetime(2025, 12, 1, tzinfo=UTC),
    }
    expected = set()
    for row in [*rows, GOOD_EVENT]:
        action = actions.get(row["interaction_type"], row["interaction_type"])
        customer, product = ((row[name] or "").strip() for name in ("customer_id", "product_id"))
        if customer and product and action not in ("oops", None) and row["timestamp"] in moments:
            expected.add((customer, product, action, moments[row["timestamp"]]))
    loaded = load("interactions", frame_of([*rows, GOOD_EVENT])).frame
    found = loaded.select("customer_id", "product_id", "interaction_type", "timestamp").rows()
    assert {undone(row) for row in found} == {undone(row) for row in expected}


def undone(row: tuple[str, str, str, datetime]) -> tuple[str, str, str, datetime]:
    """Forget the repair of float ids: it has its own tests."""
    return (row[0].removesuffix(".0"), row[1].removesuffix(".0"), row[2], row[3])


@FEW
@given(products)
def test_reading_a_clean_table_changes_nothing(rows):
    first = load("products", frame_of(rows))
    again = load("products", first.frame)
    assert_frame_equal(again.frame, first.frame)
    assert again.rejects.height == 0
    assert [f.code for f in again.report.findings if f.kind != "warning"] == []


@FEW
@given(interactions)
def test_reading_clean_interactions_changes_nothing(rows):
    first = load("interactions", frame_of([*rows, GOOD_EVENT]))
    again = load("interactions", first.frame)
    assert_frame_equal(again.frame, first.frame)
    assert again.report.findings == ()


@FEW
@given(
    products, st.sampled_from([",", ";", "\t"]), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
)
def test_every_format_gives_the_same_table(rows, delimiter, quoting):
    frame = frame_of(rows)
    expected = load("products", frame)
    sources: list[Callable[[str], object]] = [
        lambda folder: as_csv(frame, folder, delimiter=delimiter, quoting=quoting),
        lambda folder: parquet(frame, folder),
        lambda _: frame.to_pandas(),
        lambda _: pd.DataFrame(frame.to_dicts(), dtype=object),
        lambda _: frame.to_arrow(),
        lambda _: frame.lazy(),
        lambda _: pa.Table.from_pylist(frame.to_dicts(), schema=text_schema(frame)),
    ]
    for make in sources:
        with tempfile.TemporaryDirectory() as folder:
            loaded = load("products", make(folder))
        assert_frame_equal(loaded.frame, expected.frame)
        assert loaded.rejects["reason"].len() == expected.rejects["reason"].len()


def parquet(frame: pl.DataFrame, folder: str) -> Path:
    path = Path(folder) / "table.parquet"
    frame.write_parquet(path)
    return path


def text_schema(frame: pl.DataFrame) -> pa.Schema:
    return pa.schema([(name, pa.string()) for name in frame.columns])


@FEW
@given(st.lists(ids.map(str.strip).filter(bool), unique=True, min_size=1, max_size=10))
def test_ids_survive_as_text(names):
    plain = [name for name in names if not name.endswith(".0") and not name.startswith('="')]
    if not plain:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = as_csv(pl.DataFrame({"customer_id": plain, "age": ["1"] * len(plain)}), folder)
        assert load("customers", path).frame["customer_id"].to_list() == sorted(plain)


fields = st.text('ab"\n ,', max_size=4)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(fields, fields, fields), max_size=6),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_well_formed_csv_is_read_as_the_csv_module_reads_it(rows, quoting):
    text = io.StringIO()
    writer = csv.writer(text, quoting=quoting, lineterminator="\n")
    writer.writerows([("x", "y", "z"), *rows])
    table = parse_csv(text.getvalue(), "a.csv")
    assert table.frame.rows() == rows
    assert table.broken.height == 0
    lines = text.getvalue().split("\n")
    for line, row in zip(table.lines, rows, strict=True):
        assert (
            lines[line - 1]
            .lstrip('"')
            .startswith(row[0].replace('"', '""').split("\n")[0].lstrip('"'))
        )


@settings(max_examples=200, deadline=None)
@given(st.text('ab",\n', max_size=40))
def test_any_text_is_split_without_losing_a_line(text):
    table = parse_csv("x,y,z\n" + text, "a.csv")
    lines = text.split("\n")
    starts = [*table.lines, *table.broken["line"]]
    assert len(set(starts)) == len(starts)
    blank = sum(1 for line in lines if not line.strip(" \r"))
    inside = sum(cell.count("\n") for row in table.frame.rows() for cell in row)
    assert len(starts) + inside <= len(lines) <= len(starts) + inside + blank


@pytest.mark.parametrize("n_orders", [0, 7])
def test_purchases_do_not_depend_on_the_order_of_rows(n_orders):
    orders = pl.DataFrame(
        {
            "order_id": [f"o{i}" for i in range(n_orders)],
            "customer_id": [f"c{i % 3}" for i in range(n_orders)],
            "order_date": [AS_OF] * n_orders,
        },
        schema_overrides={
            "order_id": pl.String,
            "customer_id": pl.String,
            "order_date": pl.Datetime("us", "UTC"),
        },
    )
    items = orders.select("order_id", product_id=pl.concat_str(pl.lit("p"), "customer_id"))
    one, _ = all_interactions(None, orders, items)
    other, _ = all_interactions(None, orders.reverse(), items.reverse())
    assert_frame_equal(one, other)
    assert one.height == n_orders
