"""The routes, by noun."""

from __future__ import annotations

from starlette.routing import BaseRoute


def all_routes() -> list[BaseRoute]:
    """Give all routes; those asked most come first: paths are compared in this order."""
    from penchant.server.routes import (
        admin,
        consent,
        customers,
        events,
        exposures,
        health,
        privacy,
        products,
        recommendations,
    )

    nouns = (
        recommendations, events, exposures, customers, consent, products, privacy, admin, health,
    )  # fmt: skip
    return [route for noun in nouns for route in noun.router.routes]
