"""Arguments and texts that several commands of `penchant experiment` share."""

from __future__ import annotations

from typing import Annotated

import typer

ExperimentName = Annotated[
    str, typer.Argument(metavar="NAME", help="Of the experiment, and of its file.")
]


def minutes(iso: str) -> str:
    """Shorten an ISO time for a table.

    Args:
        iso: ISO 8601, in any zone.
    """
    from datetime import UTC, datetime

    return datetime.fromisoformat(iso).astimezone(UTC).strftime("%Y-%m-%d %H:%M")
