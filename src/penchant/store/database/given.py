"""Rows given to a statement as one value: however many there are, its words stay the same.

So a database reads and plans it once, and all rows take one way there and back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

ROWS: Final = "rows"
"""Name of the value: a JSON list of objects, one per row, {column: value}."""


def given(kind: str, columns: Sequence[sa.ColumnClause[Any]]) -> sa.FromClause:
    """Give rows as a table to select from.

    Args:
        kind: Of the database, "sqlite" or "postgresql".
        columns: What the rows have; texts, whole numbers, truths or JSON. Numbers with a fraction
            may lose their last bit in SQLite.
    """
    value = sa.bindparam(ROWS, type_=sa.Text)
    if kind == "postgresql":
        typed = [sa.column(one.name, one.type) for one in columns]
        rows = sa.func.json_to_recordset(sa.cast(value, sa.JSON)).table_valued(*typed)
        return rows.render_derived(name="given", with_types=True)
    each = sa.func.json_each(value).table_valued("value", name="each")
    taken = (
        sa.func.json_extract(each.c.value, f"$.{one.name}", type_=one.type).label(one.name)
        for one in columns
    )
    return sa.select(*taken).subquery("given")
