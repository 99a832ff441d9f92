"""The pipeline: from tables and photos to a build, safe to kill and to repeat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from penchant import columns as c
from penchant.builds import BuildInputs, Manifest, make_build
from penchant.builds.learn import Step
from penchant.builds.manifest import describe_files, file_digest, make_newest
from penchant.embedding import (
    PhotoProgress,
    check_photos,
    embed_products_of,
    failed_photos,
    vector_findings,
)
from penchant.encoders import EmbeddingRun
from penchant.encoders.precomputed import PrecomputedVectors, precomputed_vectors
from penchant.errors import BuildError, InputError
from penchant.files import new_folder
from penchant.joined_tables import join_tables, take_in_live
from penchant.settings import Settings
from penchant.shop_directory import ShopDirectory
from penchant.store.ingest import load_table, table_file
from penchant.store.marks import load_marks, marks_file
from penchant.tables import Finding, all_interactions
from penchant.taste.from_tables import newest_moment


@dataclass(frozen=True, slots=True)
class BuildOutcome:
    """What `build_shop` did.

    Attributes:
        manifest: Of the build.
        folder: Where it lies.
        reused: True when the same input had been built before.
        findings: What was noticed of photos that could not be used, of vectors made elsewhere, and
            while orders became purchases.
    """

    manifest: Manifest
    folder: Path
    reused: bool
    findings: tuple[Finding, ...]


def build_shop(
    shop: ShopDirectory,
    *,
    settings: Settings,
    as_of: datetime | None = None,
    on_step: Step | None = None,
    on_progress: PhotoProgress | None = None,
) -> BuildOutcome:
    """Embed and build; what is published goes on serving until `publish_build`.

    What the shop's database holds by now is taken in: events, consent, and who is to be forgotten.

    Args:
        shop: The shop.
        settings: The shop's settings.
        as_of: Reference time of profiles, UTC if it names no zone; by default that of the newest
            interaction.
        on_step: Told what is being done.
        on_progress: Told (photos done, photos in all).

    Returns:
        The build, from now on the one made last. The same input gives the same one, byte for byte.

    Raises:
        InputError: if there is nothing to build from.
        BuildError: if the build could not be written, or products name photos and none of them can
            be used.
        StoreError: if the shop has a database and it does not answer.
    """
    with shop.writing():
        take_in_live(shop)
        inputs, findings = _gather(shop, settings, as_of, on_progress)
        folder = shop.builds / inputs.build_id
        reused = _is_sound(folder)
        if reused:
            make_newest(folder)
        else:
            _write_build(folder, inputs, on_step)
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
        return gather_while_locked(shop, settings=settings, on_progress=on_progress)


def gather_while_locked(
    shop: ShopDirectory,
    *,
    settings: Settings,
    as_of: datetime | None = None,
    on_progress: PhotoProgress | None = None,
) -> BuildInputs:
    """Give what a build would be made of, while the shop's lock is held.

    Args:
        shop: The shop.
        settings: The shop's settings.
        as_of: Reference time; that of the newest interaction if absent.
        on_progress: Told (photos done, photos in all).
    """
    return _gather(shop, settings, as_of, on_progress)[0]


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
    run = embed_products_of(shop, products, settings, on_progress)
    photo_findings: tuple[Finding, ...] = ()
    if run is not None:
        check_photos(run)
        photo_findings = failed_photos(run)
    joined = join_tables(shop)
    texts, ids = _text_vectors(shop, settings), products[c.PRODUCT_ID].to_list()
    inputs = BuildInputs(
        products=products,
        customers=joined.customers,
        interactions=joined.interactions,
        embeddings=None if run is None else run.vectors,
        encoder="" if run is None else run.fingerprint,
        settings=settings,
        as_of=_in_utc(as_of or newest_moment(joined.interactions)),
        digests={
            **_digests(shop, run),
            **joined.digests,
            **({} if texts is None else {"texts": texts.fingerprint}),
        },
        text_vectors=None if texts is None else texts.vectors_for(ids)[0],
        marks=load_marks(shop.data),
    )
    return inputs, (*photo_findings, *vector_findings(products, settings), *joined.findings)


def _text_vectors(shop: ShopDirectory, settings: Settings) -> PrecomputedVectors | None:
    file = settings.space.text_vectors
    return precomputed_vectors(shop.path / file) if file else None


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _digests(shop: ShopDirectory, run: EmbeddingRun | None) -> dict[str, str]:
    files = {"marks": marks_file(shop.data)}
    if run is not None:
        files["embeddings"] = shop.embeddings / run.fingerprint / "vectors.npy"
    others = {name: file_digest(path) for name, path in files.items() if path.is_file()}
    return {**table_digests(shop), **others}


def _is_sound(folder: Path) -> bool:
    try:
        Manifest.read(folder).verify(folder)
    except BuildError:
        return False
    return True


def _write_build(folder: Path, inputs: BuildInputs, on_step: Step | None) -> None:
    build = make_build(inputs, on_step=on_step)
    if on_step:
        on_step(f"writing build {inputs.build_id}")
    with new_folder(folder) as temporary:
        build.save(temporary)
        Manifest.of(inputs, build, describe_files(temporary)).write(temporary)
