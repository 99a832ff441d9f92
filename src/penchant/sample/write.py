"""Write the sample shop's five tables again: `python -m penchant.sample.write OUT_DIR`."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields
from datetime import date, datetime
from pathlib import Path
from typing import TypeAlias

from penchant import columns as c
from penchant.sample.catalogue import ProductRow, product_rows
from penchant.sample.files import FILE_NAMES
from penchant.sample.people import PEOPLE
from penchant.sample.story import story

Cell: TypeAlias = str | int | float | bool | date | datetime | None


def write_tables(directory: Path) -> list[Path]:
    """Write the product, customer, order, item and interaction tables as CSV.

    Args:
        directory: Made where it is missing; files there are replaced.

    Returns:
        The five paths.
    """
    directory.mkdir(parents=True, exist_ok=True)
    tables = {
        c.PRODUCTS: (
            [f.name for f in fields(ProductRow)],
            [astuple(row) for row in product_rows()],
        ),
        c.CUSTOMERS: _customers(),
        c.ORDERS: _orders(),
        c.ORDER_ITEMS: _order_items(),
        c.INTERACTIONS: _interactions(),
    }
    return [_write(directory / FILE_NAMES[name], *table) for name, table in tables.items()]


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([_text(cell) for cell in row] for row in rows)
    return path


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return f"{cell:.2f}"
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%dT%H:%M:%SZ}"
    return str(cell)


Table: TypeAlias = tuple[list[str], list[tuple[Cell, ...]]]


def _customers() -> Table:
    header = [c.CUSTOMER_ID, c.GENDER, c.AGE, c.COUNTRY, c.CUSTOMER_SEGMENT, c.REGISTRATION_DATE]
    header += [c.MARKETING_CONSENT, c.PERSONALIZATION_CONSENT]
    rows: list[tuple[Cell, ...]] = [
        (
            p.customer_id,
            p.gender,
            p.age,
            p.country,
            p.segment,
            p.registered,
            p.marketing,
            p.personalization,
        )
        for p in PEOPLE
    ]
    return header, rows


def _prices() -> dict[str, float]:
    return {r.product_id: r.price if r.sale_price is None else r.sale_price for r in product_rows()}


def _orders() -> Table:
    header = [
        c.ORDER_ID,
        c.CUSTOMER_ID,
        c.ORDER_DATE,
        c.ORDER_STATUS,
        c.TOTAL_AMOUNT,
        c.IS_GIFT,
        c.OCCASION,
    ]
    prices = _prices()
    rows: list[tuple[Cell, ...]] = []
    for number, order in enumerate(story().orders, start=20001):
        total = sum(prices[p] for p in order.products)
        gift = bool(order.occasion)
        rows.append(
            (
                f"O{number}",
                order.customer.customer_id,
                order.at,
                order.status,
                total,
                gift,
                order.occasion,
            )
        )
    return header, rows


def _order_items() -> Table:
    prices = _prices()
    rows: list[tuple[Cell, ...]] = [
        (f"O{number}", product, 1, prices[product])
        for number, order in enumerate(story().orders, start=20001)
        for product in order.products
    ]
    return [c.ORDER_ID, c.PRODUCT_ID, c.QUANTITY, c.UNIT_PRICE], rows


def _interactions() -> Table:
    header = [
        c.INTERACTION_ID,
        c.CUSTOMER_ID,
        c.PRODUCT_ID,
        c.INTERACTION_TYPE,
        c.TIMESTAMP,
        c.SESSION_ID,
    ]
    rows: list[tuple[Cell, ...]] = []
    sessions: dict[tuple[int, date], str] = {}
    for number, event in enumerate(story().events, start=30001):
        visit = (event.customer.number, event.at.date())
        session = sessions.setdefault(visit, f"S{50001 + len(sessions)}")
        rows.append(
            (
                f"I{number}",
                event.customer.customer_id,
                event.product_id,
                event.action,
                event.at,
                session,
            )
        )
    return header, rows


def main(arguments: list[str]) -> int:
    """Write the tables into the directory named on the command line."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        sys.stderr.write("usage: python -m penchant.sample.write OUT_DIR\n")
        return 2
    for path in write_tables(Path(arguments[0])):
        sys.stderr.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
