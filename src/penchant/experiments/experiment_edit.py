"""An experiment's file, edited: a value changes, every comment and every other value stays."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from penchant.errors import InputError
from penchant.settings_file import toml_value
from penchant.tuning.edit import set_value

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
    try:
        done = tomllib.loads(edited) == wanted
    except tomllib.TOMLDecodeError:
        done = False
    if not done:
        told = "; ".join(
            f"{f'[{table}] ' if table else ''}{key} = {toml_value(value)}"
            for (table, key), value in changes.items()
        )
        raise InputError(
            f"{source} is written in a way that cannot be edited safely. Set by hand: {told}"
        )
    return edited
