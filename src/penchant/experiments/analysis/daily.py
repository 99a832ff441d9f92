"""The primary metric day by day, as it would have been read then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from penchant.experiments.analysis.comparing import Pair
from penchant.experiments.analysis.values import Day
from penchant.experiments.experiment import Experiment
from penchant.experiments.statistics.always_valid import always_valid_effect, planned_variance
from penchant.experiments.statistics.metrics import METRICS
from penchant.experiments.statistics.verdict import Effect
from penchant.experiments.units.table import UnitTable
from penchant.taste.from_tables import microseconds

MIN_UNITS: Final = 100
"""Units per arm, below which a day is not shown."""

MAX_DAYS: Final = 120
"""Days shown; of a longer experiment, as many spread over it."""

LEAST_FRACTION: Final = 0.01


def days_of(
    units: UnitTable, experiment: Experiment, variant: str, *, as_of: datetime, level: float
) -> tuple[Day, ...]:
    """Read the primary metric at the end of each day, with the interval that holds at every look.

    Units are added when their window is over, so days are disjoint and their moments add up.

    Args:
        units: Those whose window is over at the reference time.
        experiment: What is compared.
        variant: Its name.
        as_of: The reference time.
        level: Probability that the interval misses at any look.
    """
    window = timedelta(days=experiment.attribution_days)
    over_us = units.first_exposed_us + round(window.total_seconds() * 1e6)
    metric, sums, since_us, found = METRICS[experiment.primary], None, 0, []
    for moment in _moments(experiment, as_of, window):
        until_us = microseconds(moment)
        new = Pair.of(units.only((over_us > since_us) & (over_us <= until_us)), variant)
        sums = new if sums is None else sums + new
        since_us = until_us
        if sums.least >= MIN_UNITS and sums.knows(metric):
            effect = early_effect(sums.compare(metric), experiment, moment, level)
            found.append(Day(moment, effect))
    return tuple(found)


def early_effect(fixed: Effect, experiment: Experiment, moment: datetime, level: float) -> Effect:
    """Give an effect the interval that holds at every look.

    Args:
        fixed: By `fixed_effect`, as known at the moment.
        experiment: What is compared.
        moment: Of the look.
        level: Probability that the interval misses at any look.
    """
    if not fixed.variance > 0:
        return always_valid_effect(fixed, planned_variance=1.0, level=level)
    planned = planned_variance(fixed, fraction=fraction_of(experiment, moment))
    return always_valid_effect(fixed, planned_variance=planned, level=level)


def fraction_of(experiment: Experiment, moment: datetime) -> float:
    """Give the share of the planned time whose units have come to the end of their window.

    By the calendar and not by the units themselves: what sets the width of an interval may not
    depend on what was found. It grows no more when the experiment was stopped.

    Args:
        experiment: What is compared.
        moment: Of the look.

    Returns:
        In [LEAST_FRACTION, 1].
    """
    over = moment - timedelta(days=experiment.attribution_days)
    ready = min(over, experiment.over_at) - experiment.start
    return float(np.clip(ready / (experiment.end - experiment.start), LEAST_FRACTION, 1.0))


def _moments(experiment: Experiment, as_of: datetime, window: timedelta) -> Iterator[datetime]:
    """Give the ends of days since the first window was over, and the reference time."""
    first = experiment.start + window
    last = min(as_of, experiment.over_at + window)
    days = max((last - first) / timedelta(days=1), 0.0)
    step = max(1, int(np.ceil(days / MAX_DAYS)))
    for number in range(step, int(np.ceil(days)), step):
        yield first + timedelta(days=number)
    if last > first:
        yield last
