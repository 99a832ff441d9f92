"""The ablation: what is lost without each source and each channel."""

from __future__ import annotations

from dataclasses import dataclass

from penchant.engine import Shop
from penchant.evaluation.evaluate import Step
from penchant.evaluation.intervals import MeanInterval, mean_interval
from penchant.settings import Settings
from penchant.settings.showing import HOMEPAGE
from penchant.tuning.knobs import with_values
from penchant.tuning.validation import Measured, Validation, build_under, measure

SOURCE, CHANNEL = "source", "channel"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of what is shown.

    Attributes:
        kind: "source" or "channel".
        name: Such as "visual" or "photo".
        lost: NDCG with it minus NDCG without it, paired by customer.
    """

    kind: str
    name: str
    lost: MeanInterval


def ablate(
    validation: Validation, shop: Shop, whole: Measured, settings: Settings, *, tell: Step
) -> tuple[Part, ...]:
    """Leave out each part once, fit the others without it, and ask the customers who prove.

    Args:
        validation: When, and who.
        shop: Built under `settings`.
        whole: What it foretold of the customers who prove.
        settings: Nothing left out.
        tell: Told what is being done, with the number of builds.

    Returns:
        The sources of the homepage, then the channels if there are several; each in one order.
    """
    without = {
        **{(SOURCE, name): _without_source(settings, name) for name in _sources(shop)},
        **{(CHANNEL, name): _without_channel(settings, name) for name in _channels(shop)},
    }
    parts = []
    for number, ((kind, name), less) in enumerate(without.items(), 1):
        tell(f"leaving out the {kind} {name} (build {number} of {len(without)})")
        rest = measure(build_under(validation, less), validation.proving, settings.evaluation)
        parts.append(Part(kind, name, mean_interval(whole.gain_over(rest))))
    return tuple(parts)


def _sources(shop: Shop) -> list[str]:
    weights = shop.recommender.blend_of(HOMEPAGE).weights
    used = [name for name, weight in weights.items() if weight > 0]
    return used if len(used) > 1 else []


def _channels(shop: Shop) -> list[str]:
    names = [one.name for one in shop.build.space.channels]
    return names if len(names) > 1 else []


def _without_source(settings: Settings, name: str) -> Settings:
    """Leave it out of the fit; of weights set by hand, set it to 0."""
    if settings.homepage.weights:
        return with_values(settings, {f"homepage.weights.{name}": 0.0})
    left_out: tuple[str, ...] = (*settings.blend.leave_out, name)
    return with_values(settings, {"blend.leave_out": left_out})


def _without_channel(settings: Settings, name: str) -> Settings:
    return with_values(settings, {f"space.channel_weights.{name}": 0.0})
