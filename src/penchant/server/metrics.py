"""Metrics for Prometheus; with several workers, those of all of them together."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

from penchant.server.muster import is_alive
from penchant.server.runner import TOGETHER

Mode = Literal["livemostrecent", "livemin"]
"""How the gauges of several workers become one."""

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """All that is counted and measured; threads may share it."""

    def __init__(self) -> None:
        own = self._own = CollectorRegistry()
        self._requests = Counter(
            "penchant_requests", "Requests answered.", ("route", "method", "status"), registry=own
        )
        self._seconds = Histogram(
            "penchant_request_seconds",
            "Seconds a request took.",
            ("route",),
            buckets=SECONDS,
            registry=own,
        )
        self._slates = Counter(
            "penchant_slates",
            "Answers with products, by the rung of the ladder they stand on.",
            ("surface", "step"),
            registry=own,
        )
        self._empty = Counter(
            "penchant_empty_slates", "Answers without a product.", ("surface",), registry=own
        )
        self._degraded = Counter(
            "penchant_degraded_slates", "Answers made without the database.", registry=own
        )
        self._events = Counter(
            "penchant_events", "Events by what became of them.", ("fate",), registry=own
        )
        self._unknown = Counter(
            "penchant_unknown_products",
            "Products named by events that the shop does not know, once per request.",
            registry=own,
        )
        self._lost = Counter(
            "penchant_slates_not_kept", "Answers that could not be kept.", registry=own
        )
        self._swaps = Counter("penchant_swaps", "Other builds taken up.", registry=own)
        self._swap_failures = Counter(
            "penchant_swap_failures", "Builds that could not be opened.", registry=own
        )
        self.build_made = self._gauge("build_made_timestamp_seconds", "When the build was made.")
        self.build_as_of = self._gauge("build_as_of_timestamp_seconds", "What the build knows of.")
        self.build_age = self._gauge("build_age_seconds", "How long ago the build was made.")
        self.profiles = self._gauge("profiles", "Customers with a profile in the build.")
        self.index_size = self._gauge("index_size", "Products with a style vector.")
        self.live_products = self._gauge("live_products", "Products added since the build.")
        self.store_up = self._gauge("store_up", "1: the database answers.", mode="livemin")
        self._score = Gauge(
            "penchant_evaluation_score",
            "Of the build that serves, when it was evaluated.",
            ("measure",),
            registry=own,
            multiprocess_mode="livemostrecent",
        )

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request.

        Args:
            route: Its template.
            method: HTTP method.
            status: HTTP status.
            seconds: It took.
        """
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def slate(self, surface: str, step: str, *, empty: bool, degraded: bool) -> None:
        """Count an answer with products.

        Args:
            surface: Which place.
            step: Rung of the ladder.
            empty: Whether no product was eligible.
            degraded: Whether it was made without the database.
        """
        self._slates.labels(surface, step).inc()
        if empty:
            self._empty.labels(surface).inc()
        if degraded:
            self._degraded.inc()

    def events(self, fate: str, n: int) -> None:
        """Count events.

        Args:
            fate: "accepted", "duplicate", "ignored" or "rejected".
            n: How many.
        """
        if n:
            self._events.labels(fate).inc(n)

    def unknown_products(self, n: int) -> None:
        """Count products that events name and nobody knows.

        Args:
            n: Of one request, each counted once.
        """
        self._unknown.inc(n)

    def lost_slates(self, n: int) -> None:
        """Count answers that could not be kept.

        Args:
            n: How many.
        """
        self._lost.inc(n)

    def swap(self, *, done: bool) -> None:
        """Count another build taken up, or one that could not be.

        Args:
            done: Whether it serves now.
        """
        (self._swaps if done else self._swap_failures).inc()

    def scores(self, scores: Sequence[tuple[str, float]]) -> None:
        """Tell how well the build that serves did when it was evaluated.

        Args:
            scores: (measure, value) of each.
        """
        for name, value in scores:
            self._score.labels(name).set(value)

    def text(self) -> bytes:
        """Give all of them as Prometheus reads them."""
        together = os.environ.get(TOGETHER)
        if not together:
            return generate_latest(self._own)
        for file in Path(together).glob("gauge_live*_*.db"):
            pid = int(file.stem.rsplit("_", 1)[1])
            if not is_alive(pid):  # killed: it could not take its gauges out itself
                multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]
        everyone = CollectorRegistry()
        multiprocess.MultiProcessCollector(everyone)  # type: ignore[no-untyped-call]
        return generate_latest(everyone)

    def close(self) -> None:
        """Take this worker's gauges out of what is told together."""
        if os.environ.get(TOGETHER):
            multiprocess.mark_process_dead(os.getpid())  # type: ignore[no-untyped-call]

    def _gauge(self, name: str, meaning: str, *, mode: Mode = "livemostrecent") -> Gauge:
        return Gauge(f"penchant_{name}", meaning, registry=self._own, multiprocess_mode=mode)
