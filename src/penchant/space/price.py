"""The price channel: twelve soft bins over log price, so that near prices are alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.maths.rows import unit_rows
from penchant.space.catalogue import Catalogue
from penchant.space.channel import Arrays, Words, centred_unit_rows

N_BUMPS = 12
PERCENTILES = (2, 98)


@dataclass(frozen=True, slots=True, eq=False)
class PriceChannel:
    """Gaussian bumps equally spaced over log price; width = spacing.

    Attributes:
        centres: Shape (12,), log prices.
        mean: Shape (12,), of the unit rows of the catalogue fitted on.
    """

    centres: NDArray[np.float64]
    mean: NDArray[np.float32]
    name: str = "price"

    @property
    def dim(self) -> int:
        """Columns of the vectors `transform` gives."""
        return len(self.centres)

    def transform(self, catalogue: Catalogue) -> NDArray[np.float32]:
        """Give unit rows of shape (n_products, 12); zeros where there is no positive price.

        Args:
            catalogue: With prices.
        """
        if catalogue.prices is None:
            return np.zeros((catalogue.n_products, self.dim), np.float32)
        present = _priced(catalogue.prices)
        return centred_unit_rows(_bumps(catalogue.prices, self.centres), self.mean, present)

    def arrays(self) -> Arrays:
        """Give the fitted numbers, to be saved as .npy."""
        return {"centres": self.centres, "mean": self.mean}

    def words(self) -> Words:
        """Give the fitted words and plain values, to be saved as JSON."""
        return {}

    @classmethod
    def restore(cls, arrays: Arrays, words: Words) -> PriceChannel:
        """Make the channel from what `arrays` and `words` gave.

        Args:
            arrays: Fitted numbers.
            words: Fitted words, none here.
        """
        return cls(arrays["centres"], arrays["mean"])


def fit_price(catalogue: Catalogue) -> PriceChannel | None:
    """Fit the channel on a catalogue's prices.

    Args:
        catalogue: With prices.

    Returns:
        The channel, or None when fewer than twelve prices, or only one price, are known.
    """
    if catalogue.prices is None:
        return None
    present = _priced(catalogue.prices)
    if present.sum() < N_BUMPS:
        return None
    low, high = np.percentile(np.log(catalogue.prices[present]), PERCENTILES)
    if high - low < 1e-6:
        return None
    centres = np.linspace(low, high, N_BUMPS)
    rows = _bumps(catalogue.prices[present], centres)
    return PriceChannel(centres, rows.mean(axis=0, dtype=np.float64).astype(np.float32))


def _priced(prices: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray(np.isfinite(prices) & (np.nan_to_num(prices) > 0))


def _bumps(prices: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float32]:
    spacing = centres[1] - centres[0]
    present = _priced(prices)
    logs = np.log(np.where(present, prices, 1.0)).clip(centres[0], centres[-1])
    return unit_rows(np.exp(-0.5 * ((logs[:, None] - centres) / spacing) ** 2))
