"""Knobs: how a setting is declared, with its unit, default and limits, and how it is checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, fields
from numbers import Integral, Real
from types import MappingProxyType
from typing import Any, Final

from penchant.errors import InputError

Weighting = Mapping[str, float]

MOST: Final = 1e6
"""What a weight or boost is at most: an infinite one leaves no order."""

CENTURY: Final = 36_500.0
"""Days, the most that lie between things that belong together."""


def knob(
    default: object,
    doc: str,
    *,
    above: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
    choices: tuple[str, ...] = (),
    keys: tuple[str, ...] = (),
) -> Any:
    """Declare one setting with what it means and what it may be.

    Args:
        default: The value when nothing else is said; a mapping is frozen.
        doc: One sentence, with the unit; it becomes the comment in penchant.toml.
        above: The value (or each value of a mapping) must be greater.
        at_least: The value must be at least this.
        at_most: The value must be at most this.
        choices: The only strings allowed.
        keys: The only keys a mapping may have.
    """
    limits = {"above": above, "at_least": at_least, "at_most": at_most}
    kind = Mapping if isinstance(default, Mapping) else type(default)
    metadata = {"doc": doc, "type": kind, "limits": limits, "choices": choices, "keys": keys}
    if isinstance(default, Mapping):
        frozen = MappingProxyType(dict(default))
        return field(default_factory=lambda: frozen, metadata=metadata)
    return field(default=default, metadata=metadata)


class Checked:
    """Check every field against its type and limits when the value is made; freeze mappings."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for one in fields(self):  # type: ignore[arg-type]
            value = getattr(self, one.name)
            _check(one.name, value, one.metadata)
            if isinstance(value, Mapping):
                object.__setattr__(self, one.name, MappingProxyType(dict(value)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Let settings travel to worker processes: a mapping proxy cannot be pickled itself."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}  # type: ignore[arg-type]
        plain = {k: dict(v) if isinstance(v, Mapping) else v for k, v in values.items()}
        return _remake, (type(self), plain)


def _remake(section: type[Any], values: Mapping[str, Any]) -> Any:
    return section(**values)


_NUMBERS: Mapping[type, tuple[type, str]] = {
    int: (Integral, "a whole number"),
    float: (Real, "a number"),
}
_OTHERS: Mapping[type, str] = {
    str: "a text",
    bool: "True or False",
    tuple: "a tuple of texts",
    Mapping: "a mapping",
}


def check_type(name: str, value: object, wanted: type) -> None:
    """Refuse a value of another type.

    Args:
        name: Of the setting, for the message.
        value: What was given.
        wanted: The type it must have; any real number passes for a float.

    Raises:
        InputError: if it has another one.
    """
    allowed, words = _NUMBERS.get(wanted) or (wanted, _OTHERS[wanted])
    truth_for_number = isinstance(value, bool) and wanted is not bool
    if truth_for_number or not isinstance(value, allowed):
        raise InputError(f"{name} is {value!r}, must be {words}.")


def _check(name: str, value: object, metadata: Mapping[str, Any]) -> None:
    check_type(name, value, metadata["type"])
    if isinstance(value, Mapping):
        _check_keys(name, value, metadata["keys"])
        for key, part in value.items():
            if any(limit is not None for limit in metadata["limits"].values()):
                check_type(f"{name}.{key}", part, float)
                _check_limits(f"{name}.{key}", part, metadata["limits"])
    elif isinstance(value, int | float) and not isinstance(value, bool):
        _check_limits(name, value, metadata["limits"])
    elif metadata["choices"]:
        _check_choices(name, value, metadata["choices"])


def _check_choices(name: str, value: object, choices: tuple[str, ...]) -> None:
    for one in value if isinstance(value, tuple) else (value,):
        if one not in choices:
            raise InputError(f'{name} is "{one}", must be one of: {", ".join(choices)}.')


def _check_keys(name: str, value: Mapping[str, object], keys: tuple[str, ...]) -> None:
    for key in value:
        if keys and key not in keys:
            raise InputError(f'{name} has the key "{key}", allowed are: {", ".join(keys)}.')


def _check_limits(name: str, value: float, limits: Mapping[str, float | None]) -> None:
    above, at_least, at_most = limits["above"], limits["at_least"], limits["at_most"]
    if above is not None and not value > above:
        raise InputError(f"{name} is {value:g}, must be > {above:g}.")
    if at_least is not None and not value >= at_least:
        raise InputError(f"{name} is {value:g}, must be >= {at_least:g}.")
    if at_most is not None and not value <= at_most:
        raise InputError(f"{name} is {value:g}, must be <= {at_most:g}.")
