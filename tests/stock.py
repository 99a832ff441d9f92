"""A small stock, visitors and sources to test recipes and rules with, each part told by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from penchant import columns as c
from penchant.candidates.assortment import Assortment
from penchant.candidates.complements import Complements, fit_complements
from penchant.candidates.facet import Facet
from penchant.candidates.linked import LinkedSource
from penchant.candidates.links import ProductLinks
from penchant.candidates.popularity import Popularity
from penchant.id_map import IdMap
from penchant.index import ExactIndex
from penchant.surfaces.visitor import Visitor
from penchant.taste.histories import ACTION_CODES, History
from penchant.taste.profile import Profile

DAY = 86_400_000_000
FACETS = ("category", "gender", "age_group", "collection")


def rows(*values: int) -> np.ndarray:
    """Product rows."""
    return np.array(values, np.int32)


def circle(*degrees: float) -> np.ndarray:
    """Unit vectors in the plane."""
    angles = np.deg2rad(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def links_of(n: int, pairs: Mapping[tuple[int, int], float]) -> ProductLinks:
    """Links {(owned, candidate): weight}."""
    ordered = sorted(pairs)
    counts = np.bincount([owned for owned, _ in ordered], minlength=n)
    return ProductLinks(
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        rows(*(product for _, product in ordered)),
        np.array([pairs[one] for one in ordered], np.float32),
        {},
    )


def linked_of(name: str, dense: np.ndarray) -> LinkedSource:
    """The source of link scores told for every product."""
    linked = np.flatnonzero(dense)
    return LinkedSource(name, linked.astype(np.int32), dense[linked].astype(np.float64))


def complements_of(categories: Sequence[str | None]) -> Complements:
    """What the shipped graph of categories says, without any basket."""
    return fit_complements(rows(), rows(), categories, n_baskets=0)


def popularity_of(
    overall: Sequence[float],
    recent: Sequence[float] | None = None,
    segments: Mapping[str, Sequence[float]] | None = None,
) -> Popularity:
    """Counts as they are given; the first customer is of the first segment, and so on."""
    told = dict(segments or {})
    n = len(overall)
    return Popularity(
        np.array(overall, np.float64),
        np.zeros(n) if recent is None else np.array(recent, np.float64),
        tuple(told),
        np.array(list(told.values()), np.float32).reshape(len(told), n),
        np.arange(len(told), dtype=np.int32),
    )


def stock_of(vectors: np.ndarray, **changes: Any) -> Assortment:
    """Products P00, P01, ... of which nothing is known but the vectors and what is told.

    Facets are told by name, as one label per product.
    """
    n = len(vectors)
    labels = {name: changes.pop(name, [None] * n) for name in FACETS}
    plain = Assortment(
        product_ids=IdMap.from_ids("product", [f"P{i:02d}" for i in range(n)]),
        titles=[f"Ring {i}" for i in range(n)],
        in_stock=np.ones(n, bool),
        index=ExactIndex.over(vectors),
        popularity=popularity_of(np.zeros(n)),
        links=links_of(n, {}),
        pairings=None,
        complements=complements_of(labels["category"]),
        created_us=np.arange(n, dtype=np.int64) * DAY,
        prices=np.full(n, np.nan),
        group_row=np.arange(n, dtype=np.int32),
        facets={name: Facet.of(told) for name, told in labels.items()},
    )
    return replace(plain, **changes)


def history_of(*events: tuple[int, str, float]) -> History:
    """One customer's events (row, action, day)."""
    return History(
        rows(*(row for row, _, _ in events)),
        np.array([ACTION_CODES[action] for _, action, _ in events], np.int8),
        np.array([int(day * DAY) for _, _, day in events], np.int64),
        np.ones(len(events), np.float32),
    )


def profile_of(vectors: np.ndarray, weights: Mapping[int, float]) -> Profile:
    """A taste of products viewed, {row: weight}."""
    history = history_of(*((row, c.VIEW, 0.0) for row in weights))
    heavy = np.array(list(weights.values()), np.float64)
    total = heavy @ vectors[history.product_row].astype(np.float64)
    length = float(np.linalg.norm(total))
    return Profile((total / length).astype(np.float32), length, np.abs(heavy).sum(), history, heavy)


def visitor_of(vectors: np.ndarray, weights: Mapping[int, float], **changes: Any) -> Visitor:
    """Somebody who likes products, {row: weight}."""
    return replace(Visitor(profile=profile_of(vectors, weights), enough=True), **changes)
