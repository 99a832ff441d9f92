"""Mentions: which rows of a table, or of texts, name one of some persons.

A column of customer_ids names a person when its cleaned id is theirs. Anywhere else an id counts
where it stands alone: behind a blank, quote, bracket or punctuation mark, and before one. So "C1"
is not found in "C10" or "C1-b".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Final

import polars as pl

from penchant import columns as c
from penchant.errors import InputError
from penchant.tables import SCHEMAS
from penchant.tables.findings import show
from penchant.tables.ids import clean_ids
from penchant.tables.mapping import map_headers
from penchant.tables.repair import as_text

LEAST_CHARS: Final = 4
"""Shorter ids are looked for in columns of ids alone: "12" in a text is rarely a person."""

AT_ONCE = 200
"""Ids in one pattern."""

_BEFORE = r"""(?:^|[\s"'(\[<{,;:=])"""
_AFTER = r"""(?:$|[\s"')\]>},;:!?=]|\.(?:[\s"')\]]|$))"""


@dataclass(frozen=True, slots=True)
class Mentions:
    """The persons looked for.

    Attributes:
        names: Their customer_ids.
    """

    names: frozenset[str]

    @classmethod
    def of(cls, names: Iterable[str]) -> Mentions:
        """Look for some persons.

        Args:
            names: Their customer_ids.
        """
        return cls(frozenset(names))

    def in_ids(self, values: pl.Series) -> pl.Series:
        """Give the person each cell of a column of ids is, null for nobody looked for.

        Args:
            values: As it was read, not cleaned yet.

        Example:
            >>> Mentions.of(["17"]).in_ids(pl.Series("id", ["17.0", " 17", "170", None])).to_list()
            ['17', '17', None, None]
        """
        raw = as_text(values)
        # a spreadsheet-safe file has a quote before what could be a formula
        plain = raw.str.replace(r"^'([\s=+\-@\t\r])", "${1}")
        found = [self._only(one) for one in (raw, clean_ids(values).values, plain)]
        return pl.select(pl.coalesce(found)).to_series().alias("name")

    def in_texts(self, values: pl.Series) -> pl.Series:
        """Give the first person each text names, null for none.

        Args:
            values: Any texts.

        Example:
            >>> texts = pl.Series(['no such "C-17".', "C-170", None])
            >>> Mentions.of(["C-17"]).in_texts(texts).to_list()
            ['C-17', None, None]
        """
        found = [values.str.extract(one, 1) for one in self._patterns()]
        if not found:
            return pl.Series("name", [None], pl.String).new_from_index(0, len(values))
        return pl.select(pl.coalesce(found)).to_series().alias("name")

    def in_frame(self, frame: pl.DataFrame, id_column: str | None) -> pl.Series:
        """Give the person each row of a table names, null for nobody.

        Args:
            frame: Any columns.
            id_column: The one of customer_ids; None: every column may be.
        """
        found = [pl.Series("name", [None], pl.String).new_from_index(0, frame.height)]
        for name in frame.columns:
            if id_column in (None, name):
                found.append(self.in_ids(frame[name]))
            found.append(self.in_texts(as_text(frame[name])))
        return pl.select(pl.coalesce(found)).to_series().alias("name")

    def in_file(self, path: Path) -> frozenset[str]:
        """Give the persons whose id is anywhere in a file that nobody can read as a table.

        Args:
            path: Any file; it is not read into memory.
        """
        if not path.stat().st_size:
            return frozenset()
        with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
            return frozenset(
                name for name in self.names if content.find(name.encode(errors="replace")) >= 0
            )

    def in_example(self, text: str) -> str | None:
        """Give the person the example of a finding shows, quoted and perhaps shortened.

        Args:
            text: An example, such as 'line 17: "597941.0" -> "597941"'.
        """
        shown = (name for name in sorted(self.names) if show(name) in text)
        return next(shown, self.in_texts(pl.Series([text]))[0])

    def _only(self, values: pl.Series) -> pl.Series:
        wanted = pl.Series(sorted(self.names), dtype=pl.String)
        return values.set(~values.is_in(wanted.implode()), None)

    def _patterns(self) -> Sequence[str]:
        long = sorted(n for n in self.names if len(n) >= LEAST_CHARS)
        parts = [long[first : first + AT_ONCE] for first in range(0, len(long), AT_ONCE)]
        return [f"{_BEFORE}({'|'.join(map(re.escape, part))}){_AFTER}" for part in parts]


def id_header(table: str, headers: Sequence[str], aliases: Mapping[str, str]) -> str | None:
    """Give the header of a table's customer_ids; None where there is none, or nobody can tell.

    Args:
        table: A name of `columns.TABLES`.
        headers: As in a file of that table.
        aliases: The shop's own.
    """
    schema = SCHEMAS[table]
    try:
        return map_headers(headers, schema, aliases=aliases, source=table).header_of(c.CUSTOMER_ID)
    except InputError:
        return None


def counted(names: pl.Series) -> dict[str, int]:
    """Count rows by person.

    Args:
        names: As the methods of `Mentions` give them.

    Example:
        >>> counted(pl.Series(["a", None, "a"]))
        {'a': 2}
    """
    table = names.drop_nulls().value_counts(sort=True)
    return dict(table.iter_rows())
