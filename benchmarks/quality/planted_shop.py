"""A generated shop as penchant sees it, beside the truth it was made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant import columns as c
from penchant.id_map import IdMap
from penchant.maths.rows import present_rows
from penchant.sample.generator import GeneratedShop, GeneratorSettings, generate_shop
from penchant.settings import SpaceSettings, TasteSettings
from penchant.space import Catalogue, fit_space
from penchant.space.baskets import find_baskets
from penchant.taste.from_tables import microseconds, row_column
from penchant.taste.histories import ACTION_CODES, Histories, History
from penchant.taste.weights import Weigher

ATTRIBUTES = (c.CATEGORY, c.COLLECTION, c.MATERIAL, c.COLOR)
DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True, eq=False)
class PlantedShop:
    """What the taste rooms read, and the truth.

    Attributes:
        histories: Of all customers, every event up to the end.
        styles: Style vectors, learned from events before `cut_us` alone.
        weigher: The default weights.
        is_gift: Aligned with histories.events: bought for somebody else.
        product_style: Planted style of each product.
        wanted: Shape (2, n_customers, n_styles): planted tastes in the first and second half.
        drifts: By customer.
        half_us: When tastes change.
        cut_us: Events from here on are hidden from the space and the profiles.
        end_us: The end of time.
    """

    histories: Histories
    styles: NDArray[np.float32]
    weigher: Weigher
    is_gift: NDArray[np.bool_]
    product_style: NDArray[np.int64]
    wanted: NDArray[np.bool_]
    drifts: NDArray[np.bool_]
    half_us: int
    cut_us: int
    end_us: int

    def own_style(self, customer_row: int, events: History) -> NDArray[np.bool_]:
        """Tell which events are in a style the customer truly had at that time.

        Args:
            customer_row: Whose.
            events: Some of that customer's events.
        """
        later = (events.time_us > self.half_us).astype(int)
        return np.asarray(self.wanted[later, customer_row, self.product_style[events.product_row]])


def plant(seed: int, *, settings: GeneratorSettings, hidden_days: int = 30) -> PlantedShop:
    """Generate a shop and place its products.

    Args:
        seed: Decides everything.
        settings: Sizes and shares.
        hidden_days: Days at the end that neither space nor profiles see.
    """
    shop = generate_shop(np.random.default_rng(seed), settings=settings)
    end = microseconds(settings.end)
    cut = end - hidden_days * DAY_US
    histories, is_gift = _histories(shop)
    styles = _place(shop, histories, cut)
    return PlantedShop(
        histories=histories,
        styles=styles,
        weigher=Weigher.from_settings(TasteSettings(), present_rows(styles)),
        is_gift=is_gift,
        product_style=shop.product_style,
        wanted=np.stack([shop.customer_styles, shop.later_styles]) > 0,
        drifts=shop.drifts,
        half_us=end - settings.days * DAY_US // 2,
        cut_us=cut,
        end_us=end,
    )


def _histories(shop: GeneratedShop) -> tuple[Histories, NDArray[np.bool_]]:
    products = IdMap.from_ids("product", shop.product_ids)
    customers = IdMap.from_ids("customer", shop.customer_ids)
    frame = shop.interactions
    customer_row = row_column(c.CUSTOMER_ID, frame, customers).to_numpy()
    actions = frame[c.INTERACTION_TYPE].replace_strict(ACTION_CODES).to_numpy().astype(np.int8)
    product_row = row_column(c.PRODUCT_ID, frame, products).to_numpy()
    time_us = frame[c.TIMESTAMP].dt.epoch("us").to_numpy()
    order = np.lexsort((actions, product_row, time_us, customer_row))
    trust = np.ones(len(order), np.float32)
    events = History(product_row, actions, time_us, trust).take(order)
    histories = Histories.from_rows(customer_row[order], events, n_customers=len(customers))
    return histories, shop.is_gift[order]


def _place(shop: GeneratedShop, histories: Histories, cut_us: int) -> NDArray[np.float32]:
    catalogue = Catalogue(
        n_products=len(shop.product_ids),
        embeddings=shop.embeddings,
        attributes={name: tuple(shop.products[name].to_list()) for name in ATTRIBUTES},
        prices=shop.products[c.PRICE].to_numpy(),
    )
    settings = SpaceSettings()
    events, rows = histories.events, histories.customer_rows()
    codes = [ACTION_CODES[action] for action in settings.basket_actions]
    seen = (events.time_us < cut_us) & np.isin(events.action, codes)
    baskets = find_baskets(
        rows[seen], events.product_row[seen], events.time_us[seen], days=settings.basket_days
    )
    return fit_space(catalogue, baskets, settings=settings).place(catalogue).vectors
