"""The moments of an experiment, summed up by the database itself: no row of a unit is moved.

The same units and the same rules as `units_of_database`, in one statement of SQLAlchemy Core that
SQLite and PostgreSQL both run. It knows what the database knows: rendered slots, clicks and live
purchases. The shop's own order tables, what was before the experiment, and guardrails are not in
it; nor are answers of a variant that shows nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import sqlalchemy as sa

from penchant import columns as c
from penchant.errors import InputError
from penchant.experiments.assignment import design_of
from penchant.experiments.experiment import Experiment
from penchant.experiments.statistics.moments import Moments
from penchant.experiments.units.of_database import span_of, window_of
from penchant.experiments.units.orders import DAY_US
from penchant.experiments.units.slot_product import ProductOf
from penchant.experiments.units.table import shows_nothing
from penchant.store.database import schema
from penchant.tables.numbers import MOST_AMOUNT
from penchant.taste.from_tables import microseconds

if TYPE_CHECKING:
    from penchant.store.database.store import Store

SQL_COLUMNS: Final = ("exposures", "clicks", "converted", "orders", "revenue", "revenue_capped")
"""Of UNIT_COLUMNS, those that the database sums up."""

ROUNDING: Final = 1e-12
"""Of a share of units, by which two ways of counting may differ."""

ONCE: Final = "MATERIALIZED"
"""What is used several times is made once; both databases know the word."""

_SLATES: Final = schema.slates.c
_SEEN: Final = schema.exposures.c
_EVENTS: Final = schema.events.c
_GIVEN: Final = schema.assignments.c


def moments_in_database(
    store: Store,
    experiment: Experiment,
    *,
    as_of: datetime,
    empty: Collection[str] = (),
    kept_us: int | None = None,
) -> dict[str, Moments]:
    """Sum up the units whose attribution window is over.

    Args:
        store: The shop's database.
        experiment: Which one; in none of its variants may a surface stay empty.
        as_of: The reference time.
        empty: As in `units_of_database`.
        kept_us: As there.

    Returns:
        {variant: moments of SQL_COLUMNS}, of all variants in their order.

    Raises:
        InputError: if a variant shows nothing: then units count by their answers.
        StoreError: if the database does not answer.
    """
    if shows_nothing(experiment, empty):
        raise InputError(
            f'A variant of "{experiment.name}" shows nothing: read it by units_of_database.'
        )
    as_of_us, start_us = microseconds(as_of), microseconds(experiment.start)
    since_us = start_us if kept_us is None else max(start_us, kept_us)
    units = _capped(_units(experiment, as_of_us, since_us), experiment.winsorize)
    with store.database.snapshot() as connection:
        rows = connection.execute(_sums(units)).all()
    found = {row[0]: _moments(row[1:]) for row in rows}
    return {one.name: found.get(one.name, Moments.none(SQL_COLUMNS)) for one in experiment.variants}


def _units(experiment: Experiment, as_of_us: int, since_us: int) -> sa.CTE:
    """Give a row per unit: variant, exposures, clicks, converted, orders, revenue.

    Of those assigned at or after a moment.
    """
    span = span_of(experiment)
    seen = _rendered(experiment, as_of_us, since_us)
    first = sa.func.min(seen.c.shown_us)
    windows = (
        sa.select(seen.c.unit_id, seen.c.variant, first.label("first_us"))
        .group_by(seen.c.unit_id, seen.c.variant)
        .having(first + span <= as_of_us, first < microseconds(experiment.over_at))
        .cte("windows")
        .prefix_with(ONCE)
    )
    shown = _shown(seen, windows, span)
    clicked = _clicked(seen, windows, span, as_of_us)
    bought = _bought(_orders(experiment, as_of_us), windows, span)
    orders = sa.func.coalesce(bought.c.orders, 0)
    return (
        sa.select(
            windows.c.variant,
            *(
                sa.cast(one, sa.Double).label(name)
                for name, one in (
                    ("exposures", shown.c.exposures),
                    ("clicks", sa.func.coalesce(clicked.c.clicks, 0)),
                    ("converted", sa.case((orders > 0, 1), else_=0)),
                    ("orders", orders),
                    ("revenue", sa.func.coalesce(bought.c.revenue, 0)),
                )
            ),
        )
        .join_from(windows, shown, shown.c.unit_id == windows.c.unit_id)
        .outerjoin(clicked, clicked.c.unit_id == windows.c.unit_id)
        .outerjoin(bought, bought.c.unit_id == windows.c.unit_id)
        .cte("units")
    )


def _dealt(experiment: Experiment, as_of_us: int, since_us: int) -> sa.CTE:
    """Units by hash, of the experiment as it is, with the variant they got first."""
    unit, in_order = _GIVEN.unit_id, (_GIVEN.first_us, _GIVEN.variant)
    place = sa.func.row_number().over(partition_by=unit, order_by=in_order)
    counted = sa.func.min(sa.case((_GIVEN.counted, 1), else_=0)).over(partition_by=unit)
    given = (
        sa.select(schema.assignments, place.label("place"), counted.label("all_counted"))
        .where(_GIVEN.experiment == experiment.name, _GIVEN.first_us < as_of_us)
        .subquery()
    )
    return (
        sa.select(given.c.unit_id, given.c.variant, given.c.first_us)
        .where(
            given.c.place == 1,
            given.c.all_counted == 1,
            given.c.first_us >= since_us,
            given.c.unit_id.not_in(list(experiment.overrides)),
            given.c.design == design_of(experiment),
            given.c.variant.in_([one.name for one in experiment.variants]),
        )
        .cte("dealt")
        .prefix_with(ONCE)
    )


def _rendered(experiment: Experiment, as_of_us: int, since_us: int) -> sa.CTE:
    """Rendered slots of answers made at or after the assignment, with their product."""
    dealt, window = _dealt(experiment, as_of_us, since_us), window_of(experiment, as_of_us)
    later = sa.case((_SEEN.shown_us > _SLATES.made_us, _SEEN.shown_us), else_=_SLATES.made_us)
    product = ProductOf(_SLATES.slots, _SEEN.slot)
    return (
        sa.select(
            dealt.c.unit_id,
            dealt.c.variant,
            _SEEN.request_id,
            product.label("product_id"),
            later.label("shown_us"),
        )
        .join_from(dealt, schema.slates, _SLATES.customer_id == dealt.c.unit_id)
        .join(schema.exposures, _SEEN.request_id == _SLATES.request_id)
        .where(
            _SLATES.surface.in_(experiment.surfaces),
            _SLATES.made_us >= dealt.c.first_us,
            _SLATES.made_us >= window.since_us,
            _SLATES.made_us < window.until_us,
            _SEEN.shown_us < as_of_us,
            product.is_not(None),
        )
        .cte("rendered")
        .prefix_with(ONCE)
    )


def _shown(seen: sa.CTE, windows: sa.CTE, span: int) -> sa.CTE:
    return (
        sa.select(windows.c.unit_id, sa.func.count().label("exposures"))
        .join_from(windows, seen, seen.c.unit_id == windows.c.unit_id)
        .where(seen.c.shown_us < windows.c.first_us + span)
        .group_by(windows.c.unit_id)
        .cte("shown")
    )


def _clicked(seen: sa.CTE, windows: sa.CTE, span: int, as_of_us: int) -> sa.CTE:
    """Rendered slots that were clicked, each once."""
    slots = (
        sa.select(windows.c.unit_id, seen.c.request_id, seen.c.product_id)
        .distinct()
        .join_from(windows, seen, seen.c.unit_id == windows.c.unit_id)
        .join(
            schema.events,
            sa.and_(
                _EVENTS.request_id != "",
                _EVENTS.request_id == seen.c.request_id,
                _EVENTS.product_id == seen.c.product_id,
                _EVENTS.customer_id == windows.c.unit_id,
            ),
        )
        .where(
            _EVENTS.interaction_type == c.CLICK,
            _EVENTS.time_us < as_of_us,
            seen.c.shown_us < windows.c.first_us + span,
            _EVENTS.time_us < windows.c.first_us + span,
        )
        .subquery()
    )
    counted = sa.select(slots.c.unit_id, sa.func.count().label("clicks"))
    return counted.group_by(slots.c.unit_id).cte("clicked")


def _orders(experiment: Experiment, as_of_us: int) -> sa.CTE:
    """Live orders: whose, when and what was paid; those without an order_id are one each day.

    Refunds are none, and are paid back.
    """
    day = sa.cast(_EVENTS.time_us // DAY_US, sa.Text)
    unnamed = sa.literal("day:") + day + ":" + _EVENTS.customer_id
    key = sa.case((_EVENTS.order_id != "", sa.literal("id:") + _EVENTS.order_id), else_=unnamed)
    in_order = (_EVENTS.time_us, _EVENTS.seq)
    # a product told twice counts once; without an order_id each event is a purchase of its own
    own = sa.case((_EVENTS.order_id != "", 0), else_=_EVENTS.seq)
    lines = (
        sa.select(
            key.label("key"),
            _EVENTS.time_us,
            sa.func.coalesce(_EVENTS.value, 0.0).label("value"),
            _EVENTS.quantity,
            sa.func.first_value(_EVENTS.customer_id)
            .over(partition_by=key, order_by=in_order)
            .label("unit_id"),
            sa.func.row_number()
            .over(partition_by=(key, _EVENTS.product_id, own), order_by=in_order)
            .label("place"),
        )
        .where(
            _EVENTS.interaction_type == c.PURCHASE,
            _EVENTS.time_us >= window_of(experiment, as_of_us).since_us,
            _EVENTS.time_us < as_of_us,
        )
        .subquery()
    )
    paid = sa.func.sum(lines.c.value)
    back = sa.or_(paid < 0, sa.func.sum(lines.c.quantity) < 0)
    return (
        sa.select(
            lines.c.unit_id,
            sa.func.min(lines.c.time_us).label("at_us"),
            sa.case((back, -sa.func.abs(paid)), else_=paid).label("revenue"),
            sa.case((back, 0), else_=1).label("sold"),
        )
        .where(lines.c.place == 1)
        .group_by(lines.c.key, lines.c.unit_id)
        .having(sa.func.abs(paid) <= MOST_AMOUNT)
        .cte("orders")
    )


def _bought(orders: sa.CTE, windows: sa.CTE, span: int) -> sa.CTE:
    return (
        sa.select(
            windows.c.unit_id,
            sa.func.sum(orders.c.sold).label("orders"),
            sa.func.sum(orders.c.revenue).label("revenue"),
        )
        .join_from(windows, orders, orders.c.unit_id == windows.c.unit_id)
        .where(orders.c.at_us >= windows.c.first_us, orders.c.at_us < windows.c.first_us + span)
        .group_by(windows.c.unit_id)
        .cte("bought")
    )


def _capped(units: sa.CTE, quantile: float) -> sa.CTE:
    """Add revenue capped at 0 and the pooled quantile, as `outcomes.cap_of` finds it."""
    reached = sa.func.cume_dist().over(order_by=units.c.revenue)
    ranked = sa.select(*units.c, reached.label("reached")).cte("ranked").prefix_with(ONCE)
    least = sa.func.min(ranked.c.revenue)
    cap = (
        sa.select(sa.case((least > 0, least)))
        .where(ranked.c.reached >= quantile - ROUNDING)
        .scalar_subquery()
    )
    columns = [ranked.c[name] for name in ("variant", *SQL_COLUMNS[:-1])]
    above = ranked.c.revenue > cap if quantile < 1 else sa.false()
    below = ranked.c.revenue < 0
    capped = sa.case((above, cap), (below, 0.0), else_=ranked.c.revenue)
    return sa.select(*columns, capped.label(SQL_COLUMNS[-1])).cte("capped")


def _sums(units: sa.CTE) -> sa.Select[Any]:
    columns = [units.c[name] for name in SQL_COLUMNS]
    pairs = [a * b for place, a in enumerate(columns) for b in columns[place:]]
    sums = [sa.func.sum(one) for one in (*columns, *pairs)]
    return sa.select(units.c.variant, sa.func.count(), *sums).group_by(units.c.variant)


def _moments(row: Any) -> Moments:
    size = len(SQL_COLUMNS)
    count, values = row[0], np.array([float(one) for one in row[1:]])
    products = np.zeros((size, size))
    products[np.triu_indices(size)] = values[size:]
    products = np.triu(products) + np.triu(products, 1).T
    return Moments.from_sums(SQL_COLUMNS, count, values[:size], products)
