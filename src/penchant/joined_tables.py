"""Joined tables: what a shop's tables say, what its database held, and who is to be forgotten."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from penchant import columns as c
from penchant.builds.manifest import file_digest
from penchant.settings.serving import StoreSettings
from penchant.shop_directory import ShopDirectory
from penchant.store.consent import refused
from penchant.store.ingest import load_table, table_file
from penchant.store.live_tables import (
    AT,
    EVENTS,
    MARKETING,
    PERSONALIZATION,
    joined_interactions,
    live_file,
    load_live,
    take_live,
)
from penchant.tables import Finding, all_interactions
from penchant.taste.from_tables import microseconds

if TYPE_CHECKING:
    from penchant.store.database.store import Store

Forgotten = Mapping[str, tuple[str, int]]
"""{customer_id: (keyed hash of it, until when nothing is to be known)}."""

SAID: Final = {
    c.PERSONALIZATION_CONSENT: PERSONALIZATION,
    c.MARKETING_CONSENT: MARKETING,
}
"""What of the customers table is outdone by which column of live consents."""


@dataclass(frozen=True, slots=True, eq=False)
class JoinedTables:
    """Of whom and of what a build is made.

    Attributes:
        customers: Cleaned, with the consent that holds.
        interactions: Cleaned, purchases from orders and live events among them.
        findings: What was noticed while orders became purchases.
        digests: {"events", "consents", "erased": sha256} of what is not in the tables themselves;
            each only where there is any.
    """

    customers: pl.DataFrame
    interactions: pl.DataFrame
    findings: tuple[Finding, ...]
    digests: Mapping[str, str]


def open_database(shop: ShopDirectory, settings: StoreSettings | None = None) -> Store | None:
    """Open the database of a shop; None where it never had one, which costs nothing.

    Args:
        shop: The shop.
        settings: Where it is; the shop's own if absent.

    Raises:
        InputError: if the settings cannot be read.
        StoreError: if it cannot be opened.
    """
    chosen = settings or shop.live_settings().store
    if not chosen.url and not shop.database.exists():
        return None
    from penchant.store.database.store import open_store

    return open_store(shop, chosen, create=False)


def take_in_live(shop: ShopDirectory) -> None:
    """Keep what the database holds now, for the next build and what judges it.

    Args:
        shop: The shop; its lock is held.

    Raises:
        StoreError: if the database does not answer: without it nobody's consent is known.
    """
    store = open_database(shop)
    if store is not None:
        with closing(store):
            take_live(shop, store)


def join_tables(shop: ShopDirectory) -> JoinedTables:
    """Put tables and what was taken in of the database together.

    Args:
        shop: The shop.

    Raises:
        BuildError: if a file is damaged.
        StoreError: if the database does not answer: nobody would know whom to forget.
    """
    live = load_live(shop)
    customers = load_table(shop, c.CUSTOMERS)
    interactions, findings = all_interactions(
        joined_interactions(load_table(shop, c.INTERACTIONS), live.events),
        load_table(shop, c.ORDERS),
        load_table(shop, c.ORDER_ITEMS),
    )
    forgotten = _forgotten(shop, [customers[c.CUSTOMER_ID], interactions[c.CUSTOMER_ID]])
    interactions = _without(interactions, forgotten)
    customers = _without_facts(customers, interactions, forgotten)
    customers, changes = _with_consents(shop, customers, interactions, live.consents)
    file = live_file(shop, EVENTS)
    digests = {EVENTS.removeprefix("live_"): file_digest(file)} if file.is_file() else {}
    if changes:
        digests["consents"] = _digest(changes)
    if forgotten:
        digests["erased"] = _digest(sorted(forgotten.values()))
    return JoinedTables(customers, interactions, findings, digests)


def _forgotten(shop: ShopDirectory, ids: list[pl.Series]) -> Forgotten:
    """Find those among some customers who were erased; the database knows only hashes."""
    store = open_database(shop)
    if store is None:
        return {}
    with closing(store):
        hashes, hash_of = store.erasures.hashes(), store.erasures.hash_of
        if not hashes:
            return {}
        found = {name: hash_of(name) for name in pl.concat(ids).unique()}
    return {name: (one, hashes[one]) for name, one in found.items() if one in hashes}


def _without(interactions: pl.DataFrame, forgotten: Forgotten) -> pl.DataFrame:
    """Leave out what happened until somebody asked to be forgotten."""
    if not forgotten:
        return interactions
    moments = [asked_us for _, asked_us in forgotten.values()]
    until = pl.DataFrame({c.CUSTOMER_ID: list(forgotten), "\x00until": moments})
    time_us = pl.col(c.TIMESTAMP).dt.epoch("us")
    late = pl.col("\x00until").is_null() | (time_us > pl.col("\x00until"))
    joined = interactions.join(until, on=c.CUSTOMER_ID, how="left", maintain_order="left")
    return joined.filter(late).drop("\x00until")


def _without_facts(
    customers: pl.DataFrame, interactions: pl.DataFrame, forgotten: Forgotten
) -> pl.DataFrame:
    """Leave out what is told of the forgotten; of those who came back, a refusal is kept."""
    if not forgotten:
        return customers
    gone = pl.col(c.CUSTOMER_ID).is_in(list(forgotten))
    back = pl.col(c.CUSTOMER_ID).is_in(interactions[c.CUSTOMER_ID].unique().implode())
    kept = {c.CUSTOMER_ID, *SAID}
    blank = [
        pl.when(gone).then(None).otherwise(pl.col(name)).alias(name)
        for name in customers.columns
        if name not in kept
    ]
    return customers.filter(~gone | back).with_columns(blank)


def _with_consents(
    shop: ShopDirectory,
    customers: pl.DataFrame,
    interactions: pl.DataFrame,
    consents: pl.DataFrame,
) -> tuple[pl.DataFrame, list[tuple[str, str, bool]]]:
    """Put in the consent that holds, and give what that changed: (customer_id, column, consent)."""
    known = dict(zip(customers[c.CUSTOMER_ID], customers.select(*SAID).iter_rows(), strict=True))
    here = known.keys() | set(interactions[c.CUSTOMER_ID].unique())
    tables_us = _file_time_us(shop)
    changes = []
    for who, *words, moment in consents.select(c.CUSTOMER_ID, *SAID.values(), AT).iter_rows():
        if who not in here:
            continue
        told = known.get(who, (None,) * len(SAID))
        for column, word, by_table in zip(SAID, words, told, strict=True):
            refuses = refused(word, microseconds(moment), by_table is False, tables_us)
            if refuses != (by_table is False):
                changes.append((who, column, not refuses))
    return _changed(customers, changes), changes


def _changed(customers: pl.DataFrame, changes: list[tuple[str, str, bool]]) -> pl.DataFrame:
    """Put single values into the customers table; who is not in it gets a row."""
    if not changes:
        return customers
    for column in SAID:
        own = {who: consent for who, name, consent in changes if name == column}
        new = pl.DataFrame(
            {c.CUSTOMER_ID: list(own), column: list(own.values())},
            schema={c.CUSTOMER_ID: pl.String, column: pl.Boolean},
        )
        joined = customers.join(new, on=c.CUSTOMER_ID, how="full", coalesce=True, suffix="\x00new")
        holds = pl.coalesce(f"{column}\x00new", column).alias(column)
        customers = joined.with_columns(holds).drop(f"{column}\x00new")
    return customers.sort(c.CUSTOMER_ID)


def _file_time_us(shop: ShopDirectory) -> int:
    """Give as of when the customers table speaks."""
    path = table_file(shop, c.CUSTOMERS)
    return path.stat().st_mtime_ns // 1000 if path.is_file() else 0


def _digest(values: object) -> str:
    return hashlib.sha256(json.dumps(values, ensure_ascii=True).encode()).hexdigest()
