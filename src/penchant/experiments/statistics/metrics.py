"""The metrics of an experiment, and the columns of one row per unit they are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from penchant.experiments.experiment import CONVERSION, CTR, REVENUE

UNIT_COLUMNS: Final = (
    "exposures",
    "clicks",
    "exposures_before",
    "clicks_before",
    "converted",
    "converted_before",
    "orders",
    "revenue",
    "revenue_capped",
    "revenue_before",
    "bought",
    "returned",
    "answers",
    "fallbacks",
    "took_ms",
)
"""What is known of each unit, in this order: sums over its attribution window, `*_before` over as
many days before its first exposure. `converted` is 1 where it bought; `bought` and `returned` are
pieces."""

DECISION: Final = "decision"
BESIDE: Final = "beside"
GUARDRAIL: Final = "guardrail"
"""What a metric is for: it may decide; it is only read beside others; it may not get worse."""


@dataclass(frozen=True, slots=True)
class Metric:
    """What is compared between variants.

    Attributes:
        name: Of the metric.
        value: Column averaged, or the numerator.
        title: In words, for people.
        per: Column of the denominator, summed over units as the numerator is; "": mean per unit.
        before: Column of the same before the experiment, for CUPED; "": none.
        before_per: Its denominator; "": none.
        better: +1 where more is better, -1 where less is.
        role: DECISION, BESIDE or GUARDRAIL.
    """

    name: str
    value: str
    title: str
    per: str = ""
    before: str = ""
    before_per: str = ""
    better: int = 1
    role: str = DECISION

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it is made of."""
        named = (self.value, self.per, self.before, self.before_per)
        return tuple(one for one in named if one)


_ALL: Final = (
    Metric(
        CTR,
        "clicks",
        "clicks per exposure",
        per="exposures",
        before="clicks_before",
        before_per="exposures_before",
    ),
    Metric(CONVERSION, "converted", "share who bought", before="converted_before"),
    Metric(REVENUE, "revenue_capped", "revenue per customer", before="revenue_before"),
    Metric(
        "revenue_raw",
        "revenue",
        "revenue per customer, not capped",
        before="revenue_before",
        role=BESIDE,
    ),
    Metric("aov", "revenue", "revenue per order", per="orders", role=BESIDE),
    Metric(
        "return_rate",
        "returned",
        "share of pieces returned",
        per="bought",
        better=-1,
        role=GUARDRAIL,
    ),
    Metric(
        "fallback",
        "fallbacks",
        "share of answers that fell back",
        per="answers",
        better=-1,
        role=GUARDRAIL,
    ),
    Metric(
        "latency",
        "took_ms",
        "milliseconds per answer",
        per="answers",
        better=-1,
        role=GUARDRAIL,
    ),
)

SHARES: Final = (CTR, CONVERSION, "return_rate", "fallback")
"""Metrics that are shares, written as percentages; differences of them are in points."""

METRICS: Final = {one.name: one for one in _ALL}
"""{name: metric}, in the order they are reported."""
