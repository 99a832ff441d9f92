"""`penchant experiment report`: what came of it, and what may be concluded."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from penchant.cli.experiment_options import ExperimentName
from penchant.cli.options import AsJson, ShopPath, parse_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from penchant.experiments.of_shop import LogFiles
    from penchant.tables.report import TableLoad

SHOWN = 5
"""Rows set aside that are told for each file; --json tells all."""


def run(
    shop: ShopPath,
    name: ExperimentName,
    exposures: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV",
            help="Where it was run elsewhere: unit_id, variant, exposed_at; if known clicks, "
            "exposures, surface.",
        ),
    ] = None,
    orders: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV",
            help="With --exposures: order_id, unit_id, ordered_at, revenue; if known status. By "
            "default the shop's own orders.",
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Read it as of then, ISO 8601; now if absent."),
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page with all figures there.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what came of an experiment: the verdict first, then what it rests on.

    Only what was started is judged; a draft where it was run elsewhere, and then with a warning.
    It may be read every day: the chance of a false alarm stays below 5 % over all looks together.

    Example: penchant experiment report shop bold --html bold.html

    Example: penchant experiment report shop bold --exposures shown.csv --orders orders.csv
    """
    from penchant.cli.output import note, print_json, print_text
    from penchant.errors import InputError
    from penchant.experiments.files.lifecycle import ExperimentFiles
    from penchant.experiments.of_shop import read_experiment
    from penchant.experiments.report import printable, render_page, render_text, to_dict
    from penchant.files import write_atomically
    from penchant.shop_directory import ShopDirectory

    directory, files = ShopDirectory.open(shop), _files(exposures, orders)
    experiment = ExperimentFiles(directory).load(name)
    registered = ExperimentFiles(directory).read(name).registration is not None
    if files is None and not registered:
        raise InputError(_not_started(directory.path, name))
    moment = parse_time(as_of) or datetime.now(UTC)
    reading = read_experiment(
        directory, experiment, as_of=moment, files=files, registered=registered
    )
    if html is not None:
        write_atomically(html, render_page(reading.analysis).encode())
    if as_json:
        print_json({**to_dict(reading.analysis), "files": [_told(one) for one in reading.loads]})
    else:
        print_text(render_text(reading.analysis))
        for line in _set_aside(reading.loads):
            note(printable(line))
        if html is not None:
            note(f"All figures, with pictures: {html}")


def _not_started(shop: Path, name: str) -> str:
    return (
        f'Experiment "{name}" is a draft: nobody was assigned, and nothing of it is fixed yet. '
        f"Start it first: penchant experiment start {shop} {name} - or, where it was run "
        "elsewhere, give what was shown there: --exposures FILE.csv"
    )


def _files(exposures: Path | None, orders: Path | None) -> LogFiles | None:
    from penchant.errors import InputError
    from penchant.experiments.of_shop import LogFiles

    if exposures is None and orders is not None:
        raise InputError("--orders needs --exposures: who was shown which variant, and when.")
    return None if exposures is None else LogFiles(exposures, orders)


def _told(load: TableLoad) -> dict[str, object]:
    rejected = load.rejects.select("line", "reason").to_dicts()
    return {**load.report.to_dict(), "rejected": rejected}


def _set_aside(loads: Sequence[TableLoad]) -> list[str]:
    told = []
    for load in loads:
        rows = load.rejects.select("line", "reason").rows()
        told += [f"{load.report.source}, line {line}: {why}" for line, why in rows[:SHOWN]]
        if len(rows) > SHOWN:
            told.append(f"{load.report.source}: {len(rows) - SHOWN} more rows; --json tells all.")
    return told
