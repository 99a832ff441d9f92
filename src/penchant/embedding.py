"""Embedding a shop: which photos its products name, and what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import polars as pl

from penchant import columns as c
from penchant.encoders import (
    EmbeddingCache,
    EmbeddingRun,
    PrecomputedVectors,
    ProductPhotos,
    embed_products,
    get_encoder,
    save_run,
)
from penchant.encoders.records import OK
from penchant.errors import BuildError, InputError
from penchant.settings import Settings
from penchant.shop_directory import ShopDirectory
from penchant.store.ingest import load_table
from penchant.tables import Finding

PhotoProgress = Callable[[int, int], None]

MAX_SHOWN = 5

VECTOR_PROBLEMS = {
    "not_finite": "Vectors hold NaN or infinity and are not used.",
    "all_zero": "Vectors hold only zeros and are not used.",
    "duplicate_id": "Products have several vectors; the first one counts.",
    "no_vector": "Products have no usable vector; other channels have to place them.",
}
"""What is said of each problem a file of precomputed vectors may have."""


def embed_shop(
    shop: ShopDirectory, *, settings: Settings, on_progress: PhotoProgress | None = None
) -> EmbeddingRun | None:
    """Embed the photos of all products; what is in the cache is not embedded again.

    Args:
        shop: The shop.
        settings: Which encoder, how many threads.
        on_progress: Told (photos done, photos in all).

    Returns:
        One vector per product and a record per photo; None when no product names a photo.

    Raises:
        InputError: if the encoder is unknown or its file unusable.
        BuildError: if the disk is full; photos embedded so far are kept.
    """
    with shop.writing():
        return embed_products_of(shop, load_table(shop, c.PRODUCTS), settings, on_progress)


def product_photos(products: pl.DataFrame) -> list[ProductPhotos]:
    """Give the photos each product names, its main one first.

    Args:
        products: Cleaned products.
    """
    rows = products.select(c.PRODUCT_ID, c.IMAGE, c.ADDITIONAL_IMAGES).iter_rows()
    return [
        ProductPhotos(name, tuple(path for path in (image, *(more or ())) if path))
        for name, image, more in rows
    ]


def embed_products_of(
    shop: ShopDirectory,
    products: pl.DataFrame,
    settings: Settings,
    on_progress: PhotoProgress | None,
) -> EmbeddingRun | None:
    """Embed while the shop's lock is held.

    Args:
        shop: The shop.
        products: Cleaned products.
        settings: Which encoder, how many threads.
        on_progress: Told (photos done, photos in all).

    Returns:
        As `embed_shop`.
    """
    if products.is_empty():
        return None
    encoder = get_encoder(settings.encoder.spec, fit=settings.encoder.fit)
    if isinstance(encoder, PrecomputedVectors):
        run = _look_up(encoder, products[c.PRODUCT_ID].to_list())
    else:
        photos = product_photos(products)
        if not any(one.paths for one in photos):
            return None
        cache = EmbeddingCache(shop.embeddings / encoder.fingerprint)
        workers = settings.encoder.workers or None
        run = embed_products(photos, encoder, cache, workers=workers, on_progress=on_progress)
    save_run(run, shop.embeddings / run.fingerprint)
    return run


def _look_up(vectors: PrecomputedVectors, product_ids: Sequence[str]) -> EmbeddingRun:
    embeddings, found = vectors.vectors_for(product_ids)
    if not found.any():
        raise InputError(
            f"{vectors.name} has a vector for none of the {len(product_ids)} products, such as "
            f'"{product_ids[0]}"; it knows "{next(iter(vectors.product_ids), "nothing")}". '
            "Use the same product ids in both."
        )
    return EmbeddingRun(tuple(product_ids), embeddings, (), vectors.fingerprint)


def vector_findings(products: pl.DataFrame, settings: Settings) -> tuple[Finding, ...]:
    """Say which vectors made elsewhere could not be used, and which products have none.

    Args:
        products: Cleaned products.
        settings: Which encoder; nothing is found unless it is `precomputed:FILE`.
    """
    if not settings.encoder.spec.startswith("precomputed:"):
        return ()
    vectors = get_encoder(settings.encoder.spec)
    if not isinstance(vectors, PrecomputedVectors):
        return ()
    groups: dict[str, list[str]] = {}
    for problem in vectors.problems:
        groups.setdefault(problem.reason, []).append(problem.product_id)
    without = set(products[c.PRODUCT_ID]).difference(vectors.product_ids)
    if without:
        groups["no_vector"] = sorted(without)
    return tuple(
        Finding(
            "vectors", "warning", reason, VECTOR_PROBLEMS[reason], len(ids), tuple(ids[:MAX_SHOWN])
        )
        for reason, ids in sorted(groups.items())
    )


def failed_photos(run: EmbeddingRun) -> tuple[Finding, ...]:
    """Say how many photos could not be used, and why: one finding per status.

    Args:
        run: Of the shop's photos.
    """
    failed = [photo for photo in run.photos if photo.status != OK]
    return tuple(
        Finding(
            "photos",
            "warning",
            f"photo_{status}",
            "Photos could not be used.",
            count,
            tuple(f"{p.product_id}: {p.message}" for p in failed if p.status == status)[:MAX_SHOWN],
        )
        for status, count in sorted(Counter(photo.status for photo in failed).items())
    )


def check_photos(run: EmbeddingRun) -> None:
    """Refuse to build a shop that names photos as if it had none: most likely they moved."""
    if run.photos and all(photo.status != OK for photo in run.photos):
        first = run.photos[0]
        raise BuildError(
            f"None of the {len(run.photos)} photos the products name can be used. The first is "
            f'"{first.path}" of product {first.product_id}: {first.message} Mend the photos, or '
            "ingest products with the right paths, or without an image column to do without photos."
        )
