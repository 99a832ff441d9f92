"""The right of access: everything a shop holds of one person, to be handed over as one file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from penchant import columns as c
from penchant.builds import Build
from penchant.campaign.record import campaign_files
from penchant.engine import open_shop
from penchant.errors import BuildError, NotBuiltError, NotFoundError
from penchant.evaluation.trial import Trial
from penchant.privacy.consent import consent_card
from penchant.privacy.erasing import receipt_of
from penchant.privacy.in_campaigns import campaign_rows
from penchant.privacy.in_inbox import names_in, raw_files
from penchant.privacy.in_tables import load_people, rejects_naming
from penchant.privacy.mentions import Mentions
from penchant.reasons.explanation import iso_time
from penchant.shop_directory import ShopDirectory
from penchant.store.ingest import load_table
from penchant.store.live_tables import CONSENTS, EVENTS, load_live
from penchant.store.marks import load_marks
from penchant.taste.from_tables import microseconds

if TYPE_CHECKING:
    from penchant.store.database.store import Store


def person_data(
    shop: ShopDirectory, store: Store | None, customer_id: str, *, at: datetime
) -> dict[str, Any]:
    """Gather everything that is held of a person; of who is unknown, that it is nothing.

    Args:
        shop: The shop.
        store: Its store; None where it has none.
        customer_id: A customer, or a visitor merged into one.
        at: Now, with its zone.

    Returns:
        JSON-ready values: what the database holds, rows of tables and rows set aside, marks, the
        profile of the build that serves with what is thought of each interaction, what each kept
        build and evaluation holds, rows of campaigns, names of raw files, consent, receipts.

    Raises:
        InputError: if the id is one nobody can have.
        StoreError: if the database does not answer.
        BuildError: if a file is damaged.
    """
    held = {} if store is None else dict(store.export(customer_id))
    name = str(held.get("customer_id", customer_id))
    names = (name, *(one["anonymous_id"] for one in held.get("visitors", ())))
    mentions = Mentions.of(names)
    return {
        "customer_id": name,
        "known_as": list(names),
        "made": iso_time(microseconds(at)),
        "consent": consent_card(shop, store, name).to_dict(),
        "database": held,
        "tables": _tables(shop, names),
        "rows_set_aside": _rejects(shop, mentions),
        "marks": {one: dict(own) for one, own in load_marks(shop.data).items() if one in names},
        "profile": _profile(shop, store, name),
        "builds": [one for name in shop.build_ids() for one in _of_build(shop, name, names)],
        "evaluations": _evaluations(shop, names),
        "campaigns": _campaigns(shop, mentions),
        "raw_files": _raw_files(shop, mentions),
        "erasures": [] if store is None else list(map(receipt_of, store.erasures.of(name))),
    }


def _tables(shop: ShopDirectory, names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    frames = {
        table: frame.filter(pl.col(c.CUSTOMER_ID).is_in(list(names)))
        for table, frame in load_people(shop).items()
    }
    items = load_table(shop, c.ORDER_ITEMS)
    frames[c.ORDER_ITEMS] = items.join(frames[c.ORDERS], on=c.ORDER_ID, how="semi")
    live = load_live(shop)
    for table, frame in ((EVENTS, live.events), (CONSENTS, live.consents)):
        frames[table] = frame.filter(pl.col(c.CUSTOMER_ID).is_in(list(names)))
    return {table: _plain(frame) for table, frame in frames.items()}


def _rejects(shop: ShopDirectory, mentions: Mentions) -> dict[str, list[dict[str, Any]]]:
    aliases = shop.settings().tables.aliases
    found = {table: rejects_naming(shop, table, mentions, aliases) for table in c.TABLES}
    return {
        table: [dict(zip(headers, row, strict=True)) for row in rows.rows()]
        for table, (headers, rows) in found.items()
        if rows.height
    }


def _profile(shop: ShopDirectory, store: Store | None, name: str) -> dict[str, Any] | None:
    """Give the card of a customer as the build that serves makes it; None: it makes none."""
    try:
        return open_shop(shop.path, store=store).profile(name).to_dict()
    except (NotBuiltError, NotFoundError):
        return None


def _of_build(shop: ShopDirectory, build_id: str, names: Sequence[str]) -> list[dict[str, Any]]:
    """Give what a kept build holds of a person, under each of their ids."""
    build = Build.load(shop.builds / build_id)
    found = []
    for name in names:
        row = build.customer_ids.find(name)
        if row is None:
            continue
        segment = int(build.demand.popularity.segment_row[row])
        has_profile = bool(np.isfinite(build.consistency[row]))
        found.append(
            {
                "build_id": build_id,
                "customer_id": name,
                "interactions": len(build.histories.of(row)),
                "segment": build.demand.popularity.segments[segment] if segment >= 0 else None,
                "refused_personalization": bool(build.opted_out[row]),
                "refused_marketing": bool(build.no_marketing[row]),
                "profile": [float(x) for x in build.profiles[row]] if has_profile else None,
            }
        )
    return found


def _evaluations(shop: ShopDirectory, names: Sequence[str]) -> list[dict[str, Any]]:
    found = []
    folders = shop.evaluations.iterdir() if shop.evaluations.is_dir() else ()
    for folder in sorted(one for one in folders if one.is_dir()):
        try:
            table = Trial.load(folder).table
        except BuildError:
            continue  # nobody can tell whom it is about
        rows = table.filter(pl.col(c.CUSTOMER_ID).is_in(list(names)))
        found += [{"evaluation": folder.name, **row} for row in _plain(rows)]
    return found


def _campaigns(shop: ShopDirectory, mentions: Mentions) -> list[dict[str, Any]]:
    files = [one for one in campaign_files(shop) if one.is_file()]
    rows = {one: campaign_rows(one, mentions.in_ids) for one in files}
    return [{"file": str(one), "rows": found} for one, found in rows.items() if found]


def _raw_files(shop: ShopDirectory, mentions: Mentions) -> list[str]:
    aliases = shop.settings().tables.aliases
    return [
        file.relative_to(shop.path).as_posix()
        for file, name in raw_files(shop)
        if names_in(file, name, mentions, aliases)
    ]


def _plain(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Give rows as JSON-ready values: times as ISO 8601, what is no number as null."""
    times = pl.selectors.datetime().dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
    numbers = pl.selectors.float().fill_nan(None)
    return frame.with_columns(times, numbers).to_dicts()
