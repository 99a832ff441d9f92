"""`penchant experiment assign`: which variant customers get, for shops that serve files."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from penchant.cli.experiment_options import ExperimentName
from penchant.cli.options import AsJson, ShopPath

if TYPE_CHECKING:
    from penchant.experiments.assignment import Assignment

HEADER = ("unit_id", "variant", "counted")
NAMES = ("unit_id", "customer_id")


def run(
    shop: ShopPath,
    name: ExperimentName,
    unit: Annotated[
        list[str] | None, typer.Argument(metavar="[UNIT]...", help="customer_ids or visitor ids.")
    ] = None,
    units: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|-",
            help="Read ids from a file, or from stdin: one a line, or a CSV with a column unit_id "
            "or customer_id. CSV comes out.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say which variant each unit gets, whether or not the experiment runs right now.

    A unit without a variant takes no part: it is shown what the shop always shows. One that is not
    counted has its variant by an override.

    Example: penchant experiment assign shop bold C10001 C10002

    Example: penchant experiment assign shop bold --units customers.csv > variants.csv
    """
    from penchant.cli.output import print_json, print_table
    from penchant.errors import InputError
    from penchant.experiments.assignment import assign
    from penchant.experiments.files.lifecycle import ExperimentFiles
    from penchant.shop_directory import ShopDirectory

    if bool(unit) == (units is not None):
        raise InputError("Name units, or a file of them by --units FILE; one of the two.")
    directory = ShopDirectory.open(shop)
    experiment = ExperimentFiles(directory).load(name)
    shared = directory.settings().experiments
    with _asked(unit or (), units) as ids:
        given = ((one, assign(experiment, one, shop=shared)) for one in ids)
        if as_json:
            print_json({"experiment": name, "units": [_facts(*one) for one in given]})
        elif units is not None:
            _write(given)
        else:
            print_table("", HEADER, [_row(*one) for one in given])


def _facts(unit_id: str, given: Assignment | None) -> dict[str, object]:
    told = (None, False) if given is None else (given.variant, given.counted)
    return dict(zip(HEADER, (unit_id, *told), strict=True))


def _row(unit_id: str, given: Assignment | None) -> tuple[str, str, str]:
    if given is None:
        return unit_id, "-", ""
    return unit_id, given.variant, "yes" if given.counted else "no"


def _write(given: Iterable[tuple[str, Assignment | None]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(HEADER)
    for unit_id, one in given:
        told = ("", "false") if one is None else (one.variant, str(one.counted).lower())
        writer.writerow((unit_id, *told))


@contextmanager
def _asked(given: Iterable[str], units: str | None) -> Iterator[Iterator[str]]:
    from penchant.errors import NotFoundError

    if units is None:
        yield iter(given)
    elif units == "-":
        yield _ids(sys.stdin, "stdin")
    else:
        path = Path(units)
        if not path.is_file():
            raise NotFoundError("file", units)
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield _ids(file, path.name)


def _ids(file: TextIO, source: str) -> Iterator[str]:
    """Read the first column, or the one a header names; empty lines are none."""
    from penchant.errors import InputError

    column = 0
    try:
        for number, row in enumerate(csv.reader(file)):
            named = [row.index(one) for one in NAMES if one in row] if number == 0 else []
            if named:
                column = named[0]
            elif len(row) > column and row[column]:
                yield row[column]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{source} cannot be read: {error}.") from error
