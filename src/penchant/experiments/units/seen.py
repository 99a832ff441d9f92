"""What the database knows of some units: answers, slots rendered, and clicks on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import sqlalchemy as sa

from penchant import columns as c
from penchant.experiments.units.orders import AT, UNIT
from penchant.store.database import schema

if TYPE_CHECKING:
    from penchant.store.database.database import Database

_SLATES: Final = schema.slates.c
_SEEN: Final = schema.exposures.c
_EVENTS: Final = schema.events.c
_ASSIGNED: Final = schema.assignments.c

_SURFACES: Final[sa.BindParameter[Any]] = sa.bindparam("surfaces", expanding=True)
_SINCE: Final = sa.bindparam("since", type_=sa.BigInteger)
_UNTIL: Final = sa.bindparam("until", type_=sa.BigInteger)
_AS_OF: Final = sa.bindparam("as_of", type_=sa.BigInteger)
_AFTER: Final = sa.bindparam("after", type_=sa.Text)
_LAST: Final = sa.bindparam("last", type_=sa.Text)
_UNITS: Final = sa.select(_ASSIGNED.unit_id).where(
    _ASSIGNED.experiment == sa.bindparam("experiment", type_=sa.Text),
    # both ends as the database orders texts, whatever that order is
    _ASSIGNED.unit_id > _AFTER,
    _ASSIGNED.unit_id <= _LAST,
)


@dataclass(frozen=True, slots=True)
class _Statements:
    """What is read of some customers."""

    answers: sa.Select[Any]
    rendered: sa.Select[Any]
    clicks: sa.Select[Any]

    @classmethod
    def of(cls, slates: sa.ColumnElement[bool], events: sa.ColumnElement[bool]) -> _Statements:
        """Make them, of those whose slates and events these choose."""
        theirs = (
            slates,
            _SLATES.surface.in_(_SURFACES),
            _SLATES.made_us >= _SINCE,
            _SLATES.made_us < _UNTIL,
        )
        clicked = (
            events,
            _EVENTS.interaction_type == c.CLICK,
            _EVENTS.request_id != "",
            _EVENTS.time_us >= _SINCE,
            _EVENTS.time_us < _AS_OF,
        )
        return cls(
            answers=sa.select(
                _SLATES.request_id,
                _SLATES.customer_id,
                _SLATES.surface,
                _SLATES.step,
                _SLATES.made_us,
                _SLATES.took_us,
                _SLATES.slots,
            ).where(*theirs),
            rendered=sa.select(_SEEN.request_id, _SEEN.slot, _SEEN.shown_us)
            .join_from(schema.exposures, schema.slates, _SEEN.request_id == _SLATES.request_id)
            .where(*theirs, _SEEN.shown_us < _AS_OF),
            clicks=sa.select(
                _EVENTS.customer_id, _EVENTS.request_id, _EVENTS.product_id, _EVENTS.time_us
            ).where(*clicked),
        )


_OF_UNITS: Final = _Statements.of(_SLATES.customer_id.in_(_UNITS), _EVENTS.customer_id.in_(_UNITS))
_OF_ANYBODY: Final = _Statements.of(
    sa.and_(_SLATES.customer_id > _AFTER, _SLATES.customer_id <= _LAST),
    sa.and_(_EVENTS.customer_id > _AFTER, _EVENTS.customer_id <= _LAST),
)
_CUSTOMERS: Final = (
    sa.select(_SLATES.customer_id)
    .distinct()
    .where(
        _SLATES.customer_id > _AFTER,
        _SLATES.surface.in_(_SURFACES),
        _SLATES.made_us >= _SINCE,
        _SLATES.made_us < _UNTIL,
    )
    .order_by(_SLATES.customer_id)
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
        experiment: Name of the experiment; "": whoever was answered, assigned or not.
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
    statements = _OF_UNITS if window.experiment else _OF_ANYBODY
    with database.snapshot() as connection:
        answers = [
            (*row[:-1], [slot[0] for slot in row[-1]])
            for row in connection.execute(statements.answers, asked | places)
        ]
        rendered = connection.execute(statements.rendered, asked | places).all()
        clicks = connection.execute(statements.clicks, asked).all()
    return Seen(
        frame_of(answers, ANSWER_SCHEMA),
        frame_of(rendered, RENDERED_SCHEMA),
        frame_of(clicks, CLICK_SCHEMA),
    )


def answered(database: Database, window: Window, size: int) -> Iterator[tuple[str, list[str]]]:
    """Give pages of customers who were answered, each with the customer before its first.

    Args:
        database: The shop's.
        window: Where and when.
        size: Most of a page.

    Raises:
        StoreError: if the database does not answer.
    """
    after = ""
    asked = {"since": window.since_us, "until": window.until_us, "most": size}
    while True:
        with database.snapshot() as connection:
            places = {"surfaces": list(window.surfaces), "after": after}
            page = list(connection.scalars(_CUSTOMERS, asked | places))
        if not page:
            return
        yield after, page
        after = page[-1]


def frame_of(rows: Sequence[Any], columns: dict[str, Any]) -> pl.DataFrame:
    """Make a frame of rows of the database.

    Args:
        rows: Their values in the order of the columns.
        columns: {name: dtype}.
    """
    return pl.DataFrame([tuple(row) for row in rows], schema=columns, orient="row")
