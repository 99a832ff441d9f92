"""Columns that follow from others: the currency written in a price, the trust of a gift."""

from __future__ import annotations

import polars as pl

from penchant import columns as c
from penchant.tables.findings import Rows, finding_of
from penchant.tables.mapping import HeaderMap
from penchant.tables.money import currency_codes
from penchant.tables.repair import Mark, marks_of
from penchant.tables.report import Finding


def derived(
    frame: pl.DataFrame, raw: pl.DataFrame, headers: HeaderMap, rows: Rows
) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Fill the columns that follow from others.

    Args:
        frame: The cleaned columns.
        raw: The same rows as they came.
        headers: Where each column came from.
        rows: The rows, for findings.

    Returns:
        The frame with `currency` and `trust` filled, where it has them, and what was found.
    """
    if rows.table == c.INTERACTIONS:
        return _with_trust(frame), ()
    if rows.table == c.PRODUCTS:
        return _with_currency(frame, raw, headers, rows)
    return frame, ()


def _with_trust(frame: pl.DataFrame) -> pl.DataFrame:
    """Trust every interaction fully unless the shop says otherwise; gifts not at all."""
    trusted = pl.col(c.TRUST).fill_null(1.0)
    return frame.with_columns(pl.when(c.IS_GIFT).then(0.0).otherwise(trusted).alias(c.TRUST))


def _with_currency(
    frame: pl.DataFrame, raw: pl.DataFrame, headers: HeaderMap, rows: Rows
) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    findings: list[Finding] = []
    for column in (c.PRICE, c.SALE_PRICE):
        header = headers.header_of(column)
        if header is None:
            continue
        written, stated = currency_codes(raw[header]), frame[c.CURRENCY]
        filled = written.is_not_null() & stated.is_null()
        other = (written != stated).fill_null(value=False)
        currency = stated.zip_with(~filled, written)
        frame = frame.with_columns(currency.alias(c.CURRENCY))
        marks = marks_of(
            Mark("repair", "currency_from_price", f"currency: taken from {column}.", filled),
            Mark("warning", "currency_conflict", f"{column}: names another currency.", other),
        )
        findings += [finding_of(m, rows, before=raw[header], after=currency) for m in marks]
    return frame, tuple(findings)
