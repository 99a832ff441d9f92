"""Growing: a build with a few more products, which came in while the shop is open.

Rows of old products stay what they are. Everything that is counted or learned knows nothing of the
new ones yet; the graph does not either, and what it does not know is searched exactly.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from penchant import columns as c
from penchant.builds import Build
from penchant.builds.demand import Demand
from penchant.maths.stacked import StackedRows
from penchant.placing import Placed


def grow(build: Build, placed: Placed) -> Build:
    """Give a build with products appended.

    Args:
        build: As it was built; it is not changed.
        placed: New products, in its space.

    Returns:
        The same build where there are none. Cost: a copy of the style vectors.

    Raises:
        InputError: if one of the products is there already.
    """
    new = placed.products
    if new.is_empty():
        return build
    own = np.asarray(build.channels)
    return replace(
        build,
        products=pl.concat([build.products, new], rechunk=False),
        product_ids=build.product_ids.extended(new[c.PRODUCT_ID].to_list()),
        channels=StackedRows(own, placed.placement.channels),
        styles=np.concatenate([build.styles, placed.placement.vectors]),
        demand=_grown_demand(build.demand, new),
    )


def _grown_demand(demand: Demand, new: pl.DataFrame) -> Demand:
    return replace(
        demand,
        popularity=demand.popularity.extended(len(new)),
        links=demand.links.extended(len(new)),
        pairings=None if demand.pairings is None else demand.pairings.extended(len(new)),
        complements=demand.complements.extended(new[c.CATEGORY].to_list()),
    )
