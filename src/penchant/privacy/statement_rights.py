"""The parts of the statement on consent, choices, and how long things are kept."""

from __future__ import annotations

from penchant.privacy.statement_places import number
from penchant.privacy.statement_rules import Said
from penchant.settings import Settings


def without_consent(settings: Settings) -> Said:
    """Say what is shown to whom nothing is known of, and what is known of them all the same.

    Args:
        settings: Those in use.
    """
    days = number(settings.recommend.trending_days)
    ladder = f"what is popular, of all time and in the last {days} days, and then what is new"
    kept = (
        "What you bought and what you hid is remembered, so that it is not shown to you again; "
        "nothing else of you is used, and nothing is learned from it."
    )
    if not settings.privacy.profiling:
        return (
            (
                "This shop makes no profiles, whether you consent or not. Everybody sees "
                f"{ladder}; beside a product, what is like it; beside the cart, what goes with "
                "what is in it."
            ),
        ), ()
    return (
        (
            f"If you refuse, or if we know nothing of you, you see {ladder}; beside a product, "
            "what is like it; beside the cart, what goes with what is in it."
        ),
        kept,
    ), ()


def choices(settings: Settings) -> Said:
    """Say how a customer can influence all that.

    Args:
        settings: Those in use.
    """
    points = [
        "Hide a product: it is not shown to you again.",
        "Refuse e-mails with products: you get none, from the next one on.",
        "Ask for all we keep of you: you get it as a file.",
        (
            "Ask to be forgotten: from that moment on nothing of you counts any more, and it is "
            "then removed from all our files; you get a receipt."
        ),
    ]
    if settings.privacy.profiling:
        points[:0] = [
            (
                "Refuse personalisation, or allow it again, at any time: it holds from the very "
                "next page on."
            ),
            (
                "Say that a purchase was a gift, or was for yourself after all: it counts so from "
                "the very next page on."
            ),
        ]
        points.insert(3, "Ask why a product is shown: every one comes with its reason.")
    return ("All of this is free, and you need to give no reason.",), tuple(points)


def retention(settings: Settings) -> Said:
    """Say how long what is kept.

    Args:
        settings: Those in use.
    """
    kept = settings.privacy
    points = (
        (
            f"What you do in the shop: {number(kept.event_days)} days, and of each customer only "
            f"the newest {settings.store.history:,} things done."
        ),
        f"Which products we chose for you: {number(kept.slate_days)} days.",
        "By which of several ways we chose them, where we compare some: as long as that.",
        f"Which of them were on your screen: {number(kept.exposure_days)} days.",
        "Orders and customer accounts: as long as the shop's own system keeps them.",
    )
    return ("Then it is removed by itself.",), points
