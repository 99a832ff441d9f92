"""Grouping agrees with slow twins that join, move and compare one row at a time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penchant.errors import InputError
from penchant.maths.clustering import (
    centres,
    cross_similarity,
    cut_tree,
    numbered,
    settle,
    ward_tree,
)
from penchant.maths.rows import unit_rows

seeds = st.integers(0, 10_000)


def blobs(rng, n_blobs, each, dim=12, noise=0.25):
    middle = rng.standard_normal((n_blobs, dim))
    middle /= np.linalg.norm(middle, axis=1, keepdims=True)
    return unit_rows(
        np.repeat(middle, each, axis=0) + noise * rng.standard_normal((n_blobs * each, dim))
    )


def naive_ward(vectors, n_groups):
    """Join the two groups whose union spreads least beyond the two, again and again."""
    groups = [[i] for i in range(len(vectors))]
    spread = lambda rows: float(((vectors[rows] - vectors[rows].mean(axis=0)) ** 2).sum())  # noqa: E731
    while len(groups) > n_groups:
        pairs = [(a, b) for a in range(len(groups)) for b in range(a + 1, len(groups))]
        added = [
            spread(groups[a] + groups[b]) - spread(groups[a]) - spread(groups[b]) for a, b in pairs
        ]
        a, b = pairs[int(np.argmin(added))]
        groups[a] += groups.pop(b)
    labels = np.empty(len(vectors), int)
    for number, rows in enumerate(sorted(groups, key=min)):
        labels[rows] = number
    return labels


@given(seeds, st.integers(2, 14), st.data())
@settings(max_examples=40, deadline=None)
def test_the_cut_tree_equals_the_naive_joining(seed, n, data):
    """Ward's tree, cut anywhere, gives what joining step by step gives."""
    vectors = unit_rows(np.random.default_rng(seed).standard_normal((n, 5)))
    n_groups = data.draw(st.integers(1, n))
    found = cut_tree(ward_tree(vectors), n_groups)
    np.testing.assert_array_equal(found, naive_ward(vectors.astype(float), n_groups))


def naive_settle(vectors, labels):
    """Lloyd's rounds in plain loops."""
    n_groups = max(labels) + 1
    for _ in range(25):
        sums = [
            sum(v for v, one in zip(vectors, labels, strict=True) if one == g)
            for g in range(n_groups)
        ]
        means = [s / np.linalg.norm(s) for s in sums]
        moved = [int(np.argmax([v @ m for m in means])) for v in vectors]
        if set(moved) != set(range(n_groups)) or moved == labels:
            break
        labels = moved
    seen = list(dict.fromkeys(labels))
    return [seen.index(one) for one in labels]


@given(seeds, st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_settling_equals_the_loops(seed, n_groups):
    """Spherical k-means in matrices ends where the plain loops end."""
    rng = np.random.default_rng(seed)
    vectors = blobs(rng, 3, 6, noise=0.5)
    start = numbered(rng.permutation(np.arange(len(vectors)) % n_groups))
    assert settle(vectors, start).tolist() == naive_settle(vectors.astype(float), start.tolist())


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_planted_groups_are_found_from_any_order(seed):
    """Clear groups come back whatever the order of the rows."""
    rng = np.random.default_rng(seed)
    middle = np.eye(3, 12)
    vectors = unit_rows(np.repeat(middle, 7, axis=0) + 0.1 * rng.standard_normal((21, 12)))
    order = rng.permutation(21)
    labels = settle(vectors[order], cut_tree(ward_tree(vectors[order]), 3))
    np.testing.assert_array_equal(labels, numbered(np.repeat(np.arange(3), 7)[order]))


@given(seeds, st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_cross_similarity_is_the_mean_over_pairs(seed, n_groups):
    """Each entry is the mean cosine over the pairs of different rows, 1 where there are none."""
    rng = np.random.default_rng(seed)
    vectors = unit_rows(rng.standard_normal((7, 5)))
    labels = numbered(
        np.concatenate([np.arange(n_groups), rng.integers(n_groups, size=7 - n_groups)])
    )
    found = cross_similarity(vectors, labels)
    for a in range(n_groups):
        for b in range(n_groups):
            pairs = [
                float(vectors[i] @ vectors[j])
                for i in range(7)
                for j in range(7)
                if i != j and labels[i] == a and labels[j] == b
            ]
            assert found[a, b] == pytest.approx(np.mean(pairs) if pairs else 1.0, abs=1e-6)


def test_settling_never_empties_a_group():
    """Twins in two groups stay in two groups."""
    twins = np.eye(2, dtype=np.float32)[[0, 0, 0]]
    assert settle(twins, np.array([0, 1, 1])).tolist() == [0, 1, 1]


def test_a_centre_that_cancels_out_is_zero():
    """Opposite rows have no direction."""
    assert (centres(np.array([[1, 0], [-1, 0]], np.float32), np.array([0, 0])) == 0).all()


@pytest.mark.parametrize("n_groups", [0, 4])
def test_a_cut_needs_a_number_of_groups_that_exists(n_groups):
    """The error names the number and the range."""
    with pytest.raises(InputError, match=rf"n_groups is {n_groups}, must be in 1..3"):
        cut_tree(ward_tree(np.eye(3, dtype=np.float32)), n_groups)
