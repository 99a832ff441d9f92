"""Which products may be shown at all."""

from __future__ import annotations

from penchant.candidates.assortment import Assortment
from penchant.settings import RecommendSettings
from penchant.types import Mask, Rows


def eligible_products(
    assortment: Assortment,
    rules: RecommendSettings,
    *,
    owned_rows: Rows | None = None,
    hidden_rows: Rows | None = None,
) -> Mask:
    """Apply the rules that take products out.

    Args:
        assortment: All products.
        rules: Whether products out of stock and owned ones are taken out.
        owned_rows: Products the customer bought and kept.
        hidden_rows: Products the customer hid; always taken out.

    Returns:
        Shape (n_products,), a new array.
    """
    eligible = assortment.in_stock.copy()
    if not rules.in_stock_only:
        eligible[:] = True
    if owned_rows is not None and rules.hide_owned:
        eligible[owned_rows] = False
    if hidden_rows is not None:
        eligible[hidden_rows] = False
    return eligible
