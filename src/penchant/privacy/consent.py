"""Consent of one person: what was said where, and what holds."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from penchant import columns as c
from penchant.engine import open_shop
from penchant.errors import NotBuiltError
from penchant.reasons.explanation import iso_time
from penchant.shop_directory import ShopDirectory
from penchant.store.consent import Terms, refused
from penchant.store.database.values import Consent
from penchant.store.ingest import load_table, table_file

if TYPE_CHECKING:
    from penchant.store.database.store import Store


@dataclass(frozen=True, slots=True)
class Said:
    """What one place says; None: nothing was said there.

    Attributes:
        personalization: Whether a profile may be made.
        marketing: Whether mail may be sent.
        at: Since when that is known, ISO 8601 UTC; "" if nothing is.
    """

    personalization: bool | None = None
    marketing: bool | None = None
    at: str = ""


@dataclass(frozen=True, slots=True)
class ConsentCard:
    """What a person allows.

    Attributes:
        customer_id: The customer; of a visitor who became one, that one.
        open_shop: What was said while the shop was open.
        tables: What its tables say, as they were read last.
        personalization: Whether the person is profiled: it holds in the next answer.
        marketing: Whether the person gets mail: it holds in the next campaign.
        profiling: Whether the shop makes profiles at all.
        build_id: Of which build the tables count; "": none is published, those of now do.
    """

    customer_id: str
    open_shop: Said
    tables: Said
    personalization: bool
    marketing: bool
    profiling: bool
    build_id: str

    def to_dict(self) -> dict[str, Any]:
        """Give the card as JSON-ready values."""
        return asdict(self)


def consent_card(shop: ShopDirectory, store: Store | None, customer_id: str) -> ConsentCard:
    """Show what a person allows.

    Args:
        shop: The shop.
        store: Its store; None where it has none.
        customer_id: Any customer or visitor; nothing need be known of them.

    Raises:
        InputError: if the id is one nobody can have.
        StoreError: if the database does not answer.
        BuildError: if the build that serves, or the customers table, is damaged.
    """
    person = None if store is None else store.people.person(customer_id)
    name, said = (customer_id, None) if person is None else (person.customer_id, person.consent)
    tables = _of_tables(shop, name)
    terms, refusals, build_id = _refusals(shop, store, name, tables)
    word = said or Consent.unsaid(name)
    return ConsentCard(
        customer_id=name,
        open_shop=Said()
        if said is None
        else Said(said.personalization, said.marketing, iso_time(said.at_us)),
        tables=tables,
        personalization=not terms.refuses(said, by_tables=refusals[0]),
        marketing=not refused(word.marketing, word.at_us, refusals[1], terms.tables_us),
        profiling=terms.profiling,
        build_id=build_id,
    )


def _of_tables(shop: ShopDirectory, customer_id: str) -> Said:
    frame = load_table(shop, c.CUSTOMERS)
    found = frame.filter(pl.col(c.CUSTOMER_ID) == customer_id)
    columns = (c.PERSONALIZATION_CONSENT, c.MARKETING_CONSENT)
    if found.is_empty():
        return Said()
    personalization, marketing = found.select(columns).row(0)
    return Said(personalization, marketing, iso_time(_written_us(shop)))


def _refusals(
    shop: ShopDirectory, store: Store | None, customer_id: str, tables: Said
) -> tuple[Terms, tuple[bool, bool], str]:
    """Give what the tables count for: those of the build that serves, else those of now."""
    try:
        opened = open_shop(shop.path, store=store)
    except NotBuiltError:
        terms = Terms(shop.settings().privacy.profiling, _written_us(shop))
        return terms, (tables.personalization is False, tables.marketing is False), ""
    row = opened.build.customer_ids.find(customer_id)
    if row is None:
        return opened.terms, (False, False), opened.build_id
    refusals = bool(opened.build.opted_out[row]), bool(opened.build.no_marketing[row])
    return opened.terms, refusals, opened.build_id


def _written_us(shop: ShopDirectory) -> int:
    """Give when the customers table was taken in; 0 without one."""
    file = table_file(shop, c.CUSTOMERS)
    return file.stat().st_mtime_ns // 1000 if file.is_file() else 0
