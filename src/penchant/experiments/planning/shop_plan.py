"""What an experiment takes in a shop, from its own log and tables."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from penchant.errors import InputError, did_you_mean
from penchant.experiments.experiment import CONVERSION, CTR, PRIMARIES, REVENUE
from penchant.experiments.planning.power import Plan, check_wanted, plan
from penchant.experiments.planning.scatter import Scatter, scatter_of
from penchant.experiments.planning.shop_traffic import (
    TABLES,
    Traffic,
    traffic_of_log,
    traffic_of_tables,
)
from penchant.experiments.statistics.metrics import METRICS, UNIT_COLUMNS
from penchant.experiments.statistics.moments import Moments
from penchant.experiments.units.orders import DAY_US
from penchant.settings.showing import SURFACES
from penchant.shop_directory import ShopDirectory
from penchant.taste.from_tables import microseconds

ASSUMED: Final = "assumed"
TRAFFIC: Final = "traffic"

MIN_DAYS: Final = 0.01
MAX_DAYS: Final = 365.0
"""In which orders may count; a plan looks back over a few weeks."""

ASSUMED_CTR_CV: Final = 2.2
"""Scatter of clicks per exposure between customers, where nothing is known of clicks."""

ASSUMED_CONVERSION: Final = 0.03
"""Share of customers who buy within a window, where only those who bought are known."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What is to be planned.

    Attributes:
        surface: Where.
        lift: Relative lift to find, as `power.plan` takes it.
        arms: Variants, with the control, as `power.plan` takes them.
        attribution_days: As of the experiment, in [MIN_DAYS, MAX_DAYS].
    """

    surface: str
    lift: float = 0.1
    arms: int = 2
    attribution_days: float = 7.0


@dataclass(frozen=True, slots=True)
class ShopPlan:
    """A plan, and where its figures are from.

    Attributes:
        ask: What was planned.
        plan: The plan.
        customers_by_week: Different customers who had come after 1, 2, ... whole weeks.
        sources: {"traffic" or a metric: "log", "tables" or "assumed"}.
    """

    ask: Ask
    plan: Plan
    customers_by_week: tuple[float, ...]
    sources: Mapping[str, str]

    @property
    def new_customers_per_day(self) -> float:
        """Customers a day who had not come before, on average."""
        return self.customers_by_week[-1] / (7 * len(self.customers_by_week))


def plan_shop(shop: ShopDirectory, ask: Ask, *, as_of: datetime) -> ShopPlan:
    """Plan an experiment by what the shop saw in the last weeks, as if one had run then.

    Customers, clicks and orders are those of the surface's exposures where there are enough;
    otherwise those of the tables, and what these do not tell is assumed, and said to be.

    Args:
        shop: The shop.
        ask: What is to be planned.
        as_of: The reference time.

    Raises:
        InputError: if neither log nor tables tell of enough customers, or a value is out of range.
        StoreError: if the database does not answer.
        MissingExtraError: if tea-tasting is not installed.
    """
    check_wanted(ask.lift, ask.arms)
    if not MIN_DAYS <= ask.attribution_days <= MAX_DAYS:
        raise InputError(
            f"attribution_days is {ask.attribution_days:g}, must be {MIN_DAYS:g} to {MAX_DAYS:g}."
        )
    if ask.surface not in SURFACES:
        raise InputError(
            f'surface is "{ask.surface}", must be one of: {", ".join(SURFACES)}.'
            f"{did_you_mean(ask.surface, SURFACES)}"
        )
    as_of_us, span_us = microseconds(as_of), round(ask.attribution_days * DAY_US)
    traffic = traffic_of_log(shop, ask.surface, as_of_us, span_us)
    traffic = traffic or traffic_of_tables(shop, as_of_us, span_us)
    if traffic is None:
        raise InputError(
            f"{shop.path} tells of too few customers before {as_of.date()}: neither exposures nor "
            "interactions and orders of a week. Ingest tables, or give another --as-of."
        )
    scatters, sources = _scatters(traffic)
    share = ASSUMED_CONVERSION if traffic.buyers_only else 1.0
    by_week = tuple(one / share for one in traffic.by_week)
    found = plan(scatters, by_week, lift=ask.lift, arms=ask.arms)
    return ShopPlan(ask, found, by_week, sources)


def _scatters(traffic: Traffic) -> tuple[list[Scatter], dict[str, str]]:
    units = Moments.of(UNIT_COLUMNS, traffic.values)
    found = {name: scatter_of(METRICS[name], units) for name in PRIMARIES}
    sources = dict.fromkeys((TRAFFIC, *PRIMARIES), traffic.source)
    if traffic.source == TABLES:
        found[CTR], sources[CTR] = Scatter(CTR, ASSUMED_CTR_CV), ASSUMED
    if traffic.buyers_only:
        rare = 1 / ASSUMED_CONVERSION
        found[CONVERSION] = Scatter(CONVERSION, math.sqrt(rare - 1))
        # of buyers the scatter is known; the others spend nothing
        spread = (1 + found[REVENUE].cv ** 2) * rare - 1
        found[REVENUE] = Scatter(REVENUE, math.sqrt(spread))
        sources |= dict.fromkeys((TRAFFIC, CONVERSION, REVENUE), ASSUMED)
    return list(found.values()), sources
