"""Orders become purchases, and meet the purchases that were recorded as interactions.

An order knows more than a tracker: whether it was completed, and whether it was a gift. Where both
tell of one purchase, the order counts.
"""

from __future__ import annotations

import polars as pl

from penchant import columns as c
from penchant.tables.report import Finding
from penchant.tables.schemas import SCHEMAS, empty_table
from penchant.tables.words import (
    CANCELLED,
    COMPLETED,
    OPEN,
    ORDER_STATES,
    ORDER_WORDS,
    RETURNED,
    clean_words,
    suggestion,
)

_STATE = "\x00state"
_DAY = "\x00day"
_SORT = (c.CUSTOMER_ID, c.TIMESTAMP, c.PRODUCT_ID, c.INTERACTION_TYPE, c.INTERACTION_ID)
_SAME_PURCHASE = (c.CUSTOMER_ID, c.PRODUCT_ID, _DAY)
_HAS_QUANTITY = pl.col(c.QUANTITY).fill_null(1) != 0
_NOT_BOUGHT = {
    CANCELLED: "Cancelled orders are no purchases.",
    RETURNED: "Returned orders are no purchases.",
    OPEN: "Orders that are not completed yet are no purchases.",
}


def purchases_from_orders(
    orders: pl.DataFrame, order_items: pl.DataFrame
) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Give one purchase for every product of every completed order.

    An order without a status counts as completed; one of unknown status does not count, and is
    named. A product named twice in an order is one purchase; a line of quantity 0 is none.

    Args:
        orders: Canonical orders, as `read_table` gives them.
        order_items: Canonical order items.

    Returns:
        Interactions of type purchase (timestamp: the order's date, interaction_id:
        `order:<order>:<product>`, trust 0 for gift orders, otherwise 1), sorted, and what did not
        become one.

    Example:
        >>> from datetime import UTC, datetime
        >>> day = datetime(2026, 3, 1, tzinfo=UTC)
        >>> orders = pl.DataFrame({"order_id": ["o1"], "customer_id": ["c1"], "order_date": [day]})
        >>> items = pl.DataFrame({"order_id": ["o1"], "product_id": ["p1"]})
        >>> purchases_from_orders(orders, items)[0]["interaction_id"].to_list()
        ['order:o1:p1']
    """
    orders, items = _complete(orders, c.ORDERS), _complete(order_items, c.ORDER_ITEMS)
    orders = orders.with_columns(_states(orders).alias(_STATE))
    lines = items.join(orders, on=c.ORDER_ID, how="inner")
    completed = lines.filter(pl.col(_STATE) == COMPLETED)
    bought = completed.filter(_HAS_QUANTITY)
    rows = bought.unique([c.ORDER_ID, c.PRODUCT_ID], keep="first", maintain_order=True)
    findings = (
        *_state_findings(orders),
        *_unmatched_findings(orders, items),
        *_counted(c.ORDER_ITEMS, "warning", "no_quantity", "Lines of quantity 0 are no purchases.",
                  completed.height - bought.height),
        *_counted(c.ORDER_ITEMS, "repair", "repeated_item",
                  "Products repeated in one order count once.",
                  bought.height - rows.height),
    )  # fmt: skip
    return _as_purchases(rows), findings


def all_interactions(
    interactions: pl.DataFrame | None,
    orders: pl.DataFrame | None,
    order_items: pl.DataFrame | None,
) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Give interactions and the purchases of orders as one table.

    A purchase recorded both as an interaction and in an order (same customer, product and UTC day)
    counts once, as the order tells it: with its gift flag, and not at all if the order was
    cancelled or returned.

    Args:
        interactions: Canonical interactions, if the shop has them.
        orders: Canonical orders, if the shop has them.
        order_items: Canonical order items, if the shop has them.

    Returns:
        Canonical interactions, sorted by customer_id, timestamp, product_id, interaction_type and
        interaction_id, and what was found on the way.

    Example:
        >>> all_interactions(None, None, None)[0].height
        0
    """
    events = _complete(interactions, c.INTERACTIONS)
    orders, items = _complete(orders, c.ORDERS), _complete(order_items, c.ORDER_ITEMS)
    purchases, findings = purchases_from_orders(orders, items)
    told = _told_by_orders(orders, items)
    day = pl.col(c.TIMESTAMP).dt.date().alias(_DAY)
    events = events.with_columns(day, pl.int_range(pl.len()).alias("\x00row"))
    mine = events.filter(pl.col(c.INTERACTION_TYPE) == c.PURCHASE)
    twice = mine.join(told, on=_SAME_PURCHASE, how="inner")
    once = events.join(twice, on="\x00row", how="anti").select(*SCHEMAS[c.INTERACTIONS].dtypes())
    bought = int(twice["bought"].sum())
    both = (
        *_counted(c.INTERACTIONS, "repair", "purchase_in_both",
                  "Purchases that an order tells of as well count once.", bought),
        *_counted(c.INTERACTIONS, "repair", "purchase_undone",
                  "Purchases of cancelled or returned orders were left out.",
                  twice.height - bought),
    )  # fmt: skip
    return pl.concat([once, purchases]).sort(_SORT), (*findings, *both)


