"""How a table is described: its columns, their kinds, what else they are called, and its key."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import polars as pl

from penchant.tables.words import Vocabulary


class Kind(StrEnum):
    """What a column holds; it decides how the column is cleaned and its dtype."""

    ID = "id"
    TEXT = "text"
    MONEY = "money"
    CURRENCY = "currency"
    AMOUNT = "amount"
    QUANTITY = "quantity"
    AGE = "age"
    TRUST = "trust"
    TIME = "time"
    FLAG = "flag"
    CONSENT = "consent"
    WORD = "word"
    PHOTO = "photo"
    PHOTOS = "photos"


_NUMBERS = (Kind.MONEY, Kind.AMOUNT, Kind.QUANTITY, Kind.AGE, Kind.TRUST)


def dtype_of(kind: Kind) -> pl.DataType:
    """Give the canonical dtype of a kind."""
    if kind in _NUMBERS:
        return pl.Float64()
    others = {
        Kind.TIME: pl.Datetime("us", "UTC"),
        Kind.FLAG: pl.Boolean(),
        Kind.CONSENT: pl.Boolean(),
        Kind.PHOTOS: pl.List(pl.String),
    }
    return others.get(kind, pl.String())


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    `aliases` are other headers it is known by (case, spaces, dashes and underscores never matter).
    `past` says that its times must not lie after `as_of`. A column that is not `stored` is read,
    but its meaning goes into another one.
    """

    name: str
    kind: Kind = Kind.TEXT
    aliases: tuple[str, ...] = ()
    required: bool = False
    words: Vocabulary | None = None
    past: bool = False
    stored: bool = True


@dataclass(frozen=True, slots=True)
class TableSchema:
    """One table: its columns in order, and how its rows are told apart.

    `key` sorts the table; with `unique_key` it must not repeat. `keeps_unknown` keeps columns that
    are not described here, as text. `drops_copies` counts rows that are the same in every column
    once.
    """

    table: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    unique_key: bool = False
    keeps_unknown: bool = False
    drops_copies: bool = False
    required: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        required = tuple(column.name for column in self.columns if column.required)
        object.__setattr__(self, "required", required)

    def column(self, name: str) -> Column:
        """Give one column by its canonical name."""
        return next(column for column in self.columns if column.name == name)

    def dtypes(self) -> dict[str, pl.DataType]:
        """Give the canonical columns that are stored, with their dtypes, in order."""
        return {column.name: dtype_of(column.kind) for column in self.columns if column.stored}
