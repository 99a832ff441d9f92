"""Where a table comes from, a CSV or Parquet path or a frame: its columns and row numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import polars as pl

from penchant.errors import InputError, NotFoundError
from penchant.tables.csvfile import CsvTable, parse_csv
from penchant.tables.frames import frame_from, read_parquet
from penchant.tables.report import Finding
from penchant.tables.textfile import DecodedText, decode_text

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

Source: TypeAlias = "str | Path | IntoFrame"
"""A path to a CSV or Parquet file, or a pandas, polars, pyarrow or DuckDB frame."""

MAX_CSV_BYTES = 4_000_000_000
"""Larger text does not fit one polars string; Parquet has no such limit."""

MIN_ROWS_TO_REFUSE = 3
"""From this many rows on, a file (or a needed column) without one usable row is refused."""

_PARQUET = b"PAR1"


@dataclass(frozen=True, slots=True, eq=False)
class RawTable:
    """A table before cleaning.

    `numbers` holds the line (CSV, the header is line 1) or row (frames and Parquet, from 1) of each
    row, and `unit` says which. `broken` holds rows that could not be split: `line`, `reason`, and
    one column per header. `folder` is what relative photo paths start from.
    """

    name: str
    frame: pl.DataFrame
    numbers: pl.Series
    unit: str
    broken: pl.DataFrame
    folder: Path | None
    findings: tuple[Finding, ...]


def read_source(table: str, source: Source) -> RawTable:
    """Read a path or a frame without giving meaning to any value.

    Args:
        table: The table's name, for findings.
        source: A path or a frame. The content decides between CSV and Parquet, not the ending.

    Raises:
        NotFoundError: if the file does not exist.
        InputError: if it is empty, damaged, or not a table.
    """
    if not isinstance(source, str | Path):
        return _of_frame("DataFrame", frame_from(source), None)
    path = Path(source)
    if path.is_dir():
        raise InputError(f"{path} is a folder, not a file. Give the path of a CSV or Parquet file.")
    if not path.is_file():
        hint = "Give the path of a CSV or Parquet file."
        raise NotFoundError("file", str(path), _beside(path), hint)
    return _of_path(table, path)


def _beside(path: Path) -> list[str]:
    if not path.parent.is_dir():
        return []
    return [str(other) for other in path.parent.iterdir() if other.is_file()][:1000]


def _of_path(table: str, path: Path) -> RawTable:
    with path.open("rb") as file:
        start = file.read(len(_PARQUET))
    folder = path.absolute().parent
    if start == _PARQUET or path.suffix.lower() in (".parquet", ".pq"):
        if not start:
            raise InputError(f"{path.name} is empty. It needs to be a Parquet or CSV table.")
        return _of_frame(path.name, read_parquet(path), folder)
    if path.stat().st_size > MAX_CSV_BYTES:
        raise InputError(f"{path.name} is larger than 4 GB. Save it as Parquet, or in parts.")
    decoded = decode_text(path.read_bytes(), path.name)
    parsed = parse_csv(decoded.text, path.name)
    if not parsed.frame.height and parsed.broken.height >= MIN_ROWS_TO_REFUSE:
        raise InputError(
            f"No row of {path.name} fits its first line: {parsed.broken['reason'][0]}. Check the "
            "separator and the line with the column names."
        )
    findings = (*_text_findings(table, decoded), *_csv_findings(table, parsed))
    return RawTable(path.name, parsed.frame, parsed.lines, "line", parsed.broken, folder, findings)


def _of_frame(name: str, frame: pl.DataFrame, folder: Path | None) -> RawTable:
    numbers = pl.int_range(1, frame.height + 1, dtype=pl.Int64, eager=True).alias("line")
    broken = pl.DataFrame(schema={"line": pl.Int64(), "reason": pl.String()}).with_columns(
        pl.lit(None, pl.String).alias(f"field_{place}") for place in range(frame.width)
    )
    return RawTable(name, frame, numbers, "row", broken, folder, ())


def _text_findings(table: str, decoded: DecodedText) -> Sequence[Finding]:
    findings = []
    if decoded.had_bom:
        message = "The file began with a byte order mark, which was removed."
        findings.append(Finding(table, "repair", "byte_order_mark", message, 1))
    if decoded.encoding == "UTF-16":
        findings.append(Finding(table, "repair", "encoding", "The file was read as UTF-16.", 1))
    if decoded.foreign:
        message = "Characters that are not UTF-8 were read as Windows-1252."
        findings.append(Finding(table, "repair", "encoding", message, decoded.foreign))
    return findings


def _csv_findings(table: str, parsed: CsvTable) -> Sequence[Finding]:
    findings = []
    if parsed.delimiter != ",":
        shown = "tabs" if parsed.delimiter == "\t" else f'"{parsed.delimiter}"'
        message = f"Columns are separated by {shown}."
        findings.append(Finding(table, "repair", "delimiter", message, 1))
    if parsed.n_blank:
        findings.append(
            Finding(table, "repair", "blank_line", "Blank lines were skipped.", parsed.n_blank)
        )
    if parsed.n_trailing:
        message = "A separator too many at the end of the line was dropped."
        findings.append(Finding(table, "repair", "trailing_separator", message, parsed.n_trailing))
    return findings
