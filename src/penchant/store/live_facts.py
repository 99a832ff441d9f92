"""A product as a program sends it, cleaned as the products table is, to one that can be kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from penchant import columns as c
from penchant.errors import InputError
from penchant.store.database.checks import check_texts
from penchant.store.database.values import LiveProduct
from penchant.store.event_fields import MAX_ID_CHARS, told
from penchant.tables.read import NO_ALIASES, read_table
from penchant.tables.report import TableLoad
from penchant.taste.from_tables import microseconds

MAX_FACTS: Final = 200
"""Facts of one product; columns of catalogues number a few dozen."""

MAX_DIM: Final = 16_384
"""Numbers of one vector."""

_PHOTOS: Final = (c.IMAGE, c.ADDITIONAL_IMAGES)
_WHOLE: Final = 1 << 53


def product_from(
    facts: Mapping[str, object],
    *,
    product_id: str,
    now: datetime,
    vector: NDArray[np.float32] | None = None,
    fingerprint: str = "",
    aliases: Mapping[str, str] = NO_ALIASES,
) -> LiveProduct:
    """Clean what is told of a product.

    Args:
        facts: {column of the products table, in any spelling tables may have: value}; others are
            kept as text, as of tables. No photo: its vector is given.
        product_id: Names it, as events will.
        now: When it came in.
        vector: What the encoder gives of its photo, see `checked_vector`; None: no photo.
        fingerprint: Of that encoder.
        aliases: The shop's own {header: canonical column}.

    Raises:
        InputError: if a value cannot be used: a product is taken whole, or not at all.

    Example:
        >>> from datetime import UTC
        >>> made = product_from({"Name": "Ring", "preis": "12,50 €"}, product_id="P1",
        ...                     now=datetime(2026, 7, 1, tzinfo=UTC))
        >>> made.facts
        {'title': 'Ring', 'price': 12.5, 'currency': 'EUR'}
    """
    check_product_id(product_id)
    load = _read(facts, now, aliases)
    _check_nothing_lost(facts, load)
    row = load.frame.row(0, named=True)
    known = {name: _plain(value) for name, value in row.items() if value is not None}
    kept = {name: value for name, value in known.items() if name != c.PRODUCT_ID}
    return LiveProduct(
        product_id=product_id,
        facts=kept,
        embedding=None if vector is None else checked_vector(vector).astype("<f4").tobytes(),
        fingerprint="" if vector is None else fingerprint,
        added_us=microseconds(now),
    )


def check_product_id(product_id: str) -> None:
    """Refuse what cannot name a product.

    Args:
        product_id: Any.

    Raises:
        InputError: if it is no text of 1 to MAX_ID_CHARS characters, or holds NUL.
    """
    if not isinstance(product_id, str) or not 0 < len(product_id) <= MAX_ID_CHARS:
        raise InputError(
            f"{c.PRODUCT_ID} is {told(product_id)}, must be a text of 1 to {MAX_ID_CHARS} "
            "characters."
        )
    check_texts((product_id,))


def checked_vector(values: Sequence[float] | NDArray[np.floating]) -> NDArray[np.float32]:
    """Give numbers as a vector.

    Args:
        values: As an encoder gives them, not normalised.

    Returns:
        Shape (dim,).

    Raises:
        InputError: if they are no finite numbers that float32 holds, all zero, or too many.
    """
    try:
        vector = np.asarray(values, np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InputError("vector must be a list of numbers.") from None
    if vector.ndim != 1 or not 0 < len(vector) <= MAX_DIM:
        raise InputError(
            f"vector has shape {vector.shape}, must be a list of 1 to {MAX_DIM} numbers."
        )
    with np.errstate(over="ignore"):
        rounded = vector.astype(np.float32)
    if not np.isfinite(rounded).all():
        raise InputError("vector holds NaN or infinity, or numbers too large for 32 bits.")
    if not rounded.any():
        raise InputError("vector holds only zeros: it tells nothing of how the product looks.")
    return rounded


def _read(facts: Mapping[str, object], now: datetime, aliases: Mapping[str, str]) -> TableLoad:
    """Read the facts as a table of one row, under a name that needs no cleaning."""
    if not isinstance(facts, Mapping) or len(facts) > MAX_FACTS:
        raise InputError(f"A product is an object of at most {MAX_FACTS} facts.")
    columns = {c.PRODUCT_ID: pl.Series(["1"])}
    for name, value in facts.items():
        if not isinstance(name, str) or not name:
            raise InputError(f"The name of a fact is {told(name)}, must be a text.")
        check_texts((name,))
        if name != c.PRODUCT_ID:
            columns[name] = _series(name, value)
    load = read_table(c.PRODUCTS, pl.DataFrame(columns), as_of=now, aliases=aliases)
    if load.frame.is_empty():
        raise InputError(f"{load.rejects['reason'][0]}.")
    return load


def _series(name: str, value: object) -> pl.Series:
    if isinstance(value, str):
        check_texts((value,))
        return pl.Series([value])
    if isinstance(value, bool | float | datetime) or value is None:
        return pl.Series([value])
    if isinstance(value, int):
        return pl.Series([value if abs(value) <= _WHOLE else told(value)])
    raise InputError(f"{name} is {told(value)}, must be a text, a number, or true or false.")


def _check_nothing_lost(facts: Mapping[str, object], load: TableLoad) -> None:
    """Refuse facts of which a table would keep nothing, with the sentence it would say."""
    for header, column in load.report.columns.items():
        value = facts.get(header)
        if column == c.PRODUCT_ID or value is None or value == "":
            continue
        if column in _PHOTOS:
            raise InputError(f"{header} is a photo; give the photo itself, or its vector.")
        if load.frame[column][0] is None:
            said = [one.message for one in load.report.findings if one.message.startswith(column)]
            why = said[0] if said else f"{column}: the value was left out."
            raise InputError(f"{header} is {told(value)}. {why}")


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
