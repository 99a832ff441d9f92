"""The known truth of a generated shop: each product's style, and its photo's embedding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from penchant.types import Embeddings

CATEGORIES: Final = ("ring", "necklace", "earrings", "bracelet", "pendant", "watch")
_CHUNK: Final = 4096
_GROUP_SIZES: Final = (1, 1, 1, 2, 3)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """By product_row: true style, category, design group and popularity (sums to 1)."""

    style: NDArray[np.int64]
    category: NDArray[np.int64]
    group: NDArray[np.int64]
    popularity: NDArray[np.float64]


def plant_catalogue(
    rng: np.random.Generator, *, n_products: int, n_styles: int, popularity_skew: float
) -> Catalogue:
    """Give every product a style, a category, a design group and a popularity.

    Args:
        rng: Decides everything.
        n_products: How many products, >= n_styles.
        n_styles: How many styles; every style gets at least one product.
        popularity_skew: 0 is even; 1 is Zipf's law over a random order of the products.

    Returns:
        The catalogue; products of one group share style and category.
    """
    sizes = rng.choice(_GROUP_SIZES, size=n_products)
    group = np.repeat(np.arange(n_products), sizes)[:n_products]
    n_groups = int(group[-1]) + 1
    style_of_group = rng.permutation(np.arange(n_groups) % n_styles)
    category_of_group = rng.integers(len(CATEGORIES), size=n_groups)
    rank = rng.permutation(n_products) + 1.0
    popularity = rank**-popularity_skew
    return Catalogue(
        style_of_group[group],
        category_of_group[group],
        group,
        popularity / popularity.sum(),
    )


def plant_embeddings(rng: np.random.Generator, catalogue: Catalogue, *, dim: int) -> Embeddings:
    """Make vectors like a pooled network's: non-negative and all within one narrow cone.

    A common direction carries most of the length; style, category and design add their own, and
    noise covers the rest, so that plain cosines are all high and the style has to be found in the
    differences.

    Args:
        rng: Decides everything.
        catalogue: The truth to plant.
        dim: Length of a vector.

    Returns:
        Shape (n_products, dim), float32, >= 0, not normalised.
    """
    common = rng.gamma(2.0, 0.5, size=dim).astype(np.float32)
    styles = _directions(rng, int(catalogue.style.max()) + 1, dim) * np.float32(0.55)
    categories = _directions(rng, len(CATEGORIES), dim) * np.float32(0.45)
    n_products = len(catalogue.style)
    vectors = np.empty((n_products, dim), dtype=np.float32)
    group_seeds = rng.integers(2**32, size=2)
    for start in range(0, n_products, _CHUNK):
        rows = slice(start, min(start + _CHUNK, n_products))
        noise = rng.standard_normal((rows.stop - start, dim), dtype=np.float32) * np.float32(0.35)
        shape = _group_part(group_seeds, catalogue.group[rows], dim) * np.float32(0.35)
        own = styles[catalogue.style[rows]] + categories[catalogue.category[rows]]
        np.maximum(common + own + shape + noise, 0, out=vectors[rows])
    return vectors


def _directions(rng: np.random.Generator, n: int, dim: int) -> NDArray[np.float32]:
    # sparse bumps, as channels of a network answer to few things each
    active = rng.random((n, dim)) < 0.3
    return np.where(active, rng.standard_normal((n, dim)) * 1.6, 0).astype(np.float32)


def _group_part(
    seeds: NDArray[np.int64], group: NDArray[np.int64], dim: int
) -> NDArray[np.float32]:
    # each design draws from its own seed, so that a group cut by a chunk's edge stays one group
    first, place = np.unique(group, return_inverse=True)
    parts = [
        np.random.default_rng([*seeds.tolist(), int(g)]).standard_normal(dim, dtype=np.float32)
        for g in first
    ]
    return np.stack(parts)[place]
