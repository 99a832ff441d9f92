"""The raw channel: the encoder's own vectors, scaled to length 1 and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.maths.rows import unit_rows, usable_rows
from penchant.space.catalogue import Catalogue
from penchant.space.channel import Arrays, Words
from penchant.space.photo import check_dim


@dataclass(frozen=True, slots=True, eq=False)
class RawChannel:
    """Plain cosine of the embeddings, the baseline every space is measured against.

    Attributes:
        dim: Columns of an embedding.
    """

    dim: int
    name: str = "raw"

    def transform(self, catalogue: Catalogue) -> NDArray[np.float32]:
        """Give the embeddings as unit rows; zeros without a photo.

        Args:
            catalogue: With embeddings.
        """
        if catalogue.embeddings is None:
            return np.zeros((catalogue.n_products, self.dim), np.float32)
        return unit_rows(usable_rows(check_dim(catalogue.embeddings, self.dim)))

    def arrays(self) -> Arrays:
        """Give the fitted numbers: none."""
        return {}

    def words(self) -> Words:
        """Give the fitted words and plain values, to be saved as JSON."""
        return {"dim": self.dim}

    @classmethod
    def restore(cls, arrays: Arrays, words: Words) -> RawChannel:
        """Make the channel from what `arrays` and `words` gave.

        Args:
            arrays: None here.
            words: Fitted words.
        """
        return cls(int(words["dim"]))
