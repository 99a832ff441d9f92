"""The right to be forgotten: at once in every answer, then in every file, with a receipt.

Asking for an erasure is one transaction of the database: what a person did until then counts in no
answer from that moment on. Files follow, under the shop's writer lock: at once by `forget`, or with
the next nightly run. A run that was killed is simply run again; the ids are kept with the receipt
until it is finished, then only a keyed hash is, so that old rows that come in again are dropped.

What was learned of many people together stays: style space, links and popularity name nobody, and
the next build learns them anew without the person.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from penchant.errors import InputError
from penchant.privacy.all_of_them import do_all
from penchant.privacy.in_builds import forget_in_builds
from penchant.privacy.in_campaigns import forget_in_campaigns
from penchant.privacy.in_evaluations import forget_in_evaluations
from penchant.privacy.in_experiments import forget_in_experiments
from penchant.privacy.in_inbox import forget_in_inbox
from penchant.privacy.in_tables import forget_in_tables
from penchant.privacy.mentions import Mentions
from penchant.privacy.progress import Progress, progress_file
from penchant.reasons.explanation import iso_time
from penchant.shop_directory import ShopDirectory
from penchant.taste.from_tables import microseconds

if TYPE_CHECKING:
    from penchant.store.database.store import Store
    from penchant.store.database.values import Erasure

LOG_SECRET = "log"  # noqa: S105 the name of a secret, none itself
"""What ids in logs are hashed with."""


def forget(shop: ShopDirectory, store: Store, customer_id: str, *, at: datetime) -> Erasure:
    """Erase a person, everywhere, and all who still wait to be erased from files.

    Args:
        shop: The shop.
        store: Its store.
        customer_id: Of a customer, or of a visitor merged into one; nothing need be known of it.
        at: Now, with its zone.

    Returns:
        The receipt: what was erased where. It is not finished while somebody reads the database
        all the time; the next run tries again.

    Raises:
        BusyError: if another command is writing to the shop; the person counts in no answer any
            more, and files follow with the next run.
        InputError: if the id is one nobody can have.
        StoreError: if the database does not answer; then nothing was changed.
        BuildError: if a file cannot be read or written: what was asked for stays pending.
    """
    asked = forget_in_database(store, customer_id, at=at)
    finish_erasures(shop, store, at=at)
    return store.erasures.receipt(asked.receipt_id) or asked


def forget_in_database(store: Store, customer_id: str, *, at: datetime) -> Erasure:
    """Erase a person from the database; nothing until now counts in any answer any more.

    Args:
        store: The shop's store.
        customer_id: Of a customer, or of a visitor merged into one; nothing need be known of it.
        at: Now, with its zone.

    Returns:
        The receipt; files are still to be done.

    Raises:
        InputError: if the id is one nobody can have.
        StoreError: if the database does not answer.
    """
    if not customer_id:
        raise InputError(f"customer_id is {customer_id!r}, must name a person.")
    asked = store.erasures.erase(customer_id, at_us=microseconds(at))
    store.secrets.renew(LOG_SECRET)  # lines about them can be linked to nobody from now on
    return asked


def finish_erasures(shop: ShopDirectory, store: Store, *, at: datetime) -> tuple[Erasure, ...]:
    """Erase from all files everybody who asked to be forgotten.

    Args:
        shop: The shop.
        store: Its store.
        at: Now, with its zone.

    Returns:
        The receipts that were finished, oldest first; none: nobody was waiting, or the database
        could not be scrubbed for others who used it. Then they stay pending: try again.

    Raises:
        BusyError: if another command is writing to the shop.
        StoreError: if the database does not answer.
        BuildError: if a file cannot be read or written; the receipts stay pending.
    """
    if not unfinished(shop, store):
        return ()
    with shop.writing() as held:
        waiting = store.erasures.pending()
        receipts = {name: one.receipt_id for one in waiting for name in names_of(one)}
        progress = Progress(held, receipts)
        progress.begin()
        if receipts:
            # whoever asked may have been killed before that
            store.secrets.renew(LOG_SECRET, made_before_us=max(one.asked_us for one in waiting))
            _forget_in_files(held, Mentions.of(receipts), progress)
        # the ids first, so that the scrubbing sees to them too; a receipt says done after it
        store.erasures.unname([one.receipt_id for one in waiting if names_of(one)])
        if not store.scrub():
            return ()
        finished = tuple(
            store.erasures.finish(one.receipt_id, progress.counts(one.receipt_id), microseconds(at))
            for one in waiting
        )
        progress.remove()
    return finished


def unfinished(shop: ShopDirectory, store: Store) -> bool:
    """Say whether anything of an erasure is still to be done.

    Args:
        shop: The shop.
        store: Its store.

    Raises:
        StoreError: if the database does not answer.
    """
    return progress_file(shop).exists() or bool(store.erasures.pending())


def names_of(erasure: Erasure) -> tuple[str, ...]:
    """Give all ids a person is still to be erased under in files; none once that is done.

    Args:
        erasure: A receipt.
    """
    own = () if erasure.customer_id is None else (erasure.customer_id,)
    return (*own, *erasure.visitors)


def receipt_of(erasure: Erasure) -> dict[str, Any]:
    """Give a receipt for those who asked: JSON-ready, without the id.

    Args:
        erasure: A receipt.
    """
    return {
        "receipt_id": erasure.receipt_id,
        "person": erasure.person,
        "counts": dict(erasure.counts),
        "asked": iso_time(erasure.asked_us),
        "done": None if erasure.done_us is None else iso_time(erasure.done_us),
    }


def _forget_in_files(shop: ShopDirectory, mentions: Mentions, progress: Progress) -> None:
    """Go through all places; what fails in one of them is told once the others are done."""
    note, aliases = progress.note, shop.settings().tables.aliases
    steps: tuple[Callable[[], None], ...] = (
        lambda: forget_in_tables(shop, mentions, note, aliases=aliases),
        lambda: forget_in_builds(shop, mentions, note),
        lambda: forget_in_evaluations(shop, mentions, note),
        lambda: forget_in_inbox(shop, mentions, note, aliases=aliases),
        lambda: forget_in_campaigns(shop, mentions.in_ids, note),
        lambda: forget_in_experiments(shop, mentions, note),
    )
    do_all(steps)
