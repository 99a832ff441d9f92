"""The pipeline: from tables and photos to a published build, safe to kill and to repeat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from penchant import columns as c
from penchant.builds import BuildInputs, Manifest, make_build
from penchant.builds.manifest import describe_files, file_digest
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
from penchant.files import new_folder
from penchant.settings import Settings
from penchant.shop_directory import ShopDirectory
from penchant.store.ingest import load_table, table_file
from penchant.tables import Finding, all_interactions
from penchant.taste.from_tables import newest_moment

Step = Callable[[str], None]
PhotoProgress = Callable[[int, int], None]

MAX_SHOWN = 5

VECTOR_PROBLEMS = {
    "not_finite": "Vectors hold NaN or infinity and are not used.",
    "all_zero": "Vectors hold only zeros and are not used.",
    "duplicate_id": "Products have several vectors; the first one counts.",
    "no_vector": "Products have no usable vector; other channels have to place them.",
}
"""What is said of each problem a file of precomputed vectors may have."""


@dataclass(frozen=True, slots=True)
class BuildOutcome:
    """What `build_shop` did.

    Attributes:
        manifest: Of the published build.
        folder: Where it lies.
        reused: True when the same input had been built before.
        findings: What was noticed of photos that could not be used, of vectors made elsewhere, and
            while orders became purchases.
    """

    manifest: Manifest
    folder: Path
    reused: bool
    findings: tuple[Finding, ...]


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
        return _embed(shop, load_table(shop, c.PRODUCTS), settings, on_progress)


def build_shop(
    shop: ShopDirectory,
    *,
    settings: Settings,
    as_of: datetime | None = None,
    on_step: Step | None = None,
    on_progress: PhotoProgress | None = None,
) -> BuildOutcome:
    """Embed, build and publish.

    Args:
        shop: The shop.
        settings: The shop's settings.
        as_of: Reference time of profiles, UTC if it names no zone; by default that of the newest
            interaction.
        on_step: Told what is being done.
        on_progress: Told (photos done, photos in all).

    Returns:
        The published build. The same input gives the same build, byte for byte.

    Raises:
        InputError: if there is nothing to build from.
        BuildError: if the build could not be written, or products name photos and none of them can
            be used; the published build keeps serving.
    """
    with shop.writing():
        inputs, findings = _gather(shop, settings, as_of, on_progress)
        folder = shop.builds / inputs.build_id
        reused = _is_sound(folder)
        if not reused:
            _write_build(folder, inputs, on_step)
        shop.publish(inputs.build_id)
    return BuildOutcome(Manifest.read(folder), folder, reused, findings)


def gather_inputs(
    shop: ShopDirectory, *, settings: Settings, on_progress: PhotoProgress | None = None
) -> BuildInputs:
    """Give what a build would be made of, photos embedded; builds nothing.

    Args:
        shop: The shop.
        settings: The shop's settings.
        on_progress: Told (photos done, photos in all).
    """
    with shop.writing():
        return _gather(shop, settings, None, on_progress)[0]


def load_interactions(shop: ShopDirectory) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Give all interactions of a shop, purchases from orders among them.

    Args:
        shop: The shop.
    """
    return all_interactions(
        load_table(shop, c.INTERACTIONS),
        load_table(shop, c.ORDERS),
        load_table(shop, c.ORDER_ITEMS),
    )


def table_digests(shop: ShopDirectory) -> dict[str, str]:
    """Give the sha256 of every table the shop has.

    Args:
        shop: The shop.
    """
    files = {table: table_file(shop, table) for table in c.TABLES}
    return {name: file_digest(path) for name, path in files.items() if path.is_file()}


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


def _check_photos(run: EmbeddingRun) -> None:
    """Refuse to build a shop that names photos as if it had none: most likely they moved."""
    if run.photos and all(photo.status != OK for photo in run.photos):
        first = run.photos[0]
        raise BuildError(
            f"None of the {len(run.photos)} photos the products name can be used. The first is "
            f'"{first.path}" of product {first.product_id}: {first.message} Mend the photos, or '
            "ingest products with the right paths, or without an image column to do without photos."
        )


def _gather(
    shop: ShopDirectory,
    settings: Settings,
    as_of: datetime | None,
    on_progress: PhotoProgress | None,
) -> tuple[BuildInputs, tuple[Finding, ...]]:
    products = load_table(shop, c.PRODUCTS)
    if products.is_empty():
        raise InputError(
            f"{shop.path} has no products. Give some with: "
            f"penchant ingest {shop.path} --products products.csv"
        )
    run = _embed(shop, products, settings, on_progress)
    photo_findings: tuple[Finding, ...] = ()
    if run is not None:
        _check_photos(run)
        photo_findings = failed_photos(run)
    interactions, order_findings = load_interactions(shop)
    inputs = BuildInputs(
        products=products,
        customers=load_table(shop, c.CUSTOMERS),
        interactions=interactions,
        embeddings=None if run is None else run.vectors,
        encoder="" if run is None else run.fingerprint,
        settings=settings,
        as_of=_in_utc(as_of or newest_moment(interactions)),
        digests=_digests(shop, run),
    )
    return inputs, (*photo_findings, *vector_findings(products, settings), *order_findings)


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _embed(
    shop: ShopDirectory,
    products: pl.DataFrame,
    settings: Settings,
    on_progress: PhotoProgress | None,
) -> EmbeddingRun | None:
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


def _digests(shop: ShopDirectory, run: EmbeddingRun | None) -> dict[str, str]:
    if run is None:
        return table_digests(shop)
    vectors = shop.embeddings / run.fingerprint / "vectors.npy"
    return {**table_digests(shop), "embeddings": file_digest(vectors)}


def _is_sound(folder: Path) -> bool:
    try:
        Manifest.read(folder).verify(folder)
    except BuildError:
        return False
    return True


def _write_build(folder: Path, inputs: BuildInputs, on_step: Step | None) -> None:
    from penchant import __version__

    build = make_build(inputs, on_step=on_step)
    if on_step:
        on_step(f"writing build {inputs.build_id}")
    with new_folder(folder) as temporary:
        build.save(temporary)
        Manifest(
            build_id=inputs.build_id,
            as_of=inputs.as_of.isoformat(),
            version=__version__,
            inputs=inputs.digests,
            settings=inputs.settings_that_count,
            encoder=inputs.encoder,
            space=build.space.about,
            counts=build.counts,
            files=describe_files(temporary),
        ).write(temporary)
