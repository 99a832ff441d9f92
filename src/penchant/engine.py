"""The engine: an open shop that answers. `penchant.open("shop").recommend("C10001")`."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import numpy as np

from penchant import columns as c
from penchant.answers import Neighbor, ProfileCard, StyleNeighbors
from penchant.builds import Build, Manifest
from penchant.candidates.assortment import Assortment
from penchant.candidates.eligible import eligible_products
from penchant.cards import card_of
from penchant.customer import Customer
from penchant.errors import InputError
from penchant.index import ExactIndex
from penchant.maths.seeds import derived_rng
from penchant.maths.threads import one_thread
from penchant.reasons.explanation import Explanation, iso_time, split_similarity
from penchant.reasons.slots import make_slots
from penchant.settings import Settings
from penchant.settings_file import settings_from_dict
from penchant.shop_directory import ShopDirectory
from penchant.space import Placement
from penchant.store.marks import MarkBook, check_event, write_mark
from penchant.surfaces import Slate, Slot
from penchant.surfaces.homepage import homepage
from penchant.surfaces.product_page import product_page
from penchant.taste.evolution import Evolution, follow_taste, window_edges
from penchant.taste.from_tables import microseconds
from penchant.taste.judging import Judge, Judged
from penchant.taste.marks import event_ids, places_of
from penchant.taste.weights import Weigher

STEPS = {"visual": "profile", "popular": "popular", "newest": "newest"}
"""The step of the ladder a slate stands on, by the source of its first slot."""

MAX_K = 1000


def open_shop(path: str | Path) -> Shop:
    """Open the published build of a shop.

    Args:
        path: The shop directory.

    Returns:
        A shop that answers; arrays come by memory map, so opening is quick.

    Raises:
        NotFoundError: if there is no shop at `path`.
        NotBuiltError: if it has no build yet.
        BuildError: if the build is damaged.
    """
    directory = ShopDirectory.open(path)
    folder = directory.current_build()
    manifest = Manifest.read(folder)
    manifest.verify_quickly(folder)
    return Shop(manifest, Build.load(folder), MarkBook(directory))


class Shop:
    """One build, ready to answer; it never changes but by marks, and threads may share it.

    Args of the constructor:
        manifest: What the build was made of.
        build: Its arrays.
        marks: What people mark by hand meanwhile; None: nothing can be marked.
    """

    def __init__(self, manifest: Manifest, build: Build, marks: MarkBook | None = None) -> None:
        self.manifest = manifest
        self.build = build
        self.marks = marks

    @property
    def build_id(self) -> str:
        """Name of the build."""
        return self.manifest.build_id

    @cached_property
    def settings(self) -> Settings:
        """The settings the build was made with."""
        return settings_from_dict(self.manifest.settings, source="manifest.json")

    @cached_property
    def as_of(self) -> datetime:
        """Reference time of the build's profiles."""
        return datetime.fromisoformat(self.manifest.as_of).astimezone(UTC)

    @cached_property
    def assortment(self) -> Assortment:
        """All products, with what they may be ranked by."""
        products, unknown = self.build.products, np.iinfo(np.int64).min
        stock = products[c.STOCK_STATUS].fill_null("in_stock")
        return Assortment(
            product_ids=self.build.product_ids,
            titles=products[c.TITLE].fill_null(products[c.PRODUCT_ID]).to_list(),
            in_stock=(stock != "out_of_stock").to_numpy(),
            index=ExactIndex.over(self.build.styles),
            popularity=self.build.popularity,
            created_us=products[c.CREATED_DATE].dt.epoch("us").fill_null(unknown).to_numpy(),
        )

    @one_thread()
    def recommend(
        self,
        customer_id: str,
        *,
        k: int | None = None,
        surface: str = "homepage",
        as_of: datetime | None = None,
        request_id: str | None = None,
    ) -> Slate:
        """Choose products for a customer.

        Args:
            customer_id: Any customer; an unknown one gets what everyone likes.
            k: How many; the setting if absent.
            surface: "homepage".
            as_of: Which of the customer's own interactions count, and how old they are; that of the
                build if absent. Products and their popularity are always those of the build.
            request_id: To send back with clicks; a new one if absent.

        Returns:
            k slots if k products are eligible: in stock, not owned, not hidden.

        Raises:
            InputError: if k or the surface is not allowed.
        """
        if surface != "homepage":
            raise InputError(f'surface is "{surface}", must be "homepage".')
        customer = self.customer(customer_id, as_of=as_of)
        candidates = homepage(
            self.assortment,
            customer.profile,
            eligible=eligible_products(
                self.assortment,
                self.settings.recommend,
                owned_rows=customer.owned_rows,
                hidden_rows=customer.hidden_rows,
            ),
            k=self._checked_k(k),
            min_similarity=self.settings.recommend.min_similarity,
        )
        slots = make_slots(candidates, self.assortment, profile=customer.profile)
        step = STEPS[slots[0].source] if slots else "empty"
        return self._slate(slots, surface, step, request_id, customer_id=customer_id)

    @one_thread()
    def similar(
        self, product_id: str, *, k: int | None = None, request_id: str | None = None
    ) -> Slate:
        """Choose products that look like a product.

        Args:
            product_id: A product of the build.
            k: How many; the setting if absent.
            request_id: To send back with clicks; a new one if absent.

        Raises:
            NotFoundError: if there is no such product.
            InputError: if k is not allowed.
        """
        row = self.build.product_ids.row(product_id)
        eligible = eligible_products(self.assortment, self.settings.recommend)
        candidates = product_page(self.assortment, row, eligible=eligible, k=self._checked_k(k))
        slots = make_slots(candidates, self.assortment, like=self.assortment.titles[row])
        step = {**STEPS, "visual": "product"}[slots[0].source] if slots else "empty"
        return self._slate(slots, "product_page", step, request_id, product_id=product_id)

    @one_thread()
    def neighbors(
        self, customer_id: str, *, k: int | None = None, as_of: datetime | None = None
    ) -> StyleNeighbors:
        """Find the customers with the most similar taste.

        Args:
            customer_id: A known customer.
            k: How many; the setting if absent.
            as_of: Reference time of this customer's profile; that of the build if absent.

        Returns:
            At most k; a customer whose taste points elsewhere (similarity <= 0) is no neighbor.

        Raises:
            NotFoundError: if there is no such customer.
            InputError: if k is not allowed.
        """
        own, wanted = self.build.customer_ids.row(customer_id), self._checked_k(k)
        profile = self.customer(customer_id, as_of=as_of).profile
        if profile is None:
            return StyleNeighbors(customer_id, self.build_id, ())
        found = self._customers.query(profile.vector[None, :], wanted, excluded=[np.array([own])])
        ids = self.build.customer_ids
        neighbors = tuple(
            Neighbor(ids[row], similarity) for row, similarity in found.of(0) if similarity > 0
        )
        return StyleNeighbors(customer_id, self.build_id, neighbors)

    @one_thread()
    def explain(
        self, customer_id: str, product_id: str, *, as_of: datetime | None = None
    ) -> Explanation:
        """Say what each past interaction gives to a product's similarity.

        Args:
            customer_id: A known customer with a profile.
            product_id: Any product of the build, owned or not.
            as_of: Reference time; that of the build if absent.

        Returns:
            Shares that sum to the similarity.

        Raises:
            NotFoundError: if there is no such customer or product.
            InputError: if the customer has no profile, or the product no style vector.
        """
        self.build.customer_ids.row(customer_id)
        row = self.build.product_ids.row(product_id)
        profile = self.customer(customer_id, as_of=as_of).profile
        if profile is None:
            raise InputError(
                f'Customer "{customer_id}" has no profile: it takes '
                f"{self.settings.taste.min_interactions} different products and consent."
            )
        if not self.assortment.index.present[row]:
            raise InputError(
                f'Product "{product_id}" has no style vector: it lacks a usable photo and any '
                "known attribute. See: penchant doctor"
            )
        shares = split_similarity(
            profile,
            row,
            space=self.build.space,
            placement=Placement(self.build.channels, self.build.styles),
            product_ids=self.build.product_ids,
        )
        similarity = float(np.sum([one.share for one in shares]))
        return Explanation(customer_id, product_id, self.build_id, similarity, shares)

    @one_thread()
    def profile(self, customer_id: str, *, as_of: datetime | None = None) -> ProfileCard:
        """Show a customer's interactions, what each weighs, and how consistent the taste is.

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
            evolution=self._evolution(customer),
            build_id=self.build_id,
            as_of=iso_time(self._moment(as_of)),
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
        own = self.build.histories.of(self.build.customer_ids.row(customer_id))
        check_event(customer_id, event_id, event_ids(own, self.build.product_ids))
        write_mark(self._book.shop, customer_id, event_id, mark)

    def unmark(self, customer_id: str, event_id: str) -> None:
        """Take a mark back; what the interaction tells is judged again.

        Args:
            customer_id: A known customer.
            event_id: A marked interaction.

        Raises:
            NotFoundError: if there is no such customer or mark.
            InputError: if another command is writing to this shop.
        """
        self.build.customer_ids.row(customer_id)
        write_mark(self._book.shop, customer_id, event_id, None)

    def customer(self, customer_id: str, *, as_of: datetime | None = None) -> Customer:
        """Gather what is known of a customer; of an unknown one, nothing.

        Args:
            customer_id: Any customer.
            as_of: Reference time; that of the build if absent.
        """
        row = self.build.customer_ids.find(customer_id)
        return Customer.gather(
            customer_id,
            None if row is None else self._judged(customer_id, row, self._moment(as_of)),
            opted_out=row is not None and bool(self.build.opted_out[row]),
            styles=self.build.styles,
            weigher=self._weigher,
            as_of_us=self._moment(as_of),
            min_interactions=self.settings.taste.min_interactions,
        )

    @property
    def _book(self) -> MarkBook:
        if self.marks is None:
            raise InputError("This shop was not opened from its folder: use penchant.open(PATH).")
        return self.marks

    def _evolution(self, customer: Customer) -> Evolution | None:
        edges = window_edges(customer.history.time_us[customer.weights > 0])
        if customer.profile is None or not edges:
            return None
        weigher = self._weigher
        # all liked actions alike: no single purchase decides a window, and change shows sooner
        alike = replace(weigher, action_weights=np.sign(weigher.action_weights))
        rng = derived_rng(self.settings.space.seed, "evolution", customer.customer_id)
        return follow_taste(customer.history, self.build.styles, alike, edges_us=edges, rng=rng)

    def _judged(self, customer_id: str, row: int, as_of_us: int) -> Judged:
        """Look up what the build thinks, with the marks of now; with other events, judge anew."""
        build, marks = self.build, self.marks.of(customer_id) if self.marks else {}
        known = build.judgements.of(build.histories, row)
        places = places_of(marks, known.history, build.product_ids)
        taken_back = known.places_by_hand() - places.aside - places.kept
        same = known.same_until(microseconds(self.as_of), as_of_us) and not taken_back
        if same or build.opted_out[row]:
            return known.marked(places) if marks else known
        return self._judge.judge_one(build.histories.of(row), as_of_us=as_of_us, marks=places)

    @cached_property
    def _judge(self) -> Judge:
        return Judge(
            self.build.styles,
            self._weigher,
            self.build.judgements.background,
            self.settings.trust,
            self.settings.styles,
        )

    @cached_property
    def _weigher(self) -> Weigher:
        categories = tuple(self.build.products[c.CATEGORY])
        present = self.assortment.index.present
        return Weigher.from_settings(self.settings.taste, present, categories=categories)

    @cached_property
    def _customers(self) -> ExactIndex:
        return ExactIndex(self.build.profiles, np.isfinite(self.build.consistency))

    def _checked_k(self, k: int | None) -> int:
        wanted = self.settings.recommend.k if k is None else k
        if isinstance(wanted, bool) or not isinstance(wanted, int):
            raise InputError(f"k is {wanted!r}, must be a whole number.")
        if not 1 <= wanted <= MAX_K:
            raise InputError(f"k is {wanted}, must be between 1 and {MAX_K}.")
        return wanted

    def _moment(self, as_of: datetime | None) -> int:
        """Give the reference time in microseconds, that of the build by default."""
        if as_of is not None and not isinstance(as_of, datetime):
            raise InputError(
                f"as_of is {as_of!r}, must be a datetime such as datetime(2026, 3, 1, tzinfo=UTC)."
            )
        return microseconds(as_of or self.as_of)

    def _slate(
        self,
        slots: tuple[Slot, ...],
        surface: str,
        step: str,
        request_id: str | None,
        *,
        customer_id: str | None = None,
        product_id: str | None = None,
    ) -> Slate:
        return Slate(
            customer_id=customer_id,
            product_id=product_id,
            surface=surface,
            step=step,
            build_id=self.build_id,
            request_id=request_id or uuid.uuid4().hex,
            degraded=False,
            slots=slots,
        )
