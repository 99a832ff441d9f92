"""`penchant campaign`: a surface for every customer at once, to a file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from penchant.cli.options import AsJson, AsOf, HowMany, ShopPath, parse_time

if TYPE_CHECKING:
    from penchant.campaign import CampaignSummary


def run(
    shop: ShopPath,
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="Where the rows go: a .parquet or .csv file.")
    ],
    surface: Annotated[
        str, typer.Option(help="What is filled: new_arrivals, homepage, cart or post_purchase.")
    ] = "new_arrivals",
    k: HowMany = None,
    as_of: AsOf = None,
    everyone: Annotated[
        bool,
        typer.Option(
            "--everyone",
            help="Also those who refused marketing; for pages of the shop, never for an e-mail.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Choose products for every customer and write them to a file, one row per slot.

    Customers who refused marketing are left out; those who said nothing are not. Customers who
    refused personalisation get what does not depend on them. Where experiments run on the surface,
    each customer gets what their variant says, and the rows tell which.

    Example: penchant campaign shop --out new_arrivals.parquet
    """
    import penchant
    from penchant.campaign import check_path
    from penchant.cli.output import print_json, progress_bar
    from penchant.cli.stores import store_of
    from penchant.experiments.campaigning import CampaignArms, arms_of, running_on
    from penchant.privacy.campaigning import write_recorded
    from penchant.shop_directory import ShopDirectory

    check_path(out)
    directory, at = ShopDirectory.open(shop), datetime.now(UTC)
    experiments, broken = running_on(directory, surface, at)
    with store_of(directory) as store:
        opened = penchant.open(shop, store=store)
        made = arms_of(directory, opened, experiments)
        for error in (*broken.values(), *made.unmade.values()):
            raise error
        arms = CampaignArms(made.arms, surface, at)
        campaign = opened.campaign(
            surface=surface, k=k, as_of=parse_time(as_of), everyone=everyone, choose=arms
        )
        with progress_bar("choosing for customers") as progress:
            summary = write_recorded(directory, store, campaign, out, at=at, on_progress=progress)
        arms.keep(store, out)
    if as_json:
        print_json(summary.to_dict())
    else:
        _tell(summary)


def _tell(summary: CampaignSummary) -> None:
    from penchant.cli.output import note

    note(f"{summary.file}: {summary.rows} slots for {summary.customers} customers")
    steps = ", ".join(f"{step} {count}" for step, count in summary.steps.items())
    note(f"  by step: {steps or 'none'}")
    for reason, count in summary.skipped.items():
        if count:
            note(f"  left out, {reason.replace('_', ' ')}: {count}")
