"""`penchant experiment simulate`: two experiments from end to end, on customers who are made up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from penchant.cli.options import AsJson

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from penchant.experiments.analysis.values import Analysis
    from penchant.experiments.experiment import Experiment
    from penchant.sample.crowd import Crowd
    from penchant.shop_directory import ShopDirectory
    from penchant.tables.source import Source

START: Final = datetime(2026, 7, 1, tzinfo=UTC)
"""A day after all of the sample shop's interactions: nothing depends on today."""

RIVALS: Final = ("random", "popularity")
"""What the shop's own recipe is compared with, each in half of the customers."""

SURFACE: Final = "homepage"
K: Final = 8


def run(
    directory: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Where the shop is made; a new folder.")
    ] = Path("penchant-simulation"),
    customers: Annotated[int, typer.Option(help="Made-up customers.", min=10)] = 2000,
    weeks: Annotated[int, typer.Option(help="How long they visit.", min=1, max=52)] = 4,
    visits: Annotated[
        float, typer.Option(help="Visits of a customer in that time, on average.", min=0.1)
    ] = 4.0,
    seed: Annotated[int, typer.Option(help="Same seed, same visits.", min=0)] = 0,
    as_json: AsJson = False,
) -> None:
    """See an experiment from end to end without a customer: is taste better than chance?

    Makes the sample shop with customers whose taste is known, lets them visit its homepage for some
    weeks, and reads two experiments: the shop's recipe against random products, and against
    popular ones. Engine, assignment, log and report are those of a real shop.

    Example: penchant experiment simulate

    Example: penchant experiment simulate try --customers 500 --weeks 2
    """
    from penchant.cli.output import note, print_json, print_text
    from penchant.experiments.report import render_text, to_dict

    found = _simulated(directory, customers=customers, weeks=weeks, visits=visits, seed=seed)
    if as_json:
        print_json({name: to_dict(one) for name, one in found.items()})
        return
    for one in found.values():
        print_text(render_text(one))
    for name in found:
        note(f"All figures of {name}, with pictures: {directory / f'{name}.html'}")


def _simulated(
    directory: Path, *, customers: int, weeks: int, visits: float, seed: int
) -> Mapping[str, Analysis]:
    from penchant.cli.output import note
    from penchant.maths.seeds import derived_rng
    from penchant.sample.clicks import draw_visits
    from penchant.sample.crowd import gather_crowd

    shop = _new_shop(directory)
    crowd = gather_crowd(derived_rng(seed, "crowd"), n_customers=customers, end=START)
    _build(shop, crowd)
    experiments = _start(shop, START + timedelta(weeks=weeks))
    plan = draw_visits(
        derived_rng(seed, "visits"), n_customers=customers, days=7 * weeks, per_customer=visits
    )
    came = len(set(plan[:, 1].tolist()))
    note(f"{came:,} of {customers:,} customers visit the homepage, {len(plan):,} times in all")
    _visit(shop, crowd, plan, seed)
    return {one.name: _read(shop, one) for one in experiments}


def _new_shop(directory: Path) -> ShopDirectory:
    from penchant.errors import InputError
    from penchant.shop_directory import ShopDirectory

    if directory.expanduser().exists():
        raise InputError(
            f"{directory} is there already: a simulation makes a shop of its own. Choose another "
            "folder, as in: penchant experiment simulate FOLDER"
        )
    return ShopDirectory.create(directory)


def _build(shop: ShopDirectory, crowd: Crowd) -> None:
    from penchant import columns as c
    from penchant.cli.output import note, photo_progress
    from penchant.pipeline import build_shop
    from penchant.publishing import publish_build, unjudged
    from penchant.sample.files import sample_sources
    from penchant.store.ingest import ingest

    settings = shop.settings()
    note(f"Making the sample shop with made-up customers in {shop.path}")
    tables: dict[str, Source] = {
        c.PRODUCTS: sample_sources()[c.PRODUCTS],
        c.INTERACTIONS: crowd.interactions,
    }
    ingest(shop, tables, as_of=START, settings=settings.tables)
    with photo_progress() as progress:
        outcome = build_shop(shop, settings=settings, on_step=note, on_progress=progress)
    why = "A simulation is shown at once."
    build_id = outcome.manifest.build_id
    publish_build(shop, build_id, gate=unjudged, force=why, at=datetime.now(UTC))


def _start(shop: ShopDirectory, end: datetime) -> tuple[Experiment, ...]:
    """Start one experiment for each rival, each in a part of the layer of its own."""
    from penchant.experiments.experiment import Experiment, Variant
    from penchant.experiments.files.lifecycle import ExperimentFiles

    made = tuple(
        Experiment(
            name=f"taste-against-{rival}",
            surfaces=(SURFACE,),
            variants=(Variant(rival, settings={SURFACE: {"policy": rival}}), Variant("taste")),
            start=START,
            end=end,
            slice_from=place / len(RIVALS),
            slice_to=(place + 1) / len(RIVALS),
        )
        for place, rival in enumerate(RIVALS)
    )
    files = ExperimentFiles(shop)
    for one in made:
        files.create(one)
    return made


def _visit(shop: ShopDirectory, crowd: Crowd, visits: NDArray[np.int64], seed: int) -> None:
    from penchant.cli.output import progress_bar
    from penchant.engine import open_shop
    from penchant.experiments.arms import Arms
    from penchant.experiments.files.lifecycle import ExperimentFiles
    from penchant.maths.seeds import derived_rng
    from penchant.sample.clicks import Temper
    from penchant.sample.simulation import Course, Day, simulate
    from penchant.store.database.store import open_store

    settings = shop.settings()
    base = open_shop(shop.path, store=open_store(shop, settings.store))
    arms = Arms(base, ExperimentFiles(shop).all(), settings.experiments)
    course, done = Course(SURFACE, K, START, Temper()), 0
    try:
        with progress_bar("Visits") as progress:

            def over(day: Day) -> None:
                nonlocal done
                done += day.visits
                progress(done, len(visits))

            rng = derived_rng(seed, "looks")
            simulate(arms, base.needed_store(), crowd, visits, course, rng=rng, on_day=over)
    finally:
        base.close()


def _read(shop: ShopDirectory, experiment: Experiment) -> Analysis:
    """Read an experiment as of when its last attribution window is over, and write its page."""
    from penchant.experiments.of_shop import read_experiment
    from penchant.experiments.report import render_page
    from penchant.files import write_atomically

    as_of = experiment.end + timedelta(days=experiment.attribution_days)
    analysis = read_experiment(shop, experiment, as_of=as_of).analysis
    write_atomically(shop.path / f"{experiment.name}.html", render_page(analysis).encode())
    return analysis
