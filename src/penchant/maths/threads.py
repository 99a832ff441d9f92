"""How many threads numpy's matrix products use: one where bytes or many small products count.

Several threads add the parts of a product in another order, so that its last bits depend on the
number of processors. And a request multiplies one row by a matrix: waking the other threads for
that costs more than it saves, on a busy machine twenty times more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from threading import Lock
from typing import Any


@contextmanager
def one_thread() -> Iterator[None]:
    """Run numpy's matrix products on the calling thread alone.

    May be nested and entered from several threads; the number of before is restored when the last
    one leaves.

    Example:
        >>> import numpy as np
        >>> with one_thread():
        ...     float(np.ones(3) @ np.ones(3))
        3.0
    """
    limit = _limit()
    limit.enter()
    try:
        yield
    finally:
        limit.leave()


@dataclass(slots=True)
class _Limit:
    libraries: Sequence[Any]
    lock: Lock = field(default_factory=Lock)
    inside: int = 0
    before: list[int] = field(default_factory=list)

    def enter(self) -> None:
        with self.lock:
            self.inside += 1
            if self.inside == 1:
                self.before = [one.num_threads for one in self.libraries]
                self._set([1] * len(self.before))

    def leave(self) -> None:
        with self.lock:
            self.inside -= 1
            if self.inside == 0:
                self._set(self.before)

    def _set(self, numbers: Sequence[int]) -> None:
        """Set the numbers of threads, from whatever thread.

        threadpoolctl lets only the thread that came first change a pool all threads share, and
        ignores the others: the last one to leave could not restore the number.
        """
        for one, number in zip(self.libraries, numbers, strict=True):
            if one.num_threads == number:
                continue
            if hasattr(one, "clear_controlling_thread"):
                one.clear_controlling_thread(force=True)
            one.set_num_threads(number)
            if hasattr(one, "clear_controlling_thread"):
                one.clear_controlling_thread(force=True)


@cache
def _limit() -> _Limit:
    from threadpoolctl import ThreadpoolController

    return _Limit(ThreadpoolController().select(user_api="blas").lib_controllers)
