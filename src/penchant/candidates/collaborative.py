"""The collaborative methods by name: three ways to fit links, one contract.

No one wins everywhere: item-kNN where histories are short and sales uneven, the graph filter where
products share few customers, EASE where histories are long. A shop chooses on hidden purchases.
"""

from __future__ import annotations

from functools import partial

from penchant.candidates.ease import fit_ease
from penchant.candidates.graph_filter import fit_graph_filter
from penchant.candidates.item_knn import fit_item_knn
from penchant.candidates.links import ProductLinks
from penchant.settings import Settings
from penchant.settings.finding import EASE, GRAPH_FILTER, ITEM_KNN
from penchant.types import Rows


def fit_links(
    method: str,
    customer_row: Rows,
    product_row: Rows,
    *,
    n_customers: int,
    n_products: int,
    settings: Settings,
) -> ProductLinks:
    """Link products by one of the methods.

    Args:
        method: One of `settings.finding.METHODS`; also `about["method"]` of what is fitted.
        customer_row: Shape (n,), any order.
        product_row: Shape (n,), aligned; -1 is left out, repeated pairs count once.
        n_customers: Customers in all.
        n_products: Products in all.
        settings: Of the shop, one section for each method.

    Raises:
        InputError: if the arrays are not pairs of rows, or there are too many products.
    """
    fits = {
        ITEM_KNN: partial(fit_item_knn, settings=settings.item_knn),
        GRAPH_FILTER: partial(fit_graph_filter, settings=settings.graph_filter),
        EASE: partial(fit_ease, settings=settings.ease),
    }
    return fits[method](customer_row, product_row, n_customers=n_customers, n_products=n_products)
