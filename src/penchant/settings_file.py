"""Settings on disk: `penchant.toml`, and overrides from the environment (PENCHANT_SECTION_KEY)."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Collection, Mapping
from dataclasses import MISSING, Field, fields
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from penchant.errors import InputError, did_you_mean
from penchant.settings import Settings
from penchant.toml_file import parse_toml, parse_value, read_text

HEADER = """# Settings of this shop. A commented setting shows its default; remove "# " to set it.
# The environment wins over this file: PENCHANT_TASTE_HALF_LIFE_DAYS=60"""


MAX_BYTES: Final = 100_000_000
"""Of penchant.toml, in which a shop may name very many products."""


def load_settings(path: Path, environment: Mapping[str, str] = MappingProxyType({})) -> Settings:
    """Read settings; what the file leaves out keeps its default.

    Args:
        path: A TOML file; a missing one means all defaults.
        environment: Variables such as PENCHANT_SPACE_KIND; only these are read.

    Raises:
        InputError: if the TOML is broken, or a section, key or value is not allowed.
    """
    return settings_from_dict(_values(path, environment), source=path.name)


def load_sections(
    path: Path, names: Collection[str], environment: Mapping[str, str] = MappingProxyType({})
) -> Settings:
    """Read some sections; a mistake in another one does not matter.

    Args:
        path: As in `load_settings`.
        names: Which; all others keep their defaults.
        environment: As in `load_settings`.

    Raises:
        InputError: if the TOML is broken, or a key or value of these is not allowed.
    """
    values = _values(path, environment)
    some = {name: values[name] for name in names if name in values}
    return settings_from_dict(some, source=path.name)


def settings_from_dict(values: Mapping[str, Any], *, source: str = "settings") -> Settings:
    """Make settings from nested plain values, as in TOML or a manifest.

    Args:
        values: {section: {key: value}}; what is absent keeps its default.
        source: Where the values come from, for messages.

    Raises:
        InputError: if a section, key or value is not allowed.
    """
    sections = {one.name: one for one in fields(Settings)}
    parts = {}
    for name, given in values.items():
        if name not in sections:
            raise InputError(
                f"{source} has a section [{name}], there is none.{did_you_mean(name, sections)} "
                f"Sections: {', '.join(sections)}."
            )
        if not isinstance(given, Mapping):
            raise InputError(f"{source}: {name} must be a section, written [{name}].")
        parts[name] = _section(sections[name], given, f"{source} [{name}]")
    return Settings(**parts)


def settings_to_dict(settings: Settings) -> dict[str, dict[str, Any]]:
    """Give settings as nested plain values, for manifests.

    Args:
        settings: Any settings.
    """
    return {
        section.name: {
            one.name: plain_value(getattr(getattr(settings, section.name), one.name))
            for one in fields(getattr(settings, section.name))
        }
        for section in fields(Settings)
    }


def render_settings(changes: Mapping[str, Mapping[str, Any]] = MappingProxyType({})) -> str:
    """Write `penchant.toml`: every setting with its meaning, defaults commented out.

    Args:
        changes: {section: {key: value}} to write as set.
    """
    parts = [HEADER]
    for section in fields(Settings):
        parts.append(f"\n[{section.name}]")
        for one in fields(_class_of(section)):
            changed = changes.get(section.name, {}).get(one.name, MISSING)
            value = _default_of(one) if changed is MISSING else changed
            mark = "# " if changed is MISSING else ""
            parts += textwrap.wrap(
                one.metadata["doc"], 96, initial_indent="# ", subsequent_indent="# "
            )
            parts.append(f"{mark}{one.name} = {toml_value(plain_value(value))}")
    return "\n".join(parts) + "\n"


def _values(path: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    values = _readtoml_value(path)
    for section, key, text in _overrides(environment):
        part = values.setdefault(section, {})
        if isinstance(part, dict):  # else it is told where it is read
            part[key] = parse_value(text, f"PENCHANT_{section}_{key}".upper())
    return values


def _readtoml_value(path: Path) -> dict[str, Any]:
    try:
        text = read_text(path, at_most=MAX_BYTES)
    except FileNotFoundError:
        return {}
    return parse_toml(text, str(path))


def _overrides(environment: Mapping[str, str]) -> list[tuple[str, str, str]]:
    sections = [one.name for one in fields(Settings)]
    found = []
    for variable, text in sorted(environment.items()):
        words = variable.removeprefix("PENCHANT_").lower()
        section = next((one for one in sections if words.startswith(f"{one}_")), None)
        if variable.startswith("PENCHANT_") and section:
            found.append((section, words.removeprefix(f"{section}_"), text))
    return found


def _section(section: Field[Any], given: Mapping[str, Any], where: str) -> Any:
    known = {one.name: one for one in fields(_class_of(section))}
    values = {}
    for key, value in given.items():
        if key not in known:
            raise InputError(
                f"{where} has no setting {key}.{did_you_mean(key, known)} "
                f"Settings: {', '.join(known)}."
            )
        values[key] = _typed(value, _default_of(known[key]), f"{where} {key}")
    try:
        return _class_of(section)(**values)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def _typed(value: Any, default: object, where: str) -> Any:
    """Check a plain value against the type of its default; numbers may be whole."""
    if isinstance(default, tuple) and isinstance(value, list):
        return tuple(_typed(part, "", where) for part in value)
    if isinstance(default, Mapping) and isinstance(value, Mapping):
        return _typed_mapping(value, default, where)
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not type(default):
        raise InputError(f"{where} is {value!r}, must be {_wanted(default, where)}.")
    return value


def _wanted(default: object, where: str) -> str:
    if isinstance(default, Mapping):
        return f"a table of {'texts' if _holds_texts(where) else 'numbers'}"
    words = {tuple: "a list of texts", str: "a text", bool: "true or false"}
    return words.get(type(default), "a number")


def _holds_texts(where: str) -> bool:
    return where.endswith(" aliases")


def _typed_mapping(value: Mapping[str, Any], default: Mapping[str, Any], where: str) -> Any:
    """A mapping replaces only the keys it names; the others keep their default."""
    texts = _holds_texts(where)
    for key, part in value.items():
        number = isinstance(part, int | float) and not isinstance(part, bool)
        if not (isinstance(part, str) if texts else number):
            raise InputError(
                f"{where}.{key} is {part!r}, must be a {'text' if texts else 'number'}."
            )
    parts = {key: part if texts else float(part) for key, part in value.items()}
    return MappingProxyType({**default, **parts})


def _class_of(section: Field[Any]) -> Any:
    return section.default_factory


def _default_of(one: Field[Any]) -> Any:
    make: Any = one.default_factory
    return make() if one.default is MISSING else one.default


def plain_value(value: object) -> Any:
    """Turn a setting's frozen value into what TOML and JSON know.

    Args:
        value: Mapping, tuple, or a plain value already.
    """
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def toml_value(value: Any) -> str:
    """Write a plain value as in `penchant.toml`.

    Args:
        value: Text, number, truth, time, list or mapping of these.

    Example:
        >>> toml_value({"view": 2.0})
        '{ "view" = 2.0 }'
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        pairs = (f"{toml_value(str(key))} = {toml_value(part)}" for key, part in value.items())
        inside = ", ".join(pairs)
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml_value(part) for part in value)}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return repr(value)
