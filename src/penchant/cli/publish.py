"""`penchant publish`: let a build serve, if the gate lets it pass."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from penchant.cli.options import AsJson, ShopPath

if TYPE_CHECKING:
    from penchant.publishing import Published
    from penchant.shop_directory import ShopDirectory


def run(
    shop: ShopPath,
    build: Annotated[
        str | None, typer.Argument(metavar="[BUILD]", help="Which; the one made last if absent.")
    ] = None,
    force: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="Publish whatever the gate says; it is recorded why."),
    ] = None,
    to: Annotated[
        str, typer.Option(help="current: it serves; staging: it is looked at first, ungated.")
    ] = "current",
    as_json: AsJson = False,
) -> None:
    """Verify a build, ask the gate, and let it serve; what served can be gone back to.

    Example: penchant publish shop

    Example: penchant publish shop 20260701-0123456789ab --force "new autumn photos"
    """
    from penchant.cli.output import print_json
    from penchant.shop_directory import ShopDirectory

    published = publish_now(ShopDirectory.open(shop), build, force=force, to=to)
    if as_json:
        print_json(published.to_dict())
    else:
        show_published(published, shop)


def publish_now(
    shop: ShopDirectory, build_id: str | None, *, force: str | None = None, to: str = "current"
) -> Published:
    """Publish a build with the shop's own gate, telling what it does."""
    from penchant.cli.output import note, progress_bar
    from penchant.gate import gate_of
    from penchant.publishing import publish_build

    now = datetime.now(UTC)
    with progress_bar("asking customers") as progress:
        gate = gate_of(shop, shop.settings(), on_step=note, on_progress=progress)
        return publish_build(shop, build_id, gate=gate, force=force, pointer=to, at=now)


def show_published(published: Published, shop: Path) -> None:
    """Tell people which build is there now, which was before, and what the gate said."""
    from penchant.cli.output import note

    staged = published.pointer == "staging"
    if not published.changed:
        note(f"Build {published.build_id} {'is staged' if staged else 'serves'} already")
        return
    for one in published.skipped:
        note(f"  passed over: {one}")
    before = f", instead of {published.previous}" if published.previous else ""
    note(f"Build {published.build_id} {'is staged' if staged else 'serves'} now{before}")
    for reason in published.verdict.reasons if published.verdict else ():
        note(f"  gate: {reason}")
    if published.force is not None:
        note(f"  forced: {published.force}")
    option = " --staging" if staged else ""
    note(f"Next: penchant recommend {shop} CUSTOMER{option}, or penchant builds {shop}")
