"""A circuit breaker: who does not answer is left alone for a while; nobody waits in vain."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Final

from penchant.errors import StoreError

FAILURES: Final = 3
FIRST_SECONDS: Final = 1.0
MOST_SECONDS: Final = 30.0


class Breaker:
    """Opens after three failures in a row, and lets one call try again after a while.

    It stays open for a second, then twice as long after each trial that fails, at most 30 seconds.
    Thread-safe.

    Example:
        >>> now = 0.0
        >>> breaker = Breaker(lambda: now)
        >>> for _ in range(3):
        ...     breaker.enter()
        ...     breaker.failed()
        >>> breaker.closed
        False
        >>> now = 1.5
        >>> breaker.enter()  # the trial
        >>> breaker.succeeded()
        >>> breaker.closed
        True
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._seconds = FIRST_SECONDS
        self._opens_until: float | None = None
        self._trying = False

    @property
    def closed(self) -> bool:
        """Whether calls go through; once the time to wait is over, one does."""
        until = self._opens_until
        return until is None or (not self._trying and self._clock() >= until)

    def enter(self) -> None:
        """Ask to call; whoever may must say how it went, by `succeeded` or `failed`.

        Raises:
            StoreError: if the breaker is open, or another call is trying.
        """
        if self._opens_until is None:
            return
        with self._lock:
            until = self._opens_until
            wait = 0.0 if until is None else until - self._clock()
            if self._trying or wait > 0:
                raise StoreError(
                    "The database did not answer several times in a row and is left alone for "
                    f"{max(wait, 0.1):.1f} seconds; nothing was written. Try again then."
                )
            self._trying = until is not None

    def succeeded(self) -> None:
        """Say that a call was answered."""
        if self._opens_until is None and not self._failures:
            return
        with self._lock:
            self._failures = 0
            self._seconds = FIRST_SECONDS
            self._opens_until = None
            self._trying = False

    def failed(self) -> None:
        """Say that a call was not answered."""
        with self._lock:
            self._failures += 1
            if self._trying:
                self._seconds = min(2 * self._seconds, MOST_SECONDS)
            elif self._failures < FAILURES or self._opens_until is not None:
                return  # not yet, or it was on its way when others opened it
            self._trying = False
            self._opens_until = self._clock() + self._seconds
