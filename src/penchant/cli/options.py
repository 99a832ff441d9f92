"""Arguments and options that several commands share."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

ShopPath = Annotated[Path, typer.Argument(metavar="SHOP", help="The shop directory.")]
CustomerId = Annotated[str, typer.Argument(metavar="CUSTOMER", help="A customer_id.")]
ProductId = Annotated[str, typer.Argument(metavar="PRODUCT", help="A product_id.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
HowMany = Annotated[int | None, typer.Option("-k", help="How many; 10 unless set otherwise.")]
Surface = Annotated[
    str,
    typer.Option(help="Where: homepage, product_page, new_arrivals, cart or post_purchase."),
]
Products = Annotated[
    list[str] | None,
    typer.Option(
        "--product",
        metavar="PRODUCT",
        help="What the surface is about; give it again for several products.",
    ),
]
Staging = Annotated[
    bool, typer.Option("--staging", help="Ask the staged build, not the one that serves.")
]
AsOf = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="Reference time, ISO 8601; by default that of the newest interaction.",
    ),
]


def parse_time(text: str | None, *, option: str = "--as-of") -> datetime | None:
    """Read a time given on the command line; one without a zone is UTC.

    Args:
        text: ISO 8601, or None.
        option: Its name.

    Raises:
        InputError: if it is not a time.
    """
    from penchant.errors import InputError

    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise InputError(
            f'{option} is "{text}", must be a time such as 2026-03-01 or 2026-03-01T12:00:00Z.'
        ) from None
