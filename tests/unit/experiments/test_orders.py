"""Orders from tables and live events: each once, each where it belongs."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from penchant.experiments.units.orders import LINE_SCHEMA, no_lines, order_book
from tests.experiment_logs import DAY, Log, us

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
AT = us(NOON)


def lines(*rows):
    """Rows of (order_id, unit, product, at, quantity, value)."""
    told = [(*row, "EUR") for row in rows]
    return pl.DataFrame(told, schema=LINE_SCHEMA, orient="row")


def book(orders=(), items=(), purchases=None, returns=None, **options):
    tables = Log(orders=list(orders), items=list(items)).tables
    some = no_lines() if purchases is None else purchases
    back = no_lines() if returns is None else returns
    return order_book(tables.orders, tables.items, some, back, **options)


def rows(found):
    return {row[0]: row[1:6] for row in found.frame.rows()}


def refunds(found):
    return dict(found.frame.filter("refund").select("order_id", "revenue").iter_rows())


def test_an_order_of_the_tables_is_worth_its_total_or_its_items():
    found = book(
        [("o1", "a", NOON, None, 50.0), ("o2", "b", NOON, "completed", None)],
        [("o2", "p1", 2.0, 10.0), ("o2", "p2", None, 5.0)],
    )
    assert rows(found) == {"o1": ("a", AT, 50.0, 1.0, 0.0), "o2": ("b", AT, 25.0, 3.0, 0.0)}
    assert found.counts == {}


def test_cancelled_open_and_unknown_orders_do_not_count_and_returned_ones_do():
    states = ["cancelled", "open", "odd", "returned"]
    found = book([(f"o{n}", "a", NOON, one, 9.0) for n, one in enumerate(states)])
    assert rows(found) == {"o3": ("a", AT, 9.0, 1.0, 1.0)}
    assert found.counts == {"cancelled": 1, "open": 1, "unknown": 1}


def test_an_order_told_twice_counts_once_as_the_table_tells_it():
    found = book(
        [("o1", "guest", MIDNIGHT, "completed", 50.0)],
        purchases=lines(("o1", "a", "p1", AT, 1.0, 30.0), ("o1", "a", "p2", AT + 5, 1.0, 25.0)),
    )
    # worth what the table says; whose and when, the event says
    assert rows(found) == {"o1": ("a", AT, 50.0, 1.0, 0.0)}
    assert found.counts == {"told_twice": 1}


def test_what_the_table_cancelled_is_no_live_order_either():
    found = book(
        [("o1", "a", NOON, "cancelled", 50.0)], purchases=lines(("o1", "a", "p1", AT, 1.0, 50.0))
    )
    assert rows(found) == {}


def test_a_live_purchase_without_order_id_is_known_by_customer_product_and_day():
    found = book(
        [("o1", "a", NOON, "completed", 50.0)],
        [("o1", "p1", 1.0, 50.0)],
        lines(("", "a", "p1", AT + 7, 1.0, 50.0), ("", "b", "p1", AT, 1.0, 8.0)),
    )
    assert [row[0] for row in rows(found).values()] == ["a", "b"]
    assert found.frame["revenue"].to_list() == [50.0, 8.0]


def test_live_purchases_of_a_day_without_order_id_are_one_order():
    found = book(
        purchases=lines(
            ("", "a", "p1", AT, 1.0, 10.0),
            ("", "a", "p1", AT + 60, 2.0, 20.0),
            ("", "a", "p2", AT + DAY, 1.0, 5.0),
        )
    )
    assert found.frame.select("unit_id", "revenue", "bought").rows() == [
        ("a", 30.0, 3.0),
        ("a", 5.0, 1.0),
    ]


def test_a_product_told_twice_in_a_live_order_counts_once():
    told = ("o1", "a", "p1", AT, 1.0, 10.0)
    found = book(purchases=lines(told, told, ("o1", "a", "p2", AT + 1, 1.0, None)))
    assert rows(found) == {"o1": ("a", AT, 10.0, 2.0, 0.0)}
    assert found.counts == {"without_value": 1}


def test_a_date_without_a_time_counts_as_the_end_of_that_day():
    found = book([("o1", "a", MIDNIGHT, None, 1.0)])
    assert rows(found)["o1"][1] == us(MIDNIGHT) + DAY - 1
    assert found.counts == {"dates_only": 1}


@pytest.mark.parametrize(("order_id", "later"), [("o1", 0), ("", DAY)])
def test_what_is_sent_back_belongs_to_its_order(order_id, later):
    bought = lines(("o1", "a", "p1", AT, 2.0, 10.0), ("o2", "a", "p2", AT, 1.0, 10.0))
    back = lines((order_id, "a", "p1", AT + later, 1.0, None))
    found = book(purchases=bought, returns=back)
    assert {name: row[4] for name, row in rows(found).items()} == {"o1": 1.0, "o2": 0.0}


def test_no_more_is_returned_than_was_bought():
    bought = lines(("o1", "a", "p1", AT, 1.0, 10.0))
    found = book(purchases=bought, returns=lines(("o1", "a", "p1", AT, 5.0, None)))
    assert rows(found)["o1"][4] == 1.0


def test_several_currencies_are_noticed():
    euros = lines(("o1", "a", "p1", AT, 1.0, 10.0))
    other = euros.with_columns(order_id=pl.lit("o2"), currency=pl.lit("CHF"))
    assert book(purchases=pl.concat([euros, other])).counts == {"currencies": 2}


def test_a_refund_is_no_order_and_is_paid_back():
    found = book(
        [
            ("o1", "a", NOON, "completed", 50.0),
            ("note", "a", NOON, "completed", -20.0),
            ("odd", "a", NOON, "completed", 7.0),
            ("items", "a", NOON, "completed", None),
            ("mixed", "a", NOON, "completed", 5.0),
        ],
        [
            ("odd", "p1", -1.0, 7.0),
            ("items", "p1", -2.0, 4.0),
            ("mixed", "p1", -1.0, 7.0),
            ("mixed", "p2", 1.0, 12.0),
        ],
        lines(("live", "b", "p1", AT, -1.0, -9.0), ("live", "b", "p2", AT, 1.0, 3.0)),
    )
    assert refunds(found) == {"note": -20.0, "odd": -7.0, "items": -8.0, "live": -6.0}
    assert {name: row[3:] for name, row in rows(found).items()} == {
        "o1": (1.0, 0.0), "mixed": (0.0, 0.0), **dict.fromkeys(refunds(found), (0.0, 0.0)),
    }  # fmt: skip
    assert found.counts == {"refunds": 4}


def test_where_ingest_left_out_what_is_below_0_orders_without_amount_do_not_count():
    orders = [
        ("o1", "a", NOON, "completed", 50.0),
        ("lost", "b", NOON, "completed", None),  # an amount and pieces below 0
        ("worth", "c", NOON, "completed", None),  # an amount below 0, of one piece
    ]
    items = [("lost", "p1", None, 50.0), ("worth", "p2", 1.0, 80.0)]
    assert list(rows(book(orders, items, signs_lost=True))) == ["o1"]
    found = book(orders, items)
    assert list(rows(found)) == ["o1", "worth"]
    assert found.counts == {"unclear": 1}
    told = lines(("lost", "b", "p1", AT, 1.0, 50.0))
    assert set(rows(book(orders, items, told))) == {"o1", "lost", "worth"}
    # where no order has an amount, only pieces can have lost their sign
    bare = [(*order[:4], None) for order in orders]
    assert set(rows(book(bare, items))) == {"o1", "lost", "worth"}
    assert set(rows(book(bare, items, signs_lost=True))) == {"o1", "worth"}


@pytest.mark.parametrize(("hours", "orders"), [(-13, 1), (13, 1), (-37, 2), (37, 2)])
def test_the_day_of_a_shop_may_be_another_than_that_of_the_log(hours, orders):
    at = AT + hours * DAY // 24
    found = book(
        [("o1", "a", NOON, "completed", 50.0)],
        [("o1", "p1", 1.0, 50.0)],
        lines(("", "a", "p1", at, 1.0, 50.0)),
    )
    assert found.frame.height == orders


def test_what_no_order_is_worth_does_not_count():
    found = book(
        [("o1", "a", NOON, None, 1e308), ("o2", "a", NOON, None, 1e12)],
        purchases=lines(("o3", "a", "p1", AT, 1.0, -1e300)),
    )
    assert list(rows(found)) == ["o2"]
    assert found.counts == {"impossible": 2}
