"""The designs of the sample shop: what is drawn, in which metal and stone, and what it is called.

A design is one row of the shop's product table before prices and texts. Words here follow the order
of the makers in `render`: the fifth ring of a style is drawn by the fifth maker of that style.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import Final

import numpy as np

CATEGORIES: Final = ("ring", "necklace", "earrings", "bracelet", "pendant", "watch")
STYLES: Final = ("minimalist", "vintage", "statement", "deco", "floral", "pearl", "halo", "urban")
EARRING_KINDS: Final = ("stud", "drop", "hoop", "drop", "stud")

# a star: the stone shows, and belongs in the title
_MOTIFS: Final = {
    "minimalist": "solitaire* disc* circle bar bezel*",
    "vintage": "filigree* rosette* lace* navette* filigree*",
    "statement": "bold-rim* hammered cocktail* knot sunburst*",
    "deco": "octagon* fan* lozenge* skyline* target*",
    "floral": "blossom* twig* daisy butterfly* rose*",
    "pearl": "pearl pearl-halo pearl-trio pearl-crescent pearl-drop*",
    "halo": "halo* double-halo* cluster* contrast-halo* halo*",
    "urban": "tag nut signet plate gear",
}
_HOOPS: Final = {
    "minimalist": "thin",
    "vintage": "filigree*",
    "statement": "chunky",
    "deco": "geometric*",
    "floral": "leaf",
    "pearl": "pearl",
    "halo": "pave",
    "urban": "hex",
}
_RINGS: Final = _MOTIFS | {
    "minimalist": "solitaire* signature band chevron stacking*",
    "vintage": "filigree* rosette* lace* navette* openwork*",
    "statement": "cocktail* dome cocktail* knot croissant",
    "deco": "octagon* fan* lozenge* skyline* baguette*",
    "floral": "blossom* leaf* daisy butterfly* rose*",
    "pearl": "pearl pearl-halo two-pearl pearl-crescent pearl-trio",
    "halo": "halo* double-halo* cluster* contrast-halo* eternity*",
    "urban": "grooved hex signet curb-link inlay",
}
_NECKLACES: Final = {
    "minimalist": "solitaire* station layered* bar bezel*",
    "vintage": "filigree-collar* rosette* lace-collar* navette* filigree-collar*",
    "statement": "curb-chain bead paperclip-chain torque* rope-chain",
    "deco": "fan-bib* fan* lozenge* skyline* target*",
    "floral": "garland* twig* garland* butterfly* garland*",
    "pearl": "pearl-strand double-pearl pearl-station pearl-crescent pearl-strand",
    "halo": "riviere* double-halo* cluster* contrast-halo* riviere*",
    "urban": "curb-chain tag leather-cord figaro-chain curb-chain",
}
_BRACELETS: Final = {
    "minimalist": "bangle disc* open-cuff coin bangle",
    "vintage": "openwork* rosette-link* lace* openwork* filigree-link*",
    "statement": "curb-chain wide-cuff round-bangle bead paperclip-chain",
    "deco": "plate* fan* lozenge* plate* target*",
    "floral": "leaf* twig* daisy leaf* rose*",
    "pearl": "pearl-strand pearl-strand pearl-cuff pearl-station pearl-strand",
    "halo": "tennis* double-halo* cluster* tennis* halo*",
    "urban": "name-plate leather black-bead screw figaro-chain",
}
_WATCHES: Final = {
    "minimalist": "slim", "vintage": "vintage", "statement": "bold", "deco": "art-deco",
    "floral": "flower", "pearl": "pearl", "halo": "jewelled", "urban": "sports",
}  # fmt: skip

_METALS: Final = {
    "minimalist": ("silver", "gold", "rose gold"),
    "vintage": ("silver", "gold", "silver"),
    "statement": ("gold", "silver", "rose gold"),
    "deco": ("platinum", "gold", "silver"),
    "floral": ("rose gold", "silver", "gold"),
    "pearl": ("gold", "silver", "rose gold"),
    "halo": ("platinum", "gold", "rose gold"),
    "urban": ("silver", "gold", "platinum"),
}
_STONES: Final = {
    "minimalist": ("diamond", "sapphire", "diamond", "moonstone", "aquamarine"),
    "vintage": ("garnet", "amethyst", "aquamarine", "emerald", "citrine", "sapphire"),
    "statement": ("emerald", "citrine", "amethyst", "turquoise", "ruby", "malachite"),
    "deco": ("emerald", "sapphire", "ruby", "diamond", "aquamarine"),
    "floral": ("ruby", "peridot", "morganite", "amethyst", "aquamarine"),
    "pearl": ("diamond", "emerald", "sapphire"),
    "halo": ("diamond", "sapphire", "ruby", "morganite", "emerald", "amethyst"),
    "urban": ("onyx", "onyx", "garnet"),
}
_CUTS: Final = {
    "minimalist": ("round", "princess", "pear", "round", "oval"),
    "vintage": ("oval", "cushion", "round", "oval"),
    "statement": ("cushion", "oval", "emerald", "pear", "cushion"),
    "deco": ("emerald", "square", "emerald"),
    "floral": ("round",),
    "pearl": ("pear", "round", "marquise"),
    "halo": ("round", "oval", "cushion", "emerald", "pear", "princess"),
    "urban": ("round",),
}
_DIALS: Final = {
    "minimalist": ("white", "black", "silver", "blue", "rose"),
    "vintage": ("ivory", "champagne", "ivory", "silver", "green"),
    "statement": ("champagne", "green", "blue", "black", "white"),
    "deco": ("ivory", "black", "silver", "white", "green"),
    "floral": ("mother-of-pearl", "rose", "ivory", "green", "blue"),
    "pearl": ("mother-of-pearl", "white", "mother-of-pearl", "rose", "champagne"),
    "halo": ("mother-of-pearl", "blue", "silver", "black", "rose"),
    "urban": ("black", "blue", "black", "green", "white"),
}
_STRAPS: Final = {
    "minimalist": ("tan", "black", "grey", "navy", "brown"),
    "vintage": ("brown", "burgundy", "brown", "black", "green"),
    "deco": ("black", "burgundy", "navy", "brown", "black"),
    "floral": ("burgundy", "white", "tan", "grey", "green"),
    "halo": ("white", "navy", "black", "burgundy", "grey"),
    "urban": ("black", "orange", "blue", "olive", "black"),
}
_PEARLS: Final = ("white", "white", "grey", "white", "golden", "pink")


@dataclass(frozen=True, slots=True)
class Design:
    """One product to draw and describe; `group` is shared by the metal variants of one design."""

    product_id: str
    group: str
    category: str
    style: str
    word: str
    variant: int
    seed: int
    metal: str
    stone: str
    stone_shows: bool
    cut: str
    pearl: str
    dial: str
    strap: str
    kind: str


@cache
def designs() -> tuple[Design, ...]:
    """Give every design of the sample shop, by rising product id.

    Example:
        >>> first = designs()[0]
        >>> first.product_id, first.category, first.metal, first.word
        ('111350', 'ring', 'silver', 'solitaire')
    """
    rng = np.random.default_rng(20260)
    product_id, group = 111350, 4101
    found: list[Design] = []
    for category, style, variant in product(CATEGORIES, STYLES, range(5)):
        plan = _plan(category, style, variant, int(rng.integers(1000)), f"G{group}")
        group += 1
        for metal in _metals(category, style, variant):
            found.append(replace(plan, product_id=str(product_id), metal=metal))
            product_id += int(rng.integers(2, 11))
    return tuple(found)


def _metals(category: str, style: str, variant: int) -> tuple[str, ...]:
    many = 3 if variant == 2 and category in ("ring", "earrings") else 2 - variant % 2
    choices = tuple(dict.fromkeys(_METALS[style]))
    if category == "watch" and style == "urban":
        choices = ("steel", "black", "gold")
    start = variant + CATEGORIES.index(category)
    return tuple(choices[(start + i) % len(choices)] for i in range(min(many, len(choices))))


def _plan(category: str, style: str, variant: int, seed: int, group: str) -> Design:
    shift = variant + CATEGORIES.index(category)
    kind = EARRING_KINDS[variant] if category == "earrings" else ""
    word = _word(category, style, variant, kind)
    return Design(
        product_id="",
        group=group,
        category=category,
        style=style,
        word=word.rstrip("*").replace("-", " "),
        variant=variant,
        seed=seed,
        metal="",
        stone=_pick(_STONES[style], shift),
        stone_shows=word.endswith("*"),
        cut=_pick(_CUTS[style], shift),
        pearl=f"{_pick(_PEARLS, shift + STYLES.index(style))} pearl",
        dial=_pick(_DIALS[style], variant),
        strap=_pick(_STRAPS.get(style, ("black",)), variant),
        kind=kind,
    )


def _pick(choices: tuple[str, ...], number: int) -> str:
    return choices[number % len(choices)]


def _word(category: str, style: str, variant: int, kind: str) -> str:
    if category == "watch":
        return _WATCHES[style]
    if kind == "hoop":
        return _HOOPS[style]
    words = {"ring": _RINGS, "necklace": _NECKLACES, "bracelet": _BRACELETS}
    return words.get(category, _MOTIFS)[style].split()[variant]
