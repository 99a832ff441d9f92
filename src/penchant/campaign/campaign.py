"""A campaign: one surface for many customers, a chunk of them at a time, one row per slot."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
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
    ]
)
"""The slots of a slate's one JSON shape, flattened."""


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
        chunk: Customers answered together; bounds the memory.
    """

    shop: Shop
    surface: str
    k: int | None
    as_of: datetime | None
    audience: Audience
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
    ) -> Campaign:
        """Decide who gets it, and refuse at once what cannot be done.

        Args:
            shop: Answers.
            surface: Any that needs no product.
            k: How many products for each.
            as_of: Reference time.
            customers: Who; None: all of the build.
            everyone: Also those who refused marketing.

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
        return cls(shop, surface, k, as_of, audience)

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
        fast: ByTaste | None = None
        moment = self.shop.moment(self.as_of)
        for first in range(0, len(self), self.chunk):
            names = [self.shop.build.customer_ids[row] for row in self._part(first)]
            with one_thread():
                requests = [self._request(name) for name in names]
                # of another moment is who did something since the build
                usual = [one if one.as_of_us == moment else None for one in requests]
                now = [one for one in usual if one is not None]
                fast = fast or ByTaste.over(self.shop.recommender, now)
                quick = iter(fast.answers(now) if fast else [None] * len(now))
                found = [None if one is None else next(quick) for one in usual]
                answers = [
                    answer or self.shop.recommender.answer(request)
                    for answer, request in zip(found, requests, strict=True)
                ]
                table = self._table(names, answers)
            yield table

    def _request(self, name: str) -> Request:
        person = self.audience.person(self.shop, name)
        moment = self.shop.moment(self.as_of, person)
        return self.shop.visits.request(
            name, surface=self.surface, k=self.k, as_of_us=moment, person=person
        )

    def _part(self, first: int) -> list[int]:
        part: list[int] = self.audience.rows[first : first + self.chunk].tolist()
        return part

    def _table(self, names: Sequence[str], answers: Sequence[Answer]) -> pa.Table:
        rows = [
            row
            for name, answer in zip(names, answers, strict=True)
            for row in self._rows_of(name, answer)
        ]
        parts = list(zip(*rows, strict=True)) or [()] * len(SCHEMA)
        arrays = [pa.array(part, one.type) for part, one in zip(parts, SCHEMA, strict=True)]
        return pa.Table.from_arrays(arrays, schema=SCHEMA)

    def _rows_of(self, name: str, answer: Answer) -> Iterator[tuple[object, ...]]:
        step, build_id = answer.showing.step, self.shop.build_id
        stock, visitor = self.shop.assortment, answer.request.visitor
        known = self.shop.terms.profiling and not visitor.refused
        request_id = self._request_id(name) if known else None
        for one in make_slots(answer.showing, answer.plan, stock, visitor):
            yield (
                name, self.surface, step, build_id, request_id, one.slot, one.product_id,
                one.score, one.similarity, one.source, one.propensity,
                one.reason.text, one.reason.product_id, one.reason.share,
            )  # fmt: skip

    def _request_id(self, name: str) -> str:
        """Give the same id whenever the same campaign is made again."""
        moment = (self.as_of or self.shop.as_of).isoformat()
        keys = ("campaign", self.shop.build_id, self.surface, moment, str(self.k), name)
        return hashlib.blake2b("\x1f".join(keys).encode(), digest_size=16).hexdigest()
