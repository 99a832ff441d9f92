"""From a build to the assortment: products as sources and rules see them."""

from __future__ import annotations

import numpy as np

from penchant import columns as c
from penchant.builds import Build
from penchant.candidates.assortment import Assortment
from penchant.candidates.audience import age_group_of, gender_of
from penchant.candidates.facet import Facet
from penchant.index import ExactIndex, PlannedIndex
from penchant.tables.groups import group_rows


def make_assortment(build: Build, *, exact_below: int) -> Assortment:
    """Lay a build's products out for sources and rules.

    Args:
        build: Any.
        exact_below: The setting of the index.
    """
    products, unknown = build.products, np.iinfo(np.int64).min
    stock = products[c.STOCK_STATUS].fill_null("in_stock")
    paid = products[c.SALE_PRICE].fill_null(products[c.PRICE])
    return Assortment(
        product_ids=build.product_ids,
        titles=products[c.TITLE].fill_null(products[c.PRODUCT_ID]).to_list(),
        in_stock=(stock != "out_of_stock").to_numpy(),
        index=PlannedIndex(ExactIndex.over(build.styles), build.graph, exact_below),
        popularity=build.demand.popularity,
        links=build.demand.links,
        pairings=build.demand.pairings,
        complements=build.demand.complements,
        created_us=products[c.CREATED_DATE].dt.epoch("us").fill_null(unknown).to_numpy(),
        prices=paid.fill_null(np.nan).to_numpy(),
        group_row=group_rows(products),
        facets={
            "category": Facet.of(products[c.CATEGORY].to_list()),
            "gender": Facet.of([gender_of(one) for one in products[c.GENDER].to_list()]),
            "age_group": Facet.of([age_group_of(one) for one in products[c.AGE_GROUP].to_list()]),
            "collection": Facet.of(products[c.COLLECTION].to_list()),
        },
    )
