"""The primary metric among parts of the units: a hint where to look, never a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from penchant.experiments.analysis.comparing import Pair
from penchant.experiments.analysis.values import SegmentEffect, VariantReading
from penchant.experiments.statistics.metrics import METRICS
from penchant.experiments.statistics.multiplicity import benjamini_hochberg
from penchant.experiments.units.table import UnitTable
from penchant.types import Mask

MIN_SEGMENT: Final = 100
"""Units per arm of the smallest segment that is shown."""

MAX_VALUES: Final = 12
"""Values of one trait that are shown, those of most units."""


def segments_of(units: UnitTable, primary: str, variant: str) -> tuple[SegmentEffect, ...]:
    """Compare a variant with the control within each segment that is large enough.

    Args:
        units: Those that count.
        primary: The metric that decides.
        variant: Its name.

    Returns:
        By trait as in the table, then by value; p values are not adjusted yet.
    """
    metric, found = METRICS[primary], []
    for trait, value, among in parts_of(units):
        pair = Pair.of(units.only(among), variant)
        if pair.least >= MIN_SEGMENT and pair.knows(metric):
            effect = pair.compare(metric)
            found.append(SegmentEffect(trait, value, effect, effect.p_value))
    return tuple(found)


def parts_of(units: UnitTable) -> Iterator[tuple[str, str, Mask]]:
    """Give (trait, value, which units) of every trait that parts them.

    Args:
        units: Any.
    """
    for trait in units.traits.columns:
        told = units.traits[trait]
        sizes = told.drop_nulls().value_counts(sort=True, name="n").head(MAX_VALUES)
        values = sorted(sizes[trait].to_list())
        if len(values) > 1:
            for value in values:
                yield trait, value, (told == value).fill_null(value=False).to_numpy()


def with_adjusted(readings: Sequence[VariantReading]) -> tuple[VariantReading, ...]:
    """Adjust the p values of all segments of all variants for being many.

    Args:
        readings: Of all variants.
    """
    raw = [one.effect.p_value for reading in readings for one in reading.segments]
    if not raw:
        return tuple(readings)
    left = iter(benjamini_hochberg(np.array(raw)).tolist())
    return tuple(
        replace(
            reading,
            segments=tuple(replace(one, adjusted_p=next(left)) for one in reading.segments),
        )
        for reading in readings
    )
