"""The parts of the statement on what is looked at, and on the shop's own rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from penchant import columns as c
from penchant.privacy.statement_places import listed, number
from penchant.settings import RecommendSettings, Settings, SpaceSettings, TasteSettings

Said = tuple[tuple[str, ...], tuple[str, ...]]
"""Sentences, and points below them."""

DEEDS: Final[Mapping[str, str]] = {
    c.PURCHASE: "a purchase",
    c.ADD_TO_WISHLIST: "adding to the wishlist",
    c.ADD_TO_CART: "adding to the cart",
    c.VIEW: "looking at a product",
    c.CLICK: "a click",
    c.HIDE: "hiding a product",
    c.REMOVE_FROM_CART: "taking out of the cart",
    c.RETURN: "a return",
}

CHANNELS: Final[Mapping[str, str]] = {
    "photo": "its photo",
    "attributes": "what it is and is made of, such as category, material and color",
    "text": "its description",
    "price": "its price",
}


def in_short(settings: Settings) -> Said:
    """Say in two sentences how products are chosen.

    Args:
        settings: Those in use.
    """
    if not settings.privacy.profiling:
        return (
            "A program chooses and orders the products we show.",
            (
                "It makes no profile of anybody: everyone sees what is alike to the product they "
                "look at, goes with what is in their cart, is popular or is new."
            ),
        ), ()
    return (
        "A program chooses and orders the products we show.",
        (
            "With your consent it learns from what you do in our shop which products you like to "
            "look at; without it, you see what does not depend on you."
        ),
    ), ()


def what_counts(settings: Settings) -> Said:
    """Say what is known of products and of customers, and what it weighs.

    Args:
        settings: Those in use.
    """
    looks = _about_products(settings.space)
    if not settings.privacy.profiling:
        return (
            looks,
            (
                "Of what customers do we only count, for all of them together, what is bought, and "
                "what is bought together. Each purchase and each product you hide is remembered so "
                "that it is not shown to you again."
            ),
        ), ()
    sentences = (
        looks,
        "Your taste is made of what you did in our shop; the more recent, the more it counts.",
        _about_age(settings.taste),
        (
            f"There is no taste of you before you liked {settings.taste.min_interactions} "
            "different products."
        ),
        *_about_styles(settings),
        *_about_segments(settings.recommend),
    )
    return sentences, (*_about_deeds(settings.taste), *_about_trust(settings))


def shop_rules(settings: Settings) -> Said:
    """Say what the shop decides whatever a customer likes.

    Args:
        settings: Those in use.
    """
    own = settings.recommend
    points = [
        *_about_owned(own),
        *(("Only products that can be bought now are shown.",) if own.in_stock_only else ()),
        *(("Of a product in several colors, one is shown.",) if own.one_per_group else ()),
        *_about_limits(settings),
        *_about_favours(own),
    ]
    points.append(f"A product is called new for {number(own.new_days)} days.")
    return ("These hold for everybody:",), tuple(points)


def _about_products(space: SpaceSettings) -> str:
    if space.kind in ("photo-only", "raw"):
        return "How a product looks is read from its photo alone."
    weighed = {name: space.channel_weights.get(name, 0.0) for name in CHANNELS}
    total = sum(weighed.values())
    parts = [f"{CHANNELS[name]} ({w / total:.0%})" for name, w in weighed.items() if w > 0]
    learned = " and from which products customers want together" if space.kind == "learned" else ""
    return f"How a product looks is read from {listed(parts)}{learned}."


def _about_age(taste: TasteSettings) -> str:
    longer = {DEEDS[name]: days for name, days in taste.half_life_by_action.items()}
    longer |= {f"products of {name}": days for name, days in taste.half_life_by_category.items()}
    apart = "".join(f", {what}: {number(days)} days" for what, days in longer.items())
    return (
        f"What you did {number(taste.half_life_days)} days ago counts half as much as what you do "
        f"today{apart}."
    )


def _about_deeds(taste: TasteSettings) -> list[str]:
    weights = {name: weight for name, weight in taste.weights.items() if weight}
    liked = sorted(((w, name) for name, w in weights.items() if w > 0), reverse=True)
    least = liked[-1][0] if liked else 1.0
    said = [f"{DEEDS[name]} counts {number(round(weight / least, 2))}" for weight, name in liked]
    points = [f"For your taste, {listed(said)}."] if said else []
    against = -weights.get(c.HIDE, 0.0)
    if against > 0:
        counted = number(round(against / least, 2))
        points.append(f"Hiding a product counts {counted} against what looks like it.")
    return points


def _about_trust(settings: Settings) -> list[str]:
    trust, points = settings.trust, []
    if trust.gift_orders:
        points.append("What was bought as a gift tells nothing of your taste.")
    if trust.bulk:
        points.append(
            f"More than {trust.purchases_a_day} purchases or {trust.others_a_day} other things "
            "done on one day count as so many."
        )
    if trust.outliers:
        points.append(
            "A single product unlike all else you like counts "
            f"{trust.outlier_trust:.0%}: it may have been for somebody else."
        )
    return points


def _about_styles(settings: Settings) -> list[str]:
    most = settings.styles.max_styles
    return [f"A taste may consist of up to {most} styles."] if most > 1 else []


def _about_segments(own: RecommendSettings) -> list[str]:
    if not own.segment_columns:
        return []
    known = listed([one.replace("_", " ") for one in own.segment_columns])
    return [f"What is popular may mean: among customers of the same {known}, where we know that."]


def _about_owned(own: RecommendSettings) -> list[str]:
    if not own.hide_owned:
        return []
    variants = ", nor another color of it" if own.hide_owned_variants else ""
    return [f"What you bought and kept is not shown to you again{variants}."]


def _about_limits(settings: Settings) -> list[str]:
    own, points = settings.recommend, []
    if settings.privacy.profiling and own.price_band:
        points.append(
            f"Products more than {number(own.price_band)} times cheaper or dearer than all you "
            "ever liked are left out."
        )
    if settings.privacy.profiling and own.min_similarity > -1:
        points.append(
            f"Products below a likeness of {number(own.min_similarity)} to your taste, of 1 at "
            "most, are not shown as matching it."
        )
    if own.allow:
        points.append(f"Only {_some(own.allow)} that the shop chose can be shown at all.")
    if own.deny:
        points.append(f"Never shown: {_some(own.deny)} the shop took out.")
    return points


def _about_favours(own: RecommendSettings) -> list[str]:
    """Say what the shop puts first: customers have a right to know."""
    points = []
    if own.pinned:
        points.append(f"The shop puts {_some(own.pinned)} of its choice first.")
    for name, added in sorted(own.boost_collections.items()):
        if added:
            way = "higher" if added > 0 else "lower"
            points.append(f'The shop ranks its collection "{name}" {way} ({added:+g}).')
    return points


def _some(product_ids: Sequence[str]) -> str:
    return f"{len(product_ids)} product{'' if len(product_ids) == 1 else 's'}"
