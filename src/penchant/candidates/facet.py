"""A facet: one label per product, such as its category, as row numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from penchant.maths.distinct import distinct
from penchant.types import Mask, Rows

FEW = 6
"""Labels up to which one comparison each is quicker than looking every product's label up."""


@dataclass(frozen=True, slots=True, eq=False)
class Facet:
    """Labels of products.

    Attributes:
        names: The labels, sorted; those of later products behind them.
        label_row: Shape (n_products,), row in `names`; -1: unknown.
    """

    names: tuple[str, ...]
    label_row: Rows

    @classmethod
    def of(cls, labels: Sequence[str | None]) -> Facet:
        """Number labels.

        Args:
            labels: One per product; None and "" are unknown.

        Example:
            >>> Facet.of(["ring", None, "chain", "ring"]).label_row
            array([ 1, -1,  0,  1], dtype=int32)
        """
        names = tuple(sorted({label for label in labels if label}))
        rows = {name: row for row, name in enumerate(names)}
        return cls(names, np.array([rows.get(label or "", -1) for label in labels], np.int32))

    def extended(self, labels: Sequence[str | None]) -> Facet:
        """Give the same for more products.

        Args:
            labels: One per new product; None and "" are unknown.

        Example:
            >>> more = Facet.of(["ring", None]).extended(["chain", "ring", ""])
            >>> more.names, more.label_row.tolist()
            (('ring', 'chain'), [0, -1, 1, 0, -1])
        """
        later = dict.fromkeys(label for label in labels if label and label not in self.names)
        names = (*self.names, *later)
        rows = {name: row for row, name in enumerate(names)}
        label_row = np.array([rows.get(label or "", -1) for label in labels], np.int32)
        return Facet(names, np.concatenate([self.label_row, label_row]))

    def knows(self, rows: Rows) -> bool:
        """Tell whether the label of any of some products is known.

        Args:
            rows: Shape (n,), products.
        """
        return bool(self.names) and bool((self.label_row[rows] >= 0).any())

    def same_as(self, rows: Rows) -> Mask:
        """Tell which products share a label with any of some products.

        Args:
            rows: Shape (n,), products.

        Returns:
            Shape (n_products,). Products of unknown label share it with all; all are True where
            none of `rows` has a known label.
        """
        if not self.knows(rows):
            return np.ones(len(self.label_row), bool)
        return self.labelled_as(rows) | (self.label_row < 0)

    def labelled_as(self, rows: Rows) -> Mask:
        """Tell which products have the label of any of some products.

        Args:
            rows: Shape (n,), products.

        Returns:
            Shape (n_products,). Products of unknown label have that of none.
        """
        wanted = distinct(self.label_row[rows])
        wanted = wanted[wanted >= 0]
        if len(wanted) > FEW:
            allowed = np.zeros(len(self.names) + 1, bool)  # the last: -1, unknown
            allowed[wanted] = True
            return allowed.take(self.label_row.astype(np.intp))
        found = np.zeros(len(self.label_row), bool)
        for label in wanted.tolist():
            found |= self.label_row == label
        return found
