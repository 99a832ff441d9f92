"""`penchant experiment list`: which experiments a shop has."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from penchant.cli.experiment_options import minutes
from penchant.cli.options import AsJson, ShopPath

if TYPE_CHECKING:
    from penchant.experiments.files.lifecycle import ExperimentFiles


def run(shop: ShopPath, as_json: AsJson = False) -> None:
    """List all experiments: drafts, those that run, and those that are over.

    Example: penchant experiment list shop
    """
    from penchant.cli.output import print_json, print_table
    from penchant.experiments.files.lifecycle import ExperimentFiles
    from penchant.shop_directory import ShopDirectory

    files, now = ExperimentFiles(ShopDirectory.open(shop)), datetime.now(UTC)
    found = [_facts(files, name, now) for name in files.names()]
    if as_json:
        print_json({"experiments": found})
        return
    headers = ("experiment", "state", "surfaces", "variants", "from", "to", ">traffic", "decides")
    print_table("", headers, [_row(one) for one in found])


def _facts(files: ExperimentFiles, name: str, now: datetime) -> dict[str, Any]:
    """Give what is known of one; a broken file is one of the list, and says what is wrong."""
    from penchant.errors import InputError
    from penchant.experiments.files.states import facts_of, state_of

    try:
        read, wrong = files.read(name), ""
        files.load(name)
    except InputError as error:
        wrong = str(error)
        return {"experiment": name, "state": "broken", "wrong": wrong}
    return {**facts_of(read.experiment), "state": state_of(read, now), "wrong": wrong}


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    if one["wrong"]:
        return (one["experiment"], f"broken: {one['wrong']}", *[""] * 6)
    return (
        one["experiment"],
        one["state"],
        ", ".join(one["surfaces"]),
        ", ".join(part["variant"] for part in one["variants"]),
        minutes(one["start"]),
        minutes(one["stopped"] or one["end"]),
        f"{one['traffic']:.0%}",
        one["primary"],
    )
