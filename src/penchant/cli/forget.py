"""`penchant forget`: erase a person from everything, with a receipt."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from penchant.cli.options import AsJson, ShopPath

if TYPE_CHECKING:
    from penchant.shop_directory import ShopDirectory
    from penchant.store.database.store import Store
    from penchant.store.database.values import Erasure


def run(
    shop: ShopPath,
    customer: Annotated[
        str | None, typer.Argument(metavar="[CUSTOMER]", help="A customer_id.")
    ] = None,
    pending: Annotated[
        bool, typer.Option("--pending", help="Finish the erasures that were asked for before.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Erase a person: from the database at once, then from tables, builds, campaigns, raw files.

    Visitors merged into the person are erased with them. The receipt tells what was erased where;
    the id itself is kept nowhere. Old rows of the person that come in again are dropped. A run that
    was killed is made good by: penchant forget SHOP --pending

    Example: penchant forget shop C10001
    """
    from penchant.cli.stores import store_of
    from penchant.errors import InputError
    from penchant.privacy.erasing import receipt_of, unfinished
    from penchant.shop_directory import ShopDirectory

    if (customer is None) == (not pending):
        raise InputError("Name a customer, or give --pending to finish what was asked for before.")
    directory, at = ShopDirectory.open(shop), datetime.now(UTC)
    with store_of(directory, create=not pending) as store:
        done: tuple[Erasure, ...] = ()
        waits = False
        if store is not None and customer is not None:
            done = (_forgotten(directory, store, customer, at),)
        elif store is not None:
            done = _finished(directory, store, at)
            waits = unfinished(directory, store)
    if as_json:
        from penchant.cli.output import print_json

        receipts = [receipt_of(one) for one in done]
        print_json({"receipts": receipts} if customer is None else receipts[0])
        return
    _tell(done, waits=waits)


def _forgotten(shop: ShopDirectory, store: Store, customer: str, at: datetime) -> Erasure:
    """Erase a person; where somebody else is writing, files have to wait."""
    from penchant.cli.output import note
    from penchant.errors import BusyError
    from penchant.privacy.erasing import forget_in_database

    asked = forget_in_database(store, customer, at=at)
    try:
        _finished(shop, store, at)
    except BusyError:
        note(
            "Nothing of the person counts any more. Another command is writing to the shop: files "
            f"follow with the next nightly run, or with: penchant forget {shop.path} --pending"
        )
    return store.erasures.receipt(asked.receipt_id) or asked


def _finished(shop: ShopDirectory, store: Store, at: datetime) -> tuple[Erasure, ...]:
    """Finish what waits; where somebody uses the database all the time, its disk has to wait."""
    from penchant.cli.output import note
    from penchant.privacy.erasing import finish_erasures, unfinished

    done = finish_erasures(shop, store, at=at)
    if unfinished(shop, store):
        note(
            "Files are done, but others are using the database, and deleted rows may still lie on "
            "its disk: the receipt stays open. Later `penchant serve` or the next nightly run "
            f"finishes it, or: penchant forget {shop.path} --pending"
        )
    return done


def _tell(done: tuple[Erasure, ...], *, waits: bool) -> None:
    from penchant.cli.output import note, print_table
    from penchant.privacy.erasing import receipt_of

    for one in done:
        told = receipt_of(one)
        rows = [(place, f"{count:,}") for place, count in sorted(told["counts"].items()) if count]
        print_table(f"receipt {one.receipt_id}", ("erased from", ">rows or files"), rows)
        note(f"Asked {told['asked']}, done {told['done'] or 'not yet'}; person {one.person}")
    if not done and not waits:
        note("Nobody waits to be erased.")
