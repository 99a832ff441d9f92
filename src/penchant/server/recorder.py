"""Recording events: what many requests report is written in one transaction, then all are told.

A commit costs the disk the same for one event as for a thousand. One thread per front takes what
has come in while it wrote the last batch, and answers each request when its own events are durable.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final

from penchant.errors import StoreError
from penchant.store.database.values import Event, Recorded

MOST_EVENTS: Final = 2_000
"""Events of one transaction, at most: more would keep the first waiting."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of the events of one request.

    Attributes:
        accepted: New ones.
        duplicates: Those that were there before.
        ignored: event_ids their customer does not want kept.
    """

    accepted: int
    duplicates: int
    ignored: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Report:
    events: tuple[Event, ...]
    done: Future[Kept] = field(default_factory=Future)


Write = Callable[[Sequence[Event]], Recorded]
"""Events -> which were new, and which are not wanted; durable on return."""


class Recorder:
    """One writer thread and the line in front of it.

    Args of the constructor:
        write: Writes events.
        line: Reports that may wait.
    """

    def __init__(self, write: Write, *, line: int = 1_000) -> None:
        self._write = write
        self._line: queue.Queue[_Report | None] = queue.Queue(line)
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to write."""
        self._thread = threading.Thread(target=self._run, name="penchant-recorder", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what was reported, and end."""
        if self._thread is not None:
            self._line.put(None)
            self._thread.join()

    def record(self, events: Sequence[Event]) -> Future[Kept]:
        """Hand events over.

        Args:
            events: Of one request.

        Returns:
            Done when they are durable; it raises what kept them from being so.

        Raises:
            StoreError: if too many reports wait already.
        """
        report = _Report(tuple(events))
        try:
            self._line.put_nowait(report)
        except queue.Full:
            raise StoreError("Too many events wait to be written. Send them again soon.") from None
        return report.done

    def _run(self) -> None:
        while (first := self._line.get()) is not None:
            reports, ended = self._gathered(first)
            self._settle(reports)
            if ended:
                return

    def _gathered(self, first: _Report) -> tuple[list[_Report], bool]:
        """Give what waits by now; and whether it was the last."""
        reports, n = [first], len(first.events)
        while n < MOST_EVENTS:
            try:
                more = self._line.get_nowait()
            except queue.Empty:
                break
            if more is None:
                return reports, True
            reports.append(more)
            n += len(more.events)
        return reports, False

    def _settle(self, reports: Sequence[_Report]) -> None:
        waiting = [one for one in reports if one.done.set_running_or_notify_cancel()]
        try:
            kept = self._together(waiting)
        except StoreError as error:
            for one in waiting:
                one.done.set_exception(error)
        except Exception as error:
            self._one_by_one(waiting, error)
        else:
            for one, what in zip(waiting, kept, strict=True):
                one.done.set_result(what)

    def _one_by_one(self, reports: Sequence[_Report], error: Exception) -> None:
        """Let nobody suffer for another's events."""
        if len(reports) == 1:
            reports[0].done.set_exception(error)
            return
        for one in reports:
            try:
                one.done.set_result(self._together([one])[0])
            except Exception as own:
                one.done.set_exception(own)

    def _together(self, reports: Sequence[_Report]) -> list[Kept]:
        recorded = self._write([event for one in reports for event in one.events])
        new, unwanted = set(recorded.written), frozenset(recorded.unwanted)
        return [_kept(one.events, unwanted, new) for one in reports]


def _kept(events: Sequence[Event], unwanted: frozenset[str], new: set[str]) -> Kept:
    """Tell one request what became of its events; what is new is so for the first that sent it."""
    accepted, duplicates = 0, 0
    ignored = frozenset(one.event_id for one in events if one.event_id in unwanted)
    for event in events:
        if event.event_id in new:
            new.remove(event.event_id)
            accepted += 1
        elif event.event_id not in ignored:
            duplicates += 1
    return Kept(accepted, duplicates, ignored)
