"""What was answered, what of it was really on a screen, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import sqlalchemy as sa

from penchant.store.database import schema
from penchant.store.database.checks import check_numbers, check_texts
from penchant.store.database.database import Database
from penchant.store.database.engines import dumps
from penchant.store.database.given import ROWS
from penchant.store.database.rows import SLATE, slate_of, slate_row
from penchant.store.database.shown import read_shown
from penchant.store.database.standing import Standing, Standings
from penchant.store.database.statements import insert_given, insert_new, portions
from penchant.store.database.values import Exposure, ServedSlate, ShownSlot

_KEEP: Final = insert_given(schema.slates)
_EXPOSE: Final = insert_new(schema.exposures, schema.exposures.c.slot)
_SLATES: Final = sa.select(*SLATE).where(
    schema.slates.c.request_id.in_(sa.bindparam("request_ids", expanding=True))
)


class SlateLog:
    """Answers, and the slots of them that somebody saw."""

    def __init__(self, database: Database, standings: Standings):
        self._database = database
        self._standings = standings

    def keep(self, slates: Sequence[ServedSlate], *, durable: bool = True) -> None:
        """Write answers in one transaction; one whose request_id is there changes nothing.

        Those of visitors who were merged are kept as their customers'; those made before an
        erasure the person asked for are not kept.

        Args:
            slates: Any number.
            durable: Whether they are on the disk when this returns, or only soon after.

        Raises:
            InputError: if a text or number is one no database keeps; then nothing is written.
            StoreError: if the database does not answer; then nothing is written.
        """
        _check(slates)
        if not slates:
            return
        with self._database.write(durable=durable) as connection:
            people = (one.customer_id for one in slates if one.customer_id)
            standings = {"": Standing(""), **self._standings.of(connection, people)}
            rows = [
                slate_row(one, standings[one.customer_id].customer_id)
                for one in slates
                if not standings[one.customer_id].is_past(one.made_us)
            ]
            if rows:
                connection.execute(_KEEP[self._database.kind], {ROWS: dumps(rows)})

    def expose(self, exposures: Sequence[Exposure]) -> int:
        """Note which slots were seen; the same slot of the same answer again changes nothing.

        Args:
            exposures: Any number; of answers that are not kept too.

        Returns:
            How many are new.

        Raises:
            InputError: if a text or number is one no database keeps; then nothing is written.
            StoreError: if the database does not answer; then nothing is written.
        """
        check_texts(one.request_id for one in exposures)
        check_numbers(number for one in exposures for number in (one.slot, one.shown_us))
        if not exposures:
            return 0
        rows = [
            {"request_id": one.request_id, "slot": one.slot, "shown_us": one.shown_us}
            for one in exposures
        ]
        with self._database.write() as connection:
            return len(connection.execute(_EXPOSE[self._database.kind], rows).all())

    def shown(
        self, since_us: int, until_us: int, *, limit: int = 50_000, after: Exposure | None = None
    ) -> tuple[ShownSlot, ...]:
        """Give what was seen, with its answer and what came of it.

        Args:
            since_us: From when on.
            until_us: Until when, exclusive.
            limit: At most so many.
            after: The last one of the page before; None: from the first.

        Returns:
            By time, then request_id, then slot.

        Raises:
            StoreError: if the database does not answer.
        """
        with self._database.snapshot() as connection:
            return read_shown(connection, since_us, until_us, limit, after)

    def slate(self, request_id: str) -> ServedSlate | None:
        """Give an answer; None: it is not kept.

        Args:
            request_id: Names it.

        Raises:
            InputError: if the id is one no database keeps.
            StoreError: if the database does not answer.
        """
        return self.slates((request_id,)).get(request_id)

    def slates(self, request_ids: Iterable[str]) -> dict[str, ServedSlate]:
        """Give answers, all in one look.

        Args:
            request_ids: Name them.

        Returns:
            {request_id: answer} of those that are kept.

        Raises:
            InputError: if an id is one no database keeps.
            StoreError: if the database does not answer.
        """
        wanted = tuple(dict.fromkeys(request_ids))
        check_texts(wanted)
        if not wanted:
            return {}
        with self._database.read() as connection:
            rows = [
                row
                for some in portions(wanted)
                for row in connection.execute(_SLATES, {"request_ids": some})
            ]
        found = (slate_of(row) for row in rows)
        return {one.request_id: one for one in found}


def _check(slates: Sequence[ServedSlate]) -> None:
    check_texts(
        text
        for one in slates
        for text in (
            one.request_id,
            one.customer_id,
            one.surface,
            one.step,
            one.policy,
            one.build_id,
            *(slot.product_id for slot in one.slots),
            *(slot.source for slot in one.slots),
        )
    )
    check_numbers(number for one in slates for number in (one.made_us, one.took_us or 0))
    check_numbers(
        number for one in slates for slot in one.slots for number in (slot.score, slot.propensity)
    )
