"""Read one table: source, headers, columns cleaned, rows sorted out; frame, rejects and report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import polars as pl

from penchant import columns as c
from penchant.tables.clean import check_usable, clean_column
from penchant.tables.derive import derived
from penchant.tables.findings import Rows, finding_of, plain_finding, reasons_of
from penchant.tables.mapping import HeaderMap, map_headers
from penchant.tables.repair import Mark, Repaired, as_text, clean_text, marks_of
from penchant.tables.report import Finding, TableLoad, TableReport
from penchant.tables.rows import Sorted, rejects_frame, sort_out
from penchant.tables.schema import Column, TableSchema, dtype_of
from penchant.tables.schemas import schema_of
from penchant.tables.source import RawTable, Source, read_source

NO_ALIASES: Mapping[str, str] = MappingProxyType({})

_LEFT_OUT = "Columns that are not known were left out; name them under [tables] aliases."
_KEPT = (
    "Columns that are not known were kept as text and are not used unless named: "
    "[tables] aliases, or [space] attribute_columns."
)


@dataclass(frozen=True, slots=True, eq=False)
class _Cleaned:
    """All columns cleaned, with the reasons to reject (null: keep) and the findings so far."""

    frame: pl.DataFrame
    reasons: pl.Series
    findings: tuple[Finding, ...]


def read_table(
    table: str,
    source: Source,
    *,
    as_of: datetime,
    aliases: Mapping[str, str] = NO_ALIASES,
    photo_root: Path | None = None,
) -> TableLoad:
    """Read, map, clean and check one table.

    Every repair is counted, every row that cannot be used is set aside with its line and the
    reason; one bad row never stops a load.

    Args:
        table: One of `columns.TABLES`.
        source: A path to CSV or Parquet, or a pandas, polars, pyarrow or DuckDB frame.
        as_of: The reference time; later timestamps are rejected (up to a day is only a warning).
            Without a
            time zone it is UTC.
        aliases: The shop's own {header: canonical column}, on top of the names known anyway.
        photo_root: What relative photo paths start from; the file's folder by default. Photos of a
            frame
            stay relative without it.

    Returns:
        The canonical columns (those missing in the source are all null) and, for products, the
        unknown ones as text, sorted by key; the rejected rows; and the report.

    Raises:
        NotFoundError: if the file does not exist.
        MissingColumnError: if a required column is missing.
        InputError: if the source is no table, its headers are ambiguous, or a required column is
            unusable.

    Example:
        >>> frame = pl.DataFrame({"SKU": ["1.0", "2.0", ""], "price": ["12,50 €", "9,00", "1"]})
        >>> load = read_table("products", frame, as_of=datetime(2026, 3, 1))
        >>> load.frame["product_id"].to_list(), load.frame["price"].to_list()
        (['1', '2'], [12.5, 9.0])
        >>> load.rejects.select("line", "reason").rows()
        [(3, 'blank product_id')]
    """
    schema = schema_of(table)
    return read_as(schema, source, as_of=as_of, aliases=aliases, photo_root=photo_root)


def read_as(
    schema: TableSchema,
    source: Source,
    *,
    as_of: datetime,
    aliases: Mapping[str, str] = NO_ALIASES,
    photo_root: Path | None = None,
) -> TableLoad:
    """Read a table that is no table of the shop, with the same care.

    Args:
        schema: What it may hold.
        source: As for `read_table`.
        as_of: As there.
        aliases: As there.
        photo_root: As there.

    Returns:
        As `read_table`.

    Raises:
        As `read_table`.
    """
    moment = as_of if as_of.tzinfo else as_of.replace(tzinfo=UTC)
    raw = read_source(schema.table, source)
    headers = map_headers(raw.frame.columns, schema, aliases=aliases, source=raw.name)
    folder = photo_root or raw.folder
    cleaned = _clean(raw, schema, headers, moment, folder)
    rows = Rows(schema.table, raw.numbers, raw.unit)
    kept = sort_out(cleaned.frame, cleaned.reasons, schema, rows)
    findings = (
        *raw.findings,
        *headers.findings,
        *_row_findings(raw, schema, headers),
        *cleaned.findings,
        *kept.findings,
        *_photo_findings(kept, schema, rows),
    )
    return _load(raw, schema, headers, kept, findings)


def _load(
    raw: RawTable,
    schema: TableSchema,
    headers: HeaderMap,
    kept: Sorted,
    findings: tuple[Finding, ...],
) -> TableLoad:
    rejects = rejects_frame(raw.frame, raw.numbers, kept.reasons, raw.broken)
    report = TableReport(
        table=schema.table,
        source=raw.name,
        rows_read=raw.frame.height + raw.broken.height,
        rows_kept=kept.frame.height,
        rows_rejected=rejects.height,
        columns=dict(headers.columns),
        unknown_columns=headers.unknown,
        findings=findings,
    )
    return TableLoad(schema.table, kept.frame, rejects, report)


def _clean(
    raw: RawTable, schema: TableSchema, headers: HeaderMap, as_of: datetime, folder: Path | None
) -> _Cleaned:
    rows = Rows(schema.table, raw.numbers, raw.unit)
    series: list[pl.Series] = []
    findings: list[Finding] = []
    reasons = pl.Series("reason", [None], dtype=pl.String).new_from_index(0, raw.frame.height)
    for column in schema.columns:
        header = headers.header_of(column.name)
        if header is None:
            series.append(_absent(column, raw.frame.height))
            continue
        values = raw.frame[header]
        done = clean_column(values, column, as_of=as_of, folder=folder)
        if column.required:
            check_usable(values, done.values, header=header, source=raw.name)
        series.append(done.values.alias(column.name))
        findings += [finding_of(m, rows, before=values, after=done.values) for m in done.marks]
        reasons = _with_reasons(reasons, done, values)
    unknown = _unknown_columns(raw, schema, headers)
    frame, more = derived(pl.DataFrame([*series, *unknown]), raw.frame, headers, rows)
    return _Cleaned(frame, reasons, (*findings, *more))


def _absent(column: Column, height: int) -> pl.Series:
    return pl.Series(column.name, [None], dtype=dtype_of(column.kind)).new_from_index(0, height)


def _with_reasons(reasons: pl.Series, done: Repaired, raw: pl.Series) -> pl.Series:
    """Add the reasons of one column to those of the columns before it."""
    for mark in done.marks:
        if mark.kind != "reject":
            continue
        new = reasons_of(mark, raw)
        both = pl.concat_str(pl.lit(reasons), pl.lit(new), separator="; ", ignore_nulls=True)
        reasons = pl.select(pl.when(mark.rows).then(both).otherwise(reasons)).to_series()
    return reasons.alias("reason")


def _unknown_columns(raw: RawTable, schema: TableSchema, headers: HeaderMap) -> list[pl.Series]:
    if not schema.keeps_unknown:
        return []
    taken = {column.name for column in schema.columns}
    return [
        clean_text(as_text(raw.frame[header])).values.alias(
            f"{header} (unused)" if header in taken else header
        )
        for header in headers.unknown
    ]


def _row_findings(raw: RawTable, schema: TableSchema, headers: HeaderMap) -> list[Finding]:
    table, findings = schema.table, []
    if raw.broken.height:
        broken = Rows(table, raw.broken["line"], raw.unit)
        every = pl.repeat(value=True, n=raw.broken.height, eager=True, dtype=pl.Boolean)
        message = "Rows that do not fit the columns were set aside."
        mark = Mark("reject", "broken_row", message, every, raw.broken["reason"])
        findings.append(plain_finding(mark, broken))
    elif not raw.frame.height:
        findings.append(Finding(table, "warning", "no_rows", "The table has no rows.", 1))
    if headers.unknown:
        message = _KEPT if schema.keeps_unknown else _LEFT_OUT
        shown = headers.unknown[:5]
        findings.append(
            Finding(table, "warning", "unknown_columns", message, len(headers.unknown), shown)
        )
    return findings


def _photo_findings(kept: Sorted, schema: TableSchema, rows: Rows) -> list[Finding]:
    if schema.table != c.PRODUCTS:
        return []
    without = Mark("warning", "no_photo", "Products have no photo.", kept.frame[c.IMAGE].is_null())
    places = Rows(rows.table, kept.numbers, rows.unit)
    return [plain_finding(mark, places) for mark in marks_of(without)]
