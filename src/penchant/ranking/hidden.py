"""Hidden purchases: one product of some customers, set aside to learn from what it teaches."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from penchant.types import Mask, Rows

MOST = 6000
"""Customers that are enough: more change the weights by less than their own uncertainty."""

SHARE = 0.2
"""Of the customers who can spare a product: what is left must be like the whole."""


@dataclass(frozen=True, slots=True, eq=False)
class HiddenPurchases:
    """What was hidden, and what is still known.

    Attributes:
        customer_row: Shape (n,), rising, one per hidden product.
        product_row: Shape (n,), aligned: what was hidden.
        known: Shape (n_events,), which of the events given are still known.
        starts: Shape (n + 1,): the hidden customer i owns owned_row[starts[i]:starts[i + 1]].
        owned_row: Shape (starts[-1],), products still known of them.
        n_products: Products in all.
    """

    customer_row: Rows
    product_row: Rows
    known: Mask
    starts: NDArray[np.int64]
    owned_row: Rows
    n_products: int

    def __len__(self) -> int:
        return len(self.customer_row)

    def where(self, which: Mask) -> HiddenPurchases:
        """Give some of the hidden purchases; what is known of all stays.

        Args:
            which: Shape (n,).
        """
        parts = [self.owned(number) for number in np.flatnonzero(which).tolist()]
        lengths = [len(part) for part in parts]
        return replace(
            self,
            customer_row=self.customer_row[which],
            product_row=self.product_row[which],
            starts=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            owned_row=np.concatenate([np.empty(0, np.int32), *parts]),
        )

    def first(self, n: int) -> HiddenPurchases:
        """Give the hidden purchases of the first customers.

        Args:
            n: How many, at most.
        """
        return self.where(np.arange(len(self)) < n)

    def owned(self, number: int) -> Rows:
        """Give what a customer is known to own.

        Args:
            number: 0..len - 1.
        """
        return self.owned_row[self.starts[number] : self.starts[number + 1]]


def hide_purchases(
    customer_row: Rows,
    product_row: Rows,
    time_us: NDArray[np.int64],
    groups: NDArray[np.integer],
    rng: np.random.Generator,
    *,
    most: int = MOST,
    share: float = SHARE,
) -> HiddenPurchases:
    """Hide the last product of those who came last; among those of the same time, any.

    What was taken last is most like what is taken next: products rise and fall. A product goes
    with all variants of its group: a variant still owned would give it away.

    Args:
        customer_row: Shape (n_events,), any order.
        product_row: Shape (n_events,), aligned, >= 0.
        time_us: Shape (n_events,), aligned.
        groups: Shape (n_products,), equal for variants of one design.
        rng: Draws customers and products.
        most: Customers at most.
        share: Of the customers with two groups or more, at most.

    Returns:
        At most one hidden product per customer; none where nobody has two.
    """
    group = groups[product_row]
    luck = rng.random(len(group))
    order = np.lexsort((luck, time_us, customer_row))
    last = order[np.diff(customer_row[order], append=-1) != 0]
    pairs = np.unique(np.stack([customer_row, group]), axis=1)
    has_two = np.bincount(pairs[0], minlength=1) >= 2
    last = last[has_two[customer_row[last]]]
    number = min(most, int(np.ceil(share * len(last))))
    latest = np.lexsort((rng.permutation(len(last)), -time_us[last]))
    chosen = last[np.sort(latest[:number])]
    hidden_group = np.full(len(has_two), -1, np.int64)
    hidden_group[customer_row[chosen]] = group[chosen]
    known = group != hidden_group[customer_row]
    starts, owned = _owned(customer_row[known], product_row[known], customer_row[chosen])
    return HiddenPurchases(
        customer_row[chosen], product_row[chosen], known, starts, owned, len(groups)
    )


def _owned(customer_row: Rows, product_row: Rows, wanted: Rows) -> tuple[NDArray[np.int64], Rows]:
    order = np.argsort(customer_row, kind="stable")
    first = np.searchsorted(customer_row[order], wanted, "left")
    end = np.searchsorted(customer_row[order], wanted, "right")
    parts = [product_row[order[a:b]] for a, b in zip(first, end, strict=True)]
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(end - first)])
    return starts, np.concatenate([np.empty(0, np.int32), *parts]).astype(np.int32)
