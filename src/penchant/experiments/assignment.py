"""Assignment: which variant a unit gets, by hashing alone.

Nothing is stored and nobody is asked: the same unit gets the same variant everywhere, also in
another language (docs/how-to/assign-variants.md). Time plays no part, except in `assign_all`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from penchant.experiments.experiment import Experiment
from penchant.settings.judging import ExperimentSettings


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a unit gets in one experiment.

    Attributes:
        experiment: Name of the experiment.
        variant: Name of the variant.
        counted: False where an override gave it: then the unit is left out of the analysis.
    """

    experiment: str
    variant: str
    counted: bool = True


def number(text: str) -> float:
    """Hash a text to a number that looks drawn at random, always the same for the same text.

    BLAKE2b with a digest of 8 bytes, of the text in UTF-8; read as a whole number, the highest byte
    first; over 2**64.

    Args:
        text: Taken as it is: no letter case, no Unicode form is changed.

    Returns:
        In [0, 1], evenly spread; 1.0 about once in 10**16 texts.

    Example:
        >>> number("bold:bold:variant:C10001")
        0.2577664665102794
    """
    content = text.encode("utf-8", "surrogatepass")  # an unknown id may hold anything
    digest = blake2b(content, digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def assign(experiment: Experiment, unit_id: str, *, shop: ExperimentSettings) -> Assignment | None:
    """Say which variant a unit gets, whenever it is asked.

    The unit is the canonical customer_id. A visitor is assigned under the visitor id; who logs in
    is somebody else to this function from then on, and may get another variant. A unit that was
    shown two variants is left out of the analysis and counted as crossed. Two independent hashes
    decide who crosses, so with equal shares each variant loses the same part of those who log in,
    which biases nothing. With unequal shares the smaller variant loses more of them: give equal
    shares, and be careful by a small `traffic` (docs/decisions/0022).

    Args:
        experiment: What is compared.
        unit_id: Any text; "" is nobody, and takes part in nothing.
        shop: What all experiments of the shop share.

    Returns:
        None for a unit that does not take part: of the holdout, of another part of the layer, or
        beyond the traffic.
    """
    if not unit_id:
        return None
    told = experiment.overrides.get(unit_id)
    if told is not None:
        return Assignment(experiment.name, told, counted=False)
    if in_holdout(unit_id, shop):
        return None
    place = number(f"{shop.salt}:layer:{experiment.layer}:{unit_id}")
    if not experiment.slice_from <= place < experiment.slice_to:
        return None
    own = f"{experiment.salt or experiment.name}:{experiment.name}"
    if number(f"{own}:traffic:{unit_id}") >= experiment.traffic:
        return None
    return Assignment(experiment.name, _dealt(experiment, number(f"{own}:variant:{unit_id}")))


def assign_all(
    experiments: Sequence[Experiment],
    unit_id: str,
    *,
    shop: ExperimentSettings,
    surface: str,
    at: datetime,
) -> tuple[Assignment, ...]:
    """Say which variants a unit gets on a surface, of the experiments that run at a moment.

    Args:
        experiments: Of the shop.
        unit_id: As in `assign`.
        shop: As in `assign`.
        surface: One of `settings.showing.SURFACES`.
        at: With a time zone.

    Returns:
        In the order of the experiments; those it takes no part in are left out.
    """
    running = [one for one in experiments if surface in one.surfaces and one.runs_at(at)]
    given = (assign(one, unit_id, shop=shop) for one in running)
    return tuple(one for one in given if one is not None)


def in_holdout(unit_id: str, shop: ExperimentSettings) -> bool:
    """Say whether a unit belongs to those that take part in no experiment.

    Args:
        unit_id: Any text.
        shop: What all experiments of the shop share; a greater holdout only adds units.
    """
    return number(f"{shop.salt}:holdout:{unit_id}") < shop.holdout


def design_of(experiment: Experiment) -> str:
    """Give a fingerprint of all that says who gets what, which may not change while it runs.

    Name, salt, layer, slice, and names, shares, settings and builds of the variants. Traffic is no
    part of it: it may grow. Shares count by their relation: 1 and 1 are 0.5 and 0.5.

    Args:
        experiment: What is compared.

    Returns:
        12 hex digits.
    """
    shares = experiment.shares()
    told = {
        "name": experiment.name,
        "salt": experiment.salt or experiment.name,
        "layer": [experiment.layer, float(experiment.slice_from), float(experiment.slice_to)],
        "variants": [
            [one.name, round(shares[one.name], 12), _plain(one.settings), one.build_id]
            for one in experiment.variants
        ],
    }
    return fingerprint(told)


def fingerprint(values: Mapping[str, Any]) -> str:
    """Give 12 hex digits for nested plain values, whatever the order of their keys.

    Args:
        values: JSON-ready.

    Example:
        >>> fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
        True
    """
    text = json.dumps(values, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return blake2b(text.encode("utf-8"), digest_size=6).hexdigest()


def _dealt(experiment: Experiment, drawn: float) -> str:
    """Find the variant whose part of 0..1 holds a number; rounding leaves the rest to the last."""
    reached = 0.0
    for name, share in experiment.shares().items():
        reached += share
        if drawn < reached:
            return name
    return experiment.variants[-1].name


def _plain(value: Any) -> Any:
    """Turn frozen values into what JSON knows; 1 and 1.0 are one number."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value
