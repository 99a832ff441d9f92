"""Orders become purchases, once each, and only the completed ones."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from penchant.tables import all_interactions, empty_table, purchases_from_orders

DAY = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


def orders(*rows: tuple[str, str, str | None, bool | None]) -> pl.DataFrame:
    return pl.DataFrame(
        [(*row, DAY) for row in rows],
        schema={"order_id": pl.String, "customer_id": pl.String, "order_status": pl.String,
                "is_gift": pl.Boolean, "order_date": pl.Datetime("us", "UTC")},
        orient="row",
    )  # fmt: skip


def items(*rows: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["order_id", "product_id"], orient="row")


def events(*rows: tuple[str, str, str, datetime]) -> pl.DataFrame:
    return pl.DataFrame(
        rows,
        schema={"customer_id": pl.String, "product_id": pl.String, "interaction_type": pl.String,
                "timestamp": pl.Datetime("us", "UTC")},
        orient="row",
    )  # fmt: skip


def counts(findings) -> dict[str, int]:
    return {finding.code: finding.count for finding in findings}


def test_a_completed_order_becomes_one_purchase_per_product():
    frame, findings = purchases_from_orders(
        orders(("o1", "c1", "completed", None)), items(("o1", "p2"), ("o1", "p1"), ("o1", "p2"))
    )
    assert frame.rows() == [
        ("c1", "p1", "purchase", DAY, "order:o1:p1", None, 1.0),
        ("c1", "p2", "purchase", DAY, "order:o1:p2", None, 1.0),
    ]
    assert frame.schema == empty_table("interactions").schema
    assert counts(findings) == {"repeated_item": 1}


@pytest.mark.parametrize(("gift", "trust"), [(True, 0.0), (False, 1.0), (None, 1.0)])
def test_gift_orders_are_not_trusted(gift, trust):
    frame, _ = purchases_from_orders(orders(("o", "c", None, gift)), items(("o", "p")))
    assert frame["trust"].to_list() == [trust]


@pytest.mark.parametrize("status", ["completed", "Shipped", "paid", None, ""])
def test_completed_and_unstated_orders_count(status):
    frame, findings = purchases_from_orders(orders(("o", "c", status, None)), items(("o", "p")))
    assert frame.height == 1
    assert findings == ()


@pytest.mark.parametrize(
    ("status", "code"),
    [("cancelled", "order_cancelled"), ("canceled", "order_cancelled"),
     ("refunded", "order_returned"),
     ("pending", "order_open"), ("compleet", "unknown_order_status")],
)  # fmt: skip
def test_other_orders_do_not_count_and_are_counted(status, code):
    frame, findings = purchases_from_orders(orders(("o", "c", status, None)), items(("o", "p")))
    assert frame.height == 0
    assert counts(findings) == {code: 1}


def test_an_unknown_status_is_named_with_a_suggestion():
    _, (finding,) = purchases_from_orders(orders(("o", "c", "compleet", None)), items(("o", "p")))
    assert finding.examples == ('"compleet" Did you mean "completed"?',)


def test_tables_without_a_status_column_count_as_completed():
    frame, _ = purchases_from_orders(
        orders(("o", "c", "x", None)).drop("order_status"), items(("o", "p"))
    )
    assert frame["interaction_id"].to_list() == ["order:o:p"]


def test_items_without_order_and_orders_without_items_are_counted():
    frame, findings = purchases_from_orders(
        orders(("o1", "c", None, None), ("o2", "c", None, None)), items(("o1", "p"), ("o3", "p"))
    )
    assert frame.height == 1
    assert {f.code: f.examples for f in findings} == {
        "item_without_order": ("o3",),
        "order_without_items": ("o2",),
    }


def test_lines_of_quantity_zero_are_no_purchase():
    lines = pl.DataFrame(
        {"order_id": ["o", "o"], "product_id": ["a", "b"], "quantity": [0.0, None]}
    )
    frame, findings = purchases_from_orders(orders(("o", "c", None, None)), lines)
    assert frame["product_id"].to_list() == ["b"]
    assert counts(findings) == {"no_quantity": 1}


def test_a_purchase_told_twice_counts_once_as_the_order_tells_it():
    earlier, other_day = DAY.replace(hour=1), DAY.replace(day=6)
    frame, findings = all_interactions(
        events(
            ("c", "p", "purchase", earlier),
            ("c", "p", "view", earlier),
            ("c", "p", "purchase", other_day),
            ("c", "q", "purchase", earlier),
        ),
        orders(("o", "c", None, True)),
        items(("o", "p")),
    )
    assert frame.select("product_id", "interaction_type", "timestamp", "trust").rows() == [
        ("p", "view", earlier, 1.0),
        ("q", "purchase", earlier, 1.0),
        ("p", "purchase", DAY, 0.0),
        ("p", "purchase", other_day, 1.0),
    ]
    assert counts(findings) == {"purchase_in_both": 1}


def test_a_purchase_of_a_cancelled_order_is_left_out():
    frame, findings = all_interactions(
        events(("c", "p", "purchase", DAY)),
        orders(("o", "c", "cancelled", None)),
        items(("o", "p")),
    )
    assert frame.height == 0
    assert counts(findings) == {"order_cancelled": 1, "purchase_undone": 1}


def test_a_second_completed_order_keeps_the_purchase():
    frame, findings = all_interactions(
        events(("c", "p", "purchase", DAY)),
        orders(("o1", "c", "cancelled", None), ("o2", "c", "paid", None)),
        items(("o1", "p"), ("o2", "p")),
    )
    assert frame["interaction_id"].to_list() == ["order:o2:p"]
    assert counts(findings) == {"order_cancelled": 1, "purchase_in_both": 1}


def test_an_open_order_leaves_the_recorded_purchase_alone():
    frame, _ = all_interactions(
        events(("c", "p", "purchase", DAY)), orders(("o", "c", "pending", None)), items(("o", "p"))
    )
    assert frame["interaction_id"].to_list() == [None]


def test_days_are_utc_days():
    late = datetime(2026, 1, 4, 23, 59, tzinfo=UTC)
    frame, _ = all_interactions(
        events(("c", "p", "purchase", late)), orders(("o", "c", None, None)), items(("o", "p"))
    )
    assert frame.height == 2


def test_every_table_may_be_absent():
    frame, findings = all_interactions(None, None, None)
    assert (frame.height, frame.schema, findings) == (0, empty_table("interactions").schema, ())
    alone, _ = all_interactions(events(("c", "p", "view", DAY)), None, None)
    assert alone["trust"].to_list() == [1.0]


def test_a_line_of_quantity_zero_leaves_the_recorded_purchase_alone():
    seen = events(("c1", "p1", "purchase", DAY), ("c1", "p2", "purchase", DAY))
    lines = items(("o1", "p1"), ("o1", "p2")).with_columns(quantity=pl.Series([0.0, 1.0]))
    frame, findings = all_interactions(seen, orders(("o1", "c1", "completed", None)), lines)
    assert frame.select("product_id", "interaction_type", "interaction_id").rows() == [
        ("p1", "purchase", None),
        ("p2", "purchase", "order:o1:p2"),
    ]
    assert counts(findings) == {"no_quantity": 1, "purchase_in_both": 1}
