"""Wins and losses: customers to look at, with photos of what they had, were shown and bought."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from penchant import columns as c
from penchant.evaluation.accuracy import per_customer
from penchant.evaluation.asking import SERVED, Asked
from penchant.evaluation.report_values import Example, Picture
from penchant.types import Rows

EACH = 3
"""Wins and losses shown."""


def find_examples(asked: Asked) -> tuple[Example, ...]:
    """Choose customers: the best of those who were foretold, and of the others who had most before.

    Args:
        asked: What was shown to whom.

    Returns:
        Wins, then losses; customers are numbered, not named.
    """
    shown = asked.shown[SERVED]
    worth = per_customer(shown, asked.truth, k=shown.shape[1]).ndcg
    known = np.array([len(asked.shop.customer(name).history) for name in asked.customer_ids])
    wins = [place for place in np.lexsort((-known, -worth)).tolist() if worth[place] > 0]
    losses = [place for place in np.argsort(-known, kind="stable").tolist() if worth[place] == 0]
    return tuple(_example(asked, place) for place in (*wins[:EACH], *losses[:EACH]))


def _example(asked: Asked, place: int) -> Example:
    shop, shown = asked.shop, asked.shown[SERVED][place]
    history = shop.customer(asked.customer_ids[place]).history.product_row[::-1]
    taken = asked.truth.part(slice(place, place + 1)).product_row
    before = list(dict.fromkeys(history[history >= 0].tolist()))
    hit = bool(np.isin(shown, taken).any())
    return Example(
        customer=str(place + 1),
        before=_pictures(asked, np.array(before, np.int32)),
        shown=_pictures(asked, shown[shown >= 0]),
        taken=_pictures(asked, taken),
        kind="win" if hit else "loss",
    )


def _pictures(asked: Asked, rows: Rows) -> tuple[Picture, ...]:
    products, stock = asked.shop.build.products, asked.shop.assortment
    images = products[c.IMAGE].gather(rows).to_list()
    return tuple(
        Picture(stock.product_ids[row], stock.titles[row], _photo(image))
        for row, image in zip(rows.tolist(), images, strict=True)
    )


def _photo(image: str | None) -> Path | None:
    """Give a photo that lies here; of one on the web, nothing."""
    return Path(image) if image and Path(image).is_file() else None
