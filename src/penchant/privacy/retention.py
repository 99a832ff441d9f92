"""Retention: what is older than the shop keeps it goes by itself.

That is what happened in the open shop, and raw files that were read. The tables are the shop's own
exports: what is in them is for the system they come from to decide.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from penchant.privacy.in_inbox import remove_old_files
from penchant.shop_directory import ShopDirectory
from penchant.taste.from_tables import microseconds

if TYPE_CHECKING:
    from penchant.store.database.store import Store


def retain(shop: ShopDirectory, store: Store | None, *, at: datetime) -> dict[str, int]:
    """Remove what is older than `[privacy]` says, and events beyond `[store] history`.

    Args:
        shop: The shop.
        store: Its store; None where it has none.
        at: Now, with its zone.

    Returns:
        {"events", "slates", "exposures", "assignments": rows; "inbox_done": files}, those that are
        not 0.

    Raises:
        BusyError: if another command is writing to the shop.
        StoreError: if the database does not answer.
        BuildError: if a file cannot be removed.
    """
    privacy = shop.settings().privacy
    removed: dict[str, int] = {}
    with shop.writing() as held:
        removed["inbox_done"] = remove_old_files(held, at=at, days=privacy.event_days)
    if store is not None:
        removed |= store.prune(as_of_us=microseconds(at), privacy=privacy)
    return {place: count for place, count in removed.items() if count}
