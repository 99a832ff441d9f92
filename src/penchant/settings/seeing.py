"""Settings of seeing: tables, encoder and style space."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from penchant import columns as c
from penchant.settings.knobs import CENTURY, MOST, Checked, Weighting, knob


@dataclass(frozen=True, slots=True)
class TableSettings(Checked):
    """How the shop's tables are read."""

    aliases: Mapping[str, str] = knob({}, "Your header -> our column, for headers we do not know.")


@dataclass(frozen=True, slots=True)
class EncoderSettings(Checked):
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
class SpaceSettings(Checked):
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
        at_most=MOST,
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
    text_vectors: str = knob(
        "",
        "File of text vectors made elsewhere, one per product_id (.npy with ids, .npz, Parquet); "
        "read instead of titles and descriptions. A path within the shop or an absolute one.",
    )
    basket_days: float = knob(
        30.0, "Days within which a customer's products go together.", above=0, at_most=CENTURY
    )
    basket_actions: tuple[str, ...] = knob(
        (c.PURCHASE, c.ADD_TO_WISHLIST, c.ADD_TO_CART),
        "Interactions that put a product into a basket.",
        choices=(c.PURCHASE, c.ADD_TO_WISHLIST, c.ADD_TO_CART, c.VIEW, c.CLICK),
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
