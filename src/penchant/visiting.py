"""Visiting: from who asks, and for which place, to a request the recommender can answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from penchant.builds import Build
from penchant.customer import Customer
from penchant.errors import InputError
from penchant.maths.decay import MICROSECONDS_PER_DAY
from penchant.maths.seeds import derived_rng
from penchant.people import People
from penchant.recommender import check_surface
from penchant.settings import Settings
from penchant.settings.showing import CART, MAX_K, POST_PURCHASE
from penchant.store.database.values import Person
from penchant.surfaces.request import Request
from penchant.surfaces.visitor import Visitor
from penchant.taste.profile import build_profile
from penchant.taste.shopping import last_bought, open_cart
from penchant.types import Rows


@dataclass(frozen=True, slots=True, eq=False)
class Visits:
    """What turns a question from outside into a request.

    Attributes:
        build: Whose products and customers.
        settings: Of the shop.
        people: What is known and thought of each customer.
    """

    build: Build
    settings: Settings
    people: People

    def request(
        self,
        customer_id: str | None,
        *,
        surface: str,
        products: Sequence[str] | None = None,
        k: int | None = None,
        as_of_us: int,
        request_id: str | None = None,
        person: Person | None = None,
    ) -> Request:
        """Gather what an answer is made from.

        Args:
            customer_id: Any customer; None: nobody known.
            surface: Which place.
            products: What it is about; those that are unknown are passed over while one is known.
                None: the customer's own cart or last purchase.
            k: How many; None: the setting.
            as_of_us: Now, microseconds since 1970 UTC.
            request_id: What the exploring slots depend on; None: on the day.
            person: What the database knows of the customer.

        Raises:
            InputError: if k, the surface or its products are not allowed.
            NotFoundError: if there is none of these products.
        """
        wanted = self.checked_k(k)
        if isinstance(products, str):
            raise InputError(f'products is "{products}", must be a list such as ["{products}"].')
        if request_id is not None and not isinstance(request_id, str):
            raise InputError(f"request_id is {request_id!r}, must be a text.")
        customer = None
        if customer_id is not None:
            customer = self.people.gather(customer_id, as_of_us, person=person)
        about = (
            _usual_products(customer, surface, as_of_us)
            if products is None
            else self._known(products)
        )
        check_surface(surface, len(about if products is None else products))
        who = "" if customer is None else customer.customer_id
        keys = [surface, who, *(str(row) for row in about.tolist())]
        day = str(as_of_us // MICROSECONDS_PER_DAY)
        rng = derived_rng(self.settings.recommend.seed, *keys, request_id or day)
        visitor = Visitor() if customer is None else self.visitor(customer, as_of_us)
        return Request(surface, visitor, about, wanted, as_of_us, rng)

    def visitor(self, customer: Customer, as_of_us: int) -> Visitor:
        """Give what recipes may know: no taste and no segment of someone who refused.

        Args:
            customer: Who is looking.
            as_of_us: Now, microseconds since 1970 UTC.
        """
        row, profile, segment = customer.row, customer.profile, -1
        if row is not None and customer.status != "opted_out":
            segment = int(self.build.demand.popularity.segment_row[row])
        if profile is None and customer.status == "cold":
            profile = build_profile(
                customer.history, self.build.styles, self.people.weigher,
                as_of_us=as_of_us, min_interactions=1,
            )  # fmt: skip
        return Visitor(
            profile=profile,
            enough=customer.profile is not None,
            unplaced=self.people.liked_unplaced(customer, as_of_us),
            styles=customer.styles if len(customer.styles) > 1 else (),
            owned=customer.owned_rows,
            hidden=customer.hidden_rows,
            segment=segment,
            refused=customer.status == "opted_out",
        )

    def _known(self, products: Sequence[str]) -> Rows:
        """Give the rows of those the build knows: one that is unknown costs no cart its answer."""
        ids = self.build.product_ids
        rows = [row for row in map(ids.find, products) if row is not None]
        if not rows and products:
            ids.row(products[0])  # tells what is wrong
        return np.array(rows, np.int32)

    def checked_k(self, k: int | None) -> int:
        """Give how many are wanted.

        Args:
            k: As asked; None: the setting.

        Raises:
            InputError: if it is no whole number from 1 to MAX_K.
        """
        wanted = self.settings.recommend.k if k is None else k
        if isinstance(wanted, bool) or not isinstance(wanted, int):
            raise InputError(f"k is {wanted!r}, must be a whole number.")
        if not 1 <= wanted <= MAX_K:
            raise InputError(f"k is {wanted}, must be between 1 and {MAX_K}.")
        return wanted


def _usual_products(customer: Customer | None, surface: str, as_of_us: int) -> Rows:
    """Give the cart or last purchase; of someone who refused, only what the shop names counts."""
    if customer is not None and customer.status != "opted_out":
        if surface == CART:
            return open_cart(customer.history, as_of_us=as_of_us)
        if surface == POST_PURCHASE:
            return last_bought(customer.history)
    return np.empty(0, np.int32)
