"""From the cleaned interactions table to histories: ids become rows, times become numbers."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import polars as pl

from penchant import columns as c
from penchant.id_map import IdMap
from penchant.taste.histories import ACTION_CODES, Histories, History


def histories_from_interactions(
    interactions: pl.DataFrame, customers: IdMap, products: IdMap
) -> Histories:
    """Turn a cleaned interactions table into histories.

    Args:
        interactions: Columns customer_id, product_id, interaction_type, timestamp, trust.
        customers: Rows of the result; interactions of anyone else are left out.
        products: Product rows; a product that is not there gets row -1.

    Returns:
        One history per customer row, oldest first.
    """
    frame = interactions.select(
        customer_row=row_column(c.CUSTOMER_ID, interactions, customers),
        product_row=row_column(c.PRODUCT_ID, interactions, products),
        action=pl.col(c.INTERACTION_TYPE).replace_strict(ACTION_CODES, return_dtype=pl.Int8),
        time_us=pl.col(c.TIMESTAMP).dt.epoch("us"),
        trust=pl.col(c.TRUST).cast(pl.Float32),
    ).filter(pl.col("customer_row") >= 0)
    events = History(
        frame["product_row"].to_numpy(),
        frame["action"].to_numpy(),
        frame["time_us"].to_numpy(),
        frame["trust"].to_numpy(),
    )
    customer_row = frame["customer_row"].to_numpy()
    return Histories.from_rows(customer_row, events, n_customers=len(customers))


def row_column(name: str, frame: pl.DataFrame, ids: IdMap) -> pl.Series:
    """Map an id column to rows, -1 where the id is unknown.

    Args:
        name: The id column of `frame`.
        frame: Any table.
        ids: The rows.
    """
    lookup = pl.DataFrame(
        {name: list(ids), "row": np.arange(len(ids), dtype=np.int32)},
        schema={name: pl.String, "row": pl.Int32},
    )
    joined = frame.select(name).join(lookup, on=name, how="left", maintain_order="left")
    return joined["row"].fill_null(-1)


def newest_moment(interactions: pl.DataFrame) -> datetime:
    """Give the time of the newest interaction; 1970 when there is none.

    Args:
        interactions: With a timestamp column.
    """
    newest = interactions[c.TIMESTAMP].max()
    return newest if isinstance(newest, datetime) else datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(moment: datetime) -> int:
    """Give microseconds since 1970 UTC; a moment without a zone is taken as UTC.

    Args:
        moment: Any datetime.

    Example:
        >>> microseconds(datetime(1970, 1, 2))
        86400000000
    """
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    delta = aware - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds
