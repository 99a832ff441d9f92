"""Knobs: the settings that are tried, the values they are tried with, and where that can tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import numpy as np

from penchant import columns as c
from penchant.builds.choice import MOST
from penchant.engine import Shop
from penchant.settings import Settings
from penchant.settings.finding import METHODS
from penchant.settings.showing import HOMEPAGE
from penchant.taste.histories import ACTION_CODES

Value: TypeAlias = float | bool | str | tuple[str, ...]

TRIED: Final[Mapping[str, tuple[Value, ...]]] = MappingProxyType(
    {
        "taste.half_life_days": (7.0, 15.0, 30.0, 60.0, 120.0, 240.0),
        "taste.weights.view": (0.0, 0.03, 0.1, 0.3),
        "taste.weights.add_to_cart": (0.1, 0.3, 1.0),
        "taste.weights.add_to_wishlist": (0.1, 0.5, 1.0),
        "space.channel_weights.photo": (0.5, 1.0, 2.0),
        "space.channel_weights.attributes": (0.5, 1.0, 2.0),
        "space.channel_weights.text": (0.5, 1.0, 2.0),
        "space.channel_weights.price": (0.25, 0.5, 1.0),
        "space.whiten_power": (0.25, 0.5, 0.75),
        "blend.pairings": (True, False),
        "blend.collaborative": METHODS,
        "blend.fit": (True, False),
    }
)
"""Setting -> values; those of `taste.weights` are parts of what a purchase weighs."""

TASTE: Final = "taste."
"""Settings that begin so are read at request time: the same build answers under others."""

LEAST_INTERACTIONS: Final = 200
"""Interactions of an action below which its weight is not tried."""


@dataclass(frozen=True, slots=True)
class Knob:
    """One setting that is tried.

    Attributes:
        name: Section and key, with a point between; a third part names a key of a mapping.
        present: What the shop has, by default or by hand.
        values: What is tried instead, one or more.
    """

    name: str
    present: Value
    values: tuple[Value, ...]


def find_knobs(shop: Shop, *, taste_only: bool = False) -> tuple[Knob, ...]:
    """Give what a shop's data may be able to tell.

    Args:
        shop: Under its present settings.
        taste_only: Leave out what takes a build for each value.

    Returns:
        In the order of `TRIED`, without knobs that change nothing in this shop: weights of actions
        that are rare, channels it has not, the collaborative method in use.
    """
    found = []
    for name in TRIED:
        if (name.startswith(TASTE) or not taste_only) and _tells(name, shop):
            present = value_of(shop.settings, name)
            values = tuple(one for one in _values(name, shop) if one != present)
            found.append(Knob(name, present, values))
    return tuple(one for one in found if one.values)


def value_of(settings: Settings, name: str) -> Value:
    """Give the value of one setting.

    Args:
        settings: All settings.
        name: As in `Knob`.

    Example:
        >>> value_of(Settings(), "taste.weights.view")
        1.0
    """
    section, key, *inside = name.split(".")
    value: Any = getattr(getattr(settings, section), key)
    found: Value = value.get(inside[0], 0.0) if inside else value
    return found


def with_values(settings: Settings, changes: Mapping[str, Value]) -> Settings:
    """Give settings with some values changed.

    Args:
        settings: All settings.
        changes: {name as in `Knob`: value}.

    Raises:
        InputError: if a value is not allowed.

    Example:
        >>> with_values(Settings(), {"taste.weights.view": 2.0}).taste.weights["view"]
        2.0
    """
    for name, value in changes.items():
        section, key, *inside = name.split(".")
        old = getattr(settings, section)
        new: Any = {**getattr(old, key), inside[0]: value} if inside else value
        part: Any = replace(old, **{key: new})
        settings = replace(settings, **{section: part})
    return settings


def _values(name: str, shop: Shop) -> tuple[Value, ...]:
    if name == "blend.collaborative":
        n_products, used = len(shop.build.products), shop.build.demand.links.about.get("method")
        return tuple(one for one in METHODS if one != used and n_products <= MOST.get(one, 10**9))
    if name.startswith("taste.weights."):
        purchase = shop.settings.taste.weights[c.PURCHASE]
        parts = [one for one in TRIED[name] if isinstance(one, float)]
        return tuple(round(part * purchase, 6) for part in parts) if purchase else ()
    return TRIED[name]


def _tells(name: str, shop: Shop) -> bool:
    """Say whether other values could change what this shop shows."""
    settings, build, last = shop.settings, shop.build, name.rsplit(".", 1)[1]
    channels = [one.name for one in build.space.channels]
    if name.startswith("taste.weights."):
        done = np.count_nonzero(build.histories.events.action == ACTION_CODES[last])
        return bool(done >= LEAST_INTERACTIONS)
    if name.startswith("space.channel_weights."):
        return last in channels and len(channels) > 1
    if name == "space.whiten_power":
        return "photo" in channels
    if name == "blend.pairings":
        return build.space.about["map"] == "softmax"
    if name == "blend.fit":
        by_hand = bool(settings.homepage.weights)
        return not by_hand and (not settings.blend.fit or HOMEPAGE in build.demand.blends)
    return True
