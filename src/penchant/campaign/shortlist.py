"""Shortlists: the best products of many tastes, a block of the matrix product at a time.

What each taste's list must score at least is read off a sample of the products; of every block
only what scores more is kept, so that no score is written to memory and read again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.candidates.facet import Facet
from penchant.types import Mask, Rows, StyleVectors

SAMPLE = 4096
"""Products that the least score is read off."""

FEW = 1000
"""Products up to which a list holds all of them."""

LONGER = 2.0
"""How much longer a list is meant to be than it must be: the sample errs."""

BLOCK = 2048
"""Products scored at a time: their scores stay in the processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Shortlist:
    """The best products of one taste.

    Attributes:
        places: Shape (n,), places among the products searched, best first.
        similarities: Shape (n,), float32, falling.
        whole: Whether these are all that are allowed.
    """

    places: Rows
    similarities: NDArray[np.float32]
    whole: bool


@dataclass(frozen=True, eq=False)
class Shortlister:
    """Products to be searched.

    Attributes:
        vectors: Shape (n, dim), unit rows.
        kind: Shape (n,), which products are for the same people.
        labels: Shape (n_kinds, n_facets), what each kind is labelled; -1: unknown.
    """

    vectors: StyleVectors
    kind: Rows
    labels: Rows

    @classmethod
    def over(cls, vectors: StyleVectors, guards: Sequence[Facet], rows: Rows) -> Shortlister:
        """Sort products by whom they are for.

        Args:
            vectors: Shape (n, dim), of the products searched.
            guards: Facets that keep products from people.
            rows: Shape (n,), the products searched.
        """
        labels = np.stack([np.zeros(len(rows), np.int32), *(one.label_row[rows] for one in guards)])
        kinds, kind = np.unique(labels.T, axis=0, return_inverse=True)
        return cls(vectors, kind.astype(np.int32).ravel(), kinds[:, 1:])

    def find(
        self, tastes: StyleVectors, allowed: Mask, wanted: NDArray[np.int64]
    ) -> list[Shortlist]:
        """Find the best products of many tastes.

        Args:
            tastes: Shape (n_tastes, dim), unit rows.
            allowed: Shape (n_tastes, n_kinds), whom each may be shown products of.
            wanted: Shape (n_tastes,), products each list is to have.

        Returns:
            Aligned, ties by the lower place; longer than wanted as a rule. One may be shorter, or
            empty: where few of the products are allowed, or half of them are equally near.
        """
        least = self._least(tastes, allowed, wanted)
        tasters, places, scores = self._above(tastes, least)
        kept = allowed[tasters, self.kind[places]]
        tasters, places, scores = tasters[kept], places[kept], scores[kept]
        number = np.min_scalar_type(len(tastes))  # of few bits: they are sorted by counting
        keys = _keys(scores, places)[np.argsort(tasters.astype(number), kind="stable")]
        starts = np.concatenate([[0], np.cumsum(np.bincount(tasters, minlength=len(tastes)))])
        whole = np.isneginf(least)
        return [
            Shortlist(*_best_first(keys[start:stop]), bool(all_of_them))
            for start, stop, all_of_them in zip(starts[:-1], starts[1:], whole, strict=True)
        ]

    def _least(
        self, tastes: StyleVectors, allowed: Mask, wanted: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Give the score a list begins at; inf where the sample does not tell."""
        n, step = len(self.vectors), max(1, len(self.vectors) // SAMPLE)
        sample = self.vectors[::step]
        rank = np.ceil(LONGER * wanted * len(sample) / max(n, 1)).astype(np.int64)
        place = np.maximum(len(sample) - rank, 0)
        if n <= FEW or not place.any():
            return np.full(len(tastes), -np.inf, np.float32)
        scores = tastes @ sample.T
        if not allowed.all():
            scores[~allowed[:, self.kind[::step]]] = -np.inf
        ordered = np.partition(scores, np.unique(place), axis=1)
        least = np.take_along_axis(ordered, place[:, None], axis=1)
        unsure = np.isneginf(least[:, 0]) | ((scores >= least).sum(axis=1) > 2 * rank)
        least = np.where(unsure, np.float32(np.inf), least[:, 0])
        return np.where(place > 0, least, np.float32(-np.inf))

    def _above(
        self, tastes: StyleVectors, least: NDArray[np.float32]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
        """Give all (number of taste, place, score) that reach the least score."""
        parts, held = [], np.empty((len(tastes), BLOCK), np.float32)
        for first in range(0, len(self.vectors), BLOCK):
            block = self.vectors[first : first + BLOCK]
            whole = len(block) == BLOCK
            scores = np.matmul(tastes, block.T, out=held if whole else None)
            found = np.flatnonzero(scores >= least[:, None])
            taster, place = np.divmod(found, scores.shape[1])
            parts.append((taster, place + first, scores.ravel()[found]))
        tasters, places, found_scores = zip(*parts, strict=True)
        return np.concatenate(tasters), np.concatenate(places), np.concatenate(found_scores)


def _keys(scores: NDArray[np.float32], places: NDArray[np.intp]) -> NDArray[np.int64]:
    """Give numbers that rise as scores fall, and with the place where scores are equal."""
    bits = (scores + np.float32(0.0)).view(np.int32).astype(np.int64)
    rising = bits ^ ((bits >> 63) & 0x7FFFFFFF)
    return (~rising << 32) | places


def _best_first(keys: NDArray[np.int64]) -> tuple[Rows, NDArray[np.float32]]:
    """Sort keys and read places and scores off them."""
    ordered = np.sort(keys)
    rising = ~(ordered >> 32)
    bits = (rising ^ ((rising >> 63) & 0x7FFFFFFF)).astype(np.int32)
    return (ordered & 0xFFFFFFFF).astype(np.int32), bits.view(np.float32)
