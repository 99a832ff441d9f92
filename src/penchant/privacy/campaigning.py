"""Writing a campaign so that whoever asks to be forgotten can be erased in it, also meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from penchant.campaign import CampaignSummary, check_path, write_campaign
from penchant.campaign.record import record_campaign
from penchant.privacy.in_campaigns import Named, remove_from_campaign
from penchant.shop_directory import ShopDirectory
from penchant.taste.from_tables import microseconds

if TYPE_CHECKING:
    from penchant.campaign import Campaign
    from penchant.store.database.store import Store


def write_recorded(
    shop: ShopDirectory,
    store: Store | None,
    campaign: Campaign,
    path: Path,
    *,
    at: datetime,
    on_progress: Callable[[int, int], None] | None = None,
) -> CampaignSummary:
    """Write a campaign, and remember where.

    Args:
        shop: The shop.
        store: Its store; None: nobody can ask to be forgotten.
        campaign: Who gets what.
        path: As for `write_campaign`.
        at: When the shop was opened for it: who asked to be forgotten since is left out again.
        on_progress: Told (customers done, customers in all).

    Raises:
        InputError: as `write_campaign`.
        BuildError: as `write_campaign`.
        StoreError: if the database does not answer; then the file is there, with all it was
            written with.
    """
    check_path(path)
    record_campaign(shop, path, at=at)
    summary = write_campaign(campaign, path, on_progress=on_progress)
    since = {} if store is None else _erased_since(store, microseconds(at))
    if store is None or not since:
        return summary
    gone: dict[str, int] = {}
    remove_from_campaign(path, _by_hash(store, since), lambda _, __, found: gone.update(found))
    return replace(
        summary, rows=summary.rows - sum(gone.values()), customers=summary.customers - len(gone)
    )


def _erased_since(store: Store, at_us: int) -> Mapping[str, int]:
    return {person: asked for person, asked in store.erasures.hashes().items() if asked >= at_us}


def _by_hash(store: Store, people: Mapping[str, int]) -> Named:
    """Tell persons by the hash of their ids."""

    def named(ids: pl.Series) -> pl.Series:
        wanted = [one for one in ids.unique() if store.erasures.hash_of(one) in people]
        return ids.set(~ids.is_in(pl.Series(wanted, dtype=pl.String).implode()), None)

    return named
