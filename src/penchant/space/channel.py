"""What every channel is: one way to look at a product, as a unit vector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from penchant.maths.rows import row_lengths, unit_rows
from penchant.space.catalogue import Catalogue

Arrays = Mapping[str, NDArray[Any]]
Words = Mapping[str, Any]

ROUNDING = 1e-6
"""Unit rows closer than this are equal as far as float32 can tell."""


class Channel(Protocol):
    """A fitted channel. Implementations are frozen values: photo, attributes, text, price."""

    @property
    def name(self) -> str:
        """The channel's name in settings, manifests and reasons."""

    @property
    def dim(self) -> int:
        """Columns of the vectors `transform` gives."""

    def transform(self, catalogue: Catalogue) -> NDArray[np.float32]:
        """Give unit rows of shape (n_products, dim); zeros where the product says nothing.

        Args:
            catalogue: Products, the same ones the channel was fitted on or others.
        """

    def arrays(self) -> Arrays:
        """Give the fitted numbers, to be saved as .npy."""

    def words(self) -> Words:
        """Give the fitted words and plain values, to be saved as JSON."""


def centred_unit_rows(
    rows: NDArray[np.float32], mean: NDArray[np.float32], present: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Subtract the catalogue's mean and scale to length 1; absent rows become zeros.

    So does a row that differs from the mean by rounding alone: it would become a random direction.

    Args:
        rows: Shape (n, dim).
        mean: Shape (dim,), of the rows present when the channel was fitted.
        present: Shape (n,), which rows say anything.
    """
    centred = rows - mean
    placed = unit_rows(centred)
    placed[~present | (row_lengths(centred) < ROUNDING)] = 0.0
    return placed
