"""What the database knows of some units: answers, slots rendered, and clicks on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import sqlalchemy as sa

from penchant import columns as c
from penchant.experiments.orders import AT, LINE_SCHEMA, UNIT, no_lines
from penchant.store.database import schema

if TYPE_CHECKING:
    from penchant.store.database.database import Database

PAGE: Final = 50_000
"""Rows fetched at once."""

_SLATES: Final = schema.slates.c
_SEEN: Final = schema.exposures.c
_EVENTS: Final = schema.events.c
_ASSIGNED: Final = schema.assignments.c

_SURFACES: Final[sa.BindParameter[Any]] = sa.bindparam("surfaces", expanding=True)
_SINCE: Final = sa.bindparam("since", type_=sa.BigInteger)
_UNTIL: Final = sa.bindparam("until", type_=sa.BigInteger)
_AS_OF: Final = sa.bindparam("as_of", type_=sa.BigInteger)
_THEM: Final = sa.select(_ASSIGNED.unit_id).where(
    _ASSIGNED.experiment == sa.bindparam("experiment", type_=sa.Text),
    # both ends as the database orders texts, whatever that order is
    _ASSIGNED.unit_id > sa.bindparam("after", type_=sa.Text),
    _ASSIGNED.unit_id <= sa.bindparam("last", type_=sa.Text),
)
_THEIR_SLATES: Final = (
    _SLATES.customer_id.in_(_THEM),
    _SLATES.surface.in_(_SURFACES),
    _SLATES.made_us >= _SINCE,
    _SLATES.made_us < _UNTIL,
)
_ANSWERS: Final = sa.select(
    _SLATES.request_id,
    _SLATES.customer_id,
    _SLATES.surface,
    _SLATES.step,
    _SLATES.made_us,
    _SLATES.took_us,
    _SLATES.slots,
).where(*_THEIR_SLATES)
_RENDERED: Final = (
    sa.select(_SEEN.request_id, _SEEN.slot, _SEEN.shown_us)
    .join_from(schema.exposures, schema.slates, _SEEN.request_id == _SLATES.request_id)
    .where(*_THEIR_SLATES, _SEEN.shown_us < _AS_OF)
)
_CLICKS: Final = sa.select(
    _EVENTS.customer_id, _EVENTS.request_id, _EVENTS.product_id, _EVENTS.time_us
).where(
    _EVENTS.customer_id.in_(_THEM),
    _EVENTS.interaction_type == c.CLICK,
    _EVENTS.request_id != "",
    _EVENTS.time_us >= _SINCE,
    _EVENTS.time_us < _AS_OF,
)
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
        _EVENTS.time_us >= _SINCE,
        _EVENTS.time_us < _AS_OF,
    )
    .order_by(_EVENTS.seq)
    .limit(sa.bindparam("most", type_=sa.Integer))
)

ANSWER_SCHEMA: Final = {
    "request_id": pl.String(),
    UNIT: pl.String(),
    "surface": pl.String(),
    "step": pl.String(),
    "made_us": pl.Int64(),
    "took_us": pl.Int64(),
    "products": pl.List(pl.String()),
}
RENDERED_SCHEMA: Final = {
    "request_id": pl.String(),
    "slot": pl.Int64(),
    "shown_us": pl.Int64(),
}
CLICK_SCHEMA: Final = {
    UNIT: pl.String(),
    "request_id": pl.String(),
    c.PRODUCT_ID: pl.String(),
    AT: pl.Int64(),
}


@dataclass(frozen=True, slots=True)
class Window:
    """What of the database an analysis looks at; all ends in microseconds since 1970 UTC.

    Attributes:
        experiment: Name of the experiment.
        surfaces: Where it runs.
        since_us: Answers and events from when on: a span before the start.
        until_us: Answers until when, exclusive: when it ended, or the reference time.
        as_of_us: What happened later is not known.
    """

    experiment: str
    surfaces: tuple[str, ...]
    since_us: int
    until_us: int
    as_of_us: int


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What some units were shown.

    Attributes:
        answers: Columns of ANSWER_SCHEMA.
        rendered: Columns of RENDERED_SCHEMA, of those answers.
        clicks: Columns of CLICK_SCHEMA.
    """

    answers: pl.DataFrame
    rendered: pl.DataFrame
    clicks: pl.DataFrame


def seen_by(database: Database, window: Window, after: str, last: str) -> Seen:
    """Read what units were shown, and what of it they clicked.

    Args:
        database: The shop's.
        window: Which experiment, and when.
        after: Units after this one, as the database orders texts.
        last: Up to this one.

    Raises:
        StoreError: if the database does not answer.
    """
    asked = {
        "experiment": window.experiment,
        "after": after,
        "last": last,
        "since": window.since_us,
        "until": window.until_us,
        "as_of": window.as_of_us,
    }
    places = {"surfaces": list(window.surfaces)}
    with database.snapshot() as connection:
        answers = [
            (*row[:-1], [slot[0] for slot in row[-1]])
            for row in connection.execute(_ANSWERS, asked | places)
        ]
        rendered = connection.execute(_RENDERED, asked | places).all()
        clicks = connection.execute(_CLICKS, asked).all()
    return Seen(
        _frame(answers, ANSWER_SCHEMA),
        _frame(rendered, RENDERED_SCHEMA),
        _frame(clicks, CLICK_SCHEMA),
    )


def live_lines(database: Database, window: Window, action: str) -> pl.DataFrame:
    """Read what was bought, or sent back, while the shop was open, in pages.

    Args:
        database: The shop's.
        window: When.
        action: `columns.PURCHASE` or `columns.RETURN`.

    Returns:
        Columns of LINE_SCHEMA, in the order of writing.

    Raises:
        StoreError: if the database does not answer.
    """
    return pl.concat([no_lines(), *_pages(database, window, action)])


def _pages(database: Database, window: Window, action: str) -> Iterator[pl.DataFrame]:
    seq = 0
    asked = {"action": action, "since": window.since_us, "as_of": window.as_of_us, "most": PAGE}
    while True:
        with database.snapshot() as connection:
            rows = connection.execute(_LINES, asked | {"after": seq}).all()
        if not rows:
            return
        seq = rows[-1][0]
        yield _frame([tuple(row)[1:] for row in rows], LINE_SCHEMA)


def _frame(rows: Sequence[Any], columns: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([tuple(row) for row in rows], schema=columns, orient="row")
