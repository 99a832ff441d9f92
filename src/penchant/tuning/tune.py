"""Tune: find values on some customers, prove them on the others, show what each part adds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from penchant.builds import BuildInputs
from penchant.engine import Shop
from penchant.evaluation.evaluate import Step
from penchant.evaluation.intervals import MeanInterval, mean_interval
from penchant.settings.showing import SURFACES
from penchant.tuning.ablation import Part, ablate
from penchant.tuning.knobs import Value, find_knobs, with_values
from penchant.tuning.search import Attempt, choose_changes, try_all
from penchant.tuning.validation import (
    Measured,
    Validation,
    build_under,
    find_validation,
    measure,
)

NOTHING: Mapping[str, Value] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SurfaceWeights:
    """What the sources weigh in one place of the shop.

    Attributes:
        surface: Such as "homepage".
        origin: "set" by hand, "fitted" by the build, or "default".
        weights: Source -> weight, for one standard deviation of its scores.
    """

    surface: str
    origin: str
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Tuning:
    """What tuning found.

    Attributes:
        known_until: Date of what the shops that were asked knew.
        asked_until: Date until which customers were asked; what comes later was not read.
        k: Products shown to each customer.
        attempts: Every value that was tried on half of the customers, by itself.
        changes: {setting: value} that clearly helped there, together.
        proof: Gain of all changes over the present settings among the others; None: no changes.
        parts: What is lost without each source and channel under the confirmed settings.
        weights: What the sources weigh under them, one per surface.
    """

    known_until: str
    asked_until: str
    k: int
    attempts: tuple[Attempt, ...]
    changes: Mapping[str, Value]
    proof: MeanInterval | None
    parts: tuple[Part, ...]
    weights: tuple[SurfaceWeights, ...]

    @property
    def confirmed(self) -> Mapping[str, Value]:
        """The changes, if they help customers on whom nothing was chosen; else none."""
        return self.changes if self.proof is not None and self.proof.low > 0 else NOTHING


def tune(inputs: BuildInputs, *, quick: bool = False, on_step: Step | None = None) -> Tuning:
    """Find the settings under which a shop would have foretold more of what was bought.

    Args:
        inputs: What a build would be made of today, with the present settings.
        quick: Try settings of taste alone, which share one build; leave no part out.
        on_step: Told what is being done.

    Returns:
        The same for the same inputs, whatever happened in the time that `evaluate` hides.

    Raises:
        InputError: if there is too little to choose and prove on.
    """
    tell = on_step or (lambda _: None)
    validation = find_validation(inputs)
    present, cut = validation.settings, validation.cut
    tell(f"building the shop as it was known on {cut.at:%Y-%m-%d %H:%M} UTC")
    shop = build_under(validation, present)
    attempts = try_all(validation, shop, find_knobs(shop, taste_only=quick), tell=tell)
    changes = choose_changes(validation, shop, attempts, tell=tell)
    whole, proof = _measure(validation, shop), None
    if changes:
        tell("building the shop with all changes, to prove them on the other customers")
        changed = build_under(validation, with_values(present, changes))
        found = _measure(validation, changed)
        proof = mean_interval(found.gain_over(whole))
        if proof.low > 0:
            shop, whole, present = changed, found, with_values(present, changes)
    parts = () if quick else ablate(validation, shop, whole, present, tell=tell)
    return Tuning(
        known_until=cut.at.isoformat(),
        asked_until=cut.until.isoformat(),
        k=present.evaluation.k,
        attempts=attempts,
        changes=changes,
        proof=proof,
        parts=parts,
        weights=tuple(_weights_of(shop, one) for one in SURFACES),
    )


def _measure(validation: Validation, shop: Shop) -> Measured:
    """Ask the customers on whom a choice is proved."""
    return measure(shop, validation.proving, validation.settings.evaluation)


def _weights_of(shop: Shop, surface: str) -> SurfaceWeights:
    by_hand = bool(shop.settings.of_surface(surface).weights)
    fitted = surface in shop.build.demand.blends
    origin = "set" if by_hand else "fitted" if fitted else "default"
    return SurfaceWeights(surface, origin, dict(shop.recommender.blend_of(surface).weights))
