"""The engine: an open shop that answers. `penchant.open("shop").recommend("C10001")`."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from penchant.builds.manifest import made_at
from penchant.builds.opening import open_build
from penchant.errors import StoreError
from penchant.insight import Insight
from penchant.joined_tables import open_database
from penchant.maths.threads import one_thread
from penchant.question import Looked, Question
from penchant.reasons.slots import make_slots
from penchant.reasons.why_not import WhyNot, find_fall, source_ranks
from penchant.settings import Settings
from penchant.settings.showing import HOMEPAGE, NEW_ARRIVALS, PRODUCT_PAGE
from penchant.shop_directory import CURRENT, ShopDirectory
from penchant.store.consent import Terms
from penchant.store.marks import MarkBook
from penchant.surfaces import Slate
from penchant.taste.from_tables import microseconds

if TYPE_CHECKING:
    from penchant.campaign import Campaign, Choose
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
        settings: Of store and privacy, as they are now; read from the shop's folder if absent.

    Raises:
        NotFoundError: if there is no shop at `path`.
        NotBuiltError: if none is published, or staged.
        BuildError: if the build is damaged.
        InputError: if the pointer is another word.
        StoreError: if the shop has a database that cannot be opened.
    """
    directory = ShopDirectory.open(path)
    return _opened(directory, directory.pointed_build(pointer), store, settings)


def open_build_of(directory: ShopDirectory, build_id: str, *, store: Store | None = None) -> Shop:
    """Open any build of a shop, published or not.

    Args:
        directory: The shop.
        build_id: Name of the build.
        store: The shop's database, if it is open already; else the one it has, if it has one.

    Raises:
        NotFoundError: if the shop has no such build.
        BuildError: if it is damaged.
        StoreError: if the shop has a database that cannot be opened.
    """
    return _opened(directory, directory.build_folder(build_id), store, None)


def _opened(
    directory: ShopDirectory, folder: Path, store: Store | None, settings: Settings | None
) -> Shop:
    manifest, build = open_build(folder)
    now = settings or directory.live_settings()
    shop = Shop(
        manifest,
        build,
        MarkBook(directory),
        store=store or open_database(directory, now.store),
        terms=Terms(now.privacy.profiling, microseconds(made_at(folder))),
    )
    return shop.refreshed()


class Shop(Insight):
    """One build, ready to answer; threads may share it.

    It never changes but by marks, and by what its database holds: who did what since, who refused,
    who is whom. Of the database, each question is asked once.
    """

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
                bought; those that are unknown are passed over while one is known. By default the
                customer's own cart or last purchase.
            k: How many; the setting if absent.
            as_of: Which of the customer's own interactions count, and how old they are; if absent,
                that of the build or of their newest event since.
            request_id: To send back with clicks; a new one if absent. It also decides what the
                exploring slots show; without it they change once a day.

        Returns:
            Of who refused, what does not depend on them; the same, marked as degraded, while the
            database does not answer.

        Raises:
            InputError: if k, the surface or its products are not allowed.
            NotFoundError: if there is none of these products.
        """
        question = Question(customer_id, surface, products, k, as_of, request_id)
        return self.answer(question, self.look_up(customer_id))

    @one_thread()
    def answer(self, question: Question, looked: Looked) -> Slate:
        """Answer a question, with what the database said of who looks.

        Args:
            question: As the arguments of `recommend`.
            looked: Of `look_up`, by this shop or another one with the same database.

        Raises:
            InputError: as `recommend`.
            NotFoundError: as `recommend`.
        """
        products, degraded, person = question.products, looked.degraded, looked.person
        request = self.visits.request(
            None if degraded else question.customer_id,
            surface=question.surface,
            products=products,
            k=question.k,
            as_of_us=self.moment(question.as_of, person),
            request_id=question.request_id,
            person=person,
        )
        unknown = degraded or request.visitor.refused or not self.terms.profiling
        answer = self.recommender.answer(request)
        about = products[0] if products and len(products) == 1 else None
        slots = make_slots(answer.showing, answer.plan, self.assortment, request.visitor)
        return Slate(
            customer_id=question.customer_id,
            product_id=about,
            surface=question.surface,
            step=answer.showing.step,
            build_id=self.build_id,
            request_id=None if unknown else question.request_id or uuid.uuid4().hex,
            degraded=degraded,
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
        choose: Choose | None = None,
    ) -> Campaign:
        """Choose products for many customers at once: see `Campaign`.

        Args:
            surface: Any but "product_page".
            k: How many for each; the setting if absent.
            as_of: As in `recommend`.
            customers: Who; all customers of the build if absent.
            everyone: Also those who refused marketing: for pages of the shop, not for new arrivals.
            choose: Says by which shop each customer is answered, where some are compared.

        Returns:
            Gives one pyarrow.Table for every few hundred customers, one row per slot.

        Raises:
            InputError: if k or the surface is not allowed, or new arrivals would go to everyone.
            NotFoundError: if there is no such customer.
        """
        from penchant.campaign import Campaign

        return Campaign.plan(
            self,
            surface=surface,
            k=k,
            as_of=as_of,
            customers=customers,
            everyone=everyone,
            choose=choose,
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
            StoreError: if the database does not answer.
        """
        row, person = self.build.product_ids.row(product_id), self.person(customer_id)
        request = self.visits.request(
            customer_id,
            surface=surface,
            products=products,
            k=k,
            as_of_us=self.moment(as_of, person),
            request_id=request_id,
            person=person,
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

    def look_up(self, customer_id: str | None) -> Looked:
        """Ask the database of who looks, once for each question.

        Args:
            customer_id: Any customer; None: nobody known, of whom nobody is asked.
        """
        try:
            return Looked(self.person(customer_id))
        except StoreError:
            return Looked(degraded=True)
