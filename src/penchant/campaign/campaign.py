"""A campaign: one surface for many customers, a chunk of them at a time, one row per slot."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from penchant import columns as c
from penchant.campaign.audience import Audience, rows_of
from penchant.campaign.by_taste import ByTaste
from penchant.errors import InputError
from penchant.maths.threads import one_thread
from penchant.reasons.slots import make_slots
from penchant.recommender import Answer
from penchant.settings.showing import NEW_ARRIVALS
from penchant.store.database.values import Person
from penchant.surfaces.request import Request
from penchant.types import Rows

if TYPE_CHECKING:
    from penchant.engine import Shop

CHUNK = 512

SCHEMA = pa.schema(
    [
        (c.CUSTOMER_ID, pa.string()),
        ("surface", pa.string()),
        ("step", pa.string()),
        ("build_id", pa.string()),
        ("request_id", pa.string()),
        ("slot", pa.int32()),
        (c.PRODUCT_ID, pa.string()),
        ("score", pa.float64()),
        ("similarity", pa.float64()),
        ("source", pa.string()),
        ("propensity", pa.float64()),
        ("reason_text", pa.string()),
        ("reason_product_id", pa.string()),
        ("reason_share", pa.float64()),
        ("experiments", pa.string()),
    ]
)
"""The slots of a slate's one JSON shape, flattened; experiments as in `Choice`."""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """By which shop a customer is answered.

    Attributes:
        shop: Answers.
        experiments: Those it is for, "name:variant", with a space between two; "": none.
    """

    shop: Shop
    experiments: str = ""


Choose = Callable[[str, Person | None], Choice]
"""A customer, and what the database knows of them where that changes anything."""


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """One customer's turn."""

    name: str
    choice: Choice
    request: Request


@dataclass(frozen=True, eq=False)
class Campaign:
    """A surface for many customers; it works while it is gone through.

    Going through it gives one table for every `chunk` customers, in their order; its rows are those
    customers' slots, the same as `Shop.recommend` gives each of them without a request_id: the
    same products in the same order, scores within 1e-5.

    Who refused marketing is left out; who said nothing about it is not. Who refused
    personalisation gets what does not depend on them, and no request_id. All that counts as it was
    said in the open shop until the campaign is planned or, of profiles, until the customer's turn.
    A request_id depends on the build, the surface, the time, k and the customer: a campaign made
    again has the same.

    Attributes:
        shop: Answers.
        surface: One that needs no product, such as "new_arrivals" or "homepage".
        k: How many products for each.
        as_of: Reference time; None: that of the build.
        audience: Who gets it.
        choose: Says by which shop each is answered, of the same database; None: all by `shop`.
        chunk: Customers answered together; bounds the memory.
    """

    shop: Shop
    surface: str
    k: int | None
    as_of: datetime | None
    audience: Audience
    choose: Choose | None = None
    chunk: int = CHUNK

    @classmethod
    def plan(
        cls,
        shop: Shop,
        *,
        surface: str,
        k: int | None,
        as_of: datetime | None,
        customers: Sequence[str] | None,
        everyone: bool,
        choose: Choose | None = None,
    ) -> Campaign:
        """Decide who gets it, and refuse at once what cannot be done.

        Args:
            shop: Answers.
            surface: Any that needs no product.
            k: How many products for each.
            as_of: Reference time.
            customers: Who; None: all of the build.
            everyone: Also those who refused marketing.
            choose: Says by which shop each is answered.

        Raises:
            InputError: if k or the surface is not allowed, or mail would go to everyone.
            NotFoundError: if there is no such customer.
            StoreError: if the database does not answer: then nobody's consent is known.
        """
        if everyone and surface == NEW_ARRIVALS:
            raise InputError(
                "new_arrivals is an e-mail, and nobody who refused marketing gets one: leave "
                'everyone out, or use a surface inside the shop such as "homepage".'
            )
        shop.visits.request(None, surface=surface, k=k, as_of_us=shop.moment(as_of))
        audience = Audience.of(shop, rows_of(shop, customers), everyone=everyone)
        return cls(shop, surface, k, as_of, audience, choose)

    @property
    def customer_rows(self) -> Rows:
        """Who gets it, shape (n,)."""
        return self.audience.rows

    @property
    def refused(self) -> int:
        """How many more were asked for, but refused marketing."""
        return self.audience.refused

    def __len__(self) -> int:
        return len(self.audience.rows)

    def __iter__(self) -> Iterator[pa.Table]:
        fast: dict[Shop, ByTaste | None] = {}
        for first in range(0, len(self), self.chunk):
            names = [self.shop.build.customer_ids[row] for row in self._part(first)]
            with one_thread():
                asked = [self._asked(name) for name in names]
                table = self._table(asked, self._answers(asked, fast))
            yield table

    def _answers(
        self, asked: Sequence[_Asked], fast: dict[Shop, ByTaste | None]
    ) -> Iterator[Answer]:
        found: dict[int, Answer | None] = {}
        for shop in dict.fromkeys(one.choice.shop for one in asked):
            moment = shop.moment(self.as_of)
            own = (place for place, one in enumerate(asked) if one.choice.shop is shop)
            # of another moment is who did something since the build
            usual = [place for place in own if asked[place].request.as_of_us == moment]
            now = [asked[place].request for place in usual]
            by_taste = fast.get(shop) or ByTaste.over(shop.recommender, now)
            fast[shop] = by_taste
            if by_taste:
                found |= zip(usual, by_taste.answers(now), strict=True)
        for place, one in enumerate(asked):
            yield found.get(place) or one.choice.shop.recommender.answer(one.request)

    def _asked(self, name: str) -> _Asked:
        person = self.audience.person(self.shop, name)
        choice = self.choose(name, person) if self.choose else Choice(self.shop)
        moment = choice.shop.moment(self.as_of, person)
        request = choice.shop.visits.request(
            name, surface=self.surface, k=self.k, as_of_us=moment, person=person
        )
        return _Asked(name, choice, request)

    def _part(self, first: int) -> list[int]:
        part: list[int] = self.audience.rows[first : first + self.chunk].tolist()
        return part

    def _table(self, asked: Sequence[_Asked], answers: Iterable[Answer]) -> pa.Table:
        rows = [
            row
            for one, answer in zip(asked, answers, strict=True)
            for row in self._rows_of(one, answer)
        ]
        parts = list(zip(*rows, strict=True)) or [()] * len(SCHEMA)
        arrays = [pa.array(part, one.type) for part, one in zip(parts, SCHEMA, strict=True)]
        return pa.Table.from_arrays(arrays, schema=SCHEMA)

    def _rows_of(self, asked: _Asked, answer: Answer) -> Iterator[tuple[object, ...]]:
        shop, visitor = asked.choice.shop, answer.request.visitor
        known = shop.terms.profiling and not visitor.refused
        request_id = self._request_id(shop, asked.name) if known else None
        for one in make_slots(answer.showing, answer.plan, shop.assortment, visitor):
            yield (
                asked.name, self.surface, answer.showing.step, shop.build_id, request_id,
                one.slot, one.product_id,
                one.score, one.similarity, one.source, one.propensity,
                one.reason.text, one.reason.product_id, one.reason.share,
                asked.choice.experiments or None,
            )  # fmt: skip

    def _request_id(self, shop: Shop, name: str) -> str:
        """Give the same id whenever the same campaign is made again."""
        moment = (self.as_of or shop.as_of).isoformat()
        keys = ("campaign", shop.build_id, self.surface, moment, str(self.k), name)
        return hashlib.blake2b("\x1f".join(keys).encode(), digest_size=16).hexdigest()
