"""Learn: fit all sources on what customers wanted, and their weights on what is hidden from them.

The two fits share nothing but their input, so they run side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib import import_module

import numpy as np

from penchant import columns as c
from penchant.builds.inputs import BuildInputs
from penchant.builds.lessons import find_lessons
from penchant.builds.sources import Sources, fit_sources
from penchant.builds.weights import FittedWeights, fit_weights
from penchant.candidates.popular import count_popularity
from penchant.settings import TasteSettings
from penchant.settings.finding import ITEM_KNN
from penchant.space import Catalogue
from penchant.taste.cancel import find_cancelled
from penchant.taste.histories import Histories
from penchant.types import Weights

Step = Callable[[str], None]
"""Told what is being done, for people who wait."""


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What a build learned of its customers together.

    Attributes:
        sources: Fitted on all that was taught.
        weights: What each source weighs.
    """

    sources: Sources
    weights: FittedWeights


def learn(inputs: BuildInputs, catalogue: Catalogue, taught: Histories, tell: Step) -> Learned:
    """Fit sources and weights.

    Args:
        inputs: Products and settings.
        catalogue: What the channels read.
        taught: Interactions that may teach.
        tell: Told what is being done.

    Raises:
        InputError: if no product has anything a channel can read.
    """
    settings, n_products = inputs.settings, catalogue.n_products
    categories = inputs.products[c.CATEGORY].to_list()
    lessons = find_lessons(taught, settings, n_products=n_products)
    liked = count_liked(taught, settings.taste, n_products=n_products)
    n_baskets = len(lessons.baskets(settings.space.basket_days))
    tell(f"fitting the style space on {n_products} products and {n_baskets} baskets")
    import_module("sklearn.utils.extmath")  # two threads that import it at once find half of it
    with ThreadPoolExecutor(1) as beside:
        weighing = beside.submit(fit_weights, lessons, liked, catalogue, categories, settings)
        sources = fit_sources(lessons, catalogue, categories, settings, method=ITEM_KNN)
        weights = weighing.result()
    if weights.method != ITEM_KNN:
        sources = replace(sources, links=lessons.links(settings, weights.method))
    return Learned(sources, weights)


def count_liked(histories: Histories, settings: TasteSettings, *, n_products: int) -> Weights:
    """Count how much customers like each product, in purchases.

    Args:
        histories: Of all who may teach.
        settings: What each action weighs.
        n_products: Products in all.

    Returns:
        Shape (n_products,), >= 0.
    """
    return count_popularity(
        histories.customer_rows(),
        histories.events.product_row,
        liking(histories, settings),
        n_products=n_products,
    )


def liking(histories: Histories, settings: TasteSettings) -> Weights:
    """Give what each interaction says of liking, without recency: a purchase 1, a view less.

    Args:
        histories: Any.
        settings: What each action weighs.

    Returns:
        Shape (n_interactions,), 0 for what was taken back.
    """
    events, rows = histories.events, histories.customer_rows()
    by_action = np.array([settings.weights.get(name, 0.0) for name in c.ACTIONS])
    weights = by_action[events.action] / max(by_action.max(), 1e-300) * events.trust
    weights[find_cancelled(rows, events)] = 0.0
    return np.asarray(weights)
