"""What was bought or sent back while the shop was open, read in pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import polars as pl
import sqlalchemy as sa

from penchant.experiments.units.orders import LINE_SCHEMA, no_lines
from penchant.experiments.units.seen import frame_of
from penchant.store.database import schema

if TYPE_CHECKING:
    from penchant.store.database.database import Database

PAGE: Final = 50_000
"""Rows fetched at once."""

_EVENTS: Final = schema.events.c
_LINES: Final = (
    sa.select(
        _EVENTS.seq,
        _EVENTS.order_id,
        _EVENTS.customer_id,
        _EVENTS.product_id,
        _EVENTS.time_us,
        _EVENTS.quantity,
        _EVENTS.value,
        _EVENTS.currency,
    )
    .where(
        _EVENTS.seq > sa.bindparam("after", type_=sa.BigInteger),
        _EVENTS.interaction_type == sa.bindparam("action", type_=sa.Text),
        _EVENTS.time_us >= sa.bindparam("since", type_=sa.BigInteger),
        _EVENTS.time_us < sa.bindparam("as_of", type_=sa.BigInteger),
    )
    .order_by(_EVENTS.seq)
    .limit(sa.bindparam("most", type_=sa.Integer))
)


def live_lines(database: Database, since_us: int, as_of_us: int, action: str) -> pl.DataFrame:
    """Read what was bought, or sent back, while the shop was open.

    Args:
        database: The shop's.
        since_us: From when on.
        as_of_us: Until when, exclusive.
        action: `columns.PURCHASE` or `columns.RETURN`.

    Returns:
        Columns of LINE_SCHEMA, in the order of writing.

    Raises:
        StoreError: if the database does not answer.
    """
    asked = {"action": action, "since": since_us, "as_of": as_of_us, "most": PAGE}
    return pl.concat([no_lines(), *_pages(database, asked)])


def _pages(database: Database, asked: dict[str, object]) -> Iterator[pl.DataFrame]:
    seq = 0
    while True:
        with database.snapshot() as connection:
            rows = connection.execute(_LINES, asked | {"after": seq}).all()
        if not rows:
            return
        seq = rows[-1][0]
        yield frame_of([tuple(row)[1:] for row in rows], LINE_SCHEMA)
