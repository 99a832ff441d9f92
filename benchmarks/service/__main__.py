"""How fast the service answers, on SQLite and on PostgreSQL, beside an empty application.

    python -m benchmarks.service SHOP "2 cores, shared" benchmarks/results/service.json

SHOP is made if it is not there: 100,000 products, 200,000 customers. Servers and load share the
machine. Nothing else should run meanwhile. What counts are the ratios to the empty application,
measured under the same load in the same run, and how long processors were at work for a request,
with what a service does between requests: waiting grows with it, and it differs with what the
machine's other guests do. Since they come and go, all is measured in several rounds, one after
another; the median of them is told.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import uvloop

import penchant
from benchmarks.service.load import Arrivals, Ask, Figures, Request, at_random, evenly, load
from benchmarks.service.processes import Server, empty_server, penchant_server, postgres
from benchmarks.service.rounds import of_rounds
from benchmarks.service.shop import make_shop
from benchmarks.service.traffic import Traffic

RATES = (50, 200, 400)
SECONDS = 10.0
ROUNDS = 3
WARM_UP = 5.0
ARRIVALS: Mapping[str, Arrivals] = {"random": at_random, "even": evenly}
SERVICES = ("empty", "sqlite", "postgresql")

Load = tuple[str, float, str]
"""Service, requests a second, how they come."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One round of one load.

    Attributes:
        figures: How requests fared.
        cpu_ms: Processor time of the service's processes, per request.
    """

    figures: Figures
    cpu_ms: float


def main() -> None:
    """Measure all three, one after another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shop", type=Path)
    parser.add_argument("machine")
    parser.add_argument("json", type=Path)
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--customers", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    make_shop(options.shop, n_products=options.products, n_customers=options.customers)
    traffic = traffic_of(options.shop)
    measured: dict[Load, list[Measured]] = {}
    for number, service in product(range(options.rounds), SERVICES):
        with running(service, options.shop, workers=options.workers) as server:
            ask = traffic.ask if service != "empty" else _empty
            _measure(server, ask, 50, WARM_UP, "random", number)
            for rate, arrivals in product(RATES, ARRIVALS):
                found = _measure(server, ask, rate, options.seconds, arrivals, number)
                measured.setdefault((service, rate, arrivals), []).append(found)
                print(service, arrivals, found, flush=True)
    rows = [row_of(about, found) for about, found in measured.items()]
    told = {
        "command": "python -m benchmarks.service SHOP MACHINE FILE",
        "machine": options.machine,
        "version": penchant.__version__,
        "products": options.products,
        "customers": options.customers,
        "workers": options.workers,
        "writes": traffic.writes,
        "rounds": options.rounds,
        "seconds": options.seconds,
        "rows": with_ratios(rows),
    }
    options.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def row_of(about: Load, found: Sequence[Measured]) -> dict[str, Any]:
    """Give what several rounds of one load came to.

    Args:
        about: Service, requests a second and how they come.
        found: Of each round.
    """
    service, _, arrivals = about
    cpu_ms = round(median(one.cpu_ms for one in found), 2)
    told = asdict(of_rounds([one.figures for one in found]))
    return {"service": service, "arrivals": arrivals, **told, "cpu_ms": cpu_ms}


def traffic_of(shop: Path) -> Traffic:
    """Let every customer of a shop's build come, and look at any of its products.

    Args:
        shop: The shop directory.
    """
    build = penchant.open(shop).build
    return Traffic(list(build.customer_ids), list(build.product_ids))


@contextmanager
def running(service: str, shop: Path, *, workers: int) -> Iterator[Server]:
    """Run one of SERVICES until the block ends; each begins with an empty database.

    Args:
        service: Which.
        shop: The shop directory.
        workers: Processes that answer.
    """
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        if service == "empty":
            with empty_server(workers=workers, log=log) as server:
                yield server
        elif service == "postgresql":
            with postgres(Path(folder) / "postgres") as url:
                told = {"PENCHANT_STORE_URL": url}
                with penchant_server(shop, workers=workers, environment=told, log=log) as server:
                    yield server
        else:
            for one in shop.glob("penchant.db*"):
                one.unlink()
            with penchant_server(shop, workers=workers, log=log) as server:
                yield server


def with_ratios(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add to each row how many times the empty application's median and 99 % it takes.

    Args:
        rows: With "service", "wanted", "arrivals", "p50_ms" and "p99_ms".
    """
    empty = {_same(one): one for one in rows if one["service"] == "empty"}
    return [
        {**one, "p50_to_empty": _ratio(one, empty, "p50_ms"),
         "p99_to_empty": _ratio(one, empty, "p99_ms")}
        for one in rows
    ]  # fmt: skip


def _same(row: Mapping[str, Any]) -> tuple[float, str]:
    return row["wanted"], row["arrivals"]


def _ratio(
    one: Mapping[str, Any], empty: Mapping[tuple[float, str], Mapping[str, Any]], name: str
) -> float:
    return round(float(one[name] / empty[_same(one)][name]), 2)


def _empty(rng: np.random.Generator) -> Request:
    return Request("empty", "GET", "/empty")


def _measure(
    server: Server, ask: Ask, rate: float, seconds: float, arrivals: str, number: int
) -> Measured:
    rng, when, begun = np.random.default_rng(number), ARRIVALS[arrivals], server.cpu_seconds()
    asked = load(server.port, ask, rate=rate, seconds=seconds, rng=rng, arrivals=when)
    found = uvloop.run(asked)
    return Measured(found, 1000 * (server.cpu_seconds() - begun) / found.requests)


if __name__ == "__main__":
    main()
