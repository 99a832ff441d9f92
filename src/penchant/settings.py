"""Frozen settings: every knob of penchant with its unit, default and limits, in one place.

`settings_file.py` reads them from `penchant.toml` and the environment, and writes them there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from numbers import Integral, Real
from types import MappingProxyType
from typing import Any

from penchant import columns as c
from penchant.errors import InputError

Weighting = Mapping[str, float]


def knob(
    default: object,
    doc: str,
    *,
    above: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
    choices: tuple[str, ...] = (),
    keys: tuple[str, ...] = (),
) -> Any:
    """Declare one setting with what it means and what it may be.

    Args:
        default: The value when nothing else is said; a mapping is frozen.
        doc: One sentence, with the unit; it becomes the comment in penchant.toml.
        above: The value (or each value of a mapping) must be greater.
        at_least: The value must be at least this.
        at_most: The value must be at most this.
        choices: The only strings allowed.
        keys: The only keys a mapping may have.
    """
    limits = {"above": above, "at_least": at_least, "at_most": at_most}
    kind = Mapping if isinstance(default, Mapping) else type(default)
    metadata = {"doc": doc, "type": kind, "limits": limits, "choices": choices, "keys": keys}
    if isinstance(default, Mapping):
        frozen = MappingProxyType(dict(default))
        return field(default_factory=lambda: frozen, metadata=metadata)
    return field(default=default, metadata=metadata)


class _Checked:
    """Check every field against its type and limits when the value is made; freeze mappings."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for one in fields(self):  # type: ignore[arg-type]
            value = getattr(self, one.name)
            _check(one.name, value, one.metadata)
            if isinstance(value, Mapping):
                object.__setattr__(self, one.name, MappingProxyType(dict(value)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Let settings travel to worker processes: a mapping proxy cannot be pickled itself."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}  # type: ignore[arg-type]
        plain = {k: dict(v) if isinstance(v, Mapping) else v for k, v in values.items()}
        return _remake, (type(self), plain)


def _remake(section: type[Any], values: Mapping[str, Any]) -> Any:
    return section(**values)


_NUMBERS: Mapping[type, tuple[type, str]] = {
    int: (Integral, "a whole number"),
    float: (Real, "a number"),
}
_OTHERS: Mapping[type, str] = {
    str: "a text",
    bool: "True or False",
    tuple: "a tuple of texts",
    Mapping: "a mapping",
}


def _check_type(name: str, value: object, wanted: type) -> None:
    allowed, words = _NUMBERS.get(wanted) or (wanted, _OTHERS[wanted])
    truth_for_number = isinstance(value, bool) and wanted is not bool
    if truth_for_number or not isinstance(value, allowed):
        raise InputError(f"{name} is {value!r}, must be {words}.")


def _check(name: str, value: object, metadata: Mapping[str, Any]) -> None:
    _check_type(name, value, metadata["type"])
    if isinstance(value, Mapping):
        _check_keys(name, value, metadata["keys"])
        for key, part in value.items():
            if any(limit is not None for limit in metadata["limits"].values()):
                _check_type(f"{name}.{key}", part, float)
                _check_limits(f"{name}.{key}", part, metadata["limits"])
    elif isinstance(value, int | float) and not isinstance(value, bool):
        _check_limits(name, value, metadata["limits"])
    elif metadata["choices"] and value not in metadata["choices"]:
        raise InputError(f'{name} is "{value}", must be one of: {", ".join(metadata["choices"])}.')


def _check_keys(name: str, value: Mapping[str, object], keys: tuple[str, ...]) -> None:
    for key in value:
        if keys and key not in keys:
            raise InputError(f'{name} has the key "{key}", allowed are: {", ".join(keys)}.')


def _check_limits(name: str, value: float, limits: Mapping[str, float | None]) -> None:
    above, at_least, at_most = limits["above"], limits["at_least"], limits["at_most"]
    if above is not None and not value > above:
        raise InputError(f"{name} is {value:g}, must be > {above:g}.")
    if at_least is not None and not value >= at_least:
        raise InputError(f"{name} is {value:g}, must be >= {at_least:g}.")
    if at_most is not None and not value <= at_most:
        raise InputError(f"{name} is {value:g}, must be <= {at_most:g}.")


@dataclass(frozen=True, slots=True)
class EncoderSettings(_Checked):
    """What turns photos into embeddings."""

    spec: str = knob(
        "lite0",
        'Encoder: "lite0", "mobilenet_v2:FILE.pth", "onnx:FILE" or "precomputed:FILE".',
    )
    fit: str = knob(
        "squash",
        "How a photo becomes square; pad where photos have mixed shapes.",
        choices=("squash", "pad", "crop"),
    )
    workers: int = knob(0, "Threads that embed photos; 0 means one per core.", at_least=0)


@dataclass(frozen=True, slots=True)
class SpaceSettings(_Checked):
    """How products are placed in the style space."""

    kind: str = knob(
        "learned",
        'Space: "learned" (all channels, map learned from baskets), "channels" (the same '
        'without a map), "photo-only" (processed photo), "raw" (cosine of the embeddings).',
        choices=("learned", "channels", "photo-only", "raw"),
    )
    map: str = knob(
        "auto",
        'Map: "auto" picks by the number of baskets; or "softmax", "closed-form", "identity".',
        choices=("auto", "softmax", "closed-form", "identity"),
    )
    dim: int = knob(256, "Columns of the softmax map.", at_least=2)
    photo_dim: int = knob(512, "Principal axes kept of the photo channel, at most.", at_least=2)
    whiten_power: float = knob(
        0.5, "0 keeps the photo's axes as they are, 1 makes them all equal.", at_least=0, at_most=1
    )
    channel_weights: Weighting = knob(
        {"photo": 1.0, "attributes": 1.0, "text": 1.0, "price": 0.5},
        "Weight of each channel before the map; 0 leaves one out.",
        at_least=0,
        keys=("photo", "attributes", "text", "price"),
    )
    attribute_columns: tuple[str, ...] = knob(
        (
            c.CATEGORY,
            c.SUBCATEGORY,
            c.BRAND,
            c.COLLECTION,
            c.MATERIAL,
            c.COLOR,
            c.GENDER,
            c.AGE_GROUP,
        ),
        "Product columns read as attributes; columns of your own may be added.",
    )
    basket_days: float = knob(30.0, "Days within which a customer's products go together.", above=0)
    basket_actions: tuple[str, ...] = knob(
        (c.PURCHASE, c.ADD_TO_WISHLIST, c.ADD_TO_CART),
        "Interactions that put a product into a basket.",
    )
    min_baskets: int = knob(
        50, "Fewer baskets of two products than this: no map is learned.", at_least=2
    )
    min_softmax_baskets: int = knob(
        1000,
        "From this many baskets on the softmax map, below it the closed form.",
        at_least=2,
    )
    seed: int = knob(0, "Seed of the learned map.")


@dataclass(frozen=True, slots=True)
class TasteSettings(_Checked):
    """How interactions become a profile."""

    weights: Weighting = knob(
        {
            c.PURCHASE: 10.0,
            c.ADD_TO_WISHLIST: 5.0,
            c.ADD_TO_CART: 3.0,
            c.VIEW: 1.0,
            c.CLICK: 0.5,
            c.HIDE: -5.0,
        },
        "Weight of one interaction; 0 ignores an action, hide is the only negative one.",
        keys=(c.PURCHASE, c.ADD_TO_WISHLIST, c.ADD_TO_CART, c.VIEW, c.CLICK, c.HIDE),
    )
    half_life_days: float = knob(30.0, "Days after which an interaction counts half.", above=0)
    half_life_by_action: Weighting = knob(
        {}, "Days per action, where it differs from half_life_days.", above=0, keys=c.ACTIONS
    )
    half_life_by_category: Weighting = knob(
        {}, "Days per product category; wins over the two above.", above=0
    )
    min_interactions: int = knob(
        3, "Different usable products a customer needs for a profile.", at_least=1
    )

    def __post_init__(self) -> None:
        """Check that weights are finite, and that none but that of `hide` is negative."""
        _Checked.__post_init__(self)
        for action, weight in self.weights.items():
            _check_type(f"weights.{action}", weight, float)
            low, high = (-math.inf, 0.0) if action == c.HIDE else (0.0, math.inf)
            if not low <= weight <= high or math.isinf(weight):
                side = "<= 0" if action == c.HIDE else ">= 0"
                raise InputError(f"weights.{action} is {weight:g}, must be {side} and finite.")


@dataclass(frozen=True, slots=True)
class ItemKnnSettings(_Checked):
    """How products owned together are linked: counts, evened out by basket size and sales."""

    customer_power: float = knob(
        0.5, "A customer of n products counts n to the power of minus this.", at_least=0, at_most=2
    )
    owned_power: float = knob(
        0.5, "How far the owned product's sales divide a link; 1 is in full.", at_least=0, at_most=1
    )
    candidate_power: float = knob(
        0.2,
        "How far the candidate's sales divide; less favors best sellers.",
        at_least=0,
        at_most=1,
    )
    shrinkage: float = knob(10.0, "Added to the divisor: what rests on few customers.", at_least=0)
    keep: int = knob(200, "Links kept per owned product, the strongest.", at_least=1)


@dataclass(frozen=True, slots=True)
class EaseSettings(_Checked):
    """How a ridge regression of every product on all others is fitted."""

    penalty: float = knob(200.0, "Ridge added to the diagonal; more for sparser data.", above=0)
    customer_power: float = knob(
        0.0, "A customer of n products counts n to the power of minus this.", at_least=0, at_most=2
    )
    keep: int = knob(200, "Links kept per owned product, the strongest of either sign.", at_least=1)
    max_products: int = knob(
        15_000, "Products with customers, at most; memory is 8 bytes x their square.", at_least=1
    )


@dataclass(frozen=True, slots=True)
class GraphFilterSettings(_Checked):
    """How tastes are smoothed over the graph of customers and products."""

    dim: int = knob(128, "Smoothest directions of the graph that are kept.", at_least=1)
    smooth_weight: float = knob(
        4.0, "Weight of those directions beside the plain counts; 0 leaves them out.", at_least=0
    )
    customer_power: float = knob(
        1.0, "A customer of n products counts n to the power of minus this.", at_least=0, at_most=2
    )
    tilt: float = knob(
        0.5, "How far smoothing favors the candidate's sales over the owned one's.", at_least=0,
        at_most=1,
    )  # fmt: skip
    keep: int = knob(200, "Links kept per owned product, the strongest of either sign.", at_least=1)
    max_products: int = knob(
        50_000, "Products with customers, at most; time grows with their square.", at_least=1
    )
    seed: int = knob(0, "Seed of the search for the directions.", at_least=0)


@dataclass(frozen=True, slots=True)
class ComplementSettings(_Checked):
    """How products that complete a look are found."""

    prior_weight: float = knob(
        80.0, "Pairs of a product bought together that weigh as much as its category.", above=0
    )
    graph_weight: float = knob(
        50.0,
        "Pairs of a category bought together that weigh as much as the shipped graph.",
        above=0,
    )
    keep: int = knob(
        200, "Products bought together kept per product, the most frequent.", at_least=1
    )


@dataclass(frozen=True, slots=True)
class RecommendSettings(_Checked):
    """Which products may be shown."""

    k: int = knob(10, "Products shown when nothing else is asked.", at_least=1)
    in_stock_only: bool = knob(True, "Show only products that can be bought now.")
    hide_owned: bool = knob(True, "Never show a product the customer bought and kept.")
    min_similarity: float = knob(
        -1.0,
        "Cosine below which a product is not shown as matching a taste; popular ones fill up.",
        at_least=-1,
        at_most=1,
    )


@dataclass(frozen=True, slots=True)
class TableSettings(_Checked):
    """How the shop's tables are read."""

    aliases: Mapping[str, str] = knob({}, "Your header -> our column, for headers we do not know.")


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a shop.

    Example:
        >>> Settings().taste.half_life_days
        30.0
    """

    tables: TableSettings = field(default_factory=TableSettings)
    encoder: EncoderSettings = field(default_factory=EncoderSettings)
    space: SpaceSettings = field(default_factory=SpaceSettings)
    taste: TasteSettings = field(default_factory=TasteSettings)
    recommend: RecommendSettings = field(default_factory=RecommendSettings)
