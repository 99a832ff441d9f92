"""How often a key may ask: a bucket of tokens per key, filled again at a steady rate."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

MOST_BUCKETS: Final = 20_000
"""Callers remembered; who has not asked for longest starts anew with a full bucket."""


@dataclass(slots=True)
class Rates:
    """Buckets of all callers of one front; only its event loop uses them.

    Attributes:
        per_second: Requests a caller may make on average; 0: any number.
        burst: Requests at once before that counts.
        clock: Gives seconds; never goes back.
    """

    per_second: float
    burst: int
    clock: Callable[[], float]
    _buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def wait(self, caller: str) -> float:
        """Count one request; give the seconds until it may be made, 0 if it may be made now.

        Args:
            caller: Names the bucket.
        """
        if not self.per_second:
            return 0.0
        now = self.clock()
        left, since = self._buckets.get(caller, (float(self.burst), now))
        left = min(self.burst, left + (now - since) * self.per_second)
        allowed = left >= 1
        self._buckets[caller] = (left - 1 if allowed else left, now)
        self._buckets.move_to_end(caller)
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self.per_second
