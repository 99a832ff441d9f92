"""Insight: what is known and thought of one customer, and why; and marks that correct it."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from penchant.answers import ProfileCard, StyleNeighbors
from penchant.cards import card_of
from penchant.customer import Customer
from penchant.errors import InputError
from penchant.explaining import explain_product
from penchant.maths.threads import one_thread
from penchant.people import find_neighbors
from penchant.reasons.explanation import Explanation, iso_time
from penchant.recording import Recording
from penchant.settings.showing import HOMEPAGE, NEW_ARRIVALS
from penchant.store.database.values import Person
from penchant.surfaces.request import Request
from penchant.surfaces.visitor import NONE


class Insight(Recording):
    """An opened build that may be asked about customers."""

    @one_thread()
    def neighbors(
        self, customer_id: str, *, k: int | None = None, as_of: datetime | None = None
    ) -> StyleNeighbors:
        """Find the customers with the most similar taste; none whose taste points elsewhere.

        Args:
            customer_id: A known customer.
            k: How many; the setting if absent.
            as_of: Reference time of this customer's profile, as in `recommend`.

        Raises:
            NotFoundError: if there is no such customer.
            InputError: if k is not allowed.
            StoreError: if the database does not answer.
        """
        wanted, person = self.visits.checked_k(k), self.person(customer_id)
        own = self.people.known(customer_id, person).row
        profile = self._gathered(customer_id, as_of, person).profile
        found = (
            ()
            if profile is None
            else find_neighbors(self.build, profile, own, wanted, barred=self.barred())
        )
        return StyleNeighbors(customer_id, self.build_id, found)

    @one_thread()
    def explain(
        self,
        customer_id: str,
        product_id: str,
        *,
        surface: str = HOMEPAGE,
        as_of: datetime | None = None,
    ) -> Explanation:
        """Say what each past interaction gives to a similarity, and each source to a score.

        Args:
            customer_id: A known customer with a profile.
            product_id: Any product of the build, owned or not.
            surface: Where it would be ranked: "homepage" or "new_arrivals".
            as_of: Reference time, as in `recommend`.

        Returns:
            Shares that sum to the similarity, and sources that sum to the score.

        Raises:
            NotFoundError: if there is no such customer or product.
            InputError: if the customer has no profile, or the product no style vector.
            StoreError: if the database does not answer.
        """
        if surface not in (HOMEPAGE, NEW_ARRIVALS):
            raise InputError(f'surface is "{surface}", must be "{HOMEPAGE}" or "{NEW_ARRIVALS}".')
        person = self.person(customer_id)
        self.people.known(customer_id, person)
        moment = self.moment(as_of, person)
        visitor = self.visits.visitor(self._gathered(customer_id, as_of, person), moment)
        request = Request(surface, visitor, NONE, 1, moment, np.random.default_rng(0))
        return explain_product(
            self.build, self.recommender, request, customer_id, product_id, build_id=self.build_id
        )

    @one_thread()
    def profile(self, customer_id: str, *, as_of: datetime | None = None) -> ProfileCard:
        """Show a customer's styles, how the taste changed, and what each interaction weighs.

        Args:
            customer_id: A known customer.
            as_of: Reference time, as in `recommend`.

        Raises:
            NotFoundError: if there is no such customer.
            StoreError: if the database does not answer.
        """
        person = self.person(customer_id)
        self.people.known(customer_id, person)
        customer = self._gathered(customer_id, as_of, person)
        return card_of(
            customer,
            self.assortment,
            styles=self.build.styles,
            evolution=self.people.follow(customer),
            build_id=self.build_id,
            as_of=iso_time(self.moment(as_of, person)),
        )

    def mark(self, customer_id: str, event_id: str, mark: str) -> None:
        """Say by hand whom an interaction was for; it counts in the next answer.

        Args:
            customer_id: A known customer.
            event_id: One of this customer's interactions, as `profile` names them.
            mark: "gift": it tells nothing of taste; "own": it counts in full.

        Raises:
            NotFoundError: if there is no such customer or event.
            InputError: if the mark is another word, or another command is writing to this shop.
            StoreError: if the database does not answer.
        """
        self.people.mark(customer_id, event_id, mark, person=self.person(customer_id))

    def unmark(self, customer_id: str, event_id: str) -> None:
        """Take a mark back; what the interaction tells is judged again.

        Args:
            customer_id: A known customer.
            event_id: A marked interaction.

        Raises:
            NotFoundError: if there is no such customer or mark.
            InputError: if another command is writing to this shop.
            StoreError: if the database does not answer.
        """
        self.people.mark(customer_id, event_id, None, person=self.person(customer_id))

    def customer(self, customer_id: str, *, as_of: datetime | None = None) -> Customer:
        """Gather what is known of a customer; of an unknown one, nothing.

        Args:
            customer_id: Any customer or visitor.
            as_of: Reference time, as in `recommend`.

        Raises:
            StoreError: if the database does not answer.
        """
        return self._gathered(customer_id, as_of, self.person(customer_id))

    def _gathered(
        self, customer_id: str, as_of: datetime | None, person: Person | None
    ) -> Customer:
        return self.people.gather(customer_id, self.moment(as_of, person), person=person)
