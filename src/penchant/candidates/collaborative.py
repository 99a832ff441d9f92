"""The collaborative sources by name: three ways to fit links, one contract.

No one wins everywhere: item-kNN where histories are short and sales uneven, the graph filter where
products share few customers, EASE where histories are long. A shop chooses on hidden purchases.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from penchant.candidates.ease import fit_ease
from penchant.candidates.graph_filter import fit_graph_filter
from penchant.candidates.item_knn import fit_item_knn
from penchant.candidates.links import ProductLinks
from penchant.types import Rows


class FitLinks(Protocol):
    """What a collaborative source is: a pure function from who owns what to links."""

    def __call__(
        self, customer_row: Rows, product_row: Rows, *, n_customers: int, n_products: int
    ) -> ProductLinks:
        """Fit links with the source's own default settings.

        Args:
            customer_row: Shape (n,), any order.
            product_row: Shape (n,), aligned; -1 is left out, repeated pairs count once.
            n_customers: Customers in all.
            n_products: Products in all.
        """
        ...


COLLABORATIVE: Mapping[str, FitLinks] = MappingProxyType(
    {"item-knn": fit_item_knn, "ease": fit_ease, "graph-filter": fit_graph_filter}
)
"""Name -> function; the name is also `about["method"]` of what it fits."""
