"""The store of a shop, open for the time of a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from penchant.shop_directory import ShopDirectory
    from penchant.store.database.store import Store


@contextmanager
def store_of(shop: ShopDirectory, *, create: bool = False) -> Iterator[Store | None]:
    """Open the store of a shop.

    Args:
        shop: The shop.
        create: Whether to make one where there is none.

    Yields:
        The store; None where there is none and none was to be made.
    """
    from penchant.joined_tables import open_database
    from penchant.store.database.store import open_store

    store = open_store(shop, shop.settings().store) if create else open_database(shop)
    try:
        yield store
    finally:
        if store is not None:
            store.close()
