"""An experiment's file, read: every key, type and value is checked, and the mistake named."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from penchant.errors import InputError, did_you_mean
from penchant.experiments.experiment import Experiment, Overlay, Variant
from penchant.experiments.files.overlay import check_overlays
from penchant.experiments.files.registration import Registration, check_registered
from penchant.experiments.statistics.metrics import METRICS
from penchant.settings import Settings
from penchant.settings.knobs import CENTURY
from penchant.toml_file import parse_toml

REGISTERED: Final = "registered"
"""The table that `penchant experiment start` writes; without it nobody is assigned."""

YEARS: Final = range(1971, 3000)
"""Of all times in a file: whatever is added to one of them is still a time."""

REQUIRED: Final = ("surfaces", "start", "end", "variants")


@dataclass(frozen=True, slots=True)
class ExperimentFile:
    """What a file says.

    Attributes:
        experiment: What is compared.
        registration: What it is held to; None: it was not started.
    """

    experiment: Experiment
    registration: Registration | None


def parse_experiment(
    text: str, name: str, *, source: str, settings: Settings | None = None
) -> ExperimentFile:
    """Read an experiment.

    Args:
        text: TOML.
        name: Of the experiment; it is that of its file.
        source: The file, for messages.
        settings: Of the shop, over which variants are laid; all defaults if absent.

    Raises:
        InputError: if anything is not allowed. What was registered is not looked at here.
    """
    values = parse_toml(text, source)
    given = _read(values, EXPERIMENT_KEYS, source, required=REQUIRED)
    told = given.pop(REGISTERED, None)
    stopped, registration = None, None
    if told is not None:
        stopped = told.pop("stopped", None)
        registration = Registration(**told)
    try:
        experiment = Experiment(name=name, stopped=stopped, **given)
    except InputError as error:
        raise InputError(f"{source}: {error}") from error
    _check_values(experiment, source)
    check_overlays(experiment, settings or Settings(), source=source)
    return ExperimentFile(experiment, registration)


def held_to_file(read: ExperimentFile, *, source: str) -> Experiment:
    """Give the experiment of a file: of one that was started, only if it is as registered.

    Args:
        read: The file.
        source: Its name, for messages.

    Raises:
        InputError: if it was changed after its start.
    """
    if read.registration is not None:
        check_registered(read.experiment, read.registration, source=source)
    return read.experiment


def _check_values(experiment: Experiment, source: str) -> None:
    if len(set(experiment.surfaces)) < len(experiment.surfaces):
        raise InputError(f"{source}: surfaces names one of them twice.")
    if not experiment.attribution_days <= CENTURY:
        raise InputError(
            f"{source}: attribution_days is {experiment.attribution_days:g}, must be <= "
            f"{CENTURY:g}."
        )
    if experiment.stopped is not None and experiment.stopped > experiment.end:
        raise InputError(
            f"{source}: stopped is {experiment.stopped.isoformat()}, after the end: remove it."
        )
    for name, margin in experiment.margins.items():
        if name not in METRICS or name == experiment.primary:
            allowed = [one for one in METRICS if one != experiment.primary]
            raise InputError(
                f'{source} [margins] has "{name}", which cannot be a guardrail.'
                f"{did_you_mean(name, allowed)} Allowed: {', '.join(allowed)}."
            )
        if not 0 < margin < math.inf:
            raise InputError(f"{source} [margins] {name} is {margin:g}, must be > 0.")


def _read(
    values: Mapping[str, Any],
    keys: Mapping[str, Callable[[Any, str], Any]],
    where: str,
    *,
    required: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Check keys, and turn each value into what it must be."""
    for key in values:
        if key not in keys:
            belongs = f" {key} stands above all tables." if key in EXPERIMENT_KEYS else ""
            raise InputError(
                f"{where} has no setting {key}.{did_you_mean(key, keys)}{belongs} "
                f"Settings: {', '.join(keys)}."
            )
    for key in required:
        if key not in values:
            raise InputError(f"{where} says nothing of {key}, which it must.")
    return {key: keys[key](value, f"{where}: {key}") for key, value in values.items()}


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise InputError(f"{where} is {value!r}, must be a text.")
    return value


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{where} is {value!r}, must be a number.")
    return float(value)


def _time(value: Any, where: str) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise InputError(
            f"{where} is {value!s}, must be a time with its zone, such as 2026-03-01T00:00:00Z, "
            "without quotation marks."
        )
    if value.year not in YEARS:
        raise InputError(
            f"{where} is {value!s}, must be within the years {YEARS[0]} to {YEARS[-1]}."
        )
    return value


def _texts(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise InputError(f"{where} is {value!r}, must be a list of texts.")
    return tuple(_text(one, where) for one in value)


def _table_of(part: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    def read(value: Any, where: str) -> Mapping[str, Any]:
        given = _table(value, where)
        return MappingProxyType({key: part(one, f"{where}.{key}") for key, one in given.items()})

    return read


def _table(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{where} is {value!r}, must be a table.")
    return value


def _settings(value: Any, where: str) -> Overlay:
    sections = _table(value, where)
    return MappingProxyType(
        {
            name: MappingProxyType(dict(_table(part, f"{where}.{name}")))
            for name, part in sections.items()
        }
    )


def _variants(value: Any, where: str) -> tuple[Variant, ...]:
    source = where.removesuffix(": variants")
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise InputError(f"{source}: each variant is a table of its own, headed [[variants]].")
    return tuple(
        Variant(**_read(one, VARIANT_KEYS, f"{source} [[variants]]", required=("name",)))
        for one in value
    )


def _registered(value: Any, where: str) -> dict[str, Any]:
    source = where.removesuffix(f": {REGISTERED}")
    return _read(
        _table(value, where),
        REGISTERED_KEYS,
        f"{source} [{REGISTERED}]",
        required=("design", "plan", "traffic"),
    )


VARIANT_KEYS: Final = MappingProxyType(
    {"name": _text, "share": _number, "build_id": _text, "settings": _settings}
)
REGISTERED_KEYS: Final = MappingProxyType(
    {"design": _text, "plan": _text, "traffic": _number, "shop_salt": _text, "stopped": _time}
)
EXPERIMENT_KEYS: Final = MappingProxyType(
    {
        "surfaces": _texts,
        "start": _time,
        "end": _time,
        "primary": _text,
        "traffic": _number,
        "salt": _text,
        "layer": _text,
        "slice_from": _number,
        "slice_to": _number,
        "attribution_days": _number,
        "winsorize": _number,
        "margins": _table_of(_number),
        "overrides": _table_of(_text),
        "variants": _variants,
        REGISTERED: _registered,
    }
)
