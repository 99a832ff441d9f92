"""Distinct rows, spans and falling order, against what numpy or a loop gives."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from penchant.maths.distinct import among, distinct, summed, values_of
from penchant.maths.falling import falling, rising
from penchant.maths.spans import spans_of

some_rows = st.lists(st.integers(-1, 40), max_size=60).map(lambda rows: np.array(rows, np.int32))
seeds = st.integers(0, 2**32)


@given(some_rows)
def test_distinct_rows_are_those_of_unique(rows: np.ndarray) -> None:
    assert np.array_equal(distinct(rows), np.unique(rows))
    assert distinct(rows).dtype == np.int32


@given(some_rows, seeds)
def test_sums_are_added_in_the_order_the_values_come_in(rows: np.ndarray, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=len(rows))
    slow: dict[int, float] = {}
    for row, value in zip(rows.tolist(), values.tolist(), strict=True):
        slow[row] = slow.get(row, 0.0) + value
    found, sums = summed(rows, values)
    assert found.dtype == np.int32
    assert found.tolist() == sorted(slow)
    assert sums.tolist() == [slow[row] for row in found.tolist()]


@given(some_rows, some_rows)
def test_rows_are_among_others_as_isin_says(rows: np.ndarray, some: np.ndarray) -> None:
    assert np.array_equal(among(rows, some), np.isin(rows, some))


@given(some_rows, some_rows, seeds)
def test_values_are_looked_up_by_row_and_0_elsewhere(
    rows: np.ndarray, known: np.ndarray, seed: int
) -> None:
    known = np.unique(known)
    values = np.random.default_rng(seed).normal(size=len(known))
    slow = dict(zip(known.tolist(), values.tolist(), strict=True))
    assert values_of(rows, known, values).tolist() == [slow.get(row, 0.0) for row in rows.tolist()]


@given(st.lists(st.integers(0, 4), min_size=1, max_size=9), st.lists(st.integers(0, 99)))
def test_spans_are_the_places_of_each_row_in_turn(sizes: list[int], wanted: list[int]) -> None:
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    rows = np.array(wanted, np.int32) % len(sizes)
    slow = [place for row in rows for place in range(starts[row], starts[row + 1])]
    places, lengths = spans_of(starts, rows)
    assert places.tolist() == slow
    assert lengths.tolist() == [sizes[row] for row in rows]


@given(seeds, st.integers(0, 80), st.integers(0, 6))
def test_equal_values_keep_their_order(seed: int, n: int, digits: int) -> None:
    values = np.random.default_rng(seed).normal(size=n).round(digits)
    assert falling(values).tolist() == sorted(range(n), key=lambda place: -values[place])


@given(some_rows)
def test_equal_whole_numbers_keep_their_order(numbers: np.ndarray) -> None:
    assert rising(numbers).tolist() == numbers.argsort(kind="stable").tolist()
