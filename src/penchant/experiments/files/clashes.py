"""Clashes: two experiments that would spoil each other are not started together."""

from __future__ import annotations

from collections.abc import Iterable

from penchant.errors import InputError
from penchant.experiments.experiment import Experiment


def check_clashes(experiment: Experiment, others: Iterable[Experiment]) -> None:
    """Refuse an experiment that shares time and a surface with another, and units or a setting.

    In one layer, experiments of which a unit may be in one only, their slices must not overlap.
    In two layers each unit is in both, dealt independently: then they must not change the same.

    Args:
        experiment: About to start.
        others: That were started; of the same name is itself.

    Raises:
        InputError: if it cannot run beside one of them.
    """
    for other in others:
        surfaces = [one for one in experiment.surfaces if one in other.surfaces]
        if other.name == experiment.name or not surfaces or not _meet(experiment, other):
            continue
        if experiment.layer == other.layer:
            _check_slices(experiment, other)
        else:
            _check_settings(experiment, other, surfaces)


def _meet(one: Experiment, other: Experiment) -> bool:
    """Say whether there is a moment at which both run."""
    return max(one.start, other.start) < min(one.over_at, other.over_at)


def _check_slices(one: Experiment, other: Experiment) -> None:
    if max(one.slice_from, other.slice_from) < min(one.slice_to, other.slice_to):
        raise InputError(
            f'Experiment "{one.name}" wants {one.slice_from:g}..{one.slice_to:g} of layer '
            f'"{one.layer}", of which "{other.name}" has {other.slice_from:g}..{other.slice_to:g} '
            f"until {other.over_at.isoformat()}: take another slice, start later, "
            "or, if they change different things, another layer."
        )


def _check_settings(one: Experiment, other: Experiment, surfaces: list[str]) -> None:
    common = sorted(_changed(one) & _changed(other))
    if common:
        raise InputError(
            f'Experiment "{one.name}" changes {", ".join(common)} on {", ".join(surfaces)}, and '
            f'so does "{other.name}" in layer "{other.layer}": a customer in both could get only '
            f'one of the two. Use layer "{other.layer}" with a slice of its own, or start after '
            f"{other.over_at.isoformat()}."
        )


def _changed(experiment: Experiment) -> set[str]:
    """Give all that its variants change, as "section.key" or "build_id"."""
    changed = {
        f"{section}.{key}"
        for variant in experiment.variants
        for section, keys in variant.settings.items()
        for key in keys
    }
    return changed | {"build_id" for one in experiment.variants if one.build_id}
