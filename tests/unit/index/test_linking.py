"""Links: bytes on one scale, and the nearest among them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penchant.index.linking import SCALE_FILE, Links
from penchant.maths.rows import unit_rows


def some_nodes(seed: int, n: int, dim: int) -> np.ndarray:
    return unit_rows(np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32))


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 1000), dim=st.sampled_from([3, 16, 50, 64]), spiky=st.booleans())
def test_nodes_come_by_the_distance_of_whole_numbers(seed, dim, spiky):
    nodes, (query,) = some_nodes(seed, 40, dim), some_nodes(seed + 1, 1, dim)
    if spiky:  # numbers larger than any of the nodes
        query = np.eye(1, dim, dtype=np.float32)[0]
    links, order = Links.between(nodes)
    nodes = nodes[order]
    largest = np.abs(nodes).max()
    bytes_of = [np.rint(one.clip(-largest, largest) * links.scale).astype(int) for one in nodes]
    asked = np.rint(query.clip(-largest, largest) * links.scale).astype(int)
    (found,) = links.search(query[None], len(nodes))
    distances = [int(((bytes_of[node] - asked) ** 2).sum()) for node in found]
    assert sorted(found.tolist()) == list(range(len(nodes)))
    assert distances == sorted(distances)


def test_the_largest_number_takes_the_largest_byte_whatever_its_size():
    nodes = some_nodes(0, 50, 64)
    assert Links.between(nodes)[0].scale == pytest.approx(127 / np.abs(nodes).max())


def test_the_nearest_by_bytes_are_nearly_the_most_similar():
    nodes = some_nodes(0, 1000, 64)
    queries = some_nodes(1, 50, 64)
    links, order = Links.between(nodes)
    nodes = nodes[order]
    for query, found in zip(queries, links.search(queries, 200), strict=True):
        best = np.argsort(-(nodes @ query))[:10]
        assert len(set(best.tolist()) & set(found[:12].tolist())) >= 9


def test_nodes_near_each_other_are_so_in_memory():
    mixed = some_nodes(0, 2000, 3)
    _, order = Links.between(mixed)
    assert sorted(order.tolist()) == list(range(len(mixed)))
    assert places_to_the_nearest(mixed[order]) < 0.7 * places_to_the_nearest(mixed)


def places_to_the_nearest(nodes: np.ndarray) -> float:
    similar = nodes @ nodes.T - 2 * np.eye(len(nodes), dtype=np.float32)
    return float(np.median(np.abs(similar.argmax(axis=1) - np.arange(len(nodes)))))


@pytest.mark.parametrize("scale", [0.0, -1.0, np.nan, np.inf])
def test_a_scale_that_is_none_is_refused(tmp_path, scale):
    Links.between(some_nodes(0, 20, 16))[0].save(tmp_path)
    np.save(tmp_path / SCALE_FILE, scale)
    with pytest.raises(ValueError, match="the scale is"):
        Links.load(tmp_path)
