"""Settings of judging: how a shop is asked about a time it did not know."""

from __future__ import annotations

from dataclasses import dataclass

from penchant.settings.knobs import CENTURY, Checked, knob
from penchant.settings.showing import MAX_K


@dataclass(frozen=True, slots=True)
class EvaluationSettings(Checked):
    """How what is shown is compared with what was bought later; no build depends on it."""

    days: float = knob(
        0.0,
        "Days at the end that are hidden; 0: as many as hold a fifth of all purchases.",
        at_least=0,
        at_most=CENTURY,
    )
    k: int = knob(10, "Products shown to each customer.", at_least=1, at_most=MAX_K)
    customers: int = knob(5000, "Customers that are asked, at most; drawn by the seed.", at_least=1)
    seed: int = knob(0, "Seed of that draw, of ties and of the random ranking.", at_least=0)


@dataclass(frozen=True, slots=True)
class GateSettings(Checked):
    """What a build must show before it is published; no build depends on it."""

    min_customers: int = knob(
        100, "Customers with a purchase after the cut, without whom nothing is proved.", at_least=2
    )
    max_shrink: float = knob(
        0.1,
        "Part by which products, customers, interactions or profiles may shrink from one build to "
        "the next; more looks like an export that went wrong.",
        at_least=0,
        at_most=1,
    )


@dataclass(frozen=True, slots=True)
class ExperimentSettings(Checked):
    """What all experiments of the shop share; no build depends on it."""

    salt: str = knob(
        "penchant",
        "Hashed with every customer for layers and the holdout; another one deals them anew.",
    )
    holdout: float = knob(
        0.0,
        "Share of the customers that take part in no experiment, to see what all together do.",
        at_least=0,
        at_most=0.5,
    )
