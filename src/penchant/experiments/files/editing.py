"""An experiment's file, edited: a value changes, every comment and every other value stays."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from typing import Any, Final

from penchant.errors import InputError
from penchant.settings_file import toml_value
from penchant.tuning.edit import HEADER, set_value

OVERRIDES: Final = re.compile(r"\s*\[\s*overrides\s*\]")

Changes = Mapping[tuple[str, str], Any]
"""{(table, key): value}; of the keys above all tables the table is ""."""


def edit_experiment(text: str, changes: Changes, *, source: str) -> str:
    r"""Write changes into an experiment's file, each in its place, and see that all else stays.

    Args:
        text: The file, valid TOML.
        changes: What is set.
        source: The file, for messages.

    Raises:
        InputError: if it is written in a way that this cannot be done safely.

    Example:
        >>> edit_experiment("traffic = 0.1 # begin\n", {("", "traffic"): 0.5}, source="a.toml")
        'traffic = 0.5 # begin\n'
    """
    edited, wanted = text, tomllib.loads(text)
    for (table, key), value in changes.items():
        edited = set_value(edited.splitlines(keepends=True), table, key, toml_value(value))
        (wanted.setdefault(table, {}) if table else wanted)[key] = value
    told = "; ".join(
        f"{f'[{table}] ' if table else ''}{key} = {toml_value(value)}"
        for (table, key), value in changes.items()
    )
    return _checked(edited, wanted, f"{source} is written", f"Set by hand: {told}")


def without_overrides(text: str, units: Collection[str], *, source: str) -> str:
    r"""Take units out of the overrides, with all that stands on their lines.

    Args:
        text: The file, valid TOML.
        units: Their ids.
        source: The file, for messages.

    Raises:
        InputError: if it is written in a way that this cannot be done safely.

    Example:
        >>> without_overrides('[overrides]\nC1 = "a" # Ana\nC2 = "b"\n', {"C1"}, source="a.toml")
        '[overrides]\nC2 = "b"\n'
    """
    wanted = tomllib.loads(text)
    wanted["overrides"] = {
        unit: variant for unit, variant in wanted.get("overrides", {}).items() if unit not in units
    }
    kept, inside = [], False
    for line in text.splitlines(keepends=True):
        if HEADER.match(line):
            inside = OVERRIDES.match(line) is not None
        if not (inside and _is_of(line, units)):
            kept.append(line)
    advice = "Remove them from its overrides by hand, and try again."
    return _checked("".join(kept), wanted, f"{source} names persons who are to be erased", advice)


def _is_of(line: str, units: Collection[str]) -> bool:
    """Say whether a line is that of an override of a unit, and of nothing else."""
    try:
        told = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return False
    return len(told) == 1 and all(key in units and isinstance(told[key], str) for key in told)


def _checked(edited: str, wanted: Mapping[str, Any], wrong: str, advice: str) -> str:
    try:
        done = tomllib.loads(edited) == wanted
    except tomllib.TOMLDecodeError:
        done = False
    if not done:
        raise InputError(f"{wrong} in a way that cannot be edited safely. {advice}")
    return edited
