"""A profile: the weighted sum of the style vectors a customer touched, as a direction.

    taste = sum over interactions of weight_i * style(product_i)

The sum is linear, so a similarity to the profile splits exactly into one share per interaction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.maths.rows import row_lengths, unit_rows
from penchant.taste.histories import Histories, History
from penchant.taste.weights import Weigher
from penchant.types import Profiles, StyleVectors, Vector, Weights


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
        return self.length / self.mass

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
    counted = weights != 0
    if len(np.unique(history.product_row[weights > 0])) < min_interactions:
        return None
    events, weights = history.take(counted), weights[counted]
    vectors = styles[events.product_row].astype(np.float64)
    total = weights @ vectors
    length = float(np.sqrt(total @ total))
    mass = float(np.abs(weights).sum())
    if length <= 1e-9 * mass:
        return None
    direction = total / length
    return Profile(direction.astype(np.float32), length, mass, events, weights)


def build_profiles(
    histories: Histories,
    styles: StyleVectors,
    weigher: Weigher,
    *,
    as_of_us: int,
    min_interactions: int,
    chunk: int = 65_536,
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
        One row per customer, equal to `build_profile` within float32 rounding.
    """
    vectors = np.zeros((len(histories), styles.shape[1]), np.float32)
    consistency = np.full(len(histories), np.nan, np.float32)
    for first in range(0, len(histories), chunk):
        starts = histories.starts[first : first + chunk + 1]
        events = histories.events.take(slice(starts[0], starts[-1]))
        rows = slice(first, first + len(starts) - 1)
        weights = weigher.weigh(events, as_of_us, customer_row=_customer_rows(starts))
        part = _chunk(starts - starts[0], events, weights, styles, min_interactions)
        vectors[rows], consistency[rows] = part.vectors, part.consistency
    return ProfileBatch(vectors, consistency)


def _customer_rows(starts: NDArray[np.int64]) -> NDArray[np.int32]:
    return np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))


def _chunk(
    starts: NDArray[np.int64],
    events: History,
    weights: Weights,
    styles: StyleVectors,
    min_interactions: int,
) -> ProfileBatch:
    from scipy.sparse import csr_array

    n_customers, customer_row = len(starts) - 1, _customer_rows(starts)
    columns = np.maximum(events.product_row, 0)
    matrix = csr_array(
        (weights.astype(np.float32), columns, starts), shape=(n_customers, len(styles))
    )
    sums = matrix @ styles
    mass = np.bincount(customer_row, np.abs(weights), n_customers)
    lengths = row_lengths(sums)
    liked = distinct_liked(customer_row, events.product_row, weights, n_customers)
    warm = (liked >= min_interactions) & (lengths > 1e-6 * mass)
    sums[~warm] = 0.0
    consistency = np.divide(lengths, mass, out=np.full(n_customers, np.nan), where=warm)
    return ProfileBatch(unit_rows(sums), consistency.astype(np.float32))


def distinct_liked(
    customer_row: NDArray[np.int32],
    product_row: NDArray[np.int32],
    weights: Weights,
    n_customers: int,
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
    pairs = np.unique((customer_row[liked].astype(np.int64) << 32) | product_row[liked])
    return np.bincount(pairs >> 32, minlength=n_customers)
