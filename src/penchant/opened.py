"""An opened build: its arrays, the database beside it, and what is made of both once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final, Self

from penchant.builds import Build, Manifest
from penchant.builds.inputs import settings_that_count
from penchant.candidates.assortment import Assortment
from penchant.errors import InputError, StoreError
from penchant.growing import grow
from penchant.people import People
from penchant.placing import PassedOver, place_products
from penchant.recommender import Recommender
from penchant.settings import Settings
from penchant.settings_file import settings_from_dict
from penchant.stock import grow_assortment, make_assortment, told_stock, with_stock
from penchant.store.consent import Terms
from penchant.store.database.checks import check_texts
from penchant.store.database.values import Consent, Person
from penchant.store.marks import MarkBook
from penchant.taste.from_tables import microseconds
from penchant.visiting import Visits

if TYPE_CHECKING:
    from penchant.store.database.store import Store


OF_PEOPLE: Final = ("taste", "trust", "styles", "space")
"""Sections that count when it is judged what somebody likes."""


class Opened:
    """One build, ready to answer; it never changes but by marks and by what the database holds.

    Args of the constructor:
        manifest: What the build was made of.
        build: Its arrays.
        marks: What people mark by hand meanwhile; None: nothing can be marked.
        store: The database of the shop; None: nothing is known but the build.
        terms: Who may be known; as the build says if absent.

    Attributes:
        passed_over: Vectors of products that came in since the build and could not be used.
    """

    def __init__(
        self,
        manifest: Manifest,
        build: Build,
        marks: MarkBook | None = None,
        *,
        store: Store | None = None,
        terms: Terms | None = None,
    ) -> None:
        self.manifest = manifest
        self.build = build
        self.marks = marks
        self.store = store
        self.terms = terms or Terms(tables_us=microseconds(self.as_of))
        self.passed_over: tuple[PassedOver, ...] = ()
        self._bare: Self | None = None
        self._version: int | None = None

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
        """All products, with what they may be ranked and chosen by."""
        return make_assortment(self.build, exact_below=self.settings.index.exact_below)

    @cached_property
    def recommender(self) -> Recommender:
        """What turns a request into products."""
        return Recommender(self.assortment, self.settings, self.build.demand.blends)

    @cached_property
    def people(self) -> People:
        """What is known and thought of each customer."""
        as_of_us = microseconds(self.as_of)
        return People(self.build, self.settings, as_of_us, self.marks, self.terms)

    @cached_property
    def visits(self) -> Visits:
        """What turns a question from outside into a request."""
        return Visits(self.build, self.settings, self.people)

    def person(self, customer_id: str | None) -> Person | None:
        """Read what the database knows of somebody: once for each question.

        Args:
            customer_id: Any customer or visitor; None: nobody known.

        Returns:
            None without a database, for nobody, and for what is no id.

        Raises:
            StoreError: if the database does not answer.
        """
        if self.store is None or customer_id is None:
            return None
        try:
            check_texts((customer_id,))
        except (InputError, TypeError):  # nobody's id; the build says so where it matters
            return None
        return self.store.people.person(customer_id)

    def moment(self, as_of: datetime | None, person: Person | None = None) -> int:
        """Give the reference time in microseconds since 1970 UTC.

        Args:
            as_of: As asked; if absent, that of the build, or of the newest event since.
            person: What the database knows of who is asked about.

        Raises:
            InputError: if it is no datetime.
        """
        if as_of is not None and not isinstance(as_of, datetime):
            raise InputError(
                f"as_of is {as_of!r}, must be a datetime such as datetime(2026, 3, 1, tzinfo=UTC)."
            )
        if as_of is not None:
            return microseconds(as_of)
        events = () if person is None else person.events
        return max([microseconds(self.as_of), *(one.time_us for one in events)])

    @property
    def products_version(self) -> int:
        """Version of the database's products that this shop answers with; 0 before any."""
        return self._version or 0

    def refreshed(self) -> Self:
        """Give the same shop with the products that the database holds now.

        Of products the build knows, only whether they are sold out counts, if that was told since.

        Returns:
            This shop where nothing changed, which costs one look, or where the database does not
            answer; else another one: whoever is asking this one goes on asking it.
        """
        if self.store is None:
            return self
        try:
            version = self.store.products.version()
            if version == self._version:
                return self
            live = self.store.products.all()
        except StoreError:
            return self
        bare, settings = self._bare or self, self.settings
        told = told_stock(bare.build, live, since_us=self.terms.tables_us)
        known = all(bare.build.product_ids.find(one.product_id) is not None for one in live)
        if known and not told:
            bare._version = version
            return bare
        placed = place_products(
            bare.build, live, encoder=self.manifest.encoder, settings=settings.space
        )
        grown = type(self)(
            self.manifest,
            grow(bare.build, placed),
            self.marks,
            store=self.store,
            terms=self.terms,
        )
        exact_below = settings.index.exact_below
        stock = grow_assortment(bare.assortment, grown.build, exact_below=exact_below)
        grown.assortment = with_stock(stock, told)
        grown.passed_over, grown._bare, grown._version = placed.passed_over, bare, version
        grown.warm()
        return grown

    def under(self, settings: Settings) -> Self:
        """Give the same build under other settings of taste and of what is shown.

        All that does not depend on them is shared, so that it costs next to no memory: products,
        index, database, and what is thought of people where taste is the same.

        Args:
            settings: The others; what the build was made with stays in it.
        """
        manifest = replace(self.manifest, settings=settings_that_count(settings))
        other = type(self)(manifest, self.build, self.marks, store=self.store, terms=self.terms)
        mine = self.settings
        if settings.index == mine.index:
            other.assortment = self.assortment
        if all(getattr(settings, one) == getattr(mine, one) for one in OF_PEOPLE):
            other.people = self.people
        other.passed_over, other._version = self.passed_over, self._version
        other._bare = None if self._bare is None else self._bare.under(settings)
        return other

    def refuses(self, said: Consent) -> bool:
        """Tell whether no profile may be made of somebody: they refused, or nobody has one.

        Args:
            said: Their last word, under the id they are known by.
        """
        return self.terms.refuses(said, by_tables=self.refused_in_tables(said.customer_id))

    def refused_in_tables(self, customer_id: str) -> bool:
        """Tell whether the tables say that somebody refused personalisation.

        Args:
            customer_id: Any customer or visitor.
        """
        row = self.build.customer_ids.find(customer_id)
        return row is not None and bool(self.build.opted_out[row])

    def warm(self) -> None:
        """Make what every answer needs, so that no customer waits for it."""
        stock = self.assortment
        _ = self.people.weigher, self.recommender.open_to_all, stock.newest
        _ = stock.popularity.popular, stock.popularity.trending, stock.has_variants

    def close(self) -> None:
        """Close the database, if there is one, for all shops that share it.

        The shop must not be asked after that.
        """
        if self.store is not None:
            self.store.close()

    def barred(self) -> Callable[[str], bool] | None:
        """Give what tells of a customer_id that it may not be named to others; None: all may.

        Raises:
            StoreError: if the database does not answer.
        """
        if self.store is None:
            return None
        erasures = self.store.erasures
        erased = erasures.hashes()
        refusers = {
            one.customer_id for one in self.store.people.consents() if one.personalization is False
        }
        if not erased and not refusers:
            return None
        return lambda name: name in refusers or bool(erased and erasures.hash_of(name) in erased)
