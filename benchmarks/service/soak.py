"""A long run: mixed load while builds are published and rolled back, and nothing may grow.

    python -m benchmarks.service.soak SHOP --minutes 30

SHOP needs a second build. Every minute one is published and left again. Said at the end, and by the
exit code: requests that failed, and how much memory and how many handles the service holds at the
end beside those of the first minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.service.__main__ import traffic_of
from benchmarks.service.load import Figures, load
from benchmarks.service.processes import Server, penchant_server
from penchant.publishing import pointed_id, publish_build, unjudged
from penchant.rollback import roll_back, rollback_target
from penchant.shop_directory import ShopDirectory

GROWTH_MB = 64.0
"""Memory a process may hold beyond that of the first quarter: caches that fill up."""

HANDLES = 16
"""Handles beyond those of the first quarter: connections that come and go."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the service held at one moment.

    Attributes:
        second: Since the start.
        resident_mb: Memory of all its processes that no other shares.
        handles: Open files and sockets.
    """

    second: float
    resident_mb: float
    handles: int


@dataclass(frozen=True, slots=True)
class Soaked:
    """What a long run came to.

    Attributes:
        figures: Of the load.
        swaps: Publishes and rollbacks meanwhile.
        builds: {build_id: answers that came from it}.
        readings: What the service held, in time order.
    """

    figures: Figures
    swaps: int
    builds: Mapping[str, int]
    readings: tuple[Reading, ...]

    @property
    def growth_mb(self) -> float:
        """Highest memory of the last quarter beyond that of the first."""
        return self._grown([one.resident_mb for one in self.readings])

    @property
    def growth_handles(self) -> float:
        """Most handles of the last quarter beyond those of the first."""
        return self._grown([float(one.handles) for one in self.readings])

    @property
    def sound(self) -> bool:
        """Whether nothing failed and nothing grew."""
        grew = self.growth_mb > GROWTH_MB or self.growth_handles > HANDLES
        return not (self.figures.failed or grew)

    @staticmethod
    def _grown(values: list[float]) -> float:
        part = max(1, len(values) // 4)
        return max(values[-part:]) - max(values[:part])


def soak(
    shop: ShopDirectory, server: Server, *, seconds: float, rate: float, swap_seconds: float
) -> Soaked:
    """Load a service that runs, while its builds change.

    Args:
        shop: With two builds, one of which serves.
        server: Serves it.
        seconds: For how long.
        rate: Requests a second.
        swap_seconds: Between one change of builds and the next.
    """
    return asyncio.run(_soak(shop, server, seconds, rate, swap_seconds))


async def _soak(
    shop: ShopDirectory, server: Server, seconds: float, rate: float, swap_seconds: float
) -> Soaked:
    readings: list[Reading] = []
    builds: dict[str, int] = {}
    loop = asyncio.get_running_loop()
    start, swaps = loop.time(), 0

    def count(answer: bytes) -> None:
        build = json.loads(answer).get("build_id") if answer[:1] == b"{" else None
        if build:
            builds[build] = builds.get(build, 0) + 1

    work = asyncio.create_task(
        load(
            server.port,
            traffic_of(shop.path).ask,
            rate=rate,
            seconds=seconds,
            rng=np.random.default_rng(0),
            on_outcome=lambda one: count(one.answer),
        )
    )
    while not work.done():
        await asyncio.wait({work}, timeout=swap_seconds / 2)
        now = loop.time() - start
        readings.append(Reading(round(now, 1), server.resident_mb(), server.handles()))
        if not work.done() and len(readings) % 2 == 0:
            await asyncio.to_thread(swap_once, shop)
            swaps += 1
    return Soaked(await work, swaps, builds, tuple(readings))


def swap_once(shop: ShopDirectory) -> str:
    """Roll back, or publish the other build where there is nothing to go back to; give its name.

    Args:
        shop: With two builds, one of which serves.
    """
    now, serving = datetime.now(UTC), pointed_id(shop)
    if rollback_target(shop) is not None:
        return roll_back(shop, at=now).build_id
    other = next(one for one in shop.build_ids() if one != serving)
    return publish_build(shop, other, gate=unjudged, force="A long run.", at=now).build_id


def main() -> None:
    """Soak a shop from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shop", type=Path)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    shop = ShopDirectory.open(options.shop)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with penchant_server(shop.path, workers=options.workers, log=log) as server:
            done = soak(
                shop, server, seconds=options.minutes * 60, rate=options.rate, swap_seconds=60.0
            )
    told = {"growth_mb": done.growth_mb, "growth_handles": done.growth_handles, **asdict(done)}
    print(json.dumps(told, indent=1))
    sys.exit(not done.sound)


if __name__ == "__main__":
    main()
