"""Every source of the blend as a function from customers to scores of all products."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from benchmarks.quality.fashion import baskets_of
from benchmarks.quality.fashion_data import Purchases
from penchant.candidates.ease import fit_ease
from penchant.candidates.graph_filter import fit_graph_filter
from penchant.candidates.item_knn import fit_item_knn
from penchant.candidates.links import ProductLinks
from penchant.maths.rows import unit_rows
from penchant.maths.seeds import derived_rng
from penchant.ranking.fit import Scorer
from penchant.settings import EaseSettings, ItemKnnSettings
from penchant.space import Catalogue, fit_space
from penchant.space.pairings import learn_pairings
from penchant.types import Rows, Scores

PUBLIC_KNN = ItemKnnSettings(customer_power=1.0, candidate_power=0.2, shrinkage=3.0)
PUBLIC_EASE = EaseSettings(customer_power=0.5, penalty=100.0)
"""Chosen on validation rows."""


@dataclass(frozen=True, slots=True, eq=False)
class Knowledge:
    """What sources are fitted on.

    Attributes:
        known: Purchases.
        catalogue: Products.
        owned: Shape (n_customers, n_products), ones where known.
    """

    known: Purchases
    catalogue: Catalogue
    owned: csr_array

    @classmethod
    def of(cls, known: Purchases, catalogue: Catalogue, n_customers: int) -> Knowledge:
        """Make the matrix.

        Args:
            known: Purchases.
            catalogue: Products.
            n_customers: Customers in all.
        """
        ones = np.ones(len(known.customer_row), np.float32)
        places = (known.customer_row, known.product_row)
        owned = csr_array((ones, places), shape=(n_customers, catalogue.n_products))
        owned.sum_duplicates()
        owned.data[:] = 1.0
        return cls(known, catalogue, owned)


def all_sources(knows: Knowledge, name: str) -> dict[str, Scorer]:
    """Fit every source of the blend.

    Args:
        knows: What there is to learn from.
        name: Of the set; the public ones have settings and collaborative sources of their own.
    """
    found: dict[str, Scorer] = {"popular": _popular(knows)}
    found["item-knn"] = _linked(knows, _fit(knows, fit_item_knn))
    if name != "fashion":
        found["item-knn by basket"] = _linked(knows, _fit(knows, fit_item_knn, PUBLIC_KNN))
        found["graph-filter"] = _linked(knows, _fit(knows, fit_graph_filter))
        found["ease"] = _linked(knows, _fit(knows, fit_ease, PUBLIC_EASE))
    if knows.catalogue.embeddings is not None:
        baskets = baskets_of(knows.known)
        placed = fit_space(knows.catalogue, baskets).place(knows.catalogue)
        found["visual"] = _vectors(knows, placed.vectors, placed.vectors)
        pairings = learn_pairings(
            placed.channels, baskets, derived_rng(0, "pairings"), groups=knows.catalogue.groups
        )
        found["pairings"] = _vectors(knows, pairings.owned, pairings.candidates)
    return found


def single_sources(knows: Knowledge) -> dict[str, Scorer]:
    """Fit what is looked at by itself only.

    Args:
        knows: What there is to learn from.
    """
    return {"tuned ease": _linked(knows, _fit(knows, fit_ease, EaseSettings(customer_power=0.5)))}


def _fit(knows: Knowledge, fit: object, settings: object = None) -> ProductLinks:
    n_customers, n_products = knows.owned.shape
    links: ProductLinks = fit(  # type: ignore[operator]
        knows.known.customer_row,
        knows.known.product_row,
        n_customers=n_customers,
        n_products=n_products,
        settings=settings,
    )
    return links


def _popular(knows: Knowledge) -> Scorer:
    line = np.log1p(np.asarray(knows.owned.sum(axis=0))).astype(np.float32)
    return lambda rows: np.tile(line, (len(rows), 1))


def _linked(knows: Knowledge, links: ProductLinks) -> Scorer:
    def score(rows: Rows) -> Scores:
        own = knows.owned[rows]
        histories = [own.indices[a:b] for a, b in zip(own.indptr, own.indptr[1:], strict=False)]
        return np.sqrt(np.maximum(links.scores(histories), 0.0))

    return score


def _vectors(
    knows: Knowledge, owned: NDArray[np.float32], candidates: NDArray[np.float32]
) -> Scorer:
    def score(rows: Rows) -> Scores:
        return np.asarray(unit_rows(knows.owned[rows] @ owned) @ candidates.T)

    return score
