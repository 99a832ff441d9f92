"""What the style space reads of a catalogue: plain arrays, in product_row order."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError
from penchant.types import Embeddings

Labels = tuple[str | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Products as the channels see them; every part is optional, those given are aligned.

    Attributes:
        n_products: Number of products.
        embeddings: Shape (n_products, dim), encoder output; zeros where there is no photo.
        attributes: Column name -> one label per product, None where unknown.
        texts: One text per product, "" where there is none.
        text_vectors: Shape (n_products, dim), text vectors made elsewhere; used instead of texts.
        prices: Shape (n_products,), NaN where unknown.
        groups: Shape (n_products,), equal for variants of one design; no channel reads it.
    """

    n_products: int
    embeddings: Embeddings | None = None
    attributes: Mapping[str, Labels] = field(default_factory=dict)
    texts: tuple[str, ...] | None = None
    text_vectors: NDArray[np.float32] | None = None
    prices: NDArray[np.float64] | None = None
    groups: NDArray[np.integer] | None = None

    def __post_init__(self) -> None:
        for name, part in self._parts().items():
            if len(part) != self.n_products:
                raise InputError(
                    f"{name} has {len(part)} entries, must have one for each of "
                    f"{self.n_products} products."
                )

    def _parts(self) -> dict[str, Sized]:
        named = {
            "embeddings": self.embeddings,
            "texts": self.texts,
            "text_vectors": self.text_vectors,
            "prices": self.prices,
            "groups": self.groups,
            **{f"attribute {name}": labels for name, labels in self.attributes.items()},
        }
        return {name: part for name, part in named.items() if part is not None}

    def take(self, rows: NDArray[np.integer]) -> Catalogue:
        """Give the part of the catalogue at `rows`.

        Args:
            rows: Shape (n,), product rows, any order.
        """
        return Catalogue(
            n_products=len(rows),
            embeddings=None if self.embeddings is None else self.embeddings[rows],
            attributes={
                name: tuple(labels[row] for row in rows) for name, labels in self.attributes.items()
            },
            texts=None if self.texts is None else tuple(self.texts[row] for row in rows),
            text_vectors=None if self.text_vectors is None else self.text_vectors[rows],
            prices=None if self.prices is None else self.prices[rows],
            groups=None if self.groups is None else self.groups[rows],
        )
