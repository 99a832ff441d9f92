"""What must hold for every slate, counted on many.

    python -m benchmarks.quality.slates [--seeds 0 1 2 3] [--slates 100000] [--draws 100000]
                                        [--json FILE]

- No slate shows what its customer owns, another variant of it, or fewer products than may be shown.
- A product is shown as often as its propensity says: chi-square over the draws of one customer.
- A minority style keeps its share: slots of customers of several planted styles, with and without
  calibration. Intervals are 95 %, over customers.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy.stats import chisquare

from benchmarks.quality.generated_shop import inputs_of, open_inputs
from penchant.engine import Shop
from penchant.evaluation.intervals import MeanInterval, mean_interval
from penchant.sample.generator import GeneratedShop, GeneratorSettings, generate_shop
from penchant.settings import Settings, StyleSettings
from penchant.settings.showing import CART, HOMEPAGE, PRODUCT_PAGE, SURFACES
from penchant.taste.from_tables import microseconds
from penchant.taste.shopping import open_cart

SHOP = GeneratorSettings(
    n_products=300, n_customers=150, n_interactions=6000, dim=64, multi_style_share=0.5
)
K = 10


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted on many slates.

    Attributes:
        slates: How many were asked for, on all five surfaces in turn.
        owned: Products shown that the customer owns, or a variant of them.
        twice: Products shown twice in one slate, or with another variant of them.
        short: Slates of fewer than k products, though k may be shown.
    """

    slates: int
    owned: int
    twice: int
    short: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """How often products were shown to one customer, beside how often they should be.

    Attributes:
        draws: Slates asked for.
        products: Different ones drawn in the exploring slots.
        statistic: Chi-square.
        pvalue: Probability of one as large by chance.
        uneven: Largest difference between the frequency and the propensity of a product.
    """

    draws: int
    products: int
    statistic: float
    pvalue: float
    uneven: float


