"""Rules: what takes a product out before anything is ranked; each has a name and leaves a trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from penchant.candidates.assortment import Assortment
from penchant.maths.distinct import among
from penchant.settings import RecommendSettings
from penchant.types import Mask, Rows


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One rule and what it takes out.

    Attributes:
        name: Such as "out_of_stock".
        removed: Of a rule on many products a mask, shape (n_products,); of one on a few their
            rows, shape (n,): nobody has to go over all products for them.
    """

    name: str
    removed: Mask | Rows

    def take_from(self, eligible: Mask) -> None:
        """Take its products out of those that are eligible, in place.

        Args:
            eligible: Shape (n_products,).
        """
        if self.removed.dtype == bool:
            np.greater(eligible, self.removed, out=eligible)
        else:
            eligible[self.removed] = False

    def removes(self, rows: Rows) -> Mask:
        """Tell which of some products it takes out.

        Args:
            rows: Shape (n,), products.

        Returns:
            Shape (n,).
        """
        if self.removed.dtype == bool:
            return np.asarray(self.removed[rows], bool)
        return among(rows, self.removed.astype(np.int32))


@dataclass(frozen=True, slots=True, eq=False)
class Eligibility:
    """What may be shown, and by which rules the rest may not.

    Attributes:
        eligible: Shape (n_products,).
        rules: All that were applied.
    """

    eligible: Mask
    rules: tuple[Rule, ...]

    @classmethod
    def under(cls, rules: Sequence[Rule], *, n_products: int) -> Eligibility:
        """Apply rules.

        Args:
            rules: In the order they are told; the order changes nothing.
            n_products: Products in all.
        """
        return cls(np.ones(n_products, bool), ()).narrowed(rules)

    def narrowed(self, rules: Sequence[Rule]) -> Eligibility:
        """Apply more rules.

        Args:
            rules: Told after those that were applied.
        """
        eligible = self.eligible.copy()
        for rule in rules:
            rule.take_from(eligible)
        return Eligibility(eligible, (*self.rules, *rules))

    def against(self, product_row: int) -> tuple[str, ...]:
        """Name the rules that take a product out.

        Args:
            product_row: The product.
        """
        row = np.array([product_row], np.int32)
        return tuple(rule.name for rule in self.rules if rule.removes(row).any())


def shop_rules(stock: Assortment, settings: RecommendSettings) -> tuple[Rule, ...]:
    """Give the rules that are the same for everyone.

    Args:
        stock: All products.
        settings: Which rules hold; product_ids that are not in the build are left out.
    """
    rules = []
    if settings.in_stock_only:
        rules.append(Rule("out_of_stock", ~stock.in_stock))
    if settings.deny:
        rules.append(Rule("denied", _listed(stock, settings.deny)))
    if settings.allow:
        rules.append(Rule("not_allowed", ~_listed(stock, settings.allow)))
    return tuple(rules)


def customer_rules(
    stock: Assortment, settings: RecommendSettings, *, owned: Rows, hidden: Rows, liked: Rows
) -> tuple[Rule, ...]:
    """Give the rules that come from what one customer did.

    Args:
        stock: All products.
        settings: Which rules hold.
        owned: Shape (n,), products bought and kept.
        hidden: Shape (n,), products hidden; always taken out.
        liked: Shape (n,), products touched, whose prices make the customer's range.
    """
    rules = []
    if len(hidden):
        rules.append(Rule("hidden", hidden))
    if len(owned) and settings.hide_owned:
        rules.append(Rule("owned", owned))
        if settings.hide_owned_variants and stock.has_variants:
            variants = stock.variants_of(owned)
            rules.append(Rule("owned_variant", variants[~among(variants, owned)]))
    if settings.price_band:
        rules += _price_band(stock, liked, settings.price_band)
    return tuple(rules)


def guard_rules(
    stock: Assortment, guards: Sequence[str], seeds: Rows, liked: Rows
) -> tuple[Rule, ...]:
    """Keep to the audience or category of some products, where it is known on both sides.

    Args:
        stock: All products.
        guards: Facets, such as "gender".
        seeds: Shape (n,), the products that decide.
        liked: Shape (n,), products that decide on the audience where no seed tells it.
    """
    rules = []
    for name in guards:
        facet = stock.facets[name]
        told_by = seeds if facet.knows(seeds) or name == "category" else liked
        if facet.knows(told_by):
            rules.append(Rule(f"other_{name}", ~facet.same_as(told_by)))
    return tuple(rules)


def _price_band(stock: Assortment, liked: Rows, times: float) -> list[Rule]:
    prices = stock.prices[liked]
    prices = prices[np.isfinite(prices)]
    if not len(prices):
        return []
    low, high = prices.min() / times, prices.max() * times
    return [Rule("price", (stock.prices < low) | (stock.prices > high))]


def _listed(stock: Assortment, product_ids: Sequence[str]) -> Mask:
    rows = [stock.product_ids.find(one) for one in product_ids]
    mask = np.zeros(len(stock), bool)
    mask[[row for row in rows if row is not None]] = True
    return mask
