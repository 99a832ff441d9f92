"""Why there is no verdict on a variant: what is missing, in words that are true."""

from __future__ import annotations

from typing import Final

from penchant.experiments.analysis.comparing import MIN_ARM
from penchant.experiments.experiment import CTR, REVENUE, Experiment
from penchant.experiments.statistics.verdict import BLOCKED, TOO_FEW, Verdict
from penchant.experiments.units.table import UnitTable

NO_CLICKS: Final = (
    "No verdict: where nothing is shown, nothing can be clicked. Decide this experiment by "
    "conversion or revenue."
)
NOBODY: Final = "No verdict: nobody was exposed at all."
NOT_OVER: Final = "No verdict: nobody's attribution window is over yet in both variants."
NOTHING_SHOWN: Final = (
    "No verdict: of those whose attribution window is over nobody was shown a slot in one of the "
    "variants."
)


def blocked_by_units(units: UnitTable, experiment: Experiment, variant: str) -> Verdict | None:
    """Say what forbids a verdict whatever the figures are; None: nothing.

    Args:
        units: All of them.
        experiment: What is compared.
        variant: The one that is judged.
    """
    if experiment.primary == CTR and units.hollow:
        return Verdict(variant, BLOCKED, False, NO_CLICKS, ())
    currencies = units.notes.get("currencies", 0)
    if experiment.primary == REVENUE and currencies:
        text = (
            f"No verdict: orders are in {currencies} currencies, and their amounts cannot be added "
            "up. Give a file of orders in one currency (--orders), and decide the next one by "
            "conversion."
        )
        return Verdict(variant, BLOCKED, False, text, ())
    return None


def too_few_units(units: UnitTable, variant: str) -> Verdict:
    """Say why a variant cannot be compared with the control at all.

    Args:
        units: All of them.
        variant: The one that is judged.
    """
    return Verdict(variant, TOO_FEW, False, _why(units, variant), ())


def _why(units: UnitTable, variant: str) -> str:
    outside = units.notes.get("outside", 0)
    if not len(units.variants):
        if outside:
            return f"No verdict: all {outside:,} exposures were before the start or after the end."
        return NOBODY
    pair = (units.names[0], variant)
    exposed = dict(zip(units.names, units.counts(), strict=True))
    missing = [f"“{name}”" for name in pair if not exposed[name]]
    if missing:
        return f"No verdict: nobody of {' and '.join(missing)} was exposed."
    over = dict(zip(units.names, units.counts(units.matured), strict=True))
    if min(over[name] for name in pair) >= MIN_ARM:
        return NOTHING_SHOWN
    if all(over[name] == exposed[name] for name in pair if over[name] < MIN_ARM):
        few = ", ".join(f"{exposed[name]:,} of “{name}”" for name in pair)
        return f"No verdict: too few customers were exposed to compare anything: {few}."
    return NOT_OVER
