"""Who got which variant of which experiment, from when on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from penchant.store.database import schema
from penchant.store.database.checks import check_numbers, check_texts
from penchant.store.database.database import Database
from penchant.store.database.rows import assignment_of, assignment_row
from penchant.store.database.standing import Standings
from penchant.store.database.statements import insert_earliest
from penchant.store.database.values import ServedAssignment

_ROWS: Final = schema.assignments.c
_KEEP: Final = insert_earliest(schema.assignments, "first_us", "counted")
_OF: Final = (
    sa.select(schema.assignments)
    .where(_ROWS.experiment == sa.bindparam("experiment", type_=sa.Text))
    .order_by(_ROWS.unit_id, _ROWS.variant)
)
_PAGE: Final = _OF.where(_ROWS.unit_id > sa.bindparam("after", type_=sa.Text)).limit(
    sa.bindparam("most", type_=sa.Integer)
)
_REST: Final = _OF.where(
    _ROWS.unit_id == sa.bindparam("unit", type_=sa.Text),
    _ROWS.variant > sa.bindparam("variant", type_=sa.Text),
)


class AssignmentLog:
    """Variants as they were given first; who was ever given one by hand is never counted."""

    def __init__(self, database: Database, standings: Standings):
        self._database = database
        self._standings = standings

    def keep(self, assignments: Sequence[ServedAssignment], *, durable: bool = True) -> None:
        """Write assignments in one transaction; of one that is there the earlier time stays.

        Those of visitors who were merged are kept as their customers'; those made before an
        erasure the person asked for are not kept.

        Args:
            assignments: Any number, none of nobody.
            durable: Whether they are on the disk when this returns, or only soon after.

        Raises:
            InputError: if a text or number is one no database keeps; then nothing is written.
            StoreError: if the database does not answer; then nothing is written.
        """
        check_texts(
            text
            for one in assignments
            for text in (one.experiment, one.unit_id, one.variant, one.design)
        )
        check_numbers(one.first_us for one in assignments)
        if not assignments:
            return
        with self._database.write(durable=durable) as connection:
            standings = self._standings.of(connection, (one.unit_id for one in assignments))
            rows = [
                assignment_row(one, standings[one.unit_id].customer_id)
                for one in assignments
                if not standings[one.unit_id].is_past(one.first_us)
            ]
            if rows:
                connection.execute(_KEEP[self._database.kind], rows)

    def of(
        self, experiment: str, *, after: str = "", limit: int = 50_000
    ) -> tuple[ServedAssignment, ...]:
        """Give a page of who got what in an experiment.

        Args:
            experiment: Names it.
            after: unit_id of the last one of the page before; "": from the first.
            limit: About so many, > 0: a unit with several variants is never cut in two.

        Returns:
            By unit_id, then variant, as the database orders texts; empty after the last.

        Raises:
            InputError: if a text is one no database keeps.
            StoreError: if the database does not answer.
        """
        check_texts((experiment, after))
        asked = {"experiment": experiment}
        with self._database.snapshot() as connection:
            rows = connection.execute(_PAGE, asked | {"after": after, "most": limit}).all()
            if len(rows) == limit:
                last = {"unit": rows[-1].unit_id, "variant": rows[-1].variant}
                rows = [*rows, *connection.execute(_REST, asked | last)]
        return tuple(map(assignment_of, rows))
