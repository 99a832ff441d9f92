"""CSV text to columns of text: delimiter, header, fields, line numbers; broken rows set aside."""

from __future__ import annotations

import io
from dataclasses import dataclass

import polars as pl

from penchant.errors import InputError
from penchant.tables.records import MAX_RECORD_CHARS, Dialect, Records, parse_messy, split_records

_DELIMITERS = (",", ";", "\t", "|")
_EXCEL_HINT = "sep="


@dataclass(frozen=True, slots=True, eq=False)
class CsvTable:
    """A CSV file as text columns.

    `frame` has one String column per header, in order; `lines` the line each row starts on (the
    header is usually line 1). `broken` has `line`, `reason` and one column per header.
    """

    frame: pl.DataFrame
    lines: pl.Series
    broken: pl.DataFrame
    delimiter: str
    n_blank: int
    n_trailing: int


def parse_csv(text: str, name: str) -> CsvTable:
    r"""Parse CSV text without giving meaning to any value.

    Args:
        text: The file with `\n` line ends.
        name: What to call it in messages.

    Raises:
        InputError: if there is no header, or two columns have the same name.

    Example:
        >>> parse_csv("a;b\n1;2\n", "x.csv").frame.to_dicts()
        [{'a': '1', 'b': '2'}]
    """
    lines = pl.Series("text", [text.removesuffix("\n")]).str.split("\n").explode()
    start, delimiter = _header_place(lines)
    headers, body = _header(lines, start, delimiter, name)
    dialect = Dialect(delimiter, len(headers))
    records = split_records(lines.slice(body), dialect, first_line=body + 1)
    frame = pl.concat(
        [_plain_fields(records, headers, delimiter), _quoted_fields(records, headers, delimiter)]
    )
    numbers = pl.concat([records.plain["line"], records.quoted["line"]])
    order = numbers.arg_sort()
    return CsvTable(
        frame=frame[order],
        lines=numbers.gather(order).alias("line"),
        broken=_broken_fields(records, headers, delimiter),
        delimiter=delimiter,
        n_blank=records.n_blank,
        n_trailing=records.n_trailing,
    )


def _header_place(lines: pl.Series) -> tuple[int, str]:
    """Find the first line that says something, and the delimiter it uses most."""
    start = int((lines.str.strip_chars() != "").arg_max() or 0)
    first = lines[start].strip()
    if first.casefold().startswith(_EXCEL_HINT) and len(first) == len(_EXCEL_HINT) + 1:
        rest = (lines.slice(start + 1).str.strip_chars() != "").arg_max()
        return start + 1 + int(rest or 0), first[-1]
    return start, max(_DELIMITERS, key=first.count)


def _header(lines: pl.Series, start: int, delimiter: str, name: str) -> tuple[list[str], int]:
    """Read the header record and say where the rows begin."""
    if start >= len(lines):
        raise InputError(f"{name} has no line with column names.")
    end = start + 1
    text: str = lines[start]
    while text.count('"') % 2 and end < min(start + 50, len(lines)):
        text, end = f"{text}\n{lines[end]}", end + 1
    if len(text) > MAX_RECORD_CHARS:
        raise InputError(
            f"The first line of {name} has {len(text):,} characters, which is no line of column "
            f"names: at most {MAX_RECORD_CHARS:,} are allowed."
        )
    fields = [field.strip(" \t\r\n\ufeff\xa0") for field in parse_messy(text, delimiter)]
    return _unique(fields, name), end


def _unique(fields: list[str], name: str) -> list[str]:
    named = [field or f"column_{place}" for place, field in enumerate(fields, start=1)]
    twice = sorted({field for field in named if named.count(field) > 1})
    if twice:
        raise InputError(
            f'{name} has the column "{twice[0]}" more than once. Rename or remove one.'
        )
    return named


def _plain_fields(records: Records, headers: list[str], delimiter: str) -> pl.DataFrame:
    fields = records.plain["text"].str.split_exact(delimiter, len(headers) - 1).struct.unnest()
    fields.columns = headers
    return fields


def _quoted_fields(records: Records, headers: list[str], delimiter: str) -> pl.DataFrame:
    # Arrow reads stray quotes inside unquoted fields as the csv module does; polars stops there
    from pyarrow import csv, string

    schema = pl.Schema(dict.fromkeys(headers, pl.String()))
    texts = records.quoted["text"]
    if not len(texts):
        return pl.DataFrame(schema=schema)
    parsed = csv.read_csv(
        io.BytesIO(texts.str.join("\n")[0].encode()),
        read_options=csv.ReadOptions(column_names=headers),
        parse_options=csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False
        ),
        convert_options=csv.ConvertOptions(column_types=dict.fromkeys(headers, string())),
    )
    return pl.DataFrame(parsed, schema=schema)


def _broken_fields(records: Records, headers: list[str], delimiter: str) -> pl.DataFrame:
    """Spread broken rows over the columns as far as they go; the last column takes the rest."""
    width = len(headers)
    rows = []
    for line, text, reason in records.broken.iter_rows():
        whole = len(text) > MAX_RECORD_CHARS or "quote" in reason
        fields = [text] if whole else parse_messy(text, delimiter)
        if len(fields) > width:
            fields = [*fields[: width - 1], delimiter.join(fields[width - 1 :])]
        rows.append((line, reason, *fields, *[None] * (width - len(fields))))
    schema = ["line", "reason", *(f"field_{place}" for place in range(width))]
    types = {name: pl.Int64() if name == "line" else pl.String() for name in schema}
    return pl.DataFrame(rows, schema=types, orient="row")
