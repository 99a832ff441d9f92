"""What a shop's database held when a build was asked for, kept beside its tables as two more.

A build, its evaluation and the gate that judges it speak of the same events, however many came in
meanwhile.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from penchant import columns as c
from penchant.errors import BuildError
from penchant.files import write_together
from penchant.shop_directory import ShopDirectory
from penchant.tables import SCHEMAS, empty_table

if TYPE_CHECKING:
    from penchant.store.database.store import Store
    from penchant.store.database.values import Event

EVENTS: Final = "live_events"
CONSENTS: Final = "live_consents"

PERSONALIZATION: Final = "personalization"
MARKETING: Final = "marketing"
AT: Final = "at"

CONSENT_SCHEMA: Final = {
    c.CUSTOMER_ID: pl.String(),
    PERSONALIZATION: pl.Boolean(),
    MARKETING: pl.Boolean(),
    AT: pl.Datetime("us", "UTC"),
}

_KEY: Final = (c.CUSTOMER_ID, c.PRODUCT_ID, c.INTERACTION_TYPE, c.TIMESTAMP)
_DAY: Final = "\x00day"


@dataclass(frozen=True, slots=True, eq=False)
class LiveTables:
    """What was recorded while the shop was open.

    Attributes:
        events: As interactions, sorted as they are.
        consents: Columns customer_id, personalization, marketing, at; the last word of each.
    """

    events: pl.DataFrame
    consents: pl.DataFrame


def live_file(shop: ShopDirectory, name: str) -> Path:
    """Give the file one of the two is kept in; there is none while it would be empty.

    Args:
        shop: The shop.
        name: EVENTS or CONSENTS.
    """
    return shop.data / f"{name}.parquet"


def take_live(shop: ShopDirectory, store: Store) -> None:
    """Keep what the database holds now.

    Args:
        shop: The shop; its lock is held.
        store: Its database.

    Raises:
        StoreError: if it does not answer; what was kept before stays.
        BuildError: if the disk is full.
    """
    frames = {EVENTS: _events(store), CONSENTS: _consents(store)}
    write_together(
        {live_file(shop, name): _parquet(one) for name, one in frames.items() if len(one)}
    )
    for name, one in frames.items():
        if one.is_empty():
            live_file(shop, name).unlink(missing_ok=True)


def load_live(shop: ShopDirectory) -> LiveTables:
    """Give what was kept last.

    Args:
        shop: The shop.

    Raises:
        BuildError: if a file is damaged.
    """
    return LiveTables(
        _load(live_file(shop, EVENTS), empty_table(c.INTERACTIONS)),
        _load(live_file(shop, CONSENTS), pl.DataFrame(schema=CONSENT_SCHEMA)),
    )


def joined_interactions(interactions: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Put live events and the interactions of tables together.

    Args:
        interactions: Cleaned.
        events: Of `load_live`.

    Returns:
        All interactions, then those live events that say something new: the same customer, product,
        action and time counts once, a purchase once for each day (UTC) that tables tell of one.
    """
    new = events.sort(c.TRUST, maintain_order=True).unique(_KEY, keep="first", maintain_order=True)
    new = new.join(interactions, on=_KEY, how="anti", maintain_order="left")
    day = pl.col(c.TIMESTAMP).dt.date().alias(_DAY)
    told = interactions.filter(pl.col(c.INTERACTION_TYPE) == c.PURCHASE).with_columns(day)
    same = (c.CUSTOMER_ID, c.PRODUCT_ID, c.INTERACTION_TYPE, _DAY)
    new = new.with_columns(day).join(told, on=same, how="anti", maintain_order="left").drop(_DAY)
    return pl.concat([interactions, new.sort(*SCHEMAS[c.INTERACTIONS].key)], how="diagonal")


def _events(store: Store) -> pl.DataFrame:
    frames = [empty_table(c.INTERACTIONS), *(_frame(some) for some in _pages(store))]
    return pl.concat(frames).sort(*SCHEMAS[c.INTERACTIONS].key)


def _pages(store: Store) -> Iterator[list[Event]]:
    seq = 0
    while page := store.events.since(seq):
        seq = page[-1][0]
        yield [event for _, event in page]


def _frame(events: list[Event]) -> pl.DataFrame:
    columns = {
        c.CUSTOMER_ID: [one.customer_id for one in events],
        c.PRODUCT_ID: [one.product_id for one in events],
        c.INTERACTION_TYPE: [one.interaction_type for one in events],
        c.TIMESTAMP: [one.time_us for one in events],
        c.INTERACTION_ID: [one.event_id for one in events],
        c.SESSION_ID: [one.session_id or None for one in events],
        c.TRUST: [0.0 if one.is_gift else 1.0 for one in events],
    }
    kinds = SCHEMAS[c.INTERACTIONS].dtypes()
    return pl.DataFrame(columns).select(
        pl.col(name).cast(kind).alias(name) for name, kind in kinds.items()
    )


def _consents(store: Store) -> pl.DataFrame:
    rows = [
        (one.customer_id, one.personalization, one.marketing, one.at_us)
        for one in store.people.consents()
    ]
    times = {**CONSENT_SCHEMA, AT: pl.Int64()}
    frame = pl.DataFrame(rows, schema=times, orient="row").cast({AT: CONSENT_SCHEMA[AT]})
    return frame.sort(c.CUSTOMER_ID)


def _parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", statistics=False)
    return buffer.getvalue()


def _load(path: Path, empty: pl.DataFrame) -> pl.DataFrame:
    if not path.is_file():
        return empty
    try:
        return pl.read_parquet(path).select(
            pl.col(name).cast(kind) for name, kind in empty.schema.items()
        )
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise BuildError(
            f"{path} is damaged: {str(error).splitlines()[0].rstrip('.')}. Remove it: the next "
            "build makes it anew from the database."
        ) from error
