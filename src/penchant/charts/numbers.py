"""Numbers as people read them; what is not known is a dash."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

UNKNOWN = "–"
_LARGEST = 1e15

Form: TypeAlias = Callable[..., str]
"""How numbers are written: one, or several that stand together and get the same decimals."""


def is_known(value: float) -> bool:
    """Say whether a value can be shown: no NaN, no infinity, no absurd size.

    Args:
        value: Any.
    """
    return math.isfinite(value) and abs(value) < _LARGEST


def number(value: float, *beside: float) -> str:
    """Write a number with three telling digits.

    Args:
        value: What to write.
        *beside: Others it stands beside; the largest of all decides the decimals.

    Returns:
        Thousands are set apart by commas, the minus is a real one; a dash for what is not known.

    Example:
        >>> number(0.03084), number(1234.5), number(-0.0003, 0.0261), number(float("nan"))
        ('0.0308', '1,234', '−0.0003', '–')
    """
    if not is_known(value):
        return UNKNOWN
    largest = max((abs(one) for one in (value, *beside) if is_known(one)), default=0.0)
    decimals = 0 if largest < 1e-9 else min(max(2 - math.floor(math.log10(largest)), 0), 6)
    whole = largest >= 1 and all(one == round(one) for one in (value, *beside) if is_known(one))
    return _signed(f"{value:,.{0 if whole else decimals}f}")


def score(value: float, *beside: float) -> str:
    """Write a number between 0 and 1, or a difference of two, with four decimals.

    Args:
        value: What to write.
        *beside: Others it stands beside; they change nothing.

    Example:
        >>> score(0.00244), score(-0.03)
        ('0.0024', '−0.0300')
    """
    return _signed(f"{value:.4f}") if is_known(value) else UNKNOWN


def percent(value: float, *beside: float) -> str:
    r"""Write a share as a percentage.

    Args:
        value: A share; 1 is 100 %.
        *beside: Others it stands beside; the largest of all decides the decimals.

    Example:
        >>> percent(0.0812), percent(1.0), percent(-0.0004), percent(-0.00001)
        ('8.1\xa0%', '100\xa0%', '−0.04\xa0%', '0.00\xa0%')
    """
    if not is_known(value):
        return UNKNOWN
    shares = [round(100 * one, 6) for one in (value, *beside) if is_known(one)]
    whole = all(share == round(share) for share in shares)
    decimals = 0 if whole else 1 if max(map(abs, shares)) >= 1 else 2
    return _signed(f"{100 * value:,.{decimals}f}") + "\u00a0%"


def between(low: float, high: float, form: Form = number) -> str:
    """Write an interval, "" where there is none.

    Args:
        low: Lower end.
        high: Upper end.
        form: How numbers are written.

    Example:
        >>> between(0.0241, 0.0375)
        '0.0241 to 0.0375'
    """
    if not (is_known(low) and is_known(high)):
        return ""
    return f"{form(low, high)} to {form(high, low)}"


def _signed(text: str) -> str:
    if not text.startswith("-"):
        return text
    return text[1:] if not text.strip("-0.,") else "−" + text[1:]
