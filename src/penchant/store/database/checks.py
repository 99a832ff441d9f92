"""What no database can keep, refused in one sentence before anything is written."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from penchant.errors import InputError

_MOST: Final = 2**63 - 1


def check_texts(texts: Iterable[str]) -> None:
    """Refuse texts no database keeps.

    Args:
        texts: Any.

    Raises:
        InputError: if one holds the character NUL or half a surrogate pair.
    """
    whole = "\n".join(texts)
    if "\0" in whole:
        raise InputError("An id or text holds the character NUL, which is not allowed: remove it.")
    if whole.isascii():
        return
    try:
        whole.encode()
    except UnicodeEncodeError:
        raise InputError(
            "An id or text holds half a surrogate pair, which is no character: remove it."
        ) from None


def check_numbers(numbers: Iterable[float]) -> None:
    """Refuse numbers no database keeps.

    Args:
        numbers: Any.

    Raises:
        InputError: if one is not finite, or no 64-bit integer.
    """
    for one in numbers:
        if isinstance(one, int):
            if not -_MOST <= one <= _MOST:
                raise InputError(f"{one} is too large a number, must be below 2^63.")
        elif not math.isfinite(one):
            raise InputError(f"{one} is no finite number.")
