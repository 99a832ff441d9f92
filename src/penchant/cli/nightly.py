"""`penchant nightly`: everything a shop needs every night, in one command."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from penchant.cli.ingest import Now, TableFile
from penchant.cli.options import AsJson, ShopPath, parse_time

if TYPE_CHECKING:
    from penchant.nightly import NightlyRun

BUSY = 4
"""Exit code when another command holds the shop's lock."""


def run(
    shop: ShopPath,
    products: TableFile = None,
    customers: TableFile = None,
    orders: TableFile = None,
    order_items: TableFile = None,
    interactions: TableFile = None,
    replace: Annotated[
        list[str] | None,
        typer.Option(metavar="TABLE", help="Replace this table, too, instead of adding to it."),
    ] = None,
    to: Annotated[
        str, typer.Option(help="current: it serves; staging: it is looked at first, ungated.")
    ] = "current",
    campaign: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Then export new arrivals: a .parquet or .csv file."),
    ] = None,
    as_of: Now = None,
    as_json: AsJson = False,
) -> None:
    """Take in new files, embed new photos, build, ask the gate, publish, remove old builds.

    Files are those named here and those in SHOP/inbox, named by table (products.csv,
    interactions-2026-07-01.parquet), which are put away into SHOP/inbox/done. Products and
    customers replace what was there, other tables are added to it: an event given twice counts
    once.

    Run it from cron or systemd. It may be run twice, or again after it was killed; one line about
    every run is added to SHOP/nightly.jsonl. Exit codes: 0 published or nothing new, 1 failed,
    2 bad input, 3 refused by the gate (the old build serves), 4 another command is writing.

    Example: penchant nightly shop --campaign new_arrivals.csv
    """
    from penchant import columns as c
    from penchant.cli.output import error_line, note, photo_progress, print_json
    from penchant.errors import BusyError
    from penchant.nightly import Errand, nightly
    from penchant.shop_directory import ShopDirectory

    files = zip(c.TABLES, (products, customers, orders, order_items, interactions), strict=True)
    errand = Errand(
        files={table: file for table, file in files if file is not None},
        replace=[one.replace("-", "_") for one in replace or ()],
        pointer=to,
        campaign=campaign,
    )
    directory = ShopDirectory.open(shop)
    try:
        with photo_progress() as progress:
            done = nightly(
                directory,
                errand,
                settings=directory.settings(),
                at=parse_time(as_of) or datetime.now(UTC),
                on_step=note,
                on_progress=progress,
            )
    except BusyError as busy:
        error_line(busy.code, str(busy), as_json=as_json)
        raise typer.Exit(BUSY) from None
    if as_json:
        print_json(done.to_dict())
    _end(done, as_json)


def _end(done: NightlyRun, as_json: bool) -> None:
    from penchant.cli.output import error_line, note

    note(f"{done.outcome}, build {done.build_id or 'none'}, {done.seconds:.1f} s")
    if done.reason is not None:
        error_line(done.code or "", done.reason, as_json=as_json)
    raise typer.Exit(done.exit_code)
