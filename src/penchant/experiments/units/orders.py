"""Orders: what a shop's tables and live purchases tell of, each order counted once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from penchant import columns as c
from penchant.tables.numbers import MOST_AMOUNT
from penchant.tables.words import CANCELLED, COMPLETED, OPEN, ORDER_WORDS, RETURNED, clean_words

DAY_US: Final = 86_400_000_000

UNIT: Final = "unit_id"
AT: Final = "at_us"
REVENUE: Final = "revenue"
BOUGHT: Final = "bought"
RETURNED_PIECES: Final = "returned"
REFUND: Final = "refund"

ORDER_SCHEMA: Final = {
    c.ORDER_ID: pl.String(),
    UNIT: pl.String(),
    AT: pl.Int64(),
    REVENUE: pl.Float64(),
    BOUGHT: pl.Float64(),
    RETURNED_PIECES: pl.Float64(),
    REFUND: pl.Boolean(),
}
_FACTS: Final = tuple(ORDER_SCHEMA)[:-1]
LINE_SCHEMA: Final = {
    c.ORDER_ID: pl.String(),
    UNIT: pl.String(),
    c.PRODUCT_ID: pl.String(),
    AT: pl.Int64(),
    c.QUANTITY: pl.Float64(),
    "value": pl.Float64(),
    c.CURRENCY: pl.String(),
}
"""Live purchases and returns, one row per product, in the order they were written."""

_STATE: Final = "\x00state"
_DAY: Final = "\x00day"
_DATED: Final = "\x00dated"
_UNCLEAR: Final = "\x00unclear"
_ID: Final = pl.col(c.ORDER_ID)


@dataclass(frozen=True, slots=True, eq=False)
class OrderBook:
    """Orders, each once.

    Attributes:
        frame: Columns of ORDER_SCHEMA: whose, when, what was paid, pieces bought and returned. A
            refund has an amount below 0 and no pieces.
        counts: {what was noticed: how many}: orders left out as "cancelled", "open" or of "unknown"
            status, as "unclear" or "impossible" in their amount; those "told_twice"; "refunds"; of
            those that count, "dates_only" and "without_value"; "currencies", if there are several.
    """

    frame: pl.DataFrame
    counts: Mapping[str, int]


def no_lines() -> pl.DataFrame:
    """Give live purchases, or returns, of nobody."""
    return pl.DataFrame(schema=LINE_SCHEMA)


def order_book(
    orders: pl.DataFrame,
    items: pl.DataFrame,
    purchases: pl.DataFrame,
    returns: pl.DataFrame,
    *,
    signs_lost: bool = False,
) -> OrderBook:
    """Put orders of tables and live events together.

    Where both tell of an order, by its order_id, or without one by customer, product and day (UTC,
    or the day before or after it: a shop's own day is another), the table says what it was worth
    and whether it stands, the event whose it was and when. An order of the tables that carries a
    date and no time of day counts as made at the end of that day. A live purchase without an
    order_id belongs to the customer's one order of that day. Returned orders count as bought, and
    their pieces as returned; cancelled ones and those not completed yet do not count.

    An order whose amount or pieces are below 0 is a refund: see `settled`. The tables of a shop
    are ingested without what is below 0, so that a refund has no amount there. Where amounts are
    told but not of an order, and neither are its pieces, it does not count; and where signs were
    lost, nor does any order of which an amount is missing.

    Args:
        orders: The shop's table.
        items: The shop's table of what was in them.
        purchases: Columns of LINE_SCHEMA.
        returns: The same, of what was sent back.
        signs_lost: Whether values below 0 were left out when the tables were ingested.
    """
    told = _of_tables(orders, items, signs_lost=signs_lost)
    live = _known_lines(purchases)
    both = live.join(told, on=c.ORDER_ID, how="semi")
    only = live.join(told, on=c.ORDER_ID, how="anti", maintain_order="left")
    new = _without_told(only, told, items)
    # what is known to have been bought is no refund
    stands = ~pl.col(_UNCLEAR) | _ID.is_in(both[c.ORDER_ID].implode())
    final = told.filter(pl.col(_STATE).is_in([COMPLETED, RETURNED]))
    moved = _with_live_facts(final.filter(stands), both)
    frame = pl.concat([moved.select(*_FACTS), _of_lines(new)])
    frame = _with_returns(frame, _lines_of(moved, items, new), returns)
    counts = {"unclear": final.height - moved.height} if final.height > moved.height else {}
    counts |= _counts(told, moved, both, new, only)
    return settled(frame.sort(UNIT, AT, c.ORDER_ID), counts)


def settled(orders: pl.DataFrame, counts: Mapping[str, int]) -> OrderBook:
    """Tell refunds from orders, and leave out what is worth more than any order.

    A refund is no order, and has no pieces: its amount is taken off what its customer paid, on the
    day it was written. The pieces it took back do not count as returned, as they were bought at
    another time.

    Args:
        orders: Columns of ORDER_SCHEMA but the last; amounts and pieces of either sign.
        counts: What was noticed of them.
    """
    back = (pl.col(REVENUE) < 0) | (pl.col(BOUGHT) < 0)
    possible = orders.filter(pl.col(REVENUE).abs() <= MOST_AMOUNT)
    frame = possible.with_columns(back.alias(REFUND)).with_columns(
        pl.when(REFUND).then(-pl.col(REVENUE).abs()).otherwise(REVENUE).alias(REVENUE),
        *(
            pl.when(REFUND).then(0.0).otherwise(pl.col(name)).alias(name)
            for name in (BOUGHT, RETURNED_PIECES)
        ),
    )
    more = {"refunds": int(frame[REFUND].sum()), "impossible": orders.height - possible.height}
    told = {**counts, **{name: count for name, count in more.items() if count}}
    return OrderBook(frame.select(*ORDER_SCHEMA), told)


def _of_tables(orders: pl.DataFrame, items: pl.DataFrame, *, signs_lost: bool) -> pl.DataFrame:
    """Give every order of the tables, of whatever state, with what its items say."""
    states = clean_words(orders[c.ORDER_STATUS], ORDER_WORDS).values.fill_null(COMPLETED)
    pieces = pl.col(c.QUANTITY).fill_null(1.0)
    inside = items.group_by(c.ORDER_ID).agg(
        pieces.sum().alias(BOUGHT),
        (pieces * pl.col(c.UNIT_PRICE)).sum().alias("\x00worth"),
        pl.col(c.QUANTITY).is_not_null().any().alias("\x00counted"),
        pl.col(c.QUANTITY).is_null().any().alias("\x00missing"),
    )
    totals = bool(orders[c.TOTAL_AMOUNT].is_not_null().any())
    unclear = pl.lit(totals) & ~pl.col("\x00counted").fill_null(value=False)
    if signs_lost:
        unclear |= pl.lit(totals) | pl.col("\x00missing").fill_null(value=False)
    at = pl.col(c.ORDER_DATE).dt.epoch("us")
    dated = at % DAY_US == 0
    return (
        orders.with_columns(states.alias(_STATE))
        .join(inside, on=c.ORDER_ID, how="left", maintain_order="left")
        .select(
            c.ORDER_ID,
            pl.col(c.CUSTOMER_ID).alias(UNIT),
            (at + pl.when(dated).then(DAY_US - 1).otherwise(0)).alias(AT),
            pl.coalesce(c.TOTAL_AMOUNT, "\x00worth").alias(REVENUE),
            pl.col(BOUGHT).fill_null(1.0),
            pl.when(pl.col(_STATE) == RETURNED)
            .then(pl.col(BOUGHT).fill_null(1.0))
            .otherwise(0.0)
            .alias(RETURNED_PIECES),
            _STATE,
            dated.alias(_DATED),
            (pl.col(c.TOTAL_AMOUNT).is_null() & unclear).alias(_UNCLEAR),
        )
    )


def _known_lines(purchases: pl.DataFrame) -> pl.DataFrame:
    """Give each product of an order once; those without an order_id get one of the day."""
    day = (pl.col(AT) // DAY_US).cast(pl.String)
    named = pl.when(_ID == "").then(pl.format("\x00{}:{}", UNIT, day)).otherwise(_ID)
    first = purchases.sort(AT, maintain_order=True).with_columns(named.alias(c.ORDER_ID))
    # without an order_id each event is a purchase of its own
    alike = pl.when(_ID.str.starts_with("\x00")).then(pl.int_range(pl.len())).otherwise(-1)
    return (
        first.with_columns(alike.alias("\x00own"))
        .unique([c.ORDER_ID, c.PRODUCT_ID, "\x00own"], keep="first", maintain_order=True)
        .drop("\x00own")
    )


def _without_told(lines: pl.DataFrame, told: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Leave out what the tables tell of on that day or one beside it, whatever they call it."""
    orders = told.filter(~pl.col(_UNCLEAR))
    bought = items.filter(pl.col(c.QUANTITY).fill_null(1.0) > 0).join(orders, on=c.ORDER_ID)
    days = pl.concat(
        bought.select(UNIT, c.PRODUCT_ID, (pl.col(AT) // DAY_US + beside).alias(_DAY))
        for beside in (-1, 0, 1)
    )
    dated = lines.with_columns((pl.col(AT) // DAY_US).alias(_DAY))
    same = [UNIT, c.PRODUCT_ID, _DAY]
    return dated.join(days, on=same, how="anti", maintain_order="left").drop(_DAY)


def _with_live_facts(settled: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Say whose an order was and when, where an event tells it."""
    live = lines.group_by(c.ORDER_ID, maintain_order=True).agg(
        pl.col(UNIT).first().alias("\x00unit"), pl.col(AT).first().alias("\x00at")
    )
    return settled.join(live, on=c.ORDER_ID, how="left", maintain_order="left").with_columns(
        pl.coalesce("\x00unit", UNIT).alias(UNIT),
        pl.coalesce("\x00at", AT).alias(AT),
        pl.col(REVENUE).fill_null(0.0),
        (pl.col(_DATED) & pl.col("\x00at").is_null()).alias(_DATED),
    )


def _of_lines(lines: pl.DataFrame) -> pl.DataFrame:
    return (
        lines.group_by(c.ORDER_ID, maintain_order=True)
        .agg(
            pl.col(UNIT).first(),
            pl.col(AT).first(),
            pl.col("value").sum().alias(REVENUE),
            pl.col(c.QUANTITY).sum().alias(BOUGHT),
        )
        .with_columns(pl.lit(0.0).alias(RETURNED_PIECES))
        .select(*_FACTS)
    )


def _lines_of(settled: pl.DataFrame, items: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Give which product was bought in which order, of all that count."""
    told = items.join(settled, on=c.ORDER_ID).select(c.ORDER_ID, UNIT, c.PRODUCT_ID, AT)
    return pl.concat([told, lines.select(c.ORDER_ID, UNIT, c.PRODUCT_ID, AT)]).sort(AT)


def _with_returns(frame: pl.DataFrame, lines: pl.DataFrame, returns: pl.DataFrame) -> pl.DataFrame:
    """Add pieces sent back; without an order_id they are of the last order with that product."""
    named = returns.filter(_ID != "").unique([c.ORDER_ID, c.PRODUCT_ID], keep="first")
    loose = returns.filter(_ID == "").drop(c.ORDER_ID).sort(AT)
    found = loose.join_asof(lines, on=AT, by=[UNIT, c.PRODUCT_ID], check_sortedness=False)
    back = pl.concat([one.select(c.ORDER_ID, c.QUANTITY) for one in (named, found)])
    pieces = back.drop_nulls().group_by(c.ORDER_ID).agg(pl.col(c.QUANTITY).sum().alias("\x00back"))
    sent = pl.col(RETURNED_PIECES) + pl.col("\x00back").fill_null(0.0)
    return (
        frame.join(pieces, on=c.ORDER_ID, how="left", maintain_order="left")
        .with_columns(pl.min_horizontal(sent, BOUGHT).alias(RETURNED_PIECES))
        .select(*_FACTS)
    )


def _counts(
    told: pl.DataFrame,
    moved: pl.DataFrame,
    both: pl.DataFrame,
    new: pl.DataFrame,
    only: pl.DataFrame,
) -> dict[str, int]:
    states = told[_STATE]
    known = [COMPLETED, CANCELLED, RETURNED, OPEN]
    currencies = new.filter(pl.col(c.CURRENCY) != "")[c.CURRENCY].n_unique()
    counted = {
        "cancelled": int((states == CANCELLED).sum()),
        "open": int((states == OPEN).sum()),
        "unknown": int((~states.is_in(known)).sum()),
        "told_twice": both[c.ORDER_ID].n_unique()
        + (only[c.ORDER_ID].n_unique() - new[c.ORDER_ID].n_unique()),
        "dates_only": int(moved[_DATED].sum()),
        "without_value": new.filter(pl.col("value").is_null())[c.ORDER_ID].n_unique(),
        "currencies": currencies if currencies > 1 else 0,
    }
    return {name: count for name, count in counted.items() if count}
