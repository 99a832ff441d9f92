"""The photo channel: encoder output -> sqrt -> centre -> PCA -> half-whitening -> unit rows.

The square root tames the few very large features, centring opens the narrow cone all photos lie
in, and half-whitening keeps strong axes from drowning weak ones; full whitening loses categories.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError
from penchant.maths.axes import fixed_sign
from penchant.maths.rows import present_rows, row_lengths, unit_rows, usable_rows
from penchant.space.catalogue import Catalogue
from penchant.space.channel import ROUNDING, Arrays, Words, centred_unit_rows
from penchant.types import Embeddings

MIN_PRODUCTS_FOR_AXES = 200
"""Below this the principal axes would be noise: square root and centring only."""


@dataclass(frozen=True, slots=True, eq=False)
class PhotoChannel:
    """Photo embeddings, evened out over the shop's own catalogue.

    Attributes:
        power: "sqrt" for non-negative encoders, "identity" for signed ones.
        mean: Shape (embedding dim,), of the unit rows after the power.
        axes: Shape (embedding dim, dim), whitened principal axes; None below 200 products.
    """

    power: str
    mean: NDArray[np.float32]
    axes: NDArray[np.float32] | None
    name: str = "photo"

    @property
    def dim(self) -> int:
        """Columns of the vectors `transform` gives."""
        return int(len(self.mean) if self.axes is None else self.axes.shape[1])

    def transform(self, catalogue: Catalogue) -> NDArray[np.float32]:
        """Give unit rows of shape (n_products, dim); zeros without a photo.

        Args:
            catalogue: With embeddings of the encoder the channel was fitted on.

        Raises:
            InputError: if the embeddings have another dim.
        """
        if catalogue.embeddings is None:
            return np.zeros((catalogue.n_products, self.dim), np.float32)
        usable = usable_rows(check_dim(catalogue.embeddings, len(self.mean)))
        rows = _powered(usable, self.power)
        present = present_rows(rows)
        if self.axes is None:
            return centred_unit_rows(rows, self.mean, present)
        placed = unit_rows((rows - self.mean) @ self.axes)
        placed[~present] = 0.0
        return placed

    def arrays(self) -> Arrays:
        """Give the fitted numbers, to be saved as .npy."""
        return {"mean": self.mean} | ({} if self.axes is None else {"axes": self.axes})

    def words(self) -> Words:
        """Give the fitted words and plain values, to be saved as JSON."""
        return {"power": self.power}

    @classmethod
    def restore(cls, arrays: Arrays, words: Words) -> PhotoChannel:
        """Make the channel from what `arrays` and `words` gave.

        Args:
            arrays: Fitted numbers.
            words: Fitted words.
        """
        return cls(str(words["power"]), arrays["mean"], arrays.get("axes"))


def fit_photo(embeddings: Embeddings, *, max_dim: int, whiten_power: float) -> PhotoChannel | None:
    """Fit the channel on a catalogue's embeddings.

    Args:
        embeddings: Shape (n_products, dim); zeros where there is no photo.
        max_dim: Axes kept, at most; never more than half the products.
        whiten_power: 0 keeps the axes as they are, 0.5 half-whitens, 1 makes all equal.

    Returns:
        The channel, or None when fewer than two different photos are there.
    """
    seen = embeddings[present_rows(embeddings)]
    if len(seen) < 2:
        return None
    power = "sqrt" if (seen >= 0).all() else "identity"
    rows = _powered(seen, power)
    mean = rows.mean(axis=0, dtype=np.float64).astype(np.float32)
    if row_lengths(rows - mean).max() < ROUNDING:
        return None
    if len(rows) < MIN_PRODUCTS_FOR_AXES:
        return PhotoChannel(power, mean, None)
    dim = min(max_dim, len(rows) // 2, rows.shape[1])
    return PhotoChannel(power, mean, _whitened_axes(rows - mean, dim, whiten_power))


def check_dim(embeddings: Embeddings, dim: int) -> Embeddings:
    """Refuse embeddings of another width than the space was fitted on.

    Args:
        embeddings: Shape (n, any).
        dim: The width wanted.

    Raises:
        InputError: if the width differs.
    """
    if embeddings.shape[1] != dim:
        raise InputError(
            f"embeddings has shape {embeddings.shape}, this space needs (n, {dim}): it was fitted "
            "on another encoder. Build again, or embed with the encoder of the build."
        )
    return embeddings


def _powered(embeddings: Embeddings, power: str) -> NDArray[np.float32]:
    return unit_rows(np.sqrt(np.maximum(embeddings, 0)) if power == "sqrt" else embeddings)


def _whitened_axes(
    centred: NDArray[np.float32], dim: int, whiten_power: float
) -> NDArray[np.float32]:
    """Give principal axes scaled by std ** -whiten_power, strongest first, with a fixed sign."""
    covariance = (centred.T @ centred).astype(np.float64) / len(centred)
    variances, vectors = np.linalg.eigh(covariance)
    variances, vectors = variances[::-1][:dim], vectors[:, ::-1][:, :dim]
    keep = variances > variances[0] * 1e-10
    variances, vectors = variances[keep], fixed_sign(vectors[:, keep])
    return np.asarray(vectors / variances ** (whiten_power / 2), dtype=np.float32)
