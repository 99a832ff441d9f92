"""Since when a database still holds all that was shown: what is old is deleted by and by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from penchant.experiments.units.orders import DAY_US
from penchant.store.database import schema

if TYPE_CHECKING:
    from penchant.store.database.database import Database


def kept_since(
    database: Database, as_of_us: int, *, slate_days: float, exposure_days: float
) -> int | None:
    """Give the moment from which on every answer, and every slot rendered, is still there.

    By their ages some may be deleted; whether they are, the oldest one that is left tells. The
    newest one stands for the present, where the reference time is long ago.

    Args:
        database: The shop's.
        as_of_us: The reference time.
        slate_days: How long answers are kept.
        exposure_days: How long it is kept what was rendered.

    Returns:
        None where nothing can have been deleted: nothing was ever written.

    Raises:
        StoreError: if the database does not answer.
    """
    found = []
    with database.snapshot() as connection:
        for at, days in (
            (schema.slates.c.made_us, slate_days),
            (schema.exposures.c.shown_us, exposure_days),
        ):
            oldest, newest = connection.execute(sa.select(sa.func.min(at), sa.func.max(at))).one()
            if oldest is not None:
                found.append(min(oldest, max(newest, as_of_us) - round(days * DAY_US)))
    return max(found, default=None)
