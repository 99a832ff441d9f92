"""The attribute channel: one axis per value seen often enough, rare values weigh more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.maths.rows import present_rows, unit_rows
from penchant.space.catalogue import Catalogue, Labels
from penchant.space.channel import Arrays, Words, centred_unit_rows

MIN_COUNT = 3
"""Values seen on fewer products than this say nothing about likeness."""

SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True, eq=False)
class AttributeChannel:
    """One-hot attributes; a value weighs sqrt(ln(products / products with it)).

    Attributes:
        axes: "column<unit separator>value" of each axis, sorted.
        value_weights: Shape (dim,), one per axis.
        mean: Shape (dim,), of the unit rows of the catalogue fitted on.
    """

    axes: tuple[str, ...]
    value_weights: NDArray[np.float32]
    mean: NDArray[np.float32]
    name: str = "attributes"

    @property
    def dim(self) -> int:
        """Columns of the vectors `transform` gives."""
        return len(self.axes)

    def transform(self, catalogue: Catalogue) -> NDArray[np.float32]:
        """Give unit rows of shape (n_products, dim); zeros where no known value stands.

        Args:
            catalogue: With attributes; columns it lacks count as unknown.
        """
        rows = _one_hot(catalogue, self.axes, self.value_weights)
        return centred_unit_rows(rows, self.mean, present_rows(rows))

    def arrays(self) -> Arrays:
        """Give the fitted numbers, to be saved as .npy."""
        return {"value_weights": self.value_weights, "mean": self.mean}

    def words(self) -> Words:
        """Give the fitted words and plain values, to be saved as JSON."""
        return {"axes": list(self.axes)}

    @classmethod
    def restore(cls, arrays: Arrays, words: Words) -> AttributeChannel:
        """Make the channel from what `arrays` and `words` gave.

        Args:
            arrays: Fitted numbers.
            words: Fitted words.
        """
        axes = tuple(words["axes"])
        return cls(axes, arrays["value_weights"], arrays["mean"])


def fit_attributes(catalogue: Catalogue) -> AttributeChannel | None:
    """Fit the channel on a catalogue's attributes.

    Args:
        catalogue: With attributes.

    Returns:
        The channel, or None when no column has two values seen at least three times.
    """
    counts = {
        f"{column}{SEPARATOR}{value}": count
        for column, labels in catalogue.attributes.items()
        for value, count in _useful_counts(labels).items()
    }
    if not counts:
        return None
    axes = tuple(sorted(counts))
    weights = np.array([_value_weight(catalogue.n_products, counts[axis]) for axis in axes])
    rows = _one_hot(catalogue, axes, weights.astype(np.float32))
    present = present_rows(rows)
    mean = rows[present].mean(axis=0, dtype=np.float64).astype(np.float32)
    return AttributeChannel(axes, weights.astype(np.float32), mean)


def _useful_counts(labels: Labels) -> Mapping[str, int]:
    """Give values seen often enough; a column with one value tells nothing apart."""
    counts = Counter(label for label in labels if label)
    useful = {value: count for value, count in counts.items() if count >= MIN_COUNT}
    return useful if len(counts) > 1 else {}


def _value_weight(n_products: int, count: int) -> float:
    return float(np.sqrt(np.log(n_products / count)))


def _one_hot(
    catalogue: Catalogue, axes: tuple[str, ...], weights: NDArray[np.float32]
) -> NDArray[np.float32]:
    place = {axis: number for number, axis in enumerate(axes)}
    rows = np.zeros((catalogue.n_products, len(axes)), np.float32)
    for column, labels in catalogue.attributes.items():
        found = [place.get(f"{column}{SEPARATOR}{label}", -1) for label in labels]
        columns = np.array(found, np.int64)
        known = np.flatnonzero(columns >= 0)
        rows[known, columns[known]] = weights[columns[known]]
    return unit_rows(rows)
