"""The doctor: everything a shop's team should know about their data, photos and build."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from penchant import columns as c
from penchant.builds import Manifest, settings_that_count
from penchant.embedding import failed_photos, vector_findings
from penchant.encoders import EmbeddingRun, load_run
from penchant.errors import BuildError, NotBuiltError, PenchantError, StoreError
from penchant.images import photo_findings
from penchant.joined_tables import open_database
from penchant.pipeline import load_interactions, table_digests
from penchant.privacy.progress import progress_file
from penchant.settings import Settings
from penchant.shop_directory import SETTINGS_FILE, ShopDirectory
from penchant.store.ingest import load_report, load_table
from penchant.tables import Finding, cross_check

MAX_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class TableHealth:
    """One table as it came in.

    Attributes:
        table: Its name.
        rows: Rows kept in the shop.
        source: File it was last read from; "" if never.
        rejected: Rows set aside at that reading.
    """

    table: str
    rows: int
    source: str
    rejected: int


@dataclass(frozen=True, slots=True)
class Checkup:
    """What the doctor found.

    Attributes:
        tables: One entry per table.
        findings: Of tables, between tables, of photos, of the build and the store, in that order.
        build_id: The published build; "" without one.
    """

    tables: tuple[TableHealth, ...]
    findings: tuple[Finding, ...]
    build_id: str

    def to_dict(self) -> dict[str, Any]:
        """Give the checkup as JSON-ready values."""
        return asdict(self)


def examine(shop: ShopDirectory) -> Checkup:
    """Look at a shop's tables, photos and build. Changes nothing.

    Args:
        shop: The shop.

    Raises:
        InputError: if the settings cannot be read.
        BuildError: if a table is damaged.
    """
    settings = shop.settings()
    tables = {name: load_table(shop, name) for name in c.TABLES}
    reports = {name: load_report(shop, name) for name in c.TABLES}
    _, order_findings = load_interactions(shop)
    build_id, build_findings = _look_at_build(shop, settings)
    findings = [
        *(one for report in reports.values() if report for one in report.findings),
        *order_findings,
        *cross_check(tables),
        *_look_at_vectors(tables[c.PRODUCTS], settings),
        *_look_at_photos(shop, tables[c.PRODUCTS]),
        *build_findings,
        *_look_at_erasures(shop, settings),
    ]
    health = tuple(
        TableHealth(
            name,
            len(tables[name]),
            "" if report is None else report.source,
            0 if report is None else report.rows_rejected,
        )
        for name, report in reports.items()
    )
    return Checkup(health, tuple(findings), build_id)


def _look_at_erasures(shop: ShopDirectory, settings: Settings) -> list[Finding]:
    """Tell who waits to be erased from files, by receipt, and a database that does not answer."""
    try:
        store = open_database(shop, settings.store)
        if store is None:
            return []
        try:
            waiting = [one.receipt_id for one in store.erasures.pending()]
        finally:
            store.close()
    except StoreError as error:
        return [_finding("store_down", str(error), 1, [], table="store")]
    if not waiting and not progress_file(shop).exists():
        return []
    message = f"Persons wait to be erased from files. Run: penchant forget {shop.path} --pending."
    return [_finding("erasure_pending", message, max(1, len(waiting)), waiting, table="store")]


def _look_at_vectors(products: pl.DataFrame, settings: Settings) -> tuple[Finding, ...]:
    try:
        return vector_findings(products, settings)
    except PenchantError as error:
        return (_finding("vectors_unusable", str(error), 1, [], table="vectors"),)


def _look_at_photos(shop: ShopDirectory, products: pl.DataFrame) -> list[Finding]:
    unnamed = products.filter(pl.col(c.IMAGE).is_null())[c.PRODUCT_ID].to_list()
    findings = []
    try:
        run = newest_run(shop)
    except BuildError as error:
        return [_finding("embeddings_damaged", str(error), 1, [], table="photos")]
    if run is None or not run.photos:
        if unnamed and run is None:
            message = "Products name no photo."
            findings.append(_finding("no_photo", message, len(unnamed), unnamed))
        return findings
    known = set(products[c.PRODUCT_ID])
    without = [name for name in run.without_photo if name in known]
    if without:
        message = "Products have no usable photo; other channels have to place them."
        findings.append(_finding("no_usable_photo", message, len(without), without))
    findings += failed_photos(run)
    groups = products.drop_nulls(c.GROUP_ID).select(c.PRODUCT_ID, c.GROUP_ID)
    for one in photo_findings(run.facts(), groups=dict(groups.iter_rows())):
        names = list(one.product_ids)
        findings.append(_finding(f"{one.kind}_photo", one.message, len(names), names))
    return findings


def newest_run(shop: ShopDirectory) -> EmbeddingRun | None:
    """Give the embedding run that was made last, if there is one.

    Args:
        shop: The shop.

    Raises:
        BuildError: if its files are damaged.
    """
    runs = sorted(
        shop.embeddings.glob("*/run.json"), key=lambda path: (path.stat().st_mtime_ns, path)
    )
    return load_run(runs[-1].parent) if runs else None


def _look_at_build(shop: ShopDirectory, settings: Settings) -> tuple[str, list[Finding]]:
    build_id = ""
    try:
        folder = shop.pointed_build()
        build_id = folder.name
        manifest = Manifest.read(folder)
        manifest.verify(folder)
    except NotBuiltError as error:
        return "", [_finding("not_built", str(error), 1, [], table="build")]
    except BuildError as error:
        return build_id, [_finding("build_damaged", str(error), 1, [], table="build")]
    counts = manifest.counts
    unplaced = counts.get("products", 0) - counts.get("placed_products", 0)
    findings = _look_at_changes(shop, manifest, settings)
    if unplaced:
        message = "Products of the build have no style vector: neither photo nor known attribute."
        findings.append(_finding("unplaced", message, unplaced, [], table="build"))
    return build_id, findings


def _look_at_changes(shop: ShopDirectory, manifest: Manifest, settings: Settings) -> list[Finding]:
    tables = {name: digest for name, digest in manifest.inputs.items() if name in c.TABLES}
    now = table_digests(shop)
    changed = [name for name in c.TABLES if now.get(name) != tables.get(name)]
    if settings_that_count(settings) != manifest.settings:
        changed.append(SETTINGS_FILE)
    if not changed:
        return []
    message = "Tables or settings changed since the build; build and publish for them to count."
    return [_finding("build_outdated", message, len(changed), changed, table="build")]


def _finding(
    code: str, message: str, count: int, examples: list[str], *, table: str = "photos"
) -> Finding:
    return Finding(table, "warning", code, message, count, tuple(examples[:MAX_EXAMPLES]))
