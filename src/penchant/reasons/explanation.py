"""An explanation: the exact share each past interaction gave to a similarity, by channel too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from penchant import columns as c
from penchant.id_map import IdMap
from penchant.maths.stacked import ByRow
from penchant.space import StyleSpace
from penchant.taste.profile import Profile
from penchant.types import StyleVectors


@dataclass(frozen=True, slots=True)
class Share:
    """What one interaction gave.

    Attributes:
        product_id: The product touched.
        interaction_type: How it was touched.
        timestamp: When, ISO 8601 UTC.
        share: Part of the similarity, negative if it points away.
        channels: {channel: part of the share}; sums to the share.
    """

    product_id: str
    interaction_type: str
    timestamp: str
    share: float
    channels: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a product matches a customer.

    Attributes:
        customer_id: The customer.
        product_id: The product.
        build_id: From which build.
        similarity: Cosine of profile and product; the sum of all shares.
        shares: Largest first.
        surface: Where the score would rank the product.
        score: What it is ranked by there.
        sources: {source: what it gave to the score}; sums to the score.
    """

    customer_id: str
    product_id: str
    build_id: str
    similarity: float
    shares: tuple[Share, ...]
    surface: str
    score: float
    sources: Mapping[str, float]

    @property
    def channels(self) -> dict[str, float]:
        """{channel: part of the similarity} over all shares; sums to the similarity."""
        totals: dict[str, float] = {}
        for share in self.shares:
            for name, part in share.channels.items():
                totals[name] = totals.get(name, 0.0) + part
        return totals

    def to_dict(self) -> dict[str, Any]:
        """Give the explanation as JSON-ready values."""
        return {**asdict(self), "channels": self.channels}


def split_similarity(
    profile: Profile,
    product_row: int,
    *,
    space: StyleSpace,
    channels: ByRow,
    styles: StyleVectors,
    product_ids: IdMap,
) -> tuple[Share, ...]:
    """Split the similarity of a product to a profile into exact shares.

    Args:
        profile: The customer's taste.
        product_row: The product.
        space: The style space, which says what a channel gave.
        channels: Channel vectors of all products in that space.
        styles: Their style vectors.
        product_ids: product_row -> product_id.

    Returns:
        One share per interaction, largest first; they sum to the similarity.
    """
    rows = profile.events.product_row
    towards = styles[product_row]
    shares = profile.shares(styles, towards)
    parts = space.split(channels[rows], towards)
    parts *= (profile.weights / profile.length)[:, None]
    names = [one.name for one in space.channels]
    return tuple(
        Share(
            product_id=product_ids[int(rows[number])],
            interaction_type=c.ACTIONS[profile.events.action[number]],
            timestamp=iso_time(int(profile.events.time_us[number])),
            share=float(shares[number]),
            channels=dict(zip(names, parts[number].tolist(), strict=True)),
        )
        for number in np.lexsort((rows, -shares))
    )


def iso_time(time_us: int) -> str:
    """Write a time as ISO 8601 UTC, to the second.

    Args:
        time_us: Microseconds since 1970 UTC.

    Example:
        >>> iso_time(86_400_000_000)
        '1970-01-02T00:00:00Z'
    """
    return f"{np.datetime_as_string(np.datetime64(time_us, 'us'), unit='s')}Z"
