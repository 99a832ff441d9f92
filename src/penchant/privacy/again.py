"""Old rows of the erased, come in again: exports of other systems may not know yet.

Nobody's id is kept once they are erased, but a keyed hash is. Rows up to the erasure are dropped;
whoever comes back later is a new customer, and their rows stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from penchant import columns as c
from penchant.privacy.in_inbox import forget_in_inbox
from penchant.privacy.in_tables import load_people, write_without
from penchant.privacy.mentions import Mentions
from penchant.shop_directory import ShopDirectory

if TYPE_CHECKING:
    from penchant.store.database.store import Store

TIMES: Mapping[str, str] = {c.INTERACTIONS: c.TIMESTAMP, c.ORDERS: c.ORDER_DATE}
"""Table -> when a row of it happened."""


def forget_again(shop: ShopDirectory, store: Store | None) -> dict[str, int]:
    """Drop rows of persons who were erased, of what was taken in since.

    Args:
        shop: The shop.
        store: Its store; None: nobody was ever erased.

    Returns:
        {table or place: rows or files dropped}; empty when there were none.

    Raises:
        BusyError: if another command is writing to the shop.
        StoreError: if the database does not answer.
        BuildError: if a file cannot be read or written.
    """
    hashes = store.erasures.hashes() if store is not None else {}
    if store is None or not hashes:
        return {}
    dropped: Counter[str] = Counter()

    def note(place: str, file: str, counts: Mapping[str, int]) -> None:
        dropped.update({place: sum(counts.values())} if counts else {})

    with shop.writing() as held:
        frames = load_people(held)
        erased = _erased(frames, store, hashes)
        named = _old_rows(frames, erased, store)
        names = {name for one in named.values() for name in one.drop_nulls().unique()}
        if names:
            mentions, aliases = Mentions.of(names), held.settings().tables.aliases
            write_without(held, frames, named, mentions, note, aliases=aliases)
            forget_in_inbox(held, mentions, note, aliases=aliases)
    dropped.pop("inbox_waiting", None)
    return {place: count for place, count in sorted(dropped.items()) if count}


def _erased(
    frames: Mapping[str, pl.DataFrame], store: Store, hashes: Mapping[str, int]
) -> pl.DataFrame:
    """Give the erased who are in the tables: name, and until when nothing is to be known."""
    ids = pl.concat([frame[c.CUSTOMER_ID] for frame in frames.values()]).unique().sort()
    until = ((name, hashes.get(store.erasures.hash_of(name))) for name in ids)
    found = [(name, moment) for name, moment in until if moment is not None]
    return pl.DataFrame(found, schema={"name": pl.String, "until": pl.Int64}, orient="row")


def _old_rows(
    frames: Mapping[str, pl.DataFrame], erased: pl.DataFrame, store: Store
) -> dict[str, pl.Series]:
    """Give by table whose old row each row is, null where it is nobody's."""
    joined = {
        table: frame.select(c.CUSTOMER_ID, *_moment(table, frame)).join(
            erased, left_on=c.CUSTOMER_ID, right_on="name", how="left", maintain_order="left"
        )
        for table, frame in frames.items()
    }
    old = {table: _old(joined[table]) for table in TIMES}
    later = [one.filter(pl.col("moment") > pl.col("until")) for one in joined.values()]
    back = {name for one in later for name in one[c.CUSTOMER_ID].unique()}
    gone = [name for name in erased["name"] if name not in back and not _is_known(store, name)]
    customers = joined[c.CUSTOMERS][c.CUSTOMER_ID]
    old[c.CUSTOMERS] = customers.set(
        ~customers.is_in(pl.Series(gone, dtype=pl.String).implode()), None
    )
    return old


def _moment(table: str, frame: pl.DataFrame) -> tuple[pl.Series]:
    """Give when each row happened; of a customer, when they registered."""
    column = TIMES.get(table, c.REGISTRATION_DATE)
    return (frame[column].dt.epoch("us").alias("moment"),)


def _old(joined: pl.DataFrame) -> pl.Series:
    name = pl.when(pl.col("moment") <= pl.col("until")).then(c.CUSTOMER_ID)
    return joined.select(name.alias("name")).to_series()


def _is_known(store: Store, name: str) -> bool:
    """Say whether somebody has been in the open shop since they were erased."""
    person = store.people.person(name)
    return bool(person.events) or person.consent is not None
