"""Whom a product is for, from the words shops use: what guards compare."""

from __future__ import annotations

from collections.abc import Mapping

GENDERS: Mapping[str, tuple[str, ...]] = {
    "women": ("women", "woman", "womens", "female", "ladies", "lady", "girl", "girls", "f", "w",
              "damen", "frauen", "femme", "femmes", "donna", "mujer"),
    "men": ("men", "man", "mens", "male", "gentlemen", "boy", "boys", "m",
            "herren", "männer", "homme", "hommes", "uomo", "hombre"),
}  # fmt: skip
"""Gender -> words that mean it."""

FOR_ALL = ("unisex", "all", "any", "both", "everyone", "neutral", "uni", "alle")
"""Words of products that are for everyone."""


def gender_of(text: str | None) -> str | None:
    """Understand a product's gender.

    Args:
        text: Any case, such as "Women's", "Herren", "unisex"; None: unknown.

    Returns:
        "women", "men", the word itself where it is another one; None for everyone or unknown.

    Example:
        >>> [gender_of(one) for one in ("Women's", "male", "Unisex", None)]
        ['women', 'men', None, None]
    """
    word = _plain(text)
    for gender, words in GENDERS.items():
        if word in words:
            return gender
    return word


def age_group_of(text: str | None) -> str | None:
    """Understand a product's age group.

    Args:
        text: Any case, such as "adult" or "Kids"; None: unknown.

    Returns:
        The word in lower case; None for all ages or unknown.

    Example:
        >>> [age_group_of(one) for one in ("Adult", "all ages", None)]
        ['adult', None, None]
    """
    return _plain(text)


def _plain(text: str | None) -> str | None:
    word = (text or "").strip().lower().replace("'", "")
    return None if not word or word.split()[0] in FOR_ALL else word
