"""Rankers: simple ways of ranking that a shop's own has to beat, fitted on what the shop knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from penchant.builds.lessons import find_lessons
from penchant.engine import Shop
from penchant.maths.rows import unit_rows
from penchant.settings.finding import ITEM_KNN
from penchant.surfaces.request import Request
from penchant.taste.histories import Histories
from penchant.types import Embeddings, Scores

RANDOM = "random"
POPULAR = "popularity"
TRENDING = "recent popularity"
IN_CATEGORY = "popularity in category"
LAST = "like the last product"
KNN = "item-kNN"
PLAIN_MEAN = "plain weighted mean"
LOOKS = "looks alone"


Score = Callable[[Sequence[Request]], Scores]
"""Requests -> scores of all products, shape (n, n_products), float32, finite."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranker:
    """One way of ranking.

    Attributes:
        name: For people.
        score: What it gives each product.
    """

    name: str
    score: Score


def baselines(shop: Shop, embeddings: Embeddings | None) -> tuple[Ranker, ...]:
    """Give the rankings that are always compared with.

    Args:
        shop: As it was at the cut.
        embeddings: Shape (n_products, dim), of its products; None when it has none.

    Returns:
        At random; popularity of all time, of the last days, and in the customer's categories;
        products like the last one; item-kNN; and, with embeddings, the plain weighted mean. For
        customers they know nothing of, all fall back on what is popular, as a shop would.
    """
    liked = shop.build.demand.popularity
    known = partial(_or_popular, liked.overall.astype(np.float32))
    found = [
        Ranker(RANDOM, _everybodys(np.zeros(len(shop.build.products)))),  # ties go by chance
        Ranker(POPULAR, _everybodys(liked.overall)),
        Ranker(TRENDING, _everybodys(liked.recent)),
        Ranker(IN_CATEGORY, known(_in_category(shop))),
        Ranker(LAST, known(_like_last(shop))),
        Ranker(KNN, known(_item_knn(shop))),
    ]
    if embeddings is not None:
        found.append(Ranker(PLAIN_MEAN, known(_plain_mean(unit_rows(embeddings)))))
    return tuple(found)


def looks_alone(shop: Shop) -> Ranker:
    """Rank by likeness to the taste and nothing else: what photos and attributes are worth.

    Args:
        shop: As it was at the cut.
    """
    vectors = shop.build.styles

    def score(requests: Sequence[Request]) -> Scores:
        tastes = np.zeros((len(requests), vectors.shape[1]), np.float32)
        for place, request in enumerate(requests):
            if request.visitor.profile is not None:
                tastes[place] = request.visitor.profile.vector
        return np.asarray(tastes @ vectors.T)

    return Ranker(LOOKS, score)


def _or_popular(popular: NDArray[np.float32], score: Score) -> Score:
    """Rank by popularity for those of whom a ranking knows nothing."""

    def filled(requests: Sequence[Request]) -> Scores:
        scores = np.array(score(requests), np.float32)
        unknown = np.flatnonzero(~np.any(scores, axis=1))
        scores[unknown] = popular
        return scores

    return filled


def _everybodys(liked: NDArray[np.float64]) -> Score:
    line = liked.astype(np.float32)
    return lambda requests: np.tile(line, (len(requests), 1))


def _in_category(shop: Shop) -> Score:
    """The share of a category among what is liked, times how popular a product is in it."""
    facet, overall = shop.assortment.facets["category"], shop.build.demand.popularity.overall
    labels = facet.label_row
    n_labels = len(facet.names)
    totals = np.bincount(labels[labels >= 0], overall[labels >= 0], n_labels)
    in_all = np.append(np.maximum(totals, 1e-9), 1.0)  # the last: no category
    share = np.where(labels >= 0, overall / in_all[labels], 0.0)

    def score(requests: Sequence[Request]) -> Scores:
        scores = np.zeros((len(requests), len(labels)), np.float32)
        for place, request in enumerate(requests):
            rows, weights = request.visitor.liked
            own = labels[rows]
            mix = np.bincount(own[own >= 0], weights[own >= 0], n_labels + 1)
            scores[place] = mix[labels] * share
        return scores

    return score


def _like_last(shop: Shop) -> Score:
    vectors = shop.build.styles

    def score(requests: Sequence[Request]) -> Scores:
        last = np.zeros((len(requests), vectors.shape[1]), np.float32)
        for place, request in enumerate(requests):
            profile = request.visitor.profile
            if profile is not None:
                liked = profile.events.product_row[profile.weights > 0]
                last[place] = vectors[liked[-1]]
        return np.asarray(last @ vectors.T)

    return score


def _item_knn(shop: Shop) -> Score:
    links = shop.build.demand.links
    if links.about.get("method") != ITEM_KNN:
        build, histories = shop.build, shop.build.histories
        judged = Histories(histories.starts, histories.events.trusted(build.judgements.trust))
        allowed = judged.where(~build.opted_out[judged.customer_rows()])
        taught = find_lessons(allowed, shop.settings, n_products=len(build.products))
        links = taught.links(shop.settings, ITEM_KNN)

    def score(requests: Sequence[Request]) -> Scores:
        liked = [request.visitor.liked for request in requests]
        return links.scores([rows for rows, _ in liked], [weights for _, weights in liked])

    return score


def _plain_mean(vectors: Embeddings) -> Score:
    """The weighted mean of the photos' vectors as the encoder gave them."""

    def score(requests: Sequence[Request]) -> Scores:
        means = np.zeros((len(requests), vectors.shape[1]), np.float32)
        for place, request in enumerate(requests):
            rows, weights = request.visitor.liked
            means[place] = weights @ vectors[rows] if len(rows) else 0.0
        return np.asarray(unit_rows(means) @ vectors.T)

    return score
