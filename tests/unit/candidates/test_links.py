"""Links: scores, candidates and shares against loops, and their way to disk and back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from penchant.candidates.link_files import load_links, save_links
from penchant.candidates.links import ProductLinks
from penchant.candidates.strongest import (
    join_links,
    spread,
    strongest,
    strongest_of_dense,
)
from penchant.errors import BuildError, InputError

N = 12


def some_links(seed: int) -> tuple[ProductLinks, np.ndarray]:
    """Give random links and the same as a square of all products."""
    rng = np.random.default_rng(seed)
    square = rng.integers(-3, 4, (N, N)).astype(np.float32) / 4
    np.fill_diagonal(square, 0)
    owned, candidates = np.nonzero(square)
    block = strongest(owned, candidates, square[owned, candidates], N)
    return join_links([block], N, {"method": "by hand", "customers": 3}), square


def slow_score(square: np.ndarray, rows: list[int], weights: list[float], product: int) -> float:
    pairs = zip(rows, weights, strict=True)
    return sum(w * float(square[row, product]) for row, w in pairs if row >= 0)


@pytest.mark.parametrize("seed", range(5))
def test_scores_of_one_and_of_many_are_sums_over_what_is_owned(seed: int) -> None:
    links, square = some_links(seed)
    rng = np.random.default_rng(seed)
    histories = [rng.integers(-1, N, n).astype(np.int32) for n in (0, 1, 3, 7)]
    weights = [rng.random(len(rows)) for rows in histories]
    slow = np.array(
        [
            [slow_score(square, h.tolist(), w.tolist(), j) for j in range(N)]
            for h, w in zip(histories, weights, strict=True)
        ]
    )
    for row, (rows, factors) in enumerate(zip(histories, weights, strict=True)):
        assert links.score_products(rows, factors) == pytest.approx(slow[row])
        linked, sums = links.linked(rows, factors)
        assert sums.tolist() == links.score_products(rows, factors)[linked].tolist()
        assert set(np.flatnonzero(slow[row])) <= set(linked.tolist())
    assert links.scores(histories, weights) == pytest.approx(slow, abs=1e-6)
    ones = [np.ones(len(rows)) for rows in histories]
    assert np.array_equal(links.scores(histories), links.scores(histories, ones))


def test_scores_of_nobody_have_no_rows() -> None:
    assert some_links(0)[0].scores([]).shape == (0, N)


@pytest.mark.parametrize("seed", range(5))
def test_shares_sum_to_the_score_and_are_the_links_themselves(seed: int) -> None:
    links, square = some_links(seed)
    rows = np.array([4, -1, 9, 4, 0], np.int32)
    weights = np.array([1.0, 5.0, 0.25, 2.0, 0.0])
    scores = links.score_products(rows, weights)
    found = links.between(rows, np.arange(N, dtype=np.int32)) * weights[:, None]
    some = np.array([7, 2, 7], np.int32)
    assert np.array_equal(links.between(rows, some) * weights[:, None], found[:, some])
    assert not links.between(rows[1:2], some).any()
    for product, shares in enumerate(found.T):
        slow = [w * square[r, product] if r >= 0 else 0 for r, w in zip(rows, weights, strict=True)]
        assert shares == pytest.approx(slow)
        assert shares.sum() == pytest.approx(scores[product], abs=1e-12)


def test_rows_of_another_build_and_missing_weights_are_refused() -> None:
    links, _ = some_links(1)
    with pytest.raises(InputError, match="product row 12 is not in the links"):
        links.score_products(np.array([N], np.int32))
    with pytest.raises(InputError, match="2 product rows came with 1 weights"):
        links.scores([np.array([1, 2], np.int32)], [np.ones(1)])


@pytest.mark.parametrize("keep", [1, 3, 8, 20])
def test_the_strongest_links_are_those_of_a_full_sort(keep: int) -> None:
    rng = np.random.default_rng(keep)
    square = (rng.integers(-3, 4, (N, N)) / 4).astype(np.float32)  # many ties
    owned, candidates = np.nonzero(square)
    shuffled = rng.permutation(len(owned))
    owned, candidates = owned[shuffled], candidates[shuffled]
    sparse = strongest(owned, candidates, square[owned, candidates], keep)
    dense = [strongest_of_dense(square[a : a + 5], a, keep) for a in range(0, N, 5)]
    slow = [
        (i, j, float(square[i, j]))
        for i in range(N)
        for j in sorted(
            sorted(
                (j for j in range(N) if j != i and square[i, j]),
                key=lambda j, i=i: (-abs(square[i, j]), j),
            )[:keep]
        )
    ]
    for links in (join_links([sparse], N, {}), join_links(dense, N, {})):
        rows = np.repeat(np.arange(N), np.diff(links.starts))
        found = zip(rows.tolist(), links.product_row.tolist(), links.weights.tolist(), strict=True)
        assert list(found) == slow


def test_spreading_links_moves_both_ends() -> None:
    links, square = some_links(2)
    places = np.sort(np.random.default_rng(2).choice(30, N, replace=False))
    wide = spread(links, places, 30)
    for row, place in enumerate(places.tolist()):
        scores = wide.score_products(np.array([place], np.int32))
        assert scores[places].tolist() == square[row].tolist()
        assert np.count_nonzero(scores) == np.count_nonzero(square[row])


def test_links_come_back_from_disk_as_they_were(tmp_path: Path) -> None:
    links, _ = some_links(4)
    save_links(links, tmp_path)
    again = load_links(tmp_path)
    assert isinstance(again.weights.base, np.memmap)
    for name in ("starts", "product_row", "weights"):
        assert np.array_equal(getattr(again, name), getattr(links, name))
        assert getattr(again, name).dtype == getattr(links, name).dtype
    assert again.about == links.about
    rows = np.array([0, 7], np.int32)
    assert np.array_equal(again.score_products(rows), links.score_products(rows))


def test_empty_links_are_kept_too(tmp_path: Path) -> None:
    save_links(join_links([], 3, {}), tmp_path)
    assert load_links(tmp_path).n_products == 3


@pytest.mark.parametrize("name", ["starts", "product_row", "weights"])
def test_damaged_links_are_refused(tmp_path: Path, name: str) -> None:
    links, _ = some_links(4)
    save_links(links, tmp_path)
    path = tmp_path / f"links.{name}.npy"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - 9])
    with pytest.raises(BuildError, match="links"):
        load_links(tmp_path)
    values = getattr(links, name).copy()
    values[-1] = {"starts": 3, "product_row": N, "weights": np.nan}[name]
    np.save(path, values)
    with pytest.raises(BuildError, match="do not fit together"):
        load_links(tmp_path)
    path.unlink()
    with pytest.raises(BuildError, match="cannot be read"):
        load_links(tmp_path)
