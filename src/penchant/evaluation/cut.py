"""A cut in time: what a shop knew then, and what its customers bought afterwards.

One cut for everyone. All that a build learns is learned from what came before it: the style space,
popularity, links, weights, verdicts and who owns what. Products that came in later are not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from penchant import columns as c
from penchant.builds import BuildInputs
from penchant.builds.lessons import LEAST_TRUST
from penchant.errors import InputError
from penchant.id_map import IdMap
from penchant.settings import EvaluationSettings
from penchant.taste.cancel import find_cancelled
from penchant.taste.from_tables import histories_from_interactions, microseconds
from penchant.taste.histories import ACTION_CODES
from penchant.taste.marks import places_of_all
from penchant.taste.trust import trust_at_first_sight

TWO_WEEKS = timedelta(days=14)

HIDDEN_SHARE = 0.2
"""Of all purchases, where no number of days is set."""


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A shop at one moment, and what came of it.

    Attributes:
        at: The moment; what happened at it is not known yet.
        until: The end of what is looked at, included.
        known: What a build could be made of then.
        taken: Columns customer_id, product_id, sorted, each pair once: bought after the cut and
            kept, for oneself, of products that were there.
        left_out: Purchases after the cut that do not count, by reason: "new_product" (not there at
            the cut, or not in the catalogue any more), "not_own" (a gift, or more on one day than a
            person buys), "given_back", "refused" (by who refused personalisation).
    """

    at: datetime
    until: datetime
    known: BuildInputs
    taken: pl.DataFrame
    left_out: Mapping[str, int]


def choose_cut(interactions: pl.DataFrame, settings: EvaluationSettings) -> datetime:
    """Choose the moment from which on everything is hidden.

    Args:
        interactions: Cleaned, purchases among them.
        settings: How many days are hidden.

    Returns:
        So many days before the newest interaction; without a number, the midnight (UTC) after which
        a fifth of all purchases was made, at least a day ago. Where that is two weeks ago or more,
        the midnight of its Monday: so the cut moves once a week.

    Raises:
        InputError: if there are no purchases to hide.
    """
    times = interactions.filter(pl.col(c.INTERACTION_TYPE) == c.PURCHASE)[c.TIMESTAMP].sort()
    newest = interactions[c.TIMESTAMP].max()
    if not len(times) or not isinstance(newest, datetime):
        raise InputError(
            "There are no purchases to compare with: give orders, or interactions of the type "
            "purchase."
        )
    if settings.days:
        return newest - timedelta(days=settings.days)
    late: datetime = times[min(int((1 - HIDDEN_SHARE) * len(times)), len(times) - 1)]
    day = min(late, newest - timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday()) if newest - day >= TWO_WEEKS else day


def cut_at(inputs: BuildInputs, at: datetime, until: datetime | None = None) -> Cut:
    """Part a shop's tables at a moment.

    Args:
        inputs: What a build would be made of today.
        at: The moment; UTC if it names no zone.
        until: End of what is hidden; by default that of the newest interaction.

    Raises:
        InputError: if nothing happened before the cut, or no product was there.
    """
    moment = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    newest = inputs.interactions[c.TIMESTAMP].max()
    end = until or (newest if isinstance(newest, datetime) else moment)
    known = known_at(inputs, moment)
    if known.interactions.is_empty() or known.products.is_empty():
        raise InputError(
            f"Nothing is known before {moment:%Y-%m-%d %H:%M} UTC: choose a later cut, or hide "
            "fewer days ([evaluation] days)."
        )
    taken, left_out = _taken(inputs, known, moment, end)
    return Cut(moment, end, known, taken, left_out)


def known_at(inputs: BuildInputs, at: datetime) -> BuildInputs:
    """Give what a build could have been made of at a moment.

    What is not dated stays as it is: consent, prices and the attributes of products. Who is out of
    stock today may have been in stock then, so nothing counts as out of stock.

    Args:
        inputs: What a build would be made of today.
        at: The moment, with its zone; what happened at it is not known yet.
    """
    products = inputs.products
    there = (products[c.CREATED_DATE].is_null() | (products[c.CREATED_DATE] < at)).to_numpy()
    stock = pl.lit(None, products.schema[c.STOCK_STATUS]).alias(c.STOCK_STATUS)
    return replace(
        inputs,
        products=products.filter(there).with_columns(stock),
        interactions=inputs.interactions.filter(pl.col(c.TIMESTAMP) < at),
        embeddings=None if inputs.embeddings is None else inputs.embeddings[there],
        text_vectors=None if inputs.text_vectors is None else inputs.text_vectors[there],
        as_of=at,
        digests={**inputs.digests, "cut": at.isoformat()},
    )


def _taken(
    inputs: BuildInputs, known: BuildInputs, at: datetime, until: datetime
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Give what was bought after the cut and counts, and how many purchases do not, by reason."""
    customers = IdMap.from_ids("customer", inputs.interactions[c.CUSTOMER_ID].unique())
    products = IdMap.from_ids("product", inputs.products[c.PRODUCT_ID])
    seen = inputs.interactions.filter(pl.col(c.TIMESTAMP) <= until)
    histories = histories_from_interactions(seen, customers, products)
    events, rows = histories.events, histories.customer_rows()
    marks = places_of_all(inputs.marks, histories, customers, products)
    until_us = microseconds(until)
    trust = trust_at_first_sight(histories, inputs.settings.trust, marks, as_of_us=until_us)
    refused = inputs.refused(customers, c.PERSONALIZATION_CONSENT)[rows]
    was_there = np.zeros(len(products) + 1, bool)
    was_there[products.rows(known.products[c.PRODUCT_ID].to_list())] = True
    counts = (events.action == ACTION_CODES[c.PURCHASE]) & (events.time_us >= microseconds(at))
    left_out: dict[str, int] = {}
    for reason, excluded in {
        "new_product": ~was_there[events.product_row],
        "given_back": find_cancelled(rows, events),
        "not_own": trust < LEAST_TRUST,
        "refused": refused,
    }.items():
        left_out[reason] = int(np.count_nonzero(counts & excluded))
        counts &= ~excluded
    ids = {
        c.CUSTOMER_ID: [customers[row] for row in rows[counts].tolist()],
        c.PRODUCT_ID: [products[row] for row in events.product_row[counts].tolist()],
    }
    frame = pl.DataFrame(ids, schema=dict.fromkeys(ids, pl.String))
    return frame.unique().sort(c.CUSTOMER_ID, c.PRODUCT_ID), left_out
