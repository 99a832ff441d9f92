"""What goes with what, before a shop has data: a small graph of jewelry and fashion categories.

The weights are a merchandiser's judgement, not a measurement; some tens of baskets outweigh them.
A shop's own category names are understood by their words: "Engagement Rings" is a ring.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

WORDS: Mapping[str, tuple[str, ...]] = {
    "ring": ("ring", "band"),
    "necklace": ("necklace", "pendant", "chain", "choker", "charm"),
    "earring": ("earring", "stud", "hoop"),
    "bracelet": ("bracelet", "bangle", "cuff", "anklet"),
    "watch": ("watch", "timepiece"),
    "brooch": ("brooch", "pin"),
    "top": ("top", "shirt", "tshirt", "blouse", "tee", "polo", "tank", "vest"),
    "knit": ("knit", "knitwear", "sweater", "jumper", "pullover", "cardigan", "hoodie"),
    "bottom": ("bottom", "trouser", "pant", "jean", "skirt", "short", "legging", "chino"),
    "dress": ("dress", "gown", "jumpsuit", "romper"),
    "outer": ("outerwear", "jacket", "coat", "blazer", "parka", "trench"),
    "shoe": ("shoe", "footwear", "boot", "sneaker", "trainer", "sandal", "heel", "pump", "loafer"),
    "bag": ("bag", "handbag", "clutch", "backpack", "purse", "tote"),
    "belt": ("belt",),
    "scarf": ("scarf", "shawl"),
    "hat": ("hat", "cap", "beanie", "headwear"),
    "sock": ("sock", "tight", "hosiery"),
}
"""Kind -> words of category names that mean it, in the singular."""

GOES_WITH: Mapping[str, Mapping[str, float]] = {
    "ring": {"earring": 3, "necklace": 3, "bracelet": 2, "watch": 1},
    "necklace": {"earring": 4, "bracelet": 2, "ring": 2, "dress": 1},
    "earring": {"necklace": 4, "bracelet": 2, "ring": 2, "dress": 1},
    "bracelet": {"earring": 2, "necklace": 2, "ring": 2, "watch": 2},
    "watch": {"bracelet": 3, "ring": 2, "necklace": 1, "belt": 1},
    "brooch": {"earring": 2, "scarf": 2, "outer": 1, "necklace": 1},
    "top": {"bottom": 4, "outer": 2, "knit": 2, "shoe": 1},
    "knit": {"bottom": 4, "top": 2, "outer": 1, "shoe": 1, "scarf": 1},
    "bottom": {"top": 4, "knit": 3, "shoe": 2, "outer": 1, "belt": 1},
    "dress": {"shoe": 3, "bag": 2, "outer": 2, "earring": 1, "necklace": 1},
    "outer": {"bottom": 2, "top": 2, "knit": 2, "scarf": 1, "shoe": 1},
    "shoe": {"bottom": 3, "dress": 2, "bag": 2, "sock": 1, "top": 1},
    "bag": {"shoe": 3, "dress": 2, "scarf": 1, "outer": 1},
    "belt": {"bottom": 3, "shoe": 2, "watch": 1, "bag": 1},
    "scarf": {"outer": 3, "hat": 2, "knit": 2, "bag": 1},
    "hat": {"scarf": 3, "outer": 2, "knit": 1},
    "sock": {"shoe": 4, "bottom": 1},
}
"""Kind -> kinds that complete it, with weights relative to each other."""

ELSEWHERE = 0.2
"""Share of companions that no graph foresees."""

_KIND_OF = {word: kind for kind, words in WORDS.items() for word in words}


def category_kind(name: str) -> str | None:
    """Understand a shop's category name.

    Args:
        name: Any case, plural or singular; the last word that is known decides.

    Returns:
        A key of GOES_WITH, or None.

    Example:
        >>> [category_kind(one) for one in ("Engagement Rings", "T-Shirts", "Scarves", "Sofas")]
        ['ring', 'top', 'scarf', None]
    """
    for word in reversed(re.findall(r"[a-z]+", name.lower().replace("-", ""))):
        kind = _KIND_OF.get(word) or _KIND_OF.get(_singular(word))
        if kind:
            return kind
    return None


def _singular(word: str) -> str:
    if word.endswith("ves"):
        return word[:-3] + "f"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word.removesuffix("s")


def default_affinity(
    categories: Sequence[str], sizes: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Say what share of a category's companions each other category should have.

    Args:
        categories: The shop's category names, all different.
        sizes: Shape (n,), > 0, such as sales; equal by default. Categories of one kind split its
            weight by size, or a category of one product would outweigh all.

    Returns:
        Shape (n, n), rows sum to 1, 0 on the diagonal: row = owned, column = companion. The graph
        decides over all but ELSEWHERE, which goes to all other categories by size; so does all of
        it where the graph does not know a category, or the shop does not sell its companions. All
        zeros for a single category.

    Example:
        >>> default_affinity(["Rings", "Earrings", "Watches"])[0]
        array([0.  , 0.7, 0.3])
    """
    sizes = np.ones(len(categories)) if sizes is None else sizes
    kinds = [category_kind(name) for name in categories]
    of_kind = dict.fromkeys(kinds, 0.0)
    for kind, size in zip(kinds, sizes.tolist(), strict=True):
        of_kind[kind] += size
    graph = np.zeros((len(kinds), len(kinds)))
    for row, own in enumerate(kinds):
        for column, other in enumerate(kinds):
            if own and other:
                part = sizes[column] / of_kind[other]
                graph[row, column] = GOES_WITH[own].get(other, 0) * part
    by_size = _rows_to_one(sizes * (1 - np.eye(len(kinds))))
    known = graph.any(axis=1, keepdims=True)
    mixed = (1 - ELSEWHERE) * _rows_to_one(graph) + ELSEWHERE * by_size
    return np.where(known, mixed, by_size)


def _rows_to_one(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(values / np.maximum(values.sum(axis=1, keepdims=True), 1e-300))
