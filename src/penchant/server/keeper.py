"""Keeping answers: what was answered is written behind, so that no answer waits for it.

While the database is down the oldest are dropped and counted: an answer is worth more than its
record.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final

from penchant.errors import PenchantError
from penchant.experiments.answered import Answered
from penchant.store.database.values import ServedSlate

MOST_WAITING: Final = 5_000
MOST_AT_ONCE: Final = 500

SECONDS: Final = 0.2
"""Between two writes: a transaction costs ten times as much as an answer in it. A process that is
killed takes what it answered in this time with it, and other workers do not know of that yet.
"""


class Keeper:
    """Writes answers in a thread of its own.

    Args of the constructor:
        write: Writes answers; None of them was written if it raises.
        lost: Told how many were given up.
    """

    def __init__(
        self, write: Callable[[Sequence[Answered]], None], lost: Callable[[int], None]
    ) -> None:
        self._write = write
        self._lost = lost
        self._waiting: OrderedDict[str, Answered] = OrderedDict()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to write."""
        self._thread = threading.Thread(target=self._run, name="penchant-keeper", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, if that can be done, and end."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        while self._waiting and self.flush():
            pass
        if self._waiting:
            self._lost(len(self._waiting))

    def keep(self, answered: Answered) -> None:
        """Hand an answer over.

        Args:
            answered: With what it was made in.
        """
        with self._lock:
            self._waiting[answered.slate.request_id] = answered
            too_many = len(self._waiting) > MOST_WAITING
            if too_many:
                self._waiting.popitem(last=False)
        if too_many:
            self._lost(1)

    def find(self, request_id: str) -> ServedSlate | None:
        """Give an answer that is not written yet.

        Args:
            request_id: Names it.
        """
        with self._lock:
            found = self._waiting.get(request_id)
        return None if found is None else found.slate

    def forget(self, customer_id: str) -> None:
        """Drop the answers of a person that are not written yet.

        Args:
            customer_id: Whom.
        """
        with self._lock:
            gone = [k for k, one in self._waiting.items() if one.is_of(customer_id)]
            for one in gone:
                del self._waiting[one]

    def flush(self) -> bool:
        """Write the oldest that wait; say whether that worked."""
        with self._lock:
            answers = list(self._waiting.values())[:MOST_AT_ONCE]
        if not answers:
            return True
        try:
            self._write(answers)
        except PenchantError:
            return False
        with self._lock:
            for one in answers:
                self._waiting.pop(one.slate.request_id, None)
        return True

    def _run(self) -> None:
        pause = SECONDS
        while not self._stop.wait(pause):
            pause = SECONDS if self.flush() else min(2.0, 2 * pause)
