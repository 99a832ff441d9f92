"""How many threads numpy's matrix products use: one where bytes or many small products count.

Several threads add the parts of a product in another order, so that its last bits depend on the
number of processors. And a request multiplies one row by a matrix: waking the other threads for
that costs more than it saves, on a busy machine twenty times more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
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
    controller: Any
    lock: Lock = field(default_factory=Lock)
    inside: int = 0
    undo: ExitStack = field(default_factory=ExitStack)

    def enter(self) -> None:
        with self.lock:
            self.inside += 1
            if self.inside == 1:
                self.undo.enter_context(self.controller.limit(limits=1))

    def leave(self) -> None:
        with self.lock:
            self.inside -= 1
            if self.inside == 0:
                self.undo.close()


@cache
def _limit() -> _Limit:
    from threadpoolctl import ThreadpoolController

    return _Limit(ThreadpoolController().select(user_api="blas"))
