"""What is written by threads of its own: events in groups, answers behind."""

import threading
from concurrent.futures import wait

import pytest

from penchant.errors import StoreError
from penchant.experiments.answered import Answered
from penchant.server.keeper import MOST_WAITING, Keeper
from penchant.server.recorder import Kept, Recorder
from penchant.store.database.values import Event, Recorded, ServedAssignment, ServedSlate

SECONDS = 20


def event(name, customer="C1"):
    return Event(name, customer, "P1", "view", 1)


class Disk:
    """Remembers what was written, waits when told to, fails when told to."""

    def __init__(self):
        self.known, self.batches = set(), []
        self.go = threading.Event()
        self.go.set()
        self.begun = threading.Event()
        self.trouble = None

    def write(self, events):
        self.begun.set()
        assert self.go.wait(SECONDS)
        if self.trouble is not None:
            self.trouble(events)
        unwanted = tuple(e.event_id for e in events if "no" in e.event_id)
        wanted = [e.event_id for e in events if e.event_id not in unwanted]
        new = tuple(dict.fromkeys(one for one in wanted if one not in self.known))
        self.batches.append([e.event_id for e in events])
        self.known |= set(new)
        return Recorded(new, tuple(one for one in wanted if one not in new), unwanted)


@pytest.fixture
def disk():
    return Disk()


@pytest.fixture
def recorder(disk):
    made = Recorder(disk.write)
    made.start()
    yield made
    disk.go.set()
    made.stop()


def test_a_report_is_answered_when_it_is_written(recorder, disk):
    done = recorder.record([event("a"), event("b")])
    assert done.result(SECONDS) == Kept(2, 0, frozenset())
    assert disk.known == {"a", "b"}


def test_what_comes_while_the_disk_is_busy_is_written_together(recorder, disk):
    disk.go.clear()
    first = recorder.record([event("a")])
    assert disk.begun.wait(SECONDS)
    others = [recorder.record([event(f"e{n}")]) for n in range(50)]
    assert not first.done()
    disk.go.set()
    wait([first, *others], SECONDS)
    assert all(one.result() == Kept(1, 0, frozenset()) for one in others)
    assert [len(batch) for batch in disk.batches] == [1, 50]


def test_the_same_event_of_two_requests_counts_once(recorder, disk):
    disk.go.clear()
    head = recorder.record([event("head")])
    assert disk.begun.wait(SECONDS)
    two = [recorder.record([event("a")]), recorder.record([event("a"), event("b"), event("b")])]
    disk.go.set()
    assert head.result(SECONDS).accepted == 1
    assert [one.result(SECONDS) for one in two] == [
        Kept(1, 0, frozenset()), Kept(1, 2, frozenset()),
    ]  # fmt: skip


def test_events_that_are_not_wanted_are_told(recorder, disk):
    done = recorder.record([event("no-1"), event("a")])
    assert done.result(SECONDS) == Kept(1, 0, frozenset({"no-1"}))
    assert disk.known == {"a"}


def test_when_the_database_is_down_all_are_told_and_the_next_are_written(recorder, disk):
    def down(_):
        raise StoreError("down")

    disk.trouble = down
    with pytest.raises(StoreError):
        recorder.record([event("a")]).result(SECONDS)
    disk.trouble = None
    assert recorder.record([event("a")]).result(SECONDS).accepted == 1


def test_nobody_suffers_for_the_events_of_another(recorder, disk):
    def picky(events):
        if any(one.event_id == "bad" for one in events):
            raise ValueError("bad")

    disk.go.clear()
    head = recorder.record([event("head")])
    assert disk.begun.wait(SECONDS)
    disk.trouble = picky
    reports = [recorder.record([event(one)]) for one in ("a", "bad", "b")]
    disk.go.set()
    assert head.result(SECONDS)
    assert reports[0].result(SECONDS).accepted == reports[2].result(SECONDS).accepted == 1
    with pytest.raises(ValueError, match="bad"):
        reports[1].result(SECONDS)


def test_a_line_that_is_full_is_told_at_once(disk):
    made = Recorder(disk.write, line=2)
    made.record([event("a")])
    made.record([event("b")])
    with pytest.raises(StoreError):
        made.record([event("c")])
    made.start()
    made.stop()
    assert disk.known == {"a", "b"}


def test_stopping_writes_what_was_reported(disk):
    made = Recorder(disk.write)
    made.start()
    reports = [made.record([event(f"e{n}")]) for n in range(20)]
    made.stop()
    assert all(one.done() for one in reports)
    assert len(disk.known) == 20


def slate(name, customer="C1"):
    return ServedSlate(name, customer, "homepage", "popular", "p", "b", 1, ())


def answered(name, customer="C1", unit="C1"):
    assignment = ServedAssignment("tone", unit, "bold", "0123456789ab", True, 1)
    return Answered(slate(name, customer), (assignment,) if unit else ())


def test_answers_are_kept_behind_and_found_until_then():
    written, lost = [], []
    keeper = Keeper(written.extend, lost.append)
    keeper.keep(answered("a"))
    assert keeper.find("a") == slate("a")
    assert keeper.flush()
    assert keeper.find("a") is None
    assert (written, lost) == ([answered("a")], [])


def test_answers_wait_while_the_database_is_down_and_the_oldest_are_given_up():
    def down(_):
        raise StoreError("down")

    lost = []
    keeper = Keeper(down, lost.append)
    for number in range(MOST_WAITING + 3):
        keeper.keep(answered(str(number)))
    assert not keeper.flush()
    assert sum(lost) == 3
    assert keeper.find("2") is None
    assert keeper.find("3") is not None
    keeper.stop()
    assert sum(lost) == MOST_WAITING + 3


def test_answers_of_who_was_erased_are_not_written():
    written = []
    keeper = Keeper(written.extend, lambda _: None)
    for name, customer, unit in (("a", "C1", ""), ("b", "C2", "C2"), ("c", "visitor", "C1")):
        keeper.keep(answered(name, customer, unit))
    keeper.forget("C1")
    keeper.flush()
    assert [one.slate.request_id for one in written] == ["b"]


def test_stopping_a_keeper_writes_what_waits():
    written = []
    keeper = Keeper(written.extend, lambda _: None)
    keeper.start()
    for number in range(1_200):
        keeper.keep(answered(str(number)))
    keeper.stop()
    assert len(written) == 1_200
