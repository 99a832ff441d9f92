"""Traffic: what visitors of a shop make its pages ask for."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import numpy as np

from benchmarks.service.load import Request

ACTIONS = ("view", "view", "view", "click", "add_to_cart", "add_to_wishlist", "purchase")


@dataclass(frozen=True, slots=True)
class Traffic:
    """What is asked, and how often.

    Attributes:
        customer_ids: Who comes, all alike often.
        product_ids: What they look at.
        writes: Share of requests that report an event; the rest ask for slates.
    """

    customer_ids: Sequence[str]
    product_ids: Sequence[str]
    writes: float = 0.1

    def ask(self, rng: np.random.Generator) -> Request:
        """Draw a request: an event, or a homepage, a product page or a cart.

        Args:
            rng: Draws.
        """
        customer = self.customer_ids[int(rng.integers(len(self.customer_ids)))]
        product = self.product_ids[int(rng.integers(len(self.product_ids)))]
        draw = float(rng.random())
        if draw < self.writes:
            return self.event(rng, customer, product)
        share = (draw - self.writes) / (1 - self.writes)
        if share < 0.6:
            path = f"/v1/customers/{quote(customer, safe='')}/recommendations?surface=homepage"
            return Request("homepage", "GET", path)
        if share < 0.9:
            path = f"/v1/products/{quote(product, safe='')}/similar?customer_id={quote(customer)}"
            return Request("product_page", "GET", path)
        body = {"customer_id": customer, "products": [product]}
        return Request("cart", "POST", "/v1/cart/recommendations", body)

    def event(self, rng: np.random.Generator, customer_id: str, product_id: str) -> Request:
        """Report one event of a new name.

        Args:
            rng: Draws what was done.
            customer_id: Who.
            product_id: With which product.
        """
        event_id = str(uuid.UUID(bytes=rng.bytes(16)))
        action = ACTIONS[int(rng.integers(len(ACTIONS)))]
        body = {
            "event_id": event_id,
            "customer_id": customer_id,
            "product_id": product_id,
            "interaction_type": action,
        }
        return Request("event", "POST", "/v1/events", body)
