"""Fast draws agree with their slow, obvious twins."""

from __future__ import annotations

import numpy as np

from penchant.sample.behaviour import draw_products, draw_rows


def test_products_are_drawn_by_popularity_within_their_style() -> None:
    """The share of each product equals its popularity among products of the wanted style."""
    style = np.array([0, 1, 0, 1, 1, 2])
    popularity = np.array([0.3, 0.05, 0.1, 0.2, 0.25, 0.1])
    wanted = np.repeat([0, 1, 2], 20_000)
    drawn = draw_products(
        np.random.default_rng(0), wanted, product_style=style, popularity=popularity
    )
    assert np.array_equal(style[drawn], wanted)
    for each in range(3):
        mine = np.where(style == each, popularity, 0)
        seen = np.bincount(drawn[wanted == each], minlength=6) / 20_000
        assert np.abs(seen - mine / mine.sum()).max() < 0.015


def test_columns_are_drawn_by_their_rows_shares() -> None:
    """Each event follows the shares of its own row; a share of zero is never drawn."""
    shares = np.array([[0.5, 0.0, 0.5], [0.1, 0.9, 0.0]])
    rows = np.repeat([0, 1], 20_000)
    drawn = draw_rows(np.random.default_rng(1), shares, rows)
    for row in range(2):
        seen = np.bincount(drawn[rows == row], minlength=3) / 20_000
        assert np.abs(seen - shares[row]).max() < 0.015
    assert not (drawn[rows == 0] == 1).any()
    assert not (drawn[rows == 1] == 2).any()
