"""`penchant experiment init`: the file of an experiment, to be read and edited before its start."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from penchant.cli.experiment_options import ExperimentName
from penchant.cli.options import AsJson, ShopPath, parse_time

if TYPE_CHECKING:
    from penchant.experiments.experiment import Variant

CONTROL = "control"


def run(
    shop: ShopPath,
    name: ExperimentName,
    surface: Annotated[
        list[str] | None,
        typer.Option(help="Where it runs, homepage by default; give it again for several."),
    ] = None,
    variant: Annotated[
        list[str] | None,
        typer.Option(
            metavar="VARIANT",
            help="What the control, your settings as they are, is compared with; give it again for "
            'several; "variant" by default.',
        ),
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="VARIANT.SECTION.KEY=VALUE",
            help="What a variant changes of penchant.toml; give it again for several.",
        ),
    ] = None,
    build: Annotated[
        list[str] | None,
        typer.Option(metavar="VARIANT=BUILD", help="The build a variant answers from."),
    ] = None,
    primary: Annotated[
        str, typer.Option(help="The one metric that decides: ctr, conversion or revenue.")
    ] = "ctr",
    weeks: Annotated[float, typer.Option(help="How long; whole weeks are best.")] = 4,
    start: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="From when on, ISO 8601; when it is started if absent."),
    ] = None,
    traffic: Annotated[
        float, typer.Option(help="Share of the customers that take part, 0 to 1.")
    ] = 1.0,
    as_json: AsJson = False,
) -> None:
    """Write an experiment's file. Nothing is assigned before it is started.

    Example: penchant experiment init shop bold --variant bold --set bold.homepage.explore=0.3
    """
    from penchant.cli.output import note, print_json
    from penchant.experiments.experiment import Experiment
    from penchant.experiments.files.lifecycle import ExperimentFiles
    from penchant.experiments.files.states import facts_of
    from penchant.shop_directory import ShopDirectory

    begin = parse_time(start, option="--start") or datetime.now(UTC).replace(microsecond=0)
    made = Experiment(
        name=name,
        surfaces=tuple(surface or ["homepage"]),
        variants=_variants(variant or ["variant"], changes or [], build or []),
        start=begin,
        end=_end(begin, weeks),
        primary=primary,
        traffic=traffic,
    )
    path = ExperimentFiles(ShopDirectory.open(shop)).draft(made)
    if as_json:
        print_json({"file": str(path), **facts_of(made)})
    else:
        note(f"Wrote {path}. Read it, edit it, then: penchant experiment start {shop} {name}")


def _end(begin: datetime, weeks: float) -> datetime:
    from penchant.errors import InputError

    if not 0 < weeks <= 520:
        raise InputError(f"--weeks is {weeks:g}, must be > 0 and <= 520.")
    try:
        return begin + timedelta(weeks=weeks)
    except OverflowError:
        raise InputError(f"--start is {begin.isoformat()}, which is too late to end.") from None


def _variants(
    names: Sequence[str], changes: Sequence[str], builds: Sequence[str]
) -> tuple[Variant, ...]:
    from penchant.errors import InputError, did_you_mean
    from penchant.experiments.experiment import Variant
    from penchant.toml_file import parse_value

    every = list(dict.fromkeys((CONTROL, *names)))
    settings: dict[str, dict[str, dict[str, Any]]] = {one: {} for one in every}
    answer_from = dict.fromkeys(every, "")
    for one in changes:
        place, sign, value = one.partition("=")
        if not sign or place.count(".") != 2:
            raise InputError(f'--set is "{one}", must be VARIANT.SECTION.KEY=VALUE.')
        variant, section, key = (part.strip() for part in place.split("."))
        if variant not in settings:
            hint = did_you_mean(variant, every)
            raise InputError(f'--set names the variant "{variant}", there is none.{hint}')
        settings[variant].setdefault(section, {})[key] = parse_value(
            value.strip(), f"--set {place.strip()}"
        )
    for one in builds:
        variant, sign, build_id = one.partition("=")
        if not sign or variant not in answer_from:
            raise InputError(f'--build is "{one}", must be VARIANT=BUILD, of: {", ".join(every)}.')
        answer_from[variant] = build_id
    return tuple(Variant(one, settings=settings[one], build_id=answer_from[one]) for one in every)
