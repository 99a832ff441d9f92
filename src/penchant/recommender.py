"""The recommender: the recipe of its surface makes a request a plan, and the plan is served."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

import numpy as np

from penchant.candidates.assortment import Assortment
from penchant.errors import InputError, did_you_mean
from penchant.ranking.blend import Blend, blend_pool, default_blend
from penchant.ranking.groups import boost
from penchant.ranking.pool import Pool
from penchant.ranking.ranking import Ranking
from penchant.ranking.rules import Eligibility, customer_rules, guard_rules, shop_rules
from penchant.settings import Settings
from penchant.settings.showing import (
    CART,
    HOMEPAGE,
    NEW_ARRIVALS,
    NOTHING,
    POST_PURCHASE,
    PRODUCT_PAGE,
    RECIPE,
    SURFACES,
)
from penchant.surfaces.cart import cart
from penchant.surfaces.homepage import homepage
from penchant.surfaces.new_arrivals import new_arrivals
from penchant.surfaces.plan import Plan
from penchant.surfaces.policies import under_policy
from penchant.surfaces.post_purchase import post_purchase
from penchant.surfaces.product_page import product_page
from penchant.surfaces.request import Recipe, Request
from penchant.surfaces.serve import Manner, Showing, serve
from penchant.types import Rows, Weights

RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        PRODUCT_PAGE: product_page,
        HOMEPAGE: homepage,
        NEW_ARRIVALS: new_arrivals,
        CART: cart,
        POST_PURCHASE: post_purchase,
    }
)
"""Surface -> how it is filled."""

BY_TASTE = (HOMEPAGE, NEW_ARRIVALS)
"""Surfaces led by taste: there the styles of a customer share the slots."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """A request with all that was decided.

    Attributes:
        request: What was asked.
        plan: What the recipe wanted.
        showing: What came of it.
    """

    request: Request
    plan: Plan
    showing: Showing


@dataclass(frozen=True, eq=False)
class Recommender:
    """One build's products under one shop's settings.

    Attributes:
        stock: All products.
        settings: Of the shop.
        fitted: Surface -> weights fitted by the build.
    """

    stock: Assortment
    settings: Settings
    fitted: Mapping[str, Blend]

    def answer(self, request: Request) -> Answer:
        """Fill one place.

        Args:
            request: What is asked.

        Raises:
            InputError: if there is no such surface, or its products are missing or too many.
        """
        plan = self.plan(request)
        showing = serve(plan, self.stock, self.eligibility(request, plan), self.manner(request))
        return Answer(request, plan, showing)

    def plan(self, request: Request) -> Plan:
        """Give what the recipe of a surface asks for.

        Args:
            request: What is asked.

        Raises:
            InputError: if there is no such surface, or its products are missing or too many.
        """
        check_surface(request.surface, len(request.product_rows))
        recipe, blend = RECIPES[request.surface], self.blend_of(request.surface)
        plan = recipe(self.stock, request, blend, self.settings.recommend)
        policy = self.settings.of_surface(request.surface).policy
        if policy == RECIPE:
            return plan
        return under_policy(plan, policy, self.stock, request, self.settings.recommend)

    def rank_one(self, request: Request, product_row: int) -> Ranking:
        """Score one product as the best rung of a surface would, found by its sources or not.

        Args:
            request: What is asked.
            product_row: The product.

        Raises:
            InputError: as `plan`.
        """
        rung = self.plan(request).best
        ranking = blend_pool(Pool.of(rung.used, np.array([product_row], np.int32)), rung.blend)
        boosts = self.manner(request).boosts
        return ranking if boosts is None else boost(ranking, boosts)

    def blend_of(self, surface: str) -> Blend:
        """Give the weights of a surface: those set, else those fitted, else the defaults.

        Args:
            surface: One of `settings.showing.SURFACES`.
        """
        fitted = self.fitted.get(surface)
        chosen = self.settings.of_surface(surface).weights
        if fitted is None:
            usual = default_blend(surface, self.settings.blend.leave_out)
            return Blend(chosen) if chosen else usual
        return Blend(chosen, fitted.scale) if chosen else fitted

    def eligibility(self, request: Request, plan: Plan) -> Eligibility:
        """Apply all rules to a request.

        Args:
            request: What is asked.
            plan: What the recipe wants.
        """
        visitor, guards = request.visitor, self.settings.of_surface(request.surface).guards
        own = customer_rules(
            self.stock,
            self.settings.recommend,
            owned=visitor.owned,
            hidden=visitor.hidden,
            liked=visitor.liked[0],
        )
        kept_to = guard_rules(self.stock, guards, plan.seeds, visitor.liked[0])
        return self.open_to_all.narrowed((*own, *plan.rules, *kept_to))

    def manner(self, request: Request) -> Manner:
        """Give how an answer is put together.

        Variety, exploring and boosts belong to recipes; pins and one of each group to the shop.

        Args:
            request: What is asked.
        """
        manner = self._manner(request)
        policy = manner.surface.policy
        if policy == RECIPE:
            return manner
        plain = replace(manner.surface, diversity=0.0, explore=0.0)
        slots = 0 if policy == NOTHING else manner.k
        return replace(manner, k=slots, surface=plain, styles=(), boosts=None)

    def _manner(self, request: Request) -> Manner:
        return Manner(
            k=request.k,
            recommend=self.settings.recommend,
            surface=self.settings.of_surface(request.surface),
            styles=request.visitor.styles if request.surface in BY_TASTE else (),
            pinned=self._pinned,
            boosts=self._boosts,
            rng=request.rng,
        )

    @cached_property
    def open_to_all(self) -> Eligibility:
        """What the shop's own rules let anybody see, on every surface."""
        rules = shop_rules(self.stock, self.settings.recommend)
        return Eligibility.under(rules, n_products=len(self.stock))

    @cached_property
    def _pinned(self) -> Rows:
        rows = [self.stock.product_ids.find(one) for one in self.settings.recommend.pinned]
        return np.array([row for row in dict.fromkeys(rows) if row is not None], np.int32)

    @cached_property
    def _boosts(self) -> Weights | None:
        collections = self.stock.facets["collection"]
        by_name = self.settings.recommend.boost_collections
        if not by_name:
            return None
        added = np.array([*(by_name.get(name, 0.0) for name in collections.names), 0.0])
        return np.asarray(added[collections.label_row])


def check_surface(surface: str, n_products: int) -> None:
    """Refuse a surface that is not there, and products it has no use for.

    Args:
        surface: Any text.
        n_products: How many products came with the request.

    Raises:
        InputError: saying what is allowed.
    """
    if surface not in SURFACES:
        raise InputError(
            f'surface is "{surface}", must be one of: {", ".join(SURFACES)}.'
            f"{did_you_mean(str(surface), SURFACES)}"
        )
    if surface == PRODUCT_PAGE and n_products != 1:
        raise InputError(f"A product_page is about one product, got {n_products}.")
    if surface in (HOMEPAGE, NEW_ARRIVALS) and n_products:
        raise InputError(f"The surface {surface} is about no product, got {n_products}.")
