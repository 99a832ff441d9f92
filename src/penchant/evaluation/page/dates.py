"""Days as people write them."""

from __future__ import annotations

from datetime import datetime

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def day(time: str) -> str:
    """Write the day of a time; what is no time stays as it is.

    Args:
        time: ISO 8601.

    Example:
        >>> day("2026-03-09T00:00:00Z"), day("yesterday")
        ('9 March 2026', 'yesterday')
    """
    try:
        when = datetime.fromisoformat(time)
    except ValueError:
        return time
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"
