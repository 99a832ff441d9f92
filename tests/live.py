"""An open shop with its database, for tests of what counts at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import penchant
from penchant.errors import StoreError
from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import Store, open_store

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
NOW_US = 1_782_907_200_000_000


@contextmanager
def opened(path: Path, **options: Any) -> Iterator[penchant.Shop]:
    """Open a shop with a database of its own."""
    store = database(path)
    try:
        yield penchant.open(path, store=store, **options)
    finally:
        store.close()


def database(path: Path) -> Store:
    """Make or open the database of a shop."""
    directory = ShopDirectory.open(path)
    store = open_store(directory, directory.settings().store)
    assert store is not None
    return store


def event(number: int, who: str, what: str, how: str, when: str = "", **more: Any) -> dict:
    """An event as a shop sends it."""
    return {
        "event_id": f"e{number}",
        "customer_id": who,
        "product_id": what,
        "interaction_type": how,
        "timestamp": when,
        **more,
    }


class Broken:
    """A database that does not answer, whatever it is asked."""

    def __getattr__(self, name: str) -> Broken:
        return self

    def __call__(self, *_: object, **__: object) -> None:
        raise StoreError("The database does not answer.")