def _complete(frame: pl.DataFrame | None, table: str) -> pl.DataFrame:
    """Add the canonical columns a frame lacks, all null; trust is full where nothing is said."""
    if frame is None:
        return empty_table(table)
    dtypes = SCHEMAS[table].dtypes()
    columns = [
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in dtypes.items()
    ]
    complete = frame.select(columns)
    return complete.with_columns(pl.col(c.TRUST).fill_null(1.0)) if c.TRUST in dtypes else complete


def _states(orders: pl.DataFrame) -> pl.Series:
    return clean_words(orders[c.ORDER_STATUS], ORDER_WORDS).values.fill_null(COMPLETED)


def _told_by_orders(orders: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Give each (customer, product, day) a settled order tells of, and whether it was bought."""
    settled = orders.with_columns(_states(orders).alias(_STATE)).filter(
        pl.col(_STATE).is_in([COMPLETED, CANCELLED, RETURNED])
    )
    lines = items.filter(_HAS_QUANTITY).join(settled, on=c.ORDER_ID, how="inner")
    return (
        lines.with_columns(pl.col(c.ORDER_DATE).dt.date().alias(_DAY))
        .group_by(_SAME_PURCHASE)
        .agg((pl.col(_STATE) == COMPLETED).any().alias("bought"))
    )


def _as_purchases(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        c.CUSTOMER_ID,
        c.PRODUCT_ID,
        pl.lit(c.PURCHASE).alias(c.INTERACTION_TYPE),
        pl.col(c.ORDER_DATE).alias(c.TIMESTAMP),
        pl.format("order:{}:{}", c.ORDER_ID, c.PRODUCT_ID).alias(c.INTERACTION_ID),
        pl.lit(None, pl.String).alias(c.SESSION_ID),
        pl.when(c.IS_GIFT).then(0.0).otherwise(1.0).alias(c.TRUST),
    ).sort(_SORT)


def _state_findings(orders: pl.DataFrame) -> tuple[Finding, ...]:
    findings: list[Finding] = []
    for state, message in _NOT_BOUGHT.items():
        rows = orders.filter(pl.col(_STATE) == state)
        ids = tuple(rows[c.ORDER_ID].sort().head(5).to_list())
        findings += _counted(c.ORDERS, "warning", f"order_{state}", message, rows.height, ids)
    unknown = orders.filter(~pl.col(_STATE).is_in(ORDER_STATES))
    words = unknown[_STATE].unique().sort().head(5).to_list()
    shown = tuple(f'"{word}"{suggestion(word, ORDER_WORDS)}' for word in words)
    message = "Orders of unknown status are not counted as purchases."
    findings += _counted(
        c.ORDERS, "warning", "unknown_order_status", message, unknown.height, shown
    )
    return tuple(findings)


def _unmatched_findings(orders: pl.DataFrame, items: pl.DataFrame) -> tuple[Finding, ...]:
    lost = items.join(orders, on=c.ORDER_ID, how="anti")[c.ORDER_ID].sort()
    bare = orders.join(items, on=c.ORDER_ID, how="anti")[c.ORDER_ID].sort()
    return (
        *_counted(c.ORDER_ITEMS, "warning", "item_without_order",
                  "Order items belong to no order and are not counted.", len(lost),
                  tuple(lost.unique().sort().head(5))),
        *_counted(c.ORDERS, "warning", "order_without_items",
                  "Orders have no items.", len(bare), tuple(bare.head(5))),
    )  # fmt: skip


def _counted(
    table: str, kind: str, code: str, message: str, count: int, examples: tuple[str, ...] = ()
) -> list[Finding]:
    if not count:
        return []
    return [
        Finding(table, "repair" if kind == "repair" else "warning", code, message, count, examples)
    ]
