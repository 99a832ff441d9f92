"""`penchant experiment stop`: nobody is assigned any more."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from penchant.cli.experiment_options import ExperimentName, minutes
from penchant.cli.options import AsJson, ShopPath, parse_time


def run(
    shop: ShopPath,
    name: ExperimentName,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="From when on, ISO 8601; not in the past; now if absent."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """End an experiment before its planned end: everybody gets what the shop always shows.

    Its file and what was seen are kept, to be reported. It cannot be started again.

    Example: penchant experiment stop shop bold
    """
    from penchant.cli.output import note, print_json
    from penchant.errors import InputError
    from penchant.experiments.files.lifecycle import ExperimentFiles
    from penchant.experiments.files.states import facts_of
    from penchant.shop_directory import ShopDirectory

    now = datetime.now(UTC).replace(microsecond=0)
    when = parse_time(at, option="--at") or now
    if when < now:
        raise InputError(
            f"--at is {when.isoformat()}, which is past: customers were assigned since, and what "
            "they did counts."
        )
    stopped = ExperimentFiles(ShopDirectory.open(shop)).stop(name, when)
    if as_json:
        print_json(facts_of(stopped))
    else:
        note(f'Experiment "{name}" ends at {minutes(when.isoformat())} UTC.')
