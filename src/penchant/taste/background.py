"""How alike strangers are: what a customer's own products are compared with.

A cosine means nothing by itself: in one shop 0.3 is a twin, in another any two products reach 0.6.
So "alike" is always said against products that different customers touched.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from penchant.errors import InputError
from penchant.maths.rows import present_rows
from penchant.taste.histories import Histories
from penchant.types import Rows, StyleVectors

SAMPLE = 512
"""Products drawn: their mean pair is known to about 0.001, and a customer's look-up stays cheap."""


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """Products that strangers touched, and how alike those of two strangers are.

    Attributes:
        product_row: Shape (n,), drawn by how often products are touched.
        similarity: Mean cosine of the products of two different customers, in [-1, 1].
        own_similarity: Mean cosine of two products of one customer, averaged over customers.
    """

    product_row: Rows
    similarity: float
    own_similarity: float


def find_background(
    histories: Histories, styles: StyleVectors, *, rng: np.random.Generator, sample: int = SAMPLE
) -> Background:
    """Draw what strangers touch, and measure how alike it is.

    Args:
        histories: Of all customers; only products with a style vector are drawn.
        styles: Style vectors of all products, by product_row.
        rng: Decides the draw.
        sample: How many interactions to draw, >= 2.

    Returns:
        The background; similarities are 0 where the shop has too few customers to tell.

    Raises:
        InputError: if the sample is smaller than 2.

    Example:
        >>> from penchant.taste.histories import History
        >>> rows = np.array([0, 0, 1, 1], np.int32)
        >>> events = History(rows, np.zeros(4, np.int8), np.arange(4), np.ones(4, np.float32))
        >>> all_of_them = Histories(np.array([0, 2, 4]), events)
        >>> found = find_background(all_of_them, np.eye(2, dtype=np.float32),
        ...                         rng=np.random.default_rng(0))
        >>> found.similarity, len(found.product_row)
        (0.0, 512)
    """
    if sample < 2:
        raise InputError(f"sample is {sample}, must be >= 2.")
    product_row, customer_row = histories.events.product_row, histories.customer_rows()
    in_build = np.flatnonzero(product_row >= 0)
    placed = in_build[present_rows(styles)[product_row[in_build]]]
    if not len(placed):
        return Background(np.empty(0, np.int32), 0.0, 0.0)
    drawn = rng.choice(placed, size=sample)
    vectors = styles[product_row[drawn]]
    strangers = customer_row[drawn][:, None] != customer_row[drawn]
    likeness = (vectors @ vectors.T)[strangers]
    similarity = float(likeness.mean(dtype=np.float64)) if len(likeness) else 0.0
    customers = np.unique(customer_row[drawn])
    own = [_own_similarity(histories.of(int(row)).product_row, styles) for row in customers]
    known = [one for one in own if one is not None]
    return Background(product_row[drawn], similarity, float(np.mean(known)) if known else 0.0)


def _own_similarity(product_row: Rows, styles: StyleVectors) -> float | None:
    rows = np.unique(product_row[product_row >= 0])
    vectors = styles[rows].astype(np.float64)
    vectors = vectors[(vectors != 0).any(axis=1)]
    n = len(vectors)
    if n < 2:
        return None
    total = vectors.sum(axis=0)
    return float((total @ total - np.einsum("ij,ij->", vectors, vectors)) / (n * (n - 1)))
