"""A profile: the weighted sum of the style vectors a customer touched, as a direction.

    taste = sum over interactions of weight_i * style(product_i)

The sum is linear, so a similarity to the profile splits exactly into one share per interaction.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.maths.rows import row_lengths
from penchant.taste.histories import Histories, History
from penchant.taste.weights import Weigher
from penchant.types import Profiles, Rows, StyleVectors, Vector, Weights

NOTHING_LEFT = 1e-5
"""A sum this short beside its mass is what rounding left of likes and dislikes that cancel."""

CHUNK = 4096
"""Customers at a time: their sums stay in the processor's cache until they are scaled."""


@dataclass(frozen=True, slots=True, eq=False)
class ProfileBatch:
    """The profiles of many customers, by customer_row.

    Attributes:
        vectors: Shape (n_customers, dim), unit rows; zeros for cold customers.
        consistency: Shape (n_customers,), float32 in [0, 1] as in `Profile`; NaN for cold ones.
    """

    vectors: Profiles
    consistency: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """One customer's taste at one moment, with the events it was made of.

    Attributes:
        vector: Shape (dim,), float32, length 1.
        length: Length of the weighted sum before scaling, > 0.
        mass: Sum of the absolute weights, > 0.
        events: The interactions that count, oldest first.
        weights: Shape (n,), aligned with events, none 0.
    """

    vector: Vector
    length: float
    mass: float
    events: History
    weights: Weights

    @property
    def consistency(self) -> float:
        """Weighted mean cosine of the products to the profile, in [0, 1].

        A hidden product counts by the opposite of its vector.
        """
        return min(1.0, self.length / self.mass)

    def shares(self, styles: StyleVectors, towards: Vector) -> NDArray[np.float64]:
        """Split the similarity of a product into what each interaction gave.

        share_i = weight_i * (style_i . towards) / |sum of weight * style|

        Args:
            styles: Style vectors of all products, by product_row.
            towards: Shape (dim,), the product's style vector.

        Returns:
            Shape (n,), float64, aligned with events; sums to the similarity.
        """
        likeness = styles[self.events.product_row].astype(np.float64) @ towards
        return np.asarray(self.weights * likeness / self.length)


def build_profile(
    history: History,
    styles: StyleVectors,
    weigher: Weigher,
    *,
    as_of_us: int,
    min_interactions: int,
) -> Profile | None:
    """Make a profile from an event list, at request time.

    Args:
        history: One customer's interactions, oldest first.
        styles: Style vectors of all products, by product_row.
        weigher: Says what each interaction weighs.
        as_of_us: Reference time, microseconds since 1970 UTC.
        min_interactions: Different liked products needed.

    Returns:
        The profile; None for a cold customer, or one whose likes and dislikes cancel out.
    """
    weights = weigher.weigh(history, as_of_us)
    return profile_of(history, weights, styles, min_interactions=min_interactions)


def profile_of(
    history: History, weights: Weights, styles: StyleVectors, *, min_interactions: int
) -> Profile | None:
    """Make a profile from weighed interactions.

    Args:
        history: One customer's interactions, oldest first.
        weights: Shape (n,), aligned.
        styles: Style vectors of all products, by product_row.
        min_interactions: Different liked products needed.

    Returns:
        As `build_profile`.
    """
    worth = weights.tolist()
    rows = history.product_row.tolist()
    if len({row for row, one in zip(rows, worth, strict=True) if one > 0}) < min_interactions:
        return None
    if 0.0 in worth:
        counted = weights != 0
        history, weights = history.take(counted), weights[counted]
    total = weights @ styles.take(history.product_row, axis=0).astype(np.float64)
    length = math.sqrt(total @ total)
    mass = float(np.abs(weights).sum())
    if length <= NOTHING_LEFT * mass:
        return None
    return Profile((total / length).astype(np.float32), length, mass, history, weights)


def build_profiles(
    histories: Histories,
    styles: StyleVectors,
    weigher: Weigher,
    *,
    as_of_us: int,
    min_interactions: int,
    chunk: int = CHUNK,
) -> ProfileBatch:
    """Make the profiles of all customers at once: one sparse product, then unit rows.

    Args:
        histories: Of all customers.
        styles: Style vectors of all products, by product_row.
        weigher: Says what each interaction weighs.
        as_of_us: Reference time, microseconds since 1970 UTC.
        min_interactions: Different liked products needed.
        chunk: Customers at a time; bounds the memory beside the result.

    Returns:
        One row per customer, equal to `build_profile` within float32 rounding of the sum: about
        1e-7 / consistency.
    """
    vectors = np.zeros((len(histories), styles.shape[1]), np.float32)
    consistency = np.full(len(histories), np.nan, np.float32)
    for first in range(0, len(histories), chunk):
        starts = histories.starts[first : first + chunk + 1]
        part = Histories(starts - starts[0], histories.events.take(slice(starts[0], starts[-1])))
        rows = part.customer_rows()
        weights = weigher.weigh(part.events, as_of_us, customer_row=rows)
        liked = distinct_liked(rows, part.events.product_row, weights, len(part))
        lengths, sums = _sums(part, rows, weights, styles)
        warm = (liked >= min_interactions) & (lengths > NOTHING_LEFT)
        here = slice(first, first + len(part))
        scale = np.divide(1.0, lengths, out=np.zeros(len(part)), where=warm)
        np.multiply(sums, scale.astype(np.float32)[:, None], out=vectors[here])
        consistency[here] = np.where(warm, np.minimum(lengths, 1.0), np.nan)
    return ProfileBatch(vectors, consistency)


def _sums(
    histories: Histories, customer_row: Rows, weights: Weights, styles: StyleVectors
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Give the length, which is the consistency, and the weighted mean of each customer.

    Weights are divided by the customer's mass first, so that old events do not vanish in float32.
    """
    from scipy.sparse import csr_array

    mass = np.bincount(customer_row, np.abs(weights), len(histories))
    parts = weights / np.where(mass > 0, mass, 1.0)[customer_row]
    columns = np.maximum(histories.events.product_row, 0)
    shape = (len(histories), len(styles))
    sums = csr_array((parts.astype(np.float32), columns, histories.starts), shape=shape) @ styles
    return row_lengths(sums), sums


def distinct_liked(
    customer_row: Rows, product_row: Rows, weights: Weights, n_customers: int
) -> NDArray[np.int64]:
    """Count the different products each customer likes: repeats are one product.

    Args:
        customer_row: Shape (n,).
        product_row: Shape (n,), aligned.
        weights: Shape (n,), aligned; only positive ones count.
        n_customers: Length of the result.

    Returns:
        Shape (n_customers,), int64.
    """
    liked = weights > 0
    pairs = np.sort((customer_row[liked].astype(np.int64) << 32) | product_row[liked])
    first = np.ones(len(pairs), bool)
    np.not_equal(pairs[1:], pairs[:-1], out=first[1:])
    return np.bincount(pairs[first] >> 32, minlength=n_customers)
