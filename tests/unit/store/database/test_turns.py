"""Places are handed over in the order of coming."""

from __future__ import annotations

import threading

import pytest

from penchant.errors import StoreError
from penchant.store.database.turns import Turns


def test_those_who_wait_are_served_in_the_order_they_came():
    turns, served = Turns(places=1, timeout_s=30), []

    def wait(number):
        with turns:
            served.append(number)

    threads = [threading.Thread(target=wait, args=(n,)) for n in range(5)]
    with turns:
        for number, one in enumerate(threads, start=1):
            one.start()
            wait_until(lambda number=number: len(turns._waiting) == number)
    for one in threads:
        one.join(30)
    assert served == [0, 1, 2, 3, 4]


def wait_until(true):
    pause, deadline = threading.Event(), 3000
    while not true():
        deadline -= 1
        assert deadline, "never true"
        pause.wait(0.01)


def test_as_many_as_there_are_places_go_through_together():
    turns, meeting = Turns(places=3, timeout_s=30), threading.Barrier(3)

    def meet():
        with turns:
            meeting.wait(30)

    threads = [threading.Thread(target=meet) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert not meeting.broken


def test_who_waits_too_long_is_told_and_takes_no_place_with_them():
    turns = Turns(places=1, timeout_s=0.01)
    with turns:
        for _ in range(3):
            with pytest.raises(StoreError, match="more than it can answer"), turns:
                pytest.fail("there was a place")
    with turns:
        assert not turns._waiting
