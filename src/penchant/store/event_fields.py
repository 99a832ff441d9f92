"""The fields of an event as programs send them: each is read strictly, or refused with a reason."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from penchant import columns as c
from penchant.errors import InputError, did_you_mean
from penchant.maths.decay import MICROSECONDS_PER_DAY
from penchant.tables.findings import show
from penchant.tables.flags import flag_of
from penchant.tables.words import ACTION_WORDS, fold, suggestion

MAX_ID_CHARS: Final = 256

MAX_NUMBER: Final = 1e12
"""No quantity or price is larger, in any currency."""

CLOCK_SLACK_US: Final = MICROSECONDS_PER_DAY
"""How far an event may lie ahead: clocks of visitors are wrong by hours."""

EARLIEST_EPOCH: Final = 100_000_000
"""Smaller numbers are no times but mistakes: in seconds, March 1973."""

_DIGITS = re.compile(r"-?\d{1,20}(\.\d{1,9})?")
_CURRENCY = re.compile(r"[A-Za-z]{3}")
_ACTIONS: Final = ACTION_WORDS.table()


class EventError(InputError):
    """One event cannot be used.

    Attributes:
        reason: Stable code: `missing_field`, `invalid_id`, `unknown_action`, `invalid_time`,
            `future_time`, `invalid_value`, `no_products`, `not_an_object` or `not_yours`.
    """

    code = "invalid_event"

    def __init__(self, reason: str, message: str):
        super().__init__(message)
        self.reason = reason


def read_id(row: Mapping[str, object], name: str, *, hints: bool = True) -> str:
    """Read an id that must be there.

    Args:
        row: The event as it came.
        name: The field.
        hints: Whether to look for a field of a similar name, which takes long.

    Raises:
        EventError: if it is missing, or no text an id may be.
    """
    found = optional_id(row, name)
    if not found:
        raise _missing(row, name, hints=hints)
    return found


def optional_id(row: Mapping[str, object], name: str) -> str:
    """Read an id; "" where there is none. A whole number is taken as its digits.

    Args:
        row: The event as it came.
        name: The field.

    Raises:
        EventError: if it is no text an id may be.
    """
    value = row.get(name)
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() < 256:
        value = str(value)
    if not isinstance(value, str):
        raise EventError("invalid_id", f"{name} is {told(value)}, must be a text.")
    if len(value) > MAX_ID_CHARS:
        raise EventError(
            "invalid_id",
            f"{name} has {len(value)} characters, at most {MAX_ID_CHARS} are allowed.",
        )
    if "\x00" in value:
        raise EventError("invalid_id", f"{name} holds a NUL character; remove it.")
    if any("\ud800" <= one <= "\udfff" for one in value):
        raise EventError("invalid_id", f"{name} holds half a surrogate pair; send valid UTF-8.")
    return value


def read_action(row: Mapping[str, object], *, hints: bool = True) -> str:
    """Read what was done, in any spelling that tables may have.

    Args:
        row: The event as it came.
        hints: Whether to look for a similar word, which takes long.

    Returns:
        One of `columns.ACTIONS`.

    Raises:
        EventError: if it is missing or unknown: unknown actions are never counted.
    """
    value = row.get(c.INTERACTION_TYPE)
    if value is None or value == "":
        raise _missing(row, c.INTERACTION_TYPE, hints=hints)
    word = value if isinstance(value, str) else ""
    action = _ACTIONS.get(fold(word[:100])) if word else None
    if action is None:
        close = suggestion(word[:40], ACTION_WORDS) if hints else ""
        hint = close or f" Allowed are {', '.join(c.ACTIONS)}."
        raise EventError("unknown_action", f"unknown {c.INTERACTION_TYPE} {told(value)}.{hint}")
    return action


def _missing(row: Mapping[str, object], name: str, *, hints: bool) -> EventError:
    keys = [key for key in row if isinstance(key, str)][:50] if hints else []
    return EventError("missing_field", f"{name} is missing.{did_you_mean(name, keys)}")


def read_time(value: object, *, now_us: int) -> int:
    """Read when something happened.

    Args:
        value: ISO 8601 with a time zone; seconds, milli-, micro- or nanoseconds since 1970 UTC,
            told apart by size; a datetime; None or "": now.
        now_us: Now, microseconds since 1970 UTC.

    Returns:
        Microseconds since 1970 UTC.

    Raises:
        EventError: if it is no time, before 1970, or more than a day ahead.

    Example:
        >>> read_time("2026-03-01T10:00:00+02:00", now_us=10**16)
        1772352000000000
        >>> read_time(1772352000, now_us=10**16)
        1772352000000000
    """
    if value is None or value == "":
        return now_us
    moment = _time_of(value)
    if moment is None or moment < 0:
        raise EventError(
            "invalid_time",
            f"{c.TIMESTAMP} is {told(value)}, must be ISO 8601 with a time zone, such as "
            '"2026-03-31T12:00:00Z", or a number of seconds or milliseconds since 1970.',
        )
    if moment > now_us + CLOCK_SLACK_US:
        raise EventError(
            "future_time",
            f"{c.TIMESTAMP} is {told(value)}, more than a day in the future: check the clock "
            "and the time zone.",
        )
    return moment


def read_number(row: Mapping[str, object], name: str, *, above: float = -1.0) -> float | None:
    """Read a number; None where there is none.

    Args:
        row: The event as it came.
        name: The field.
        above: The number must be larger than this, or 0 and more by default.

    Raises:
        EventError: if it is no number, or out of range.
    """
    value = row.get(name)
    if value is None or value == "":
        return None
    number = math.nan
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            number = float(value[:40] if isinstance(value, str) else value)
        except (ValueError, OverflowError):
            number = math.nan
    if not (0 <= number <= MAX_NUMBER and number > above):
        least = f"above {above:g}" if above >= 0 else "0 or more"
        raise EventError("invalid_value", f"{name} is {told(value)}, must be a number, {least}.")
    return number


def read_currency(row: Mapping[str, object]) -> str:
    """Read an ISO 4217 code; "" where there is none.

    Args:
        row: The event as it came.

    Raises:
        EventError: if it is no three letters.
    """
    value = row.get(c.CURRENCY)
    if value is None or value == "":
        return ""
    if not isinstance(value, str) or not _CURRENCY.fullmatch(value):
        raise EventError(
            "invalid_value", f'{c.CURRENCY} is {told(value)}, must be three letters such as "EUR".'
        )
    return value.upper()


def read_flag(row: Mapping[str, object], name: str) -> bool:
    """Read a yes or no; absent: no.

    Args:
        row: The event as it came.
        name: The field.

    Raises:
        EventError: if it is neither.
    """
    value = row.get(name)
    if value is None or value == "":
        return False
    plain = isinstance(value, str | bool) or (isinstance(value, int) and value in (0, 1))
    found = flag_of(str(value)[:40]) if plain else None
    if found is None:
        raise EventError("invalid_value", f"{name} is {told(value)}, must be true or false.")
    return found


def told(value: object) -> str:
    """Show a value in a message: short and printable, and of anything nested only what it is.

    Args:
        value: Anything.
    """
    if isinstance(value, str):
        return show(value).encode(errors="backslashreplace").decode()
    if isinstance(value, bool | float | datetime) or value is None:
        return str(value)
    if isinstance(value, int):
        return str(value) if value.bit_length() < 128 else "a huge number"
    return "a list" if isinstance(value, list | tuple) else f"of type {type(value).__name__}"


def _time_of(value: object) -> int | None:
    """Give microseconds since 1970, None for what is no time."""
    if isinstance(value, str):
        text = value.strip()[:64]
        if not _DIGITS.fullmatch(text):
            return _from_iso(text)
        value = float(text) if "." in text else int(text)
    if isinstance(value, datetime):
        return _microseconds(value if value.tzinfo else value.replace(tzinfo=UTC))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return _from_epoch(value)


def _from_iso(text: str) -> int | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else _microseconds(moment)


def _microseconds(moment: datetime) -> int | None:
    try:
        delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    except (OverflowError, ValueError):
        return None
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def _from_epoch(value: float) -> int | None:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if not EARLIEST_EPOCH <= value < 10**20:
        return None
    if value < 1e11:
        return round(value * 1_000_000)
    if value < 1e14:
        return round(value * 1_000)
    return round(value) if value < 1e17 else int(value) // 1_000
