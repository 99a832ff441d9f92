"""`penchant demo`: from the sample shop's photos to explained recommendations, in one command."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from penchant.cli.options import AsJson

if TYPE_CHECKING:
    from penchant.engine import Shop
    from penchant.shop_directory import ShopDirectory

CUSTOMER = "C10001"
K = 10

BY_TASTE = ("styles", "profile")
"""Steps whose products are explained by what the customer did."""

SAMPLE_END = datetime(2026, 7, 1, tzinfo=UTC)
"""A day after all of the sample shop's interactions: the demo does not depend on today."""


def run(
    directory: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Where the sample shop is made.")
    ] = Path("penchant-demo"),
    customer: Annotated[str, typer.Option(help="Whose taste is shown.")] = CUSTOMER,
    as_json: AsJson = False,
) -> None:
    """Build the sample jewellery shop from its photos and show what a customer would like.

    Example: penchant demo
    """
    import penchant
    from penchant.cli.output import print_json

    _build_and_publish(directory)
    shop = penchant.open(directory)
    if as_json:
        print_json(_values(shop, customer))
    else:
        _show(shop, customer, directory)


def _build_and_publish(directory: Path) -> None:
    from penchant.cli.build import show_outcome
    from penchant.cli.output import note, photo_progress
    from penchant.pipeline import build_shop
    from penchant.publishing import publish_build, unjudged
    from penchant.sample.files import sample_sources
    from penchant.store.ingest import ingest

    shop = _open(directory)
    settings = shop.settings()
    note(f"Reading the sample shop into {directory}")
    ingest(shop, sample_sources(), as_of=SAMPLE_END, settings=settings.tables)
    with photo_progress() as progress:
        outcome = build_shop(shop, settings=settings, on_step=note, on_progress=progress)
    show_outcome(outcome)
    build_id, now = outcome.manifest.build_id, datetime.now(UTC)
    publish_build(shop, build_id, gate=unjudged, force="The sample shop is shown at once.", at=now)


def _open(directory: Path) -> ShopDirectory:
    """Make the shop, or take the one an earlier demo made; a real shop is never written to."""
    from penchant.errors import InputError
    from penchant.shop_directory import SETTINGS_FILE, ShopDirectory

    if not (directory.expanduser() / SETTINGS_FILE).is_file():
        return ShopDirectory.create(directory)
    shop = ShopDirectory.open(directory)
    if not _holds_the_sample(shop):
        raise InputError(
            f"{directory} is a shop already, and not the sample shop: choose another folder, as in "
            "penchant demo FOLDER"
        )
    return shop


def _holds_the_sample(shop: ShopDirectory) -> bool:
    """Say whether every table there is the sample's own; a demo may have been interrupted."""
    from penchant.columns import TABLES
    from penchant.errors import BuildError
    from penchant.sample.files import sample_sources
    from penchant.settings_file import render_settings
    from penchant.store.ingest import load_table, table_file
    from penchant.tables import SCHEMAS, read_table

    tables = [table for table in TABLES if table_file(shop, table).is_file()]
    if not tables:
        return shop.settings_file.read_bytes() == render_settings().encode()
    for table in tables:
        required = SCHEMAS[table].required
        sample = read_table(table, sample_sources()[table], as_of=SAMPLE_END).frame
        try:
            same = load_table(shop, table).select(required).equals(sample.select(required))
        except BuildError:
            same = False
        if not same:
            return False
    return True


def _values(shop: Shop, customer: str) -> dict[str, Any]:
    slate = shop.recommend(customer, k=K)
    return {
        "profile": shop.profile(customer).to_dict(),
        "slate": slate.to_dict(),
        "explanations": [
            shop.explain(customer, slot.product_id).to_dict()
            for slot in slate.slots
            if slot.similarity is not None and slate.step in BY_TASTE
        ],
        "neighbors": shop.neighbors(customer, k=5).to_dict(),
    }


def _show(shop: Shop, customer: str, directory: Path) -> None:
    from penchant.cli.explain import show_explanation
    from penchant.cli.neighbors import show_neighbors
    from penchant.cli.output import out
    from penchant.cli.profile import show_card
    from penchant.cli.recommend import show_slate

    show_card(shop.profile(customer))
    slate = shop.recommend(customer, k=K)
    show_slate(shop, slate, f"recommended to {customer}")
    if slate.step in BY_TASTE:
        show_explanation(shop, shop.explain(customer, slate.slots[0].product_id))
    show_neighbors(shop.neighbors(customer, k=5))
    best = slate.slots[0].product_id
    out().print(
        f"Try next:\n"
        f"  penchant explain {directory} {customer} {slate.slots[-1].product_id}\n"
        f"  penchant similar {directory} {best}\n"
        f"  penchant recommend {directory} C10007 --json\n"
        f"  penchant doctor {directory}\n"
        f"Your own shop: penchant init shop, then penchant ingest shop --products products.csv"
    )
