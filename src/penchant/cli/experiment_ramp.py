"""`penchant experiment ramp`: more customers take part."""

from __future__ import annotations

from typing import Annotated

import typer

from penchant.cli.experiment_options import ExperimentName
from penchant.cli.options import AsJson, ShopPath


def run(
    shop: ShopPath,
    name: ExperimentName,
    traffic: Annotated[
        float, typer.Argument(metavar="TRAFFIC", help="Share of the customers, 0 to 1.")
    ],
    as_json: AsJson = False,
) -> None:
    """Let more customers take part. It only ever grows, and nobody changes sides.

    Example: penchant experiment ramp shop bold 0.5
    """
    from penchant.cli.output import note, print_json
    from penchant.experiments.files.lifecycle import ExperimentFiles
    from penchant.experiments.files.states import facts_of
    from penchant.shop_directory import ShopDirectory

    grown = ExperimentFiles(ShopDirectory.open(shop)).ramp(name, traffic)
    if as_json:
        print_json(facts_of(grown))
    else:
        note(f'{grown.traffic:.1%} of the customers take part in "{name}".')
