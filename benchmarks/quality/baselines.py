"""Baselines beside what a shop serves: fitted on what it knows, ranking what it may show."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

import penchant
from benchmarks.quality.fashion_shop import Task
from penchant.candidates.ease import fit_ease
from penchant.candidates.item_knn import fit_item_knn
from penchant.maths.rows import unit_rows
from penchant.maths.topk import top_k
from penchant.settings import EaseSettings, ItemKnnSettings

TUNED_KNN = ItemKnnSettings(candidate_power=0.1, shrinkage=3.0)
TUNED_EASE = EaseSettings(customer_power=0.5)
"""What `benchmarks.quality.collaborative` picks on validation data."""

SHOWN, CHUNK = 20, 512
Found = NDArray[np.int32]


def baselines(shop: penchant.Shop, people: list[str]) -> dict[str, Found]:
    """Rank by each baseline, fitted on what the shop knows.

    Args:
        shop: Built on the same purchases.
        people: customer_ids.
    """
    owned = owned_of(shop, people)
    rows, events = shop.build.histories.customer_rows(), shop.build.histories.events
    size = {"n_customers": len(shop.build.histories), "n_products": len(shop.build.products)}
    knn = fit_item_knn(rows, events.product_row, settings=TUNED_KNN, **size)
    ease = fit_ease(rows, events.product_row, settings=TUNED_EASE, **size)
    return {
        "popularity": popularity(shop, people),
        "item-kNN, tuned": best(shop, owned, owned, knn.scores),
        "EASE, tuned": best(shop, owned, owned, ease.scores),
    }


def popularity(shop: penchant.Shop, people: list[str]) -> Found:
    """Rank by what most customers bought.

    Args:
        shop: Any.
        people: customer_ids.
    """
    sold = shop.build.demand.popularity.overall.astype(np.float32)
    owned = owned_of(shop, people)
    return best(shop, owned, owned, lambda rows: np.tile(sold, (len(rows), 1)))


def plain_mean(
    data: Path, task: Task, shop: penchant.Shop, people: list[str], only: NDArray[np.int64] | None
) -> Found:
    """Rank by cosine of raw embeddings to the mean of what a customer bought.

    Args:
        data: The benchmark's folder.
        task: What is known.
        shop: Built on it.
        people: customer_ids.
        only: Product rows that may be shown; None: all.
    """
    order = np.array([shop.build.product_ids.row(one) for one in task.products["product_id"]])
    vectors = np.empty((len(order), 1280), np.float32)
    vectors[order] = unit_rows(np.load(data / "embeddings.npy")[task.products["row"]])
    owned = owned_of(shop, people)

    def score(histories: list[Found]) -> NDArray[np.float32]:
        lengths = [len(rows) for rows in histories]
        columns = (np.repeat(np.arange(len(histories)), lengths), np.concatenate(histories))
        ones = np.ones(sum(lengths), np.float32)
        matrix = csr_array((ones, columns), shape=(len(histories), len(vectors)))
        scores = unit_rows(matrix @ vectors) @ vectors.T
        if only is not None:
            hidden_from = np.ones(len(vectors), bool)
            hidden_from[only] = False
            scores[:, hidden_from] = -np.inf
        return np.asarray(scores, np.float32)

    return best(shop, owned, owned, score)


def best(
    shop: penchant.Shop,
    histories: list[Found],
    owned: list[Found],
    score: Callable[[list[Found]], NDArray[np.float32]],
) -> Found:
    """Rank what can be bought now, by any score.

    Args:
        shop: Any.
        histories: Per customer, the products a score starts from.
        owned: Per customer, products left out.
        score: Histories -> scores of all products.

    Returns:
        Shape (n, SHOWN), product rows, best first.
    """
    parts = []
    for first in range(0, len(histories), CHUNK):
        scores = score(histories[first : first + CHUNK]).astype(np.float32)
        scores[:, ~shop.assortment.in_stock] = -np.inf
        for place, rows in enumerate(owned[first : first + CHUNK]):
            scores[place, rows] = -np.inf
        parts.append(top_k(scores, SHOWN).rows)
    return np.concatenate(parts)


def history_of(shop: penchant.Shop, name: str) -> Found:
    """Give the products of a customer's interactions.

    Args:
        shop: Any.
        name: A customer_id.
    """
    row = shop.build.customer_ids.find(name)
    return np.empty(0, np.int32) if row is None else shop.build.histories.of(row).product_row


def owned_of(shop: penchant.Shop, people: list[str]) -> list[Found]:
    """Give the different products of customers.

    Args:
        shop: Any.
        people: customer_ids.
    """
    return [np.unique(history_of(shop, name)) for name in people]
