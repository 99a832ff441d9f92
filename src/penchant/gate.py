"""The gate of a shop: what advises whether a build may serve."""

from __future__ import annotations

from penchant.publishing import Gate, unjudged
from penchant.settings import Settings
from penchant.shop_directory import ShopDirectory


def gate_of(shop: ShopDirectory, settings: Settings) -> Gate:
    """Give the gate that `penchant publish` asks; for now it judges nothing.

    Args:
        shop: The shop.
        settings: The shop's settings.
    """
    return unjudged
