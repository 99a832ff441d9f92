"""The circuit breaker, with a clock of its own."""

from __future__ import annotations

import pytest

from penchant.errors import StoreError
from penchant.store.database.breaker import Breaker


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def breaker(clock):
    return Breaker(clock)


def fail(breaker, times=1):
    for _ in range(times):
        breaker.enter()
        breaker.failed()


def is_open(breaker):
    try:
        breaker.enter()
    except StoreError:
        return True
    breaker.succeeded()
    return False


def test_it_opens_after_three_failures_in_a_row(breaker):
    fail(breaker, 2)
    assert breaker.closed
    fail(breaker)
    assert not breaker.closed
    with pytest.raises(StoreError, match=r"left alone for 1\.0 seconds"):
        breaker.enter()


def test_a_success_in_between_starts_the_count_again(breaker):
    for _ in range(5):
        fail(breaker, 2)
        breaker.enter()
        breaker.succeeded()
    assert breaker.closed


def test_after_a_second_one_call_tries_and_the_others_do_not(breaker, clock):
    fail(breaker, 3)
    clock.now += 0.99
    assert is_open(breaker)
    clock.now += 0.02
    assert breaker.closed
    breaker.enter()
    assert not breaker.closed
    with pytest.raises(StoreError):
        breaker.enter()
    breaker.succeeded()
    assert breaker.closed
    assert not is_open(breaker)


def test_each_failed_trial_doubles_the_wait_up_to_half_a_minute(breaker, clock):
    fail(breaker, 3)
    waits = []
    for _ in range(7):
        start = clock.now
        while not breaker.closed:
            clock.now += 0.25
        waits.append(clock.now - start)
        fail(breaker)
    assert waits == [1, 2, 4, 8, 16, 30, 30]


def test_a_success_makes_the_next_wait_short_again(breaker, clock):
    fail(breaker, 3)
    clock.now += 1
    fail(breaker)
    clock.now += 2
    breaker.enter()
    breaker.succeeded()
    fail(breaker, 3)
    clock.now += 1
    assert breaker.closed


def test_calls_that_were_on_their_way_when_it_opened_do_not_prolong_it(breaker, clock):
    for _ in range(5):
        breaker.enter()
    for _ in range(5):
        breaker.failed()
    clock.now += 1
    assert breaker.closed
