"""Editing `penchant.toml`: a value changes, every comment and every other setting stays."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from penchant.errors import InputError
from penchant.settings import Settings
from penchant.settings_file import settings_from_dict, settings_to_dict, toml_value
from penchant.tuning.knobs import Value, with_values

HEADER = re.compile(r"\s*\[")


def edit_settings(text: str, changes: Mapping[str, Value]) -> str:
    r"""Write changes into the text of a `penchant.toml`, each in its place.

    A setting that is set is set anew, what follows on its line stays; a commented default becomes
    the setting; any other comes first in its section.

    Args:
        text: The file, valid TOML.
        changes: {name as in `Knob`: value}.

    Returns:
        The text, which means what it did but for the changes.

    Raises:
        InputError: if it is written in a way that this cannot be done safely.

    Example:
        >>> edit_settings("[taste]\n# ours\n", {"taste.half_life_days": 60.0}).splitlines()
        ['[taste]', 'half_life_days = 60.0', '# ours']
    """
    edited = text
    for name, value in changes.items():
        edited = _edit(edited, name, value)
    wanted = with_values(settings_from_dict(tomllib.loads(text)), changes)
    try:
        done = settings_from_dict(tomllib.loads(edited)) == wanted
    except (tomllib.TOMLDecodeError, InputError):
        done = False
    if not done:
        raise InputError(
            "penchant.toml is written in a way that cannot be edited safely. Set it by hand: "
            + "; ".join(setting_lines(changes))
        )
    return edited


def setting_lines(changes: Mapping[str, Value]) -> list[str]:
    """Give changes as lines to add to `penchant.toml`.

    Args:
        changes: {name as in `Knob`: value}.

    Example:
        >>> setting_lines({"taste.half_life_days": 60.0, "taste.weights.view": 2.0})
        ['[taste]', 'half_life_days = 60.0', 'weights = { "view" = 2.0 }']
    """
    sections: dict[str, dict[str, Any]] = {}
    for name, value in changes.items():
        section, key, *inside = name.split(".")
        part = sections.setdefault(section, {})
        part[key] = {**part.get(key, {}), inside[0]: value} if inside else value
    lines = []
    for section, keys in sections.items():
        lines += [f"[{section}]", *(f"{key} = {toml_value(one)}" for key, one in keys.items())]
    return lines


def _edit(text: str, name: str, value: Value) -> str:
    section, key, *inside = name.split(".")
    lines = text.splitlines(keepends=True)
    if inside and _header(lines, f"{section}.{key}") is not None:
        return set_value(lines, f"{section}.{key}", inside[0], toml_value(value), None)
    default = toml_value(settings_to_dict(Settings())[section][key])
    if not inside:
        return set_value(lines, section, key, toml_value(value), default)
    known = tomllib.loads(text).get(section, {}).get(key, {})
    return set_value(lines, section, key, toml_value({**known, inside[0]: value}), default)


def set_value(
    lines: Sequence[str], section: str, key: str, value: str, default: str | None = None
) -> str:
    r"""Put a value where the key is set, else where its default is told, else first.

    What comes out is for the caller to check: it may be written in a way this does not see.

    Args:
        lines: Of a TOML file, with their ends.
        section: A table; "": the keys above all tables. One that is not there comes last.
        key: In the section.
        value: As in TOML.
        default: What a comment says in the place of the key; None: there is none.

    Returns:
        The text with the value in its place.

    Example:
        >>> set_value(["a = 1 # ours\n", "[b]\n"], "", "a", "2")
        'a = 2 # ours\n[b]\n'
    """
    done = list(lines)
    ending = "\r\n" if any(line.endswith("\r\n") for line in done) else "\n"
    start = _header(done, section) if section else -1
    if start is None:
        apart = [ending] if done and done[-1].endswith("\n") else [ending, ending] * bool(done)
        return "".join([*done, *apart, f"[{section}]{ending}", f"{key} = {value}{ending}"])
    end = next((i for i in range(start + 1, len(done)) if HEADER.match(done[i])), len(done))
    own = re.compile(rf'\s*(?:{key}|"{key}")\s*=')
    for i in range(start + 1, end):
        if own.match(done[i]):
            done[i] = f"{key} = {value}{_rest(done[i])}"
            return "".join(done)
    for i in range(start + 1, end):
        if done[i].strip() == f"# {key} = {default}":
            done[i] = done[i].replace(done[i].strip(), f"{key} = {value}")
            return "".join(done)
    if start >= 0 and not done[start].endswith("\n"):
        done[start] += ending
    return "".join([*done[: start + 1], f"{key} = {value}{ending}", *done[start + 1 :]])


def _header(lines: list[str], section: str) -> int | None:
    wanted = re.compile(rf"\s*\[\s*{re.escape(section)}\s*\]\s*(#.*)?$")
    return next((i for i, line in enumerate(lines) if wanted.match(line.rstrip())), None)


def _rest(line: str) -> str:
    """Give what follows a value: spaces, a comment, the end of the line."""
    for place in (at for at, sign in enumerate(line) if sign == "#"):
        before = line[:place].rstrip()
        try:
            tomllib.loads(before)
        except tomllib.TOMLDecodeError:
            continue  # the sign is within a text
        return line[len(before) :]
    return line[len(line.rstrip()) :]
