"""The engine: an open shop that answers. `penchant.open("shop").recommend("C10001")`."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from penchant.answers import ProfileCard, StyleNeighbors
from penchant.builds import Build, Manifest
from penchant.builds.manifest import made_at
from penchant.cards import card_of
from penchant.customer import Customer
from penchant.errors import InputError, StoreError
from penchant.explaining import explain_product
from penchant.maths.threads import one_thread
from penchant.people import find_neighbors
from penchant.reasons.explanation import Explanation, iso_time
from penchant.reasons.slots import make_slots
from penchant.reasons.why_not import WhyNot, find_fall, source_ranks
from penchant.recording import Recording
from penchant.settings import Settings
from penchant.settings.showing import HOMEPAGE, NEW_ARRIVALS, PRODUCT_PAGE
from penchant.shop_directory import CURRENT, ShopDirectory
from penchant.store.consent import Terms
from penchant.store.database.values import Person
from penchant.store.marks import MarkBook
from penchant.surfaces import Slate
from penchant.surfaces.request import Request
from penchant.surfaces.visitor import NONE
from penchant.taste.from_tables import microseconds

if TYPE_CHECKING:
    from penchant.campaign import Campaign
    from penchant.store.database.store import Store


def open_shop(
    path: str | Path,
    *,
    pointer: str = CURRENT,
    store: Store | None = None,
    settings: Settings | None = None,
) -> Shop:
    """Open the published build of a shop; arrays come by memory map, so that is quick.

    What was recorded while the shop was open counts too: events, consent, new products.

    Args:
        path: The shop directory.
        pointer: "current", the build that serves; "staging", the one to look at first.
        store: The shop's database, if it is open already; else the one it has, if it has one.
        settings: The shop's own of now; read from its folder if absent.

    Raises:
        NotFoundError: if there is no shop at `path`.
        NotBuiltError: if none is published, or staged.
        BuildError: if the build is damaged.
        InputError: if the pointer is another word, or the settings cannot be read.
        StoreError: if the shop has a database that cannot be opened.
    """
    directory = ShopDirectory.open(path)
    folder = directory.pointed_build(pointer)
    manifest = Manifest.read(folder)
    manifest.verify_quickly(folder)
    now = settings or directory.settings()
    shop = Shop(
        manifest,
        Build.load(folder),
        MarkBook(directory),
        store=store or _store_of(directory, now),
        terms=Terms(now.privacy.profiling, microseconds(made_at(folder))),
    )
    return shop.refreshed()


def _store_of(directory: ShopDirectory, settings: Settings) -> Store | None:
    """Open the database of a shop; one that never had any pays nothing for it."""
    if not settings.store.url and not directory.database.exists():
        return None
    from penchant.store.database.store import open_store

    return open_store(directory, settings.store, create=False)


class Shop(Recording):
    """One build, ready to answer; threads may share it.

    It never changes but by marks, and by what its database holds: who did what since, who refused,
    who is whom. Of the database, each question is asked once.
    """

    @one_thread()
    def recommend(
        self,
        customer_id: str | None,
        *,
        surface: str = HOMEPAGE,
        products: Sequence[str] | None = None,
        k: int | None = None,
        as_of: datetime | None = None,
        request_id: str | None = None,
    ) -> Slate:
        """Choose products for a place in the shop: k if so many may be shown.

        Args:
            customer_id: Any customer; an unknown one gets what everyone likes. None: nobody known.
            surface: "product_page", "homepage", "new_arrivals", "cart" or "post_purchase".
            products: What the surface is about: the product of the page, the cart, what was just
                bought. By default the customer's own cart or last purchase.
            k: How many; the setting if absent.
            as_of: Which of the customer's own interactions count, and how old they are; that of the
                build if absent.
            request_id: To send back with clicks; a new one if absent. It also decides what the
                exploring slots show; without it they change once a day.

        Raises:
            InputError: if k, the surface or its products are not allowed.
            NotFoundError: if there is no such product.
        """
        request = self.visits.request(
            customer_id,
            surface=surface,
            products=products,
            k=k,
            as_of_us=self.moment(as_of),
            request_id=request_id,
        )
        answer = self.recommender.answer(request)
        about = products[0] if products and len(products) == 1 else None
        slots = make_slots(answer.showing, answer.plan, self.assortment, request.visitor)
        return Slate(
            customer_id=customer_id,
            product_id=about,
            surface=surface,
            step=answer.showing.step,
            build_id=self.build_id,
            request_id=request_id or uuid.uuid4().hex,
            degraded=False,
            slots=slots,
        )

    def similar(
        self,
        product_id: str,
        *,
        customer_id: str | None = None,
        k: int | None = None,
        as_of: datetime | None = None,
        request_id: str | None = None,
    ) -> Slate:
        """Choose products like one, in the taste of the customer if one is named.

        Args:
            product_id: A product of the build.
            customer_id: Who is looking; None: nobody known.
            k: How many; the setting if absent.
            as_of: As in `recommend`.
            request_id: As in `recommend`.

        Raises:
            NotFoundError: if there is no such product.
            InputError: if k is not allowed.
        """
        return self.recommend(
            customer_id,
            surface=PRODUCT_PAGE,
            products=[product_id],
            k=k,
            as_of=as_of,
            request_id=request_id,
        )

    def campaign(
        self,
        *,
        surface: str = NEW_ARRIVALS,
        k: int | None = None,
        as_of: datetime | None = None,
        customers: Sequence[str] | None = None,
        everyone: bool = False,
    ) -> Campaign:
        """Choose products for many customers at once: see `Campaign`.

        Args:
            surface: Any but "product_page".
            k: How many for each; the setting if absent.
            as_of: As in `recommend`.
            customers: Who; all customers of the build if absent.
            everyone: Also those who refused marketing: for pages of the shop, not for new arrivals.

        Returns:
            Gives one pyarrow.Table for every few hundred customers, one row per slot.

        Raises:
            InputError: if k or the surface is not allowed, or new arrivals would go to everyone.
            NotFoundError: if there is no such customer.
        """
        from penchant.campaign import Campaign

        return Campaign.plan(
            self, surface=surface, k=k, as_of=as_of, customers=customers, everyone=everyone
        )

    @one_thread()
    def why_not(
        self,
        customer_id: str | None,
        product_id: str,
        *,
        surface: str = HOMEPAGE,
        products: Sequence[str] | None = None,
        k: int | None = None,
        as_of: datetime | None = None,
        request_id: str | None = None,
    ) -> WhyNot:
        """Say where on its way to the slate a product fell.

        Args:
            customer_id: As in `recommend`, like all that follows.
            product_id: The product asked about.
            surface: Which place.
            products: What the surface is about.
            k: How many are shown.
            as_of: Reference time.
            request_id: That given to `recommend`, if one was: it decides what exploring slots show.

        Raises:
            NotFoundError: if there is no such product.
            InputError: as `recommend`.
        """
        row = self.build.product_ids.row(product_id)
        request = self.visits.request(
            customer_id,
            surface=surface,
            products=products,
            k=k,
            as_of_us=self.moment(as_of),
            request_id=request_id,
        )
        answer = self.recommender.answer(request)
        groups = self.assortment.group_row if self.settings.recommend.one_per_group else None
        fall = find_fall(answer.showing, row, group_row=groups)
        return WhyNot(
            customer_id,
            product_id,
            surface,
            self.build_id,
            source_ranks=source_ranks(answer.plan, answer.showing, self.assortment, row),
            **asdict(fall),
        )

    @one_thread()
    def neighbors(
        self, customer_id: str, *, k: int | None = None, as_of: datetime | None = None
    ) -> StyleNeighbors:
        """Find the customers with the most similar taste; none whose taste points elsewhere.

        Args:
            customer_id: A known customer.
            k: How many; the setting if absent.
            as_of: Reference time of this customer's profile; that of the build if absent.

        Raises:
            NotFoundError: if there is no such customer.
            InputError: if k is not allowed.
        """
        own, wanted = self.build.customer_ids.row(customer_id), self.visits.checked_k(k)
        profile = self.customer(customer_id, as_of=as_of).profile
        found = () if profile is None else find_neighbors(self.build, profile, own, wanted)
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
            as_of: Reference time; that of the build if absent.

        Returns:
            Shares that sum to the similarity, and sources that sum to the score.

        Raises:
            NotFoundError: if there is no such customer or product.
            InputError: if the customer has no profile, or the product no style vector.
        """
        if surface not in (HOMEPAGE, NEW_ARRIVALS):
            raise InputError(f'surface is "{surface}", must be "{HOMEPAGE}" or "{NEW_ARRIVALS}".')
        self.build.customer_ids.row(customer_id)
        moment = self.moment(as_of)
        visitor = self.visits.visitor(self.customer(customer_id, as_of=as_of), moment)
        request = Request(surface, visitor, NONE, 1, moment, np.random.default_rng(0))
        return explain_product(
            self.build, self.recommender, request, customer_id, product_id, build_id=self.build_id
        )

    @one_thread()
    def profile(self, customer_id: str, *, as_of: datetime | None = None) -> ProfileCard:
        """Show a customer's styles, how the taste changed, and what each interaction weighs.

        Args:
            customer_id: A known customer.
            as_of: Reference time; that of the build if absent.

        Raises:
            NotFoundError: if there is no such customer.
        """
        self.build.customer_ids.row(customer_id)
        customer = self.customer(customer_id, as_of=as_of)
        return card_of(
            customer,
            self.assortment,
            styles=self.build.styles,
            evolution=self.people.follow(customer),
            build_id=self.build_id,
            as_of=iso_time(self.moment(as_of)),
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
        """
        self.people.mark(customer_id, event_id, mark)

    def unmark(self, customer_id: str, event_id: str) -> None:
        """Take a mark back; what the interaction tells is judged again.

        Args:
            customer_id: A known customer.
            event_id: A marked interaction.

        Raises:
            NotFoundError: if there is no such customer or mark.
            InputError: if another command is writing to this shop.
        """
        self.people.mark(customer_id, event_id, None)

    def customer(self, customer_id: str, *, as_of: datetime | None = None) -> Customer:
        """Gather what is known of a customer; of an unknown one, nothing.

        Args:
            customer_id: Any customer.
            as_of: Reference time; that of the build if absent.
        """
        return self.people.gather(customer_id, self.moment(as_of))

    @cached_property
    def visits(self) -> Visits:
        """What turns a question from outside into a request."""
        return Visits(self.build, self.settings, self.people)

    def moment(self, as_of: datetime | None) -> int:
        """Give the reference time in microseconds since 1970 UTC.

        Args:
            as_of: As asked; that of the build if absent.

        Raises:
            InputError: if it is no datetime.
        """
        if as_of is not None and not isinstance(as_of, datetime):
            raise InputError(
                f"as_of is {as_of!r}, must be a datetime such as datetime(2026, 3, 1, tzinfo=UTC)."
            )
        return microseconds(as_of or self.as_of)
