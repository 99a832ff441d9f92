"""What an embedding run takes and gives: photos, vectors, and a record of every photo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from penchant.errors import InputError
from penchant.images import PhotoFact
from penchant.types import Embeddings

OK: Final = "ok"


@dataclass(frozen=True, slots=True)
class ProductPhotos:
    """The photos of one product, the first one first."""

    product_id: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PhotoRecord:
    """What became of one photo of one product.

    Attributes:
        product_id: Whose photo it is.
        path: As given.
        sha256: Digest of its bytes; empty if they could not be read.
        status: `ok`, or why not: `missing`, `not_local`, `empty_file`, `not_an_image`, `too_large`,
            `truncated`, `unreadable`, `encoder_failed`.
        message: The reason as a sentence; empty for `ok`.
        width: In pixels; 0 if not known.
        height: In pixels; 0 if not known.
        std: Standard deviation of its grey values, 0..127.5.
        dhash: Difference hash, 16 hex digits; empty if not known.
        cached: Whether the embedding was there already. Not saved; True for a run read from disk.
    """

    product_id: str
    path: str
    sha256: str
    status: str
    message: str = ""
    width: int = 0
    height: int = 0
    std: float = 0.0
    dhash: str = ""
    cached: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddingRun:
    """The embeddings of a catalogue.

    Attributes:
        product_ids: Sorted.
        vectors: Shape (n, dim), float32, row i for `product_ids[i]`; zeros where no photo was
            usable.
        photos: One record per product and photo: by product, then in the product's own order.
        fingerprint: Of the encoder.
    """

    product_ids: tuple[str, ...]
    vectors: Embeddings
    photos: tuple[PhotoRecord, ...]
    fingerprint: str

    @property
    def dim(self) -> int:
        """Length of an embedding."""
        return int(self.vectors.shape[1])

    @property
    def counts(self) -> dict[str, int]:
        """Photos by status, sorted by name."""
        return dict(sorted(Counter(photo.status for photo in self.photos).items()))

    @property
    def without_photo(self) -> tuple[str, ...]:
        """Products whose row is zeros, sorted."""
        usable = {photo.product_id for photo in self.photos if photo.status == OK}
        return tuple(product for product in self.product_ids if product not in usable)

    def facts(self) -> tuple[PhotoFact, ...]:
        """Facts of the usable photos, for `photo_findings`."""
        return tuple(
            PhotoFact(p.product_id, p.path, p.sha256, p.width, p.height, p.std, p.dhash)
            for p in self.photos
            if p.status == OK
        )


def sorted_products(products: Sequence[ProductPhotos]) -> list[ProductPhotos]:
    """Sort products by id.

    Args:
        products: In any order.

    Returns:
        The same products, sorted.

    Raises:
        InputError: if an id is given twice.
    """
    ordered = sorted(products, key=lambda product: product.product_id)
    for before, after in pairwise(ordered):
        if before.product_id == after.product_id:
            raise InputError(
                f'product_id "{after.product_id}" is given twice; list each product once, with all '
                "its photos."
            )
    return ordered
