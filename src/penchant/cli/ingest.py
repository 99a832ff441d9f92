"""`penchant ingest`: read tables into a shop."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from penchant.cli.options import AsJson, ShopPath, parse_time

if TYPE_CHECKING:
    from penchant.tables import TableReport

Now = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="TIME", help="Now, ISO 8601: interactions a day after it are rejected."
    ),
]
TableFile = Annotated[Path | None, typer.Option(metavar="FILE", help="CSV or Parquet.")]


def run(
    shop: ShopPath,
    products: TableFile = None,
    customers: TableFile = None,
    orders: TableFile = None,
    order_items: TableFile = None,
    interactions: TableFile = None,
    append: Annotated[
        bool, typer.Option(help="Add to the tables instead of replacing them.")
    ] = False,
    allow_empty: Annotated[
        bool, typer.Option("--allow-empty", help="Replace even a table with rows by an empty one.")
    ] = False,
    as_of: Now = None,
    as_json: AsJson = False,
) -> None:
    """Read tables from CSV or Parquet; repair what can be repaired, set bad rows aside.

    In the files of rows set aside, cells that a spreadsheet would run as a formula begin with '.

    Example: penchant ingest shop --products products.csv --interactions events.csv
    """
    from penchant import columns as c
    from penchant.cli.output import note, print_json
    from penchant.cli.stores import store_of
    from penchant.privacy.again import forget_again
    from penchant.shop_directory import ShopDirectory
    from penchant.store.ingest import ingest

    files = dict(
        zip(c.TABLES, (products, customers, orders, order_items, interactions), strict=True)
    )
    directory = ShopDirectory.open(shop)
    reports = ingest(
        directory,
        {table: file for table, file in files.items() if file is not None},
        as_of=parse_time(as_of) or datetime.now(UTC),
        settings=directory.settings().tables,
        append=append,
        allow_empty=allow_empty,
    )
    with store_of(directory) as store:
        for place, count in forget_again(directory, store).items():
            note(f"{count:,} in {place} of persons who were erased were dropped")
    if as_json:
        print_json({"tables": [report.to_dict() for report in reports]})
        return
    for report in reports:
        _show(report, directory.rejects)
    note(f"Next: penchant build {shop}")


def _show(report: TableReport, rejects: Path) -> None:
    from penchant.cli.output import note

    note(f"{report.table}: {report.rows_kept} of {report.rows_read} rows kept")
    for finding in report.findings:
        note(f"  {finding.kind}: {finding.message} ({finding.count})")
        for example in finding.examples[:2]:
            note(f"    {example}")
    if report.rows_rejected:
        note(f"  rows set aside: {rejects / report.table}.csv")
