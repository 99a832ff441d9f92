"""The product in a slot of an answer, in the words of either database."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles


class ProductOf(sa.sql.functions.GenericFunction[str]):
    """The product in a 1-based slot of an answer; null beyond its last."""

    type = sa.Text()
    inherit_cache = True
    name = "penchant_product_of"


@compiles(ProductOf, "sqlite")
def _of_sqlite(element: Any, compiler: Any, **words: Any) -> str:
    slots, slot = (compiler.process(one, **words) for one in element.clauses)
    return f"json_extract({slots}, '$[' || ({slot} - 1) || '][0]')"


@compiles(ProductOf, "postgresql")
def _of_postgresql(element: Any, compiler: Any, **words: Any) -> str:
    slots, slot = (compiler.process(one, **words) for one in element.clauses)
    # a negative place counts from the end there
    return f"CASE WHEN {slot} > 0 THEN ({slots} -> ({slot} - 1)) ->> 0 END"