@dataclass(frozen=True, slots=True, eq=False)
class Planted:
    """A generated shop, opened as it is by default and with one style per customer."""

    truth: GeneratedShop
    shop: Shop
    plain: Shop


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", nargs="*", type=int, default=[0, 1, 2, 3])
    parser.add_argument("--slates", type=int, default=100_000, help="in all, over the seeds")
    parser.add_argument("--draws", type=int, default=100_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    shops = [plant(seed) for seed in options.seeds]
    counted = count_slates(shops, options.slates)
    print(counted, flush=True)
    drawn = {one: count_draws(shops[0].shop, options.draws, one) for one in (HOMEPAGE, CART)}
    for surface, value in drawn.items():
        print(surface, value, flush=True)
    shares = dict(style_shares(shops))
    for name, value in shares.items():
        print(f"{name:58} {value.value:.4f} [{value.low:.4f}, {value.high:.4f}] n={value.n}")
    if options.json:
        rows = {name: asdict(value) for name, value in shares.items()}
        found = {"seeds": options.seeds, "slates": asdict(counted), **rows}
        found |= {f"draws, {name}": asdict(value) for name, value in drawn.items()}
        options.json.write_text(json.dumps(found, indent=1) + "\n")


def plant(seed: int, settings: GeneratorSettings = SHOP) -> Planted:
    """Generate a shop and open it.

    Args:
        seed: Decides everything.
        settings: Sizes and shares.
    """
    truth = generate_shop(np.random.default_rng(seed), settings=settings)
    one_style = Settings(styles=StyleSettings(max_styles=1))
    shops = (open_inputs(inputs_of(truth, settings.end, one)) for one in (None, one_style))
    return Planted(truth, *shops)


def count_slates(shops: Sequence[Planted], n_slates: int) -> Counted:
    """Ask for slates of all customers on all surfaces in turn.

    Args:
        shops: Any.
        n_slates: In all, evenly over the shops.
    """
    owned = twice = short = asked = 0
    for planted in shops:
        shop, customers = planted.shop, planted.truth.customer_ids
        ids, groups = shop.build.product_ids, shop.assortment.group_row
        kept = [set(groups[shop.customer(one).owned_rows].tolist()) for one in customers]
        for number in range(n_slates // len(shops)):
            surface, place = SURFACES[number % 5], number // 5 % len(customers)
            page = [ids[number % len(ids)]] if surface == PRODUCT_PAGE else None
            slate = shop.recommend(
                customers[place], surface=surface, products=page, k=K, request_id=str(number)
            )
            shown = groups[[ids.row(one) for one in slate.product_ids]].tolist()
            owned += len(kept[place] & set(shown))
            twice += len(shown) - len(set(shown))
            if len(shown) < K:
                free = may_be_shown(shop, customers[place], surface)
                short += len(shown) < free - (surface == PRODUCT_PAGE)
            asked += 1
    return Counted(asked, owned, twice, short)


def may_be_shown(shop: Shop, customer_id: str, surface: str) -> int:
    """Count the designs that no rule takes out, by hand.

    Args:
        shop: Without audiences, lists or prices that matter.
        customer_id: Whose cart and purchases.
        surface: Any; the product of a product page is counted.
    """
    stock, customer = shop.assortment, shop.customer(customer_id)
    owned, category = stock.group_row[customer.owned_rows], stock.facets["category"].label_row
    free = stock.in_stock & ~np.isin(stock.group_row, owned)
    free[customer.hidden_rows] = False
    if surface == CART:
        cart = open_cart(customer.history, as_of_us=microseconds(shop.as_of))
        free[stock.variants_of(cart)] = False
        missing = ~np.isin(category, category[cart])
        free &= missing if missing.any() else True
    return len(set(stock.group_row[free].tolist()))


def count_draws(shop: Shop, n_draws: int, surface: str = HOMEPAGE) -> Drawn:
    """Ask again and again for one customer's slate, with a new request_id each time.

    Args:
        shop: Any; the customer of the longest history is asked for.
        n_draws: How often.
        surface: Where; on the cart categories take turns, and draws keep to them.
    """
    customer = max(shop.build.customer_ids, key=lambda one: len(shop.customer(one).history))
    counts, chances = Counter[tuple[int, str]](), dict[tuple[int, str], float]()
    for number in range(n_draws):
        slate = shop.recommend(customer, surface=surface, k=K, request_id=str(number))
        for slot in slate.slots:
            if slot.propensity < 1:
                counts[slot.slot, slot.product_id] += 1
                chances[slot.slot, slot.product_id] = slot.propensity
    observed = np.array([counts[one] for one in chances], float)
    expected = n_draws * np.array(list(chances.values()))
    never = observed.sum() - expected.sum()  # what may be drawn, but never was
    if never > 1e-6 * n_draws:
        observed, expected = np.append(observed, 0.0), np.append(expected, never)
    test = chisquare(observed, expected * observed.sum() / expected.sum())
    uneven = float(np.abs(observed - expected).max()) / n_draws
    return Drawn(n_draws, len(counts), float(test.statistic), float(test.pvalue), uneven)


def style_shares(shops: Iterable[Planted]) -> Iterator[tuple[str, MeanInterval]]:
    """Measure what the smaller style of a customer gets of the homepage.

    Of customers of two planted styles that do not drift, in whom several styles were found. A
    product counts by its planted style, so finding the styles is measured, too.

    Args:
        shops: Any.
    """
    names = ("share of the taste", "share of slots, calibrated", "share of slots, by score alone")
    found: list[tuple[float, ...]] = []
    for planted in shops:
        style_of = dict(zip(planted.truth.product_ids, planted.truth.product_style, strict=True))
        for customer, taste, drifts in zip(
            planted.truth.customer_ids,
            planted.truth.customer_styles,
            planted.truth.drifts,
            strict=True,
        ):
            known = planted.shop.customer(customer)
            if drifts or (taste > 0).sum() != 2 or len(known.styles) < 2 or not known.profile:
                continue
            minor = int(np.argmin(np.where(taste > 0, taste, np.inf)))
            touched = planted.truth.product_style[known.profile.events.product_row] == minor
            mass = known.profile.weights
            slates = [
                shop.recommend(customer, k=K, request_id="r").product_ids
                for shop in (planted.shop, planted.plain)
            ]
            shown = [float(np.mean([style_of[one] == minor for one in ids])) for ids in slates]
            found.append((float(mass[touched].sum() / mass.sum()), *shown))
    columns = np.array(found)
    for name, values in zip(names, columns.T, strict=True):
        yield f"smaller style: {name}", mean_interval(values)
    yield "smaller style: calibrated - by score alone", mean_interval(columns[:, 1] - columns[:, 2])


if __name__ == "__main__":
    main()
