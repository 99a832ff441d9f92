from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from penchant import columns as c
from penchant.id_map import IdMap
from penchant.taste.from_tables import histories_from_interactions, microseconds, row_column
from penchant.taste.histories import ACTION_CODES, Histories, History


def events_of(rows):
    """rows: (product_row, action code, time_us, trust)."""
    parts = list(zip(*rows, strict=True)) or [[], [], [], []]
    dtypes = (np.int32, np.int8, np.int64, np.float32)
    return History(*(np.array(part, dtype) for part, dtype in zip(parts, dtypes, strict=True)))


def listed(history):
    parts = (history.product_row, history.action, history.time_us, history.trust)
    return list(zip(*(part.tolist() for part in parts), strict=True))


row = st.tuples(st.integers(0, 5), st.integers(0, 7), st.integers(0, 9), st.just(1.0))


@given(st.lists(st.tuples(st.integers(0, 3), row), max_size=30))
def test_each_customer_gets_their_own_rows_oldest_first(loose):
    customers = np.array([one[0] for one in loose], np.int32)
    histories = Histories.from_rows(customers, events_of([one[1] for one in loose]), n_customers=5)
    for customer in range(5):
        own = [one[1] for one in loose if one[0] == customer]
        expected = sorted(own, key=lambda r: (r[2], r[0], r[1]))
        assert listed(histories.of(customer)) == expected


def test_customers_without_interactions_keep_their_row():
    histories = Histories.from_rows(
        np.array([2], np.int32), events_of([(4, 3, 9, 0.5)]), n_customers=4
    )
    assert [len(histories.of(n)) for n in range(4)] == [0, 0, 1, 0]
    assert histories.customer_rows().tolist() == [2]
    assert listed(histories.of(2)) == [(4, 3, 9, 0.5)]


def test_rows_of_one_instant_come_in_one_order_whatever_order_they_arrive_in():
    rows = [(1, 0, 5, 1.0), (1, 0, 5, 0.0), (1, 6, 5, 1.0), (0, 6, 5, 1.0)]
    for loose in (rows, rows[::-1]):
        histories = Histories.from_rows(np.zeros(4, np.int32), events_of(loose), n_customers=1)
        assert listed(histories.of(0)) == [rows[3], rows[1], rows[0], rows[2]]


def test_saved_histories_open_with_the_same_values(tmp_path):
    rows = [(4, 3, 9, 0.5), (-1, 7, 2**60, 0.0), (1, 0, -5, 1.0)]
    before = Histories.from_rows(np.array([1, 0, 1], np.int32), events_of(rows), n_customers=2)
    before.save(tmp_path)
    after = Histories.load(tmp_path)
    assert after.starts.tolist() == before.starts.tolist()
    assert listed(after.events) == listed(before.events)
    assert type(after.events.product_row) is np.ndarray  # np.memmap would slow every slice


def test_histories_of_nobody_can_be_saved_and_opened(tmp_path):
    Histories.from_rows(np.empty(0, np.int32), History.empty(), n_customers=0).save(tmp_path)
    assert len(Histories.load(tmp_path)) == 0


def frame(rows):
    names = (c.CUSTOMER_ID, c.PRODUCT_ID, c.INTERACTION_TYPE, c.TIMESTAMP, c.TRUST)
    return pl.DataFrame(rows, schema=dict.fromkeys(names), orient="row", strict=False).with_columns(
        pl.col(c.TIMESTAMP).cast(pl.Datetime("us", "UTC"))
    )


def test_a_table_becomes_histories_by_row_with_strangers_left_out():
    day = datetime(2026, 3, 1, tzinfo=UTC)
    table = frame(
        [
            ("B", "ring", c.VIEW, day + timedelta(days=1), 1.0),
            ("B", "gone", c.PURCHASE, day, 0.25),
            ("stranger", "ring", c.VIEW, day, 1.0),
        ]
    )
    customers, products = (
        IdMap.from_ids("customer", ["B", "A"]),
        IdMap.from_ids("product", ["ring"]),
    )
    histories = histories_from_interactions(table, customers, products)
    us = microseconds(day)
    assert listed(histories.of(0)) == []
    assert listed(histories.of(1)) == [
        (-1, ACTION_CODES[c.PURCHASE], us, 0.25),
        (0, ACTION_CODES[c.VIEW], us + 86_400_000_000, 1.0),
    ]


def test_unknown_ids_and_nulls_map_to_minus_one_in_row_order():
    table = pl.DataFrame({"product_id": ["b", None, "a", "x", "b"]})
    rows = row_column("product_id", table, IdMap.from_ids("product", ["a", "b"]))
    assert rows.to_list() == [1, -1, 0, -1, 1]


def test_microseconds_reads_any_zone_and_takes_none_as_utc():
    naive = datetime(2026, 3, 1, 12, 0, 0, 7)  # noqa: DTZ001
    berlin = datetime(2026, 3, 1, 13, 0, 0, 7, tzinfo=timezone(timedelta(hours=1)))
    assert microseconds(naive) == microseconds(berlin)
    assert microseconds(datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)) == -1_000_000
