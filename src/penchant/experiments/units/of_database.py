"""From a shop's database and tables to one row per unit of an experiment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import polars as pl

from penchant import columns as c
from penchant.experiments.assignment import design_of
from penchant.experiments.experiment import Experiment
from penchant.experiments.units.live_lines import live_lines
from penchant.experiments.units.orders import AT, DAY_US, UNIT, OrderBook, order_book
from penchant.experiments.units.outcomes import FIRST, cap_of, matrix_of, with_orders
from penchant.experiments.units.seen import Seen, Window, seen_by
from penchant.experiments.units.shown_sums import no_units, shown_sums
from penchant.experiments.units.table import TOTALS, UnitTable, shows_nothing
from penchant.taste.from_tables import microseconds

if TYPE_CHECKING:
    from penchant.store.database.store import Store
    from penchant.store.database.values import ServedAssignment

PAGE_OF_UNITS: Final = 5_000
"""Units whose answers are in memory at once."""

NEW, RETURNING = "new", "returning"
VISIT, SURFACE = "visit", "surface"


@dataclass(frozen=True, slots=True, eq=False)
class ShopOrders:
    """A shop's tables of orders, as ingested.

    Attributes:
        orders: Canonical orders.
        items: Canonical order items.
        signs_lost: Whether values below 0 were left out of them, as of refunds.
    """

    orders: pl.DataFrame
    items: pl.DataFrame
    signs_lost: bool = False

    def book(self, purchases: pl.DataFrame, returns: pl.DataFrame) -> OrderBook:
        """Put them together with live events.

        Args:
            purchases: As in `order_book`.
            returns: As there.
        """
        return order_book(self.orders, self.items, purchases, returns, signs_lost=self.signs_lost)


@dataclass(frozen=True, slots=True)
class Dealt:
    """Who was dealt what, told apart.

    Attributes:
        kept: {unit_id: (variant, first_us)}, of several variants the first.
        crossed: Of those kept, units of more than one variant.
        uncounted: Units of an override, then or now.
        before_start: Units assigned before the start, in an earlier experiment of the name.
        not_kept: Units assigned so long ago that their first answers may be deleted.
        redesigned: Units of another design.
    """

    kept: Mapping[str, tuple[str, int]]
    crossed: int
    uncounted: int
    before_start: int
    not_kept: int
    redesigned: int

    @property
    def totals(self) -> dict[str, int]:
        """All counts by name."""
        return {name: getattr(self, name) for name in TOTALS}


def units_of_database(
    store: Store,
    experiment: Experiment,
    tables: ShopOrders,
    *,
    as_of: datetime,
    empty: Collection[str] = (),
    kept_us: int | None = None,
) -> UnitTable:
    """Give one row per unit that was exposed.

    A unit is exposed when a slot of one of the experiment's surfaces was rendered, in an answer
    made at or after its assignment; where a variant shows nothing, when it was answered. Who is
    exposed first when the experiment is over is no unit: once the last window is over, later
    looks find the same. Its window are the `attribution_days` from then on. A slot clicked in it
    counts once; orders are those of `order_book`. Nothing after the reference time is known.

    Args:
        store: The shop's database.
        experiment: Which one.
        tables: The shop's orders.
        as_of: The reference time.
        empty: Surfaces that stay empty in this shop where a variant says nothing else.
        kept_us: As `kept_since` tells; units assigned earlier are left out, as the first they were
            shown may be deleted. None: nothing is deleted.

    Returns:
        Units by id. Pages of PAGE_OF_UNITS are in memory at once, and the orders of all.

    Raises:
        StoreError: if the database does not answer.
    """
    as_of_us, span_us = microseconds(as_of), span_of(experiment)
    window = window_of(experiment, as_of_us)
    hollow = shows_nothing(experiment, empty)
    totals: Counter[str] = Counter()
    assigned: Counter[str] = Counter({one.name: 0 for one in experiment.variants})
    frames = []
    for after, page in _pages(store, experiment.name):
        dealt = deal(page, experiment, as_of_us, kept_us)
        totals.update(dealt.totals)
        assigned.update(variant for variant, _ in dealt.kept.values())
        seen = seen_by(store.database, window, after, page[-1].unit_id)
        frames.append(_shown(dealt, seen, experiment, at_serving=bool(hollow)))
    since_us = window.since_us
    purchases = live_lines(store.database, since_us, as_of_us, c.PURCHASE)
    returns = live_lines(store.database, since_us, as_of_us, c.RETURN)
    book = tables.book(purchases, returns)
    known = book.frame.filter(pl.col(AT) < as_of_us)
    units = pl.concat([no_units(), *frames])
    return table_of(
        with_orders(_timed(units), known, span_us).sort(UNIT),
        experiment,
        as_of_us,
        Beside(dict(assigned), dict(totals), book.counts, hollow),
    )


@dataclass(frozen=True, slots=True)
class Beside:
    """What a table of units says beside its rows.

    Attributes:
        assigned: {variant: units}.
        totals: {one of TOTALS: units}; those absent: none.
        notes: What was noticed of orders.
        hollow: Variants that show nothing.
    """

    assigned: Mapping[str, int]
    totals: Mapping[str, int]
    notes: Mapping[str, int]
    hollow: tuple[str, ...] = ()


def table_of(
    units: pl.DataFrame, experiment: Experiment, as_of_us: int, beside: Beside
) -> UnitTable:
    """Make the table of units, with revenue capped at the pooled quantile of those matured.

    Args:
        units: Columns unit_id, variant, first_exposed_us, surface, ever_bought, and all of
            UNIT_COLUMNS but revenue_capped.
        experiment: Which one.
        as_of_us: The reference time.
        beside: What else is to be said.
    """
    names = tuple(one.name for one in experiment.variants)
    first = units[FIRST].to_numpy()
    matured = first + span_of(experiment) <= as_of_us
    cap = cap_of(units["revenue"].to_numpy()[matured], experiment.winsorize)
    before = pl.col("ever_bought") | (pl.col("exposures_before") > 0)
    visit = pl.when(before).then(pl.lit(RETURNING)).otherwise(pl.lit(NEW)).alias(VISIT)
    places = {name: place for place, name in enumerate(names)}
    return UnitTable(
        names=names,
        unit_ids=units[UNIT].to_numpy().astype(object),
        variants=units["variant"].replace_strict(places, return_dtype=pl.Int64).to_numpy(),
        values=matrix_of(units, cap),
        first_exposed_us=first,
        matured=matured,
        traits=units.select(visit, pl.col("surface").alias(SURFACE)),
        assigned=beside.assigned,
        hollow=beside.hollow,
        notes=beside.notes,
        **beside.totals,
    )


def deal(
    assignments: Sequence[ServedAssignment],
    experiment: Experiment,
    as_of_us: int,
    kept_us: int | None = None,
) -> Dealt:
    """Tell apart who counts: by hash, in the experiment as it is.

    Who got two variants, as visitors may who log in, counts for the first throughout: chance
    alone decided on it. Leaving them out would take more from the variant of the smaller share.
    Who has an override now is left out whatever they got before: an override given during a run
    takes its units from all variants alike only if all they did is left out.

    Args:
        assignments: Of whole units.
        experiment: Which one.
        as_of_us: Later ones are not known yet.
        kept_us: Units assigned earlier are left out; None: none.
    """
    counts = dict.fromkeys(TOTALS, 0)
    start_us = microseconds(experiment.start)
    design, names = design_of(experiment), {one.name for one in experiment.variants}
    units: dict[str, list[ServedAssignment]] = {}
    for one in assignments:
        if one.first_us < as_of_us:
            units.setdefault(one.unit_id, []).append(one)
    kept = {}
    for unit_id, rows in units.items():
        first = min(rows, key=lambda one: (one.first_us, one.variant))
        if unit_id in experiment.overrides or not all(one.counted for one in rows):
            counts["uncounted"] += 1
        elif first.first_us < start_us:
            counts["before_start"] += 1
        elif kept_us is not None and first.first_us < kept_us:
            counts["not_kept"] += 1
        elif first.design != design or first.variant not in names:
            counts["redesigned"] += 1
        else:
            kept[unit_id] = first.variant, first.first_us
            counts["crossed"] += len(rows) > 1
    return Dealt(kept, **counts)


def span_of(experiment: Experiment) -> int:
    """Give the length of a unit's window in microseconds.

    Args:
        experiment: Any.
    """
    return round(experiment.attribution_days * DAY_US)


def window_of(experiment: Experiment, as_of_us: int) -> Window:
    """Give what of the database an analysis looks at.

    Args:
        experiment: Which one.
        as_of_us: The reference time.
    """
    ended = microseconds(experiment.over_at)
    since = microseconds(experiment.start) - span_of(experiment)
    return Window(experiment.name, experiment.surfaces, since, min(ended, as_of_us), as_of_us)


def _pages(store: Store, name: str) -> Iterator[tuple[str, Sequence[ServedAssignment]]]:
    """Give assignments of whole units in pages, each with the unit before its first."""
    after = ""
    while page := store.assignments.of(name, after=after, limit=PAGE_OF_UNITS):
        yield after, page
        after = page[-1].unit_id


def _shown(dealt: Dealt, seen: Seen, experiment: Experiment, *, at_serving: bool) -> pl.DataFrame:
    over_us = microseconds(experiment.over_at)
    return shown_sums(
        _frame(dealt), seen, span_of(experiment), at_serving=at_serving, until_us=over_us
    )


def _frame(dealt: Dealt) -> pl.DataFrame:
    rows = [(unit, variant, at) for unit, (variant, at) in dealt.kept.items()]
    columns = {UNIT: pl.String, "variant": pl.String, "first_us": pl.Int64}
    return pl.DataFrame(rows, schema=columns, orient="row")


def _timed(units: pl.DataFrame) -> pl.DataFrame:
    """Let answers of units of whom none was timed count as the mean of all that were, or as 0."""
    timed = units.filter(pl.col("took_ms").is_not_null())
    answers, took_ms = (float(timed[name].sum() or 0) for name in ("answers", "took_ms"))
    mean = took_ms / answers if answers else 0.0
    return units.with_columns(pl.col("took_ms").fill_null(pl.col("answers") * mean))
