"""The sample shop's product table: titles, prices and texts for every design."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final

import numpy as np

from penchant.sample.design import STYLES, Design, designs

COLLECTIONS: Final = dict(
    zip(
        STYLES,
        ("Linea", "Belle Epoque", "Forte", "Metropol", "Jardin", "Lagoon", "Lumen", "Asphalt"),
        strict=True,
    )
)
_BRANDS: Final = {"watch": "Tern & Tide"}
_HOUSE: Final = ("Wren & Alder", "Odalie", "Wren & Alder", "Kestrel Yard")
_STYLE_WORDS: Final = {
    "minimalist": "Clean lines and nothing to spare",
    "vintage": "Openwork and beaded rims after old pieces",
    "statement": "Made to be noticed",
    "deco": "Geometry, steps and strong contrasts",
    "floral": "Shaped after leaves and blossoms",
    "pearl": "Lustrous pearls, lightly set",
    "halo": "Stones ringed by stones",
    "urban": "Brushed surfaces and honest screws",
}
_BASE_PRICE: Final = {
    "ring": 89, "necklace": 129, "earrings": 79, "bracelet": 109, "pendant": 69, "watch": 189,
}  # fmt: skip
_METAL_FACTOR: Final = {
    "silver": 1.0, "gold": 2.6, "rose gold": 2.4, "platinum": 4.2, "steel": 0.9, "black": 1.0,
}  # fmt: skip
_STONE_EXTRA: Final = {
    "diamond": 120, "sapphire": 80, "ruby": 85, "emerald": 90, "aquamarine": 45, "morganite": 40,
}  # fmt: skip
_STYLE_FACTOR: Final = {
    "minimalist": 0.8,
    "statement": 1.3,
    "halo": 1.5,
    "deco": 1.25,
    "urban": 0.9,
}
_MATERIALS: Final = {
    "silver": "sterling silver", "gold": "14k gold", "rose gold": "14k rose gold",
    "platinum": "platinum", "steel": "stainless steel", "black": "blackened steel",
}  # fmt: skip
_NOUNS: Final = {
    "necklace": "necklace",
    "bracelet": "bracelet",
    "pendant": "pendant",
    "ring": "ring",
}


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One line of products.csv, in column order."""

    product_id: str
    title: str
    category: str
    subcategory: str
    brand: str
    collection: str
    price: float
    sale_price: float | None
    currency: str
    image: str
    material: str
    color: str
    gender: str
    age_group: str
    stock_status: str
    group_id: str
    created_date: date
    description: str


def subcategory(design: Design) -> str:
    """Give what a shop would file a design under.

    Example:
        >>> subcategory(designs()[0])
        'solitaire ring'
    """
    if design.category == "watch":
        return f"{design.word} watch"
    if design.category == "earrings":
        return "hoop earrings" if design.kind == "hoop" else f"{design.kind} earrings"
    if design.category == "ring" and design.word == "stacking":
        return "stacking rings"
    if design.word in ("bangle", "open cuff", "wide cuff", "round bangle", "pearl cuff"):
        return design.word
    return f"{design.word} {_NOUNS[design.category]}"


def title(design: Design) -> str:
    """Give a product's title.

    Example:
        >>> title(designs()[0])
        'Silver solitaire ring with diamond'
    """
    metal = {"black": "black steel"}.get(design.metal, design.metal).capitalize()
    if design.category == "watch":
        return f"{metal} {design.word} watch with {design.dial} dial"
    noun = subcategory(design)
    if design.category == "earrings":
        noun = f"{design.word} {noun}"
    stone = f" with {design.stone}" if design.stone_shows else ""
    if design.style == "pearl" and not stone:
        noun = (
            noun.replace("pearl", design.pearl.replace("white ", ""), 1)
            if "pearl" in noun
            else noun
        )
    return f"{metal} {noun}{stone}"


def _price(design: Design, rng: np.random.Generator) -> float:
    base = _BASE_PRICE[design.category] * _METAL_FACTOR[design.metal]
    base *= _STYLE_FACTOR.get(design.style, 1.0) * rng.uniform(0.85, 1.3)
    stone = _STONE_EXTRA.get(design.stone, 20) if design.stone_shows else 0
    return float(round(base + stone) // 5 * 5 + 4.9)


def _gender(design: Design) -> str:
    if design.style == "urban":
        return "men" if design.category in ("ring", "watch", "bracelet") else "unisex"
    if design.style == "minimalist" and design.category in ("watch", "bracelet", "ring"):
        return "unisex"
    return "women"


def _description(design: Design) -> str:
    made = _MATERIALS[design.metal].capitalize()
    stone = f", {design.cut} {design.stone}" if design.stone_shows else ""
    if design.category == "watch":
        stone = f", {design.dial} dial"
    line = f"From the {COLLECTIONS[design.style]} collection."
    return f"{_STYLE_WORDS[design.style]}. {made}{stone}. {line}"


@cache
def product_rows() -> tuple[ProductRow, ...]:
    """Give the product table, by rising product id."""
    rng = np.random.default_rng(7)
    return tuple(_row(design, rng) for design in designs())


def _row(design: Design, rng: np.random.Generator) -> ProductRow:
    price = _price(design, rng)
    on_sale, cut = rng.random() < 0.15, rng.choice([0.1, 0.2, 0.3])
    sale = float(round(price * (1 - cut)) // 5 * 5 + 4.9) if on_sale else None
    return ProductRow(
        product_id=design.product_id,
        title=title(design),
        category=design.category,
        subcategory=subcategory(design),
        brand=_BRANDS.get(design.category, _HOUSE[STYLES.index(design.style) % 4]),
        collection=COLLECTIONS[design.style],
        price=price,
        sale_price=sale if sale is not None and sale < price else None,
        currency="EUR",
        image=f"photos/{design.product_id}.jpg",
        material=_MATERIALS[design.metal],
        color={"platinum": "white", "steel": "silver"}.get(design.metal, design.metal),
        gender=_gender(design),
        age_group="adult",
        stock_status="out_of_stock" if rng.random() < 0.05 else "in_stock",
        group_id=design.group,
        created_date=date(2025, 3, 1) + timedelta(days=int(470 * rng.random())),
        description=_description(design),
    )
