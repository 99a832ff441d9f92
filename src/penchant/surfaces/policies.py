"""Policies: other ways to fill a surface than its recipe, under the same rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from penchant.candidates.assortment import Assortment
from penchant.settings import RecommendSettings
from penchant.settings.showing import NEW_ARRIVALS, NOTHING, POPULARITY, RANDOM
from penchant.surfaces.lots import lots
from penchant.surfaces.new_arrivals import new_within
from penchant.surfaces.nothing import nothing
from penchant.surfaces.plan import Plan, Rung, Within
from penchant.surfaces.popularity import popularity
from penchant.surfaces.request import Request

RUNGS: Mapping[str, Callable[[Assortment, Within], tuple[Rung, ...]]] = MappingProxyType(
    {POPULARITY: popularity, RANDOM: lots, NOTHING: nothing}
)
"""Policy -> what fills a surface."""


def under_policy(
    plan: Plan, policy: str, stock: Assortment, request: Request, settings: RecommendSettings
) -> Plan:
    """Give what another policy than the recipe asks for.

    What makes the surface what it is stays: its rules, and the products whose gender, age group or
    category its guards keep to; of new arrivals, that what is not new only fills what stays open.

    Args:
        plan: Of the recipe.
        policy: Another one of `settings.showing.POLICIES`.
        stock: All products.
        request: What is asked.
        settings: How long a product is new.
    """
    rungs = RUNGS[policy](stock, None)
    if request.surface == NEW_ARRIVALS:
        rungs = (*RUNGS[policy](stock, new_within(stock, request, settings)), *rungs)
    return Plan(rungs, seeds=plan.seeds, rules=plan.rules, policy=policy)
