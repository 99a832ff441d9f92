"""Taking turns: a few at a time, in the order they came, and nobody waits too long."""

from __future__ import annotations

from collections import deque
from threading import Lock

from penchant.errors import StoreError


class Turns:
    """Lets a few threads at a time through; under load none is passed over for ever. Thread-safe.

    Example:
        >>> turns = Turns(places=1, timeout_s=0.01)
        >>> with turns:
        ...     "mine"
        'mine'
    """

    def __init__(self, places: int, timeout_s: float):
        self._free = places
        self._timeout_s = timeout_s
        self._waiting: deque[Lock] = deque()
        self._lock = Lock()

    def __enter__(self) -> None:
        """Wait for a place, and hold it.

        Raises:
            StoreError: if all places stay taken for `timeout_s`.
        """
        with self._lock:
            if self._free:
                self._free -= 1
                return
            mine = Lock()
            mine.acquire()  # opened by whoever hands over a place
            self._waiting.append(mine)
        if mine.acquire(timeout=self._timeout_s):
            return
        with self._lock:
            if mine not in self._waiting:
                return  # the place was handed over in the very last moment
            self._waiting.remove(mine)
        raise StoreError(
            "The database is asked for more than it can answer in time; nothing was written. "
            "Try again in a moment."
        )

    def __exit__(self, *raised: object) -> None:
        """Hand the place over to whoever waits longest."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1
