"""An experiment: what is compared, on whom, for how long, and by which metric it is decided."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from penchant.errors import InputError, did_you_mean
from penchant.settings.showing import SURFACES

NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
"""Of experiments, variants, layers and salts: no colon, which parts what is hashed."""

CTR: Final = "ctr"
CONVERSION: Final = "conversion"
REVENUE: Final = "revenue"
PRIMARIES: Final = (CTR, CONVERSION, REVENUE)
"""What an experiment may be decided by."""

Overlay = Mapping[str, Mapping[str, Any]]
"""{section: {key: value}} laid over the settings of the shop."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One of the ways compared.

    Attributes:
        name: Of the variant.
        share: Of the units, > 0, against the shares of the others.
        settings: What it changes; empty: nothing.
        build_id: The build it answers from; "": the published one.
    """

    name: str
    share: float = 1.0
    settings: Overlay = field(default_factory=lambda: MappingProxyType({}))
    build_id: str = ""


@dataclass(frozen=True, slots=True)
class Experiment:
    """What is compared, fixed before it starts.

    Attributes:
        name: Of the experiment.
        surfaces: Where it runs, of `settings.showing.SURFACES`.
        variants: At least two; the first is what the others are compared with.
        start: From when on, with a time zone.
        end: Planned end, of the fixed look, with a time zone.
        primary: The one metric that decides, of PRIMARIES.
        traffic: Share of the units that take part, in [0, 1]; raising it only adds units.
        salt: Hashed with each unit; "": the name. Another one deals all units anew.
        layer: Experiments of one layer never share a unit, if their slices do not overlap.
        slice_from: Begin of its part of the layer, in [0, 1).
        slice_to: End of its part of the layer, in (0, 1].
        stopped: When it was ended; None: not yet.
        attribution_days: Days after the first exposure in which what a unit does counts, > 0.
        winsorize: Quantile at which a unit's revenue is capped, in (0, 1]; 1: not at all.
        margins: {guardrail: how much worse it may be, relative, > 0}.
        overrides: {unit_id: variant}, who always gets one and is never counted.
    """

    name: str
    surfaces: tuple[str, ...]
    variants: tuple[Variant, ...]
    start: datetime
    end: datetime
    primary: str = CTR
    traffic: float = 1.0
    salt: str = ""
    layer: str = "default"
    slice_from: float = 0.0
    slice_to: float = 1.0
    stopped: datetime | None = None
    attribution_days: float = 7.0
    winsorize: float = 0.999
    margins: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    overrides: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        for word in (self.name, self.layer, *(one.name for one in self.variants), *self._salts()):
            if not NAME.fullmatch(word):
                raise InputError(
                    f'"{word}" cannot be a name in an experiment: use up to 64 of a-z, 0-9, - and '
                    "_, beginning with a letter or digit."
                )
        self._check_variants()
        self._check_ranges()
        for one in self.surfaces:
            if one not in SURFACES:
                raise InputError(
                    f'surface is "{one}", must be one of: {", ".join(SURFACES)}.'
                    f"{did_you_mean(one, SURFACES)}"
                )

    @property
    def control(self) -> Variant:
        """What the others are compared with."""
        return self.variants[0]

    def variant(self, name: str) -> Variant:
        """Give a variant by name.

        Args:
            name: Of one of them.

        Raises:
            InputError: if there is none.
        """
        for one in self.variants:
            if one.name == name:
                return one
        names = [one.name for one in self.variants]
        raise InputError(
            f'Experiment "{self.name}" has no variant "{name}".{did_you_mean(name, names)} '
            f"Variants: {', '.join(names)}."
        )

    def shares(self) -> dict[str, float]:
        """Give {variant: planned share of the units}, which sum to 1."""
        total = sum(one.share for one in self.variants)
        return {one.name: one.share / total for one in self.variants}

    @property
    def over_at(self) -> datetime:
        """When nobody is assigned any more: the planned end, or when it was stopped."""
        return self.stopped or self.end

    def runs_at(self, moment: datetime) -> bool:
        """Say whether units are assigned at a moment.

        Args:
            moment: With a time zone.
        """
        return self.start <= moment < self.over_at

    def _salts(self) -> tuple[str, ...]:
        return (self.salt,) if self.salt else ()

    def _check_variants(self) -> None:
        names = [one.name for one in self.variants]
        if len(names) < 2 or len(set(names)) < len(names):
            raise InputError(
                f'Experiment "{self.name}" has the variants {names}: it needs at least two, of '
                "different names."
            )
        for one in self.variants:
            if not 0 < one.share < float("inf"):
                raise InputError(f'Variant "{one.name}": share is {one.share:g}, must be > 0.')
        for name in self.overrides.values():
            self.variant(name)

    def _check_ranges(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None or self.start >= self.end:
            raise InputError(
                f"start is {self.start.isoformat()}, end is {self.end.isoformat()}: both need a "
                "time zone, and the start comes first."
            )
        if not self.surfaces:
            raise InputError(f'Experiment "{self.name}" names no surface.')
        if self.primary not in PRIMARIES:
            raise InputError(
                f'primary is "{self.primary}", must be one of: {", ".join(PRIMARIES)}.'
            )
        if not 0 <= self.traffic <= 1:
            raise InputError(f"traffic is {self.traffic:g}, must be in 0..1.")
        if not 0 <= self.slice_from < self.slice_to <= 1:
            raise InputError(
                f"The slice is {self.slice_from:g}..{self.slice_to:g}, must be a part of 0..1."
            )
        if not self.attribution_days > 0:
            raise InputError(f"attribution_days is {self.attribution_days:g}, must be > 0.")
        if not 0 < self.winsorize <= 1:
            raise InputError(f"winsorize is {self.winsorize:g}, must be in (0, 1].")
