"""`penchant experiment start`: from then on customers are assigned."""

from __future__ import annotations

from datetime import UTC, datetime

from penchant.cli.experiment_options import ExperimentName, minutes
from penchant.cli.options import AsJson, ShopPath


def run(shop: ShopPath, name: ExperimentName, as_json: AsJson = False) -> None:
    """Start an experiment. What its file says then is written down, and it is held to that.

    One whose start is still to come begins then. Any other begins now, and keeps its length.

    Example: penchant experiment start shop bold
    """
    from penchant.cli.output import note, print_json
    from penchant.experiments.files.lifecycle import ExperimentFiles
    from penchant.experiments.files.states import facts_of
    from penchant.shop_directory import ShopDirectory

    files = ExperimentFiles(ShopDirectory.open(shop))
    facts = facts_of(files.start(name, datetime.now(UTC).replace(microsecond=0)))
    if as_json:
        print_json(facts)
        return
    times = f"from {minutes(facts['start'])} to {minutes(facts['end'])} UTC"
    note(f'Experiment "{name}" runs {times}, decided by {facts["primary"]} at its end.')
