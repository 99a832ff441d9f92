"""`penchant experiment show`: all of one experiment, and whether it could be started."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from penchant.cli.experiment_options import ExperimentName, minutes
from penchant.cli.options import AsJson, ShopPath


def run(shop: ShopPath, name: ExperimentName, as_json: AsJson = False) -> None:
    """Show an experiment: what is compared, on whom and how long; of a draft, what is in its way.

    Example: penchant experiment show shop bold
    """
    from penchant.cli.output import print_json
    from penchant.errors import InputError, NotFoundError
    from penchant.experiments.files.lifecycle import ExperimentFiles
    from penchant.experiments.files.states import DRAFT, assigning_facts, state_of
    from penchant.shop_directory import ShopDirectory

    directory = ShopDirectory.open(shop)
    files, shared = ExperimentFiles(directory), directory.settings().experiments
    experiment, read = files.load(name), files.read(name)
    state, obstacle = state_of(read, datetime.now(UTC)), ""
    if state == DRAFT:
        try:
            files.check(experiment)
        except (InputError, NotFoundError) as error:
            obstacle = str(error)
    shown = {**assigning_facts(experiment, shared), "state": state, "obstacle": obstacle}
    if as_json:
        print_json({"file": str(files.path(name)), **shown})
    else:
        _show(shown)


def _show(shown: dict[str, Any]) -> None:
    from penchant.cli.output import note, out, print_table

    begin, end = shown["slice"]
    stopped = shown["stopped"]
    console = out()
    console.print(f"{shown['experiment']}: {shown['state']}, on {', '.join(shown['surfaces'])}")
    console.print(
        f"  from {minutes(shown['start'])} to {minutes(shown['end'])} UTC"
        + (f", stopped {minutes(stopped)}" if stopped else "")
    )
    console.print(
        f"  decided by {shown['primary']}, within {shown['attribution_days']:g} days of the first "
        f"exposure; {shown['traffic']:.1%} of {begin:g}..{end:g} of layer {shown['layer']}"
    )
    print_table("", ("variant", ">share", "build", "changes"), map(_row, shown["variants"]))
    for guardrail, margin in shown["margins"].items():
        console.print(f"  guardrail: {guardrail} at most {margin:.0%} worse")
    if shown["overrides"]:
        console.print(f"  {len(shown['overrides'])} customers by override, not counted")
    if shown["obstacle"]:
        note(f"It cannot be started: {shown['obstacle']}")


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    from penchant.settings_file import toml_value

    changes = [
        f"{section}.{key} = {toml_value(value)}"
        for section, keys in one["settings"].items()
        for key, value in keys.items()
    ]
    told = "; ".join(changes) or "-"
    return one["variant"], f"{one['share']:.1%}", one["build_id"] or "published", told
