"""The inbox: files that other systems leave in a shop, named by the table they hold.

`products.csv`, `interactions-2026-07-01.parquet` and the like are read in the order of their names,
then put away into `inbox/done/`, with the day before their names. Other files, and folders such as
one of photos, are left alone.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

from penchant.errors import BuildError
from penchant.files import disk_error
from penchant.shop_directory import ShopDirectory
from penchant.store.ingest import Arrival
from penchant.store.journal import Leaving, stamp_of

_NAME = re.compile(
    r"(products|customers|orders|order[-_]items|interactions)([-_. ].*)?\.(csv|tsv|txt|parquet|pq)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Inbox:
    """What lies in an inbox.

    Attributes:
        arrivals: Files named by a table, in the order of their names.
        unknown: Names of the other files.
    """

    arrivals: tuple[Arrival, ...]
    unknown: tuple[str, ...]


def look_into(shop: ShopDirectory, *, at: datetime) -> Inbox:
    """Give what lies in a shop's inbox; makes the inbox where there is none.

    Args:
        shop: The shop; its lock is held.
        at: Now: the day that what is put away is named after.

    Raises:
        BuildError: if files lie there that could not be put away afterwards.
    """
    done = shop.inbox / "done"
    try:
        done.mkdir(parents=True, exist_ok=True)
        files = sorted(one for one in shop.inbox.iterdir() if one.is_file())
    except OSError as error:
        raise disk_error(error, done) from error
    files = [one for one in files if not one.name.startswith(".")]
    known = [(one, table) for one in files if (table := table_of(one.name))]
    if known and not all(os.access(one, os.W_OK) for one in (shop.inbox, done)):
        raise BuildError(
            f"{shop.inbox} cannot be written to: what has been read is put away into {done}. "
            "Let the one who runs this write there."
        )
    arrivals = [
        Arrival(table, one, Leaving(one, _free(done, f"{at:%Y-%m-%d}", one.name), stamp_of(one)))
        for one, table in known
    ]
    return Inbox(tuple(arrivals), tuple(one.name for one in files if not table_of(one.name)))


def table_of(name: str) -> str | None:
    """Give the table a file is named after; None: it is named after none.

    Args:
        name: Of the file.

    Example:
        >>> table_of("order-items_2026-07.CSV"), table_of("products.parquet"), table_of("notes.txt")
        ('order_items', 'products', None)
    """
    found = _NAME.fullmatch(name)
    return found[1].lower().replace("-", "_") if found else None


def _free(folder: Path, day: str, name: str) -> Path:
    """Give a name that is not taken: 2026-07-01-orders.csv, or else 2026-07-01-2-orders.csv."""
    names = (f"{day}-{name}" if n == 1 else f"{day}-{n}-{name}" for n in count(1))
    return next(folder / one for one in names if not (folder / one).exists())
