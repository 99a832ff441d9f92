"""TOML that people write: read so that no file, however odd, does more than be refused."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Any, Final

from penchant.errors import InputError

MAX_BYTES: Final = 1_000_000
"""Of a file of an experiment; what people write by hand is a hundredth of that."""

MAX_DEPTH: Final = 20
"""Of tables and lists within one another."""

MAX_WHOLE: Final = 2**63
"""TOML knows no greater whole number."""

DOTTED: Final = re.compile(r"^[\w.\- \t\[]+", re.MULTILINE)
"""Begin of a line that may be a dotted key; of thousands of parts one takes seconds to read."""


def read_text(path: Path, *, at_most: int = MAX_BYTES) -> str:
    """Read a file of UTF-8, as `read_bytes` does.

    Args:
        path: The file, or a link to it.
        at_most: Bytes it may have.

    Raises:
        FileNotFoundError: if there is nothing of the name.
        InputError: if it is no file, cannot be read, is too large or not UTF-8.
    """
    try:
        return read_bytes(path, at_most=at_most).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name} is not valid TOML, it is not UTF-8: {error}.") from error


def read_bytes(path: Path, *, at_most: int = MAX_BYTES) -> bytes:
    """Read a file; what is none, such as a folder or a pipe, is never opened.

    Args:
        path: The file, or a link to it.
        at_most: Bytes it may have.

    Raises:
        FileNotFoundError: if there is nothing of the name.
        InputError: if it is no file, cannot be read or is too large.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError(f"{path.name} is no file: remove it, or give it another name.")
        # should a pipe have taken its place meanwhile, nobody waits for who writes into it
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            content = file.read(at_most + 1)
    except FileNotFoundError:
        if path.is_symlink():
            raise InputError(f"{path.name} is a link that leads nowhere.") from None
        raise
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    if len(content) > at_most:
        raise InputError(f"{path.name} is larger than {at_most:,} bytes, which is too much.")
    return content


def parse_toml(text: str, source: str) -> dict[str, Any]:
    """Read TOML.

    Args:
        text: The file.
        source: Its name, for messages.

    Raises:
        InputError: if it is none, or holds numbers or depths that nobody needs.

    Example:
        >>> parse_toml("explore = 0.2", "a.toml")
        {'explore': 0.2}
    """
    if any(one.group().count(".") > MAX_DEPTH for one in DOTTED.finditer(text)):
        raise InputError(f"{source} has a key of more than {MAX_DEPTH} parts.")
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{source} is not valid TOML: {error}.") from error
    except RecursionError:
        raise InputError(f"{source} is not valid TOML: it is nested too deeply.") from None
    except ValueError as error:  # a whole number of thousands of digits
        raise InputError(f"{source} is not valid TOML: a number is too long.") from error
    _check(values, source)
    return values


def parse_value(text: str, source: str) -> Any:
    """Read a value as TOML would; what is none is a text.

    Args:
        text: As somebody typed it.
        source: Where, for messages.

    Raises:
        InputError: if it is a number, or nested, beyond all need.

    Example:
        >>> parse_value("0.2", "--set"), parse_value("much", "--set")
        (0.2, 'much')
    """
    try:
        tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    except (RecursionError, ValueError):
        pass  # told below
    return parse_toml(f"value = {text}", source)["value"]


def _check(values: dict[str, Any], source: str) -> None:
    """Refuse what is deeper or greater than anything later on can take."""
    level: list[Any] = [values]
    for _ in range(MAX_DEPTH):
        level = [part for one in level if isinstance(one, dict | list) for part in _parts(one)]
        if any(isinstance(one, int) and not -MAX_WHOLE <= one < MAX_WHOLE for one in level):
            raise InputError(f"{source} holds a whole number beyond 2**63, which TOML has not.")
    if any(isinstance(one, dict | list) for one in level):
        raise InputError(f"{source} is nested deeper than {MAX_DEPTH} levels.")


def _parts(one: dict[str, Any] | list[Any]) -> list[Any]:
    return list(one.values()) if isinstance(one, dict) else one
