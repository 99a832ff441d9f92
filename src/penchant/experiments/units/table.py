"""One row per unit: which variant it got, what it was shown, and what it did then."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from penchant.experiments.statistics.metrics import UNIT_COLUMNS
from penchant.settings.showing import NOTHING
from penchant.types import Mask

if TYPE_CHECKING:
    import polars as pl

    from penchant.experiments.experiment import Experiment, Variant

RENDERING: Final = "rendering"
SERVING: Final = "serving"
"""What makes a unit exposed."""

TOTALS: Final = ("crossed", "uncounted", "before_start", "not_kept", "redesigned")
"""What is counted of units that were dealt; all but the first are left out."""


@dataclass(frozen=True, slots=True, eq=False)
class UnitTable:
    """All units that were exposed, and the counts of those left out or of two variants.

    Attributes:
        names: Variants, the control first.
        unit_ids: Shape (n_units,), str.
        variants: Shape (n_units,), int64: places in `names`.
        values: Shape (n_units, len(UNIT_COLUMNS)), float64, columns in that order; >= 0 but for
            revenue and revenue_before, from which refunds are taken off.
        first_exposed_us: Shape (n_units,), int64.
        matured: Shape (n_units,): whether the unit's attribution window is over.
        traits: One row per unit, columns of text known of it, such as "surface"; null: unknown.
        assigned: {variant: units assigned and not left out}, of all variants.
        crossed: Units that got two variants, and count for the first.
        uncounted: Units left out, as an override gave them their variant, or would now.
        before_start: Units left out, as they were assigned before the start.
        not_kept: Units left out, as the first they were shown may be deleted by now.
        redesigned: Units left out, as they were dealt under another design of the experiment.
        hollow: Variants that show nothing.
        notes: {what was noticed on the way: how many}.
    """

    names: tuple[str, ...]
    unit_ids: NDArray[np.object_]
    variants: NDArray[np.int64]
    values: NDArray[np.float64]
    first_exposed_us: NDArray[np.int64]
    matured: Mask
    traits: pl.DataFrame
    assigned: Mapping[str, int]
    crossed: int = 0
    uncounted: int = 0
    before_start: int = 0
    not_kept: int = 0
    redesigned: int = 0
    hollow: tuple[str, ...] = ()
    notes: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def trigger(self) -> str:
        """What makes a unit exposed: RENDERING, or SERVING where a variant shows nothing."""
        return SERVING if self.hollow else RENDERING

    @property
    def not_matured(self) -> int:
        """Units whose attribution window is not over yet."""
        return int((~self.matured).sum())

    def of(self, variant: str) -> Mask:
        """Say which units got a variant.

        Args:
            variant: One of `names`.

        Returns:
            Shape (n_units,).
        """
        mine: Mask = self.variants == self.names.index(variant)
        return mine

    def column(self, name: str) -> NDArray[np.float64]:
        """Give one column of the values.

        Args:
            name: One of UNIT_COLUMNS.
        """
        return self.values[:, UNIT_COLUMNS.index(name)]

    def counts(self, among: Mask | None = None) -> tuple[int, ...]:
        """Count units per variant, in the order of `names`.

        Args:
            among: Shape (n_units,); None: all of them.
        """
        chosen = self.variants if among is None else self.variants[among]
        return tuple(np.bincount(chosen, minlength=len(self.names)).tolist())

    def only(self, among: Mask) -> UnitTable:
        """Give some of the units, with the counts of all.

        Args:
            among: Shape (n_units,).
        """
        return replace(
            self,
            unit_ids=self.unit_ids[among],
            variants=self.variants[among],
            values=self.values[among],
            first_exposed_us=self.first_exposed_us[among],
            matured=self.matured[among],
            traits=self.traits.filter(among),
        )


def shows_nothing(experiment: Experiment, empty: Collection[str] = ()) -> tuple[str, ...]:
    """Name the variants in which a surface of the experiment stays empty.

    There is nothing to render then, so that units count from their first answer on, in all
    variants alike.

    Args:
        experiment: Any.
        empty: Surfaces that stay empty in this shop where a variant says nothing else.
    """
    return tuple(
        one.name
        for one in experiment.variants
        if any(_policy(one, place, empty) == NOTHING for place in experiment.surfaces)
    )


def _policy(variant: Variant, surface: str, empty: Collection[str]) -> object:
    inherited = NOTHING if surface in empty else None
    return variant.settings.get(surface, {}).get("policy", inherited)
