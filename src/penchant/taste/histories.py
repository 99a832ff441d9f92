"""Histories: every customer's interactions as flat arrays, the truth profiles are made from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from penchant import columns as c
from penchant.files import open_array
from penchant.types import Mask, Rows

ACTION_CODES = {action: code for code, action in enumerate(c.ACTIONS)}
"""The number that stands for an action in `History.action`."""

PARTS = ("product_row", "action", "time_us", "trust")


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Interactions, oldest first; of one customer, or of many one after another.

    Attributes:
        product_row: Shape (n,), int32; -1 for a product that is not in the build.
        action: Shape (n,), int8, place of the action in `columns.ACTIONS`.
        time_us: Shape (n,), int64, microseconds since 1970 UTC.
        trust: Shape (n,), float32 in [0, 1]; 0 sets an interaction aside, as for a gift.
    """

    product_row: Rows
    action: NDArray[np.int8]
    time_us: NDArray[np.int64]
    trust: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.product_row)

    def take(self, which: NDArray[np.bool_] | NDArray[np.intp] | slice) -> History:
        """Give some of the interactions, in their order.

        Args:
            which: A mask, row numbers or a slice.
        """
        return History(
            self.product_row[which], self.action[which], self.time_us[which], self.trust[which]
        )

    def equals(self, other: History) -> bool:
        """Say whether these are the same interactions in the same order, trusted alike.

        Args:
            other: Another history.
        """
        return all(np.array_equal(getattr(self, one), getattr(other, one)) for one in PARTS)

    def trusted(self, trust: NDArray[np.float32]) -> History:
        """Give the same interactions with another trust.

        Args:
            trust: Shape (n,), in [0, 1].
        """
        return History(self.product_row, self.action, self.time_us, trust)

    @classmethod
    def empty(cls) -> History:
        """Give a history without interactions."""
        none = np.empty(0, np.int32)
        return cls(none, none.astype(np.int8), none.astype(np.int64), none.astype(np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class Histories:
    """The histories of all customers, in customer_row order.

    Attributes:
        starts: Shape (n_customers + 1,), int64: customer i has events[starts[i]:starts[i + 1]].
        events: All interactions; within a customer oldest first.
    """

    starts: NDArray[np.int64]
    events: History

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of(self, customer_row: int) -> History:
        """Give one customer's interactions, oldest first.

        Args:
            customer_row: Row of the customer.
        """
        return self.events.take(slice(self.starts[customer_row], self.starts[customer_row + 1]))

    def where(self, which: Mask) -> Histories:
        """Give the histories with some of the interactions; all customers stay.

        Args:
            which: Shape (n_interactions,), those to keep.
        """
        counts = np.bincount(self.customer_rows()[which], minlength=len(self))
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        return Histories(starts, self.events.take(which))

    def customer_rows(self) -> Rows:
        """Give the customer of each interaction, shape (n,), sorted."""
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.starts))

    @classmethod
    def of_one(cls, history: History) -> Histories:
        """Give one customer's interactions as the histories of a shop with one customer.

        Args:
            history: Oldest first.
        """
        return cls(np.array([0, len(history)], np.int64), history)

    @classmethod
    def from_rows(cls, customer_row: Rows, events: History, *, n_customers: int) -> Histories:
        """Sort loose interactions into histories.

        Args:
            customer_row: Shape (n,), any order.
            events: Aligned with customer_row.
            n_customers: Rows to make; customers without interactions get an empty history.
        """
        keys = (events.trust, events.action, events.product_row, events.time_us, customer_row)
        order = np.lexsort(keys)  # by every part, so that the order of the rows never matters
        counts = np.bincount(customer_row, minlength=n_customers)
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        return cls(starts, events.take(order))

    def save(self, directory: Path) -> None:
        """Write one .npy file per array.

        Args:
            directory: An existing folder.
        """
        np.save(directory / "starts.npy", self.starts)
        for name in PARTS:
            np.save(directory / f"{name}.npy", getattr(self.events, name))

    @classmethod
    def load(cls, directory: Path) -> Histories:
        """Open what `save` wrote, by memory map.

        Args:
            directory: The folder.
        """
        starts, *parts = (open_array(directory / f"{name}.npy") for name in ("starts", *PARTS))
        return cls(starts, History(*parts))
