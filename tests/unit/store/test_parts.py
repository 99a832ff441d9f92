"""Parts of a table put together are the table."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from penchant import columns as c
from penchant.store.parts import merged
from penchant.tables import empty_table, read_table

AT = datetime(2026, 7, 1, tzinfo=UTC)

FEW = st.sampled_from(["a", "b", "", "10.0"])
EVENTS = st.lists(
    st.tuples(FEW, FEW, st.sampled_from(["view", "purchase"]), st.integers(1, 3), FEW, FEW),
    max_size=25,
)


def read(table: str, header: str, rows: list[tuple[object, ...]]) -> pl.DataFrame:
    names = header.split()
    texts = [[str(cell) for cell in row] for row in rows]
    frame = pl.DataFrame(texts, schema=dict.fromkeys(names, pl.String), orient="row")
    return read_table(table, frame, as_of=AT).frame


def read_events(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    header = "customer_id product_id interaction_type timestamp interaction_id session_id"
    return read(c.INTERACTIONS, header, [(*r[:3], f"2026-06-0{r[3]}", *r[4:]) for r in rows])


@settings(max_examples=25)
@given(EVENTS, st.lists(st.integers(0, 25), min_size=1, max_size=4), st.randoms())
def test_events_in_parts_late_twice_or_mixed_up_are_those_read_at_once(
    rows: list[tuple[object, ...]], cuts: list[int], chance: object
) -> None:
    """Ties in every column but the session, blank ids, rows repeated within and across parts."""
    # an id column of three or more blanks alone is refused as unusable
    rows = [("a", "b", "view", 1, "", ""), *[r for r in rows if r[0] and r[1]]]
    whole = read_events(rows)
    parts = [read_events([rows[0], *rows[start : start + 12]]) for start in (*cuts, 0, 12, 24)]
    chance.shuffle(parts)  # type: ignore[attr-defined]
    together = merged(empty_table(c.INTERACTIONS), parts, c.INTERACTIONS)
    assert together.equals(whole)
    assert merged(together, parts, c.INTERACTIONS).equals(whole)


def test_two_lines_of_one_product_in_an_order_both_stay() -> None:
    header = "order_id product_id quantity"
    first = read(c.ORDER_ITEMS, header, [("O1", "a", 1), ("O1", "b", 1), ("O2", "a", 7)])
    later = read(c.ORDER_ITEMS, header, [("O1", "b", 3), ("O1", "b", 2)])
    together = merged(first, [later, later], c.ORDER_ITEMS)
    assert together.select("order_id", "product_id", "quantity").rows() == [
        ("O1", "a", 1.0),
        ("O1", "b", 2.0),
        ("O1", "b", 3.0),
        ("O2", "a", 7.0),
    ]


def test_an_order_that_changed_replaces_the_old_one() -> None:
    header = "order_id customer_id order_date order_status"
    first = read(c.ORDERS, header, [("O1", "x", "2026-06-01", "pending")])
    later = read(c.ORDERS, header, [("O1", "x", "2026-06-01", "completed")])
    assert merged(first, [later], c.ORDERS).equals(later)
    assert merged(first, [later, first], c.ORDERS).equals(first)
