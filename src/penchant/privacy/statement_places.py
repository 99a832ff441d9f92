"""The part of the statement on places: what decides on each of them, and how much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from penchant.settings import Settings
from penchant.settings import showing as s
from penchant.settings.showing import SurfaceSettings

PLACES: Final[Mapping[str, str]] = {
    s.HOMEPAGE: "The homepage",
    s.PRODUCT_PAGE: "Beside a product",
    s.NEW_ARRIVALS: "New arrivals",
    s.CART: "Beside the cart",
    s.POST_PURCHASE: "After a purchase",
}
"""Surface -> how customers call it, in the order of the statement."""

WORDS: Final[Mapping[str, str]] = {
    s.VISUAL: "how well its look matches your taste",
    s.SIMILAR: "how alike it looks to {seed}",
    s.COLLABORATIVE: "what customers who liked {seed} bought as well",
    s.COMPLEMENTS: "what is often bought together with {seed}",
    s.PAIRINGS: "what has been learned to go with {seed}",
    s.RECENT: "what you looked at lately and did not buy",
    s.POPULAR: "how popular it is",
    s.TRENDING: "how popular it has been in the last {trending} days",
    s.NEWEST: "how new it is",
}
"""Source -> what it means to a customer."""

POLICIES: Final[Mapping[str, str]] = {
    s.POPULARITY: "what all customers together like most, the same for everybody",
    s.RANDOM: "products drawn by lot, each as likely as another",
    s.NOTHING: "nothing is chosen by the program",
}
"""Policy -> what decides where that is not a score."""

SEEDS: Final[Mapping[str, str]] = {
    s.HOMEPAGE: "the products you liked",
    s.PRODUCT_PAGE: "the product on the page",
    s.NEW_ARRIVALS: "the products you liked",
    s.CART: "what is in the cart",
    s.POST_PURCHASE: "what was just bought",
}

NEEDS_PROFILE: Final = (s.VISUAL, s.RECENT)
ABOUT_THE_PERSON: Final = (s.HOMEPAGE, s.NEW_ARRIVALS)
"""Places that start from the person, not from a product that is named."""

ORIGINS: Final[Mapping[str, str]] = {
    "fitted": "were measured: they are those that best foretell what customers really bought",
    "set": "were chosen by the shop",
    "default": "are the usual ones, as there were too few purchases to measure them",
}


def by_place(
    settings: Settings, shares: Mapping[str, Mapping[str, float]], origins: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Say what decides at each place.

    Args:
        settings: Those in use.
        shares: Surface -> source -> its share.
        origins: Surface -> "set", "fitted" or "default".

    Returns:
        Sentences, and a point for each place.
    """
    manners = {one: _manner(settings.of_surface(one)) for one in PLACES if one in shares}
    scored = [one for one in manners if settings.of_surface(one).policy == s.RECIPE]
    first = manners[scored[0]] if scored else []
    common = [one for one in first if all(one in manners[own] for own in scored)]
    where = "At each place" if len(scored) == len(manners) else "Where shares are named"
    return (
        (
            f"{where}, every product gets a score. It is the sum of what is named below, "
            "with the share each has in telling products apart."
        ),
        *_about_origins({one: origins[one] for one in origins if one in scored}),
        *_about_consent(settings),
        *common,
    ), tuple(
        " ".join((_place(settings, surface, shares[surface]), *(o for o in own if o not in common)))
        for surface, own in manners.items()
    )


def is_personal(surface: str, source: str) -> bool:
    """Say whether a source tells something of the person at a place.

    Args:
        surface: The place.
        source: The source.
    """
    from_taste = source in (s.COLLABORATIVE, s.COMPLEMENTS, s.PAIRINGS, s.SIMILAR)
    return source in NEEDS_PROFILE or (from_taste and surface in ABOUT_THE_PERSON)


def _about_origins(origins: Mapping[str, str]) -> list[str]:
    sentences = []
    for origin, words in ORIGINS.items():
        where = [f'"{PLACES[one]}"' for one in PLACES if origins.get(one) == origin]
        if where:
            of = "at all places" if len(where) == len(PLACES) else f"under {listed(where)}"
            sentences.append(f"The shares {of} {words}.")
    return sentences


def _about_consent(settings: Settings) -> tuple[str, ...]:
    if settings.privacy.profiling:
        return ("What is marked with * counts only with your consent.",)
    return ("What depends on a person is left out here, for everybody; the rest fills its place.",)


def _place(settings: Settings, surface: str, shares: Mapping[str, float]) -> str:
    words = {"seed": SEEDS[surface], "trending": number(settings.recommend.trending_days)}
    shown = {name: share for name, share in shares.items() if _counts(settings, surface, name)}
    total = sum(shown.values())
    parts = [
        f"{WORDS[name].format(**words)}{'*' if is_personal(surface, name) else ''} "
        f"({share / total:.0%})"
        for name, share in shown.items()
    ]
    decides = listed(parts) if parts else "what is popular, then what is new"
    policy = settings.of_surface(surface).policy
    if policy != s.RECIPE:
        return f"**{PLACES[surface]}**: {POLICIES[policy]}."
    return f"**{PLACES[surface]}**: {decides}."


def _counts(settings: Settings, surface: str, source: str) -> bool:
    return settings.privacy.profiling or not is_personal(surface, source)


def _manner(own: SurfaceSettings) -> list[str]:
    """Say how variety, chance and whom products are for come in."""
    told: list[str] = []
    if own.policy == s.NOTHING:
        return told
    if own.policy == s.RECIPE and own.diversity > 0:
        told.append(f"Products unlike each other are preferred a little ({own.diversity:.0%}).")
    if own.policy == s.RECIPE and own.explore > 0:
        told.append(
            f"About {own.explore:.0%} of the slots are drawn by chance among the next best "
            "products, so that new ones are seen and we learn."
        )
    if own.guards:
        what = listed([one.replace("_", " ") for one in own.guards])
        told.append(f"Products for another {what} than those it starts from are left out.")
    return told


def listed(words: list[str]) -> str:
    """Join words as one says them.

    Args:
        words: At least one.

    Example:
        >>> listed(["a", "b", "c"])
        'a, b and c'
    """
    return " and ".join(one for one in (", ".join(words[:-1]), words[-1]) if one)


def number(value: float) -> str:
    """Write a number as people do.

    Args:
        value: Any.

    Example:
        >>> number(30.0), number(0.5)
        ('30', '0.5')
    """
    return f"{value:g}"
