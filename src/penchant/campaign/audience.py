"""The audience: who gets a campaign, by what tables and the open shop say of them now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from penchant.errors import InputError
from penchant.store.consent import refused
from penchant.store.database.values import Consent, Person
from penchant.types import Mask, Rows

if TYPE_CHECKING:
    from penchant.engine import Shop
    from penchant.store.database.living import Living


@dataclass(frozen=True, slots=True, eq=False)
class Audience:
    """Who gets a campaign.

    Attributes:
        rows: Shape (n,), customers of the build, in order.
        refused: How many more refused marketing.
        gone: How many more were erased, or turned out to be another customer.
        to_ask: Those of whom the database knows anything that changes their answer.
    """

    rows: Rows
    refused: int
    gone: int
    to_ask: frozenset[str]

    @classmethod
    def of(cls, shop: Shop, rows: Rows, *, everyone: bool) -> Audience:
        """Leave out who is not to get anything.

        Args:
            shop: The shop.
            rows: Customers of its build.
            everyone: Also those who refused marketing.

        Raises:
            StoreError: if the database does not answer: then nobody's consent is known.
        """
        no_mail = shop.build.no_marketing[rows]
        if shop.store is None:
            kept = ~no_mail | everyone
            return cls(rows[kept], int((~kept).sum()), 0, frozenset())
        names, known = [shop.build.customer_ids[row] for row in rows], shop.store.living()
        to_ask = _erased(shop, names, known) | known.active | known.said.keys()
        gone = np.array([_is_gone(shop, one, known, to_ask) for one in names], bool)
        no_mail = _no_mail(shop, names, no_mail, known) & (not everyone)
        kept = ~gone & ~no_mail
        return cls(rows[kept], int((no_mail & ~gone).sum()), int(gone.sum()), frozenset(to_ask))

    def person(self, shop: Shop, customer_id: str) -> Person | None:
        """Read what the database knows of somebody, if that is anything.

        Args:
            shop: The shop.
            customer_id: Of the audience.

        Raises:
            StoreError: if the database does not answer.
        """
        return shop.person(customer_id) if customer_id in self.to_ask else None


def rows_of(shop: Shop, customers: Sequence[str] | None) -> Rows:
    """Give the rows of customers by name; of all of the build if none are named.

    Args:
        shop: The shop.
        customers: Their ids, repeats allowed; None: everybody.

    Raises:
        InputError: if it is one text.
        NotFoundError: if there is no such customer.
    """
    ids = shop.build.customer_ids
    if isinstance(customers, str):
        raise InputError(f'customers is "{customers}", must be a list such as ["{customers}"].')
    if customers is None:
        return np.arange(len(ids), dtype=np.int32)
    rows = ids.rows(list(dict.fromkeys(customers)))
    for name, row in zip(dict.fromkeys(customers), rows.tolist(), strict=True):
        if row < 0:
            ids.row(name)  # tells what is wrong
    return rows


def _erased(shop: Shop, names: Sequence[str], known: Living) -> set[str]:
    if shop.store is None or not known.erased:
        return set()
    hash_of = shop.store.erasures.hash_of
    return {one for one in names if hash_of(one) in known.erased}


def _is_gone(shop: Shop, name: str, known: Living, to_ask: set[str]) -> bool:
    """Tell who is a customer no more: merged into one, or erased and not seen since."""
    if name in known.merged:
        return True
    if not known.erased or name not in to_ask:
        return False
    person = shop.person(name)
    if person is None or person.erased_us is None:
        return False
    return not shop.people.know(name, person).is_somebody and person.consent is None


def _no_mail(shop: Shop, names: Sequence[str], by_tables: Mask, known: Living) -> Mask:
    """Tell who refused marketing, by the tables or while the shop was open."""
    silent = Consent("", None, None, 0)
    said = [known.said.get(name, silent) for name in names]
    return np.array(
        [
            refused(one.marketing, one.at_us, tables, shop.terms.tables_us)
            for one, tables in zip(said, by_tables.tolist(), strict=True)
        ],
        bool,
    )
