"""Making arms: those of every experiment whose variants can be made, the others told of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from penchant.engine import Shop
from penchant.errors import PenchantError
from penchant.experiments.arms import Arms, builds_of
from penchant.experiments.assignment import Assignment
from penchant.experiments.experiment import Experiment
from penchant.settings import ExperimentSettings


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """The ways to answer, and what could not be made one.

    Attributes:
        arms: Of all other experiments.
        unmade: {experiment: what is wrong with one of its variants}.
    """

    arms: Arms
    unmade: Mapping[str, PenchantError]


def make_arms(
    base: Shop,
    experiments: Sequence[Experiment],
    shared: ExperimentSettings,
    opened: Callable[[str], Shop],
) -> Made:
    """Make the arm of each variant, so that no customer waits for it or meets what is wrong.

    Args:
        base: The build that serves.
        experiments: That run, or will.
        shared: What all of them share.
        opened: Opens another build.
    """
    good: list[Experiment] = []
    builds: dict[str, Shop] = {}
    unmade: dict[str, PenchantError] = {}
    for one in experiments:
        try:
            own = {name: opened(name) for name in builds_of([one]) if name != base.build_id}
            arms = Arms(base, [one], shared, own)
            for variant in one.variants:
                arms.arm([Assignment(one.name, variant.name)])
        except PenchantError as error:
            unmade[one.name] = error
            continue
        good.append(one)
        builds |= own
    return Made(Arms(base, good, shared, builds), unmade)
