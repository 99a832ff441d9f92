"""Marks by hand on disk: one small table, read again by an open shop when it has changed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from penchant import columns as c
from penchant.errors import BuildError, InputError, NotFoundError
from penchant.files import write_atomically
from penchant.shop_directory import ShopDirectory
from penchant.taste.marks import MARK_WORDS, CustomerMarks, MarksByCustomer

SHOWN = 5
"""Events named in an error."""

COLUMNS = (c.CUSTOMER_ID, c.EVENT_ID, c.MARK)


def marks_file(data: Path) -> Path:
    """Give the file marks are kept in; there is none while nothing is marked.

    Args:
        data: The shop's folder of tables.
    """
    return data / "marks.parquet"


def load_marks(data: Path) -> MarksByCustomer:
    """Give all marks of a shop.

    Args:
        data: The shop's folder of tables.

    Raises:
        BuildError: if the file is damaged.
    """
    path = marks_file(data)
    try:
        rows = pl.read_parquet(path, columns=list(COLUMNS)).rows()
    except FileNotFoundError:
        return {}
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        shown = (str(error).splitlines() or ["it cannot be read"])[0].rstrip(".")
        raise BuildError(
            f"{path} is damaged: {shown}. Restore it, or remove it and mark anew."
        ) from error
    marks: dict[str, dict[str, str]] = {}
    for customer_id, event_id, mark in rows:
        marks.setdefault(customer_id, {})[event_id] = mark
    return marks


def check_event(customer_id: str, event_id: str, known: Sequence[str]) -> None:
    """Refuse an event_id that names none of a customer's interactions.

    Args:
        customer_id: The customer.
        event_id: What was given.
        known: The customer's, oldest first; "" for what has no name.

    Raises:
        NotFoundError: if it is not among them; the newest are named.
    """
    names = [name for name in reversed(known) if name]
    if event_id not in names:
        shown = ", ".join(dict.fromkeys(names[:SHOWN])) or "none"
        hint = (
            f'Newest events of customer "{customer_id}": {shown}. All are listed by: '
            f"penchant profile SHOP {customer_id} --events"
        )
        raise NotFoundError("event", event_id, hint=hint)


def write_mark(shop: ShopDirectory, customer_id: str, event_id: str, mark: str | None) -> None:
    """Mark an interaction, or take its mark back.

    Args:
        shop: The shop.
        customer_id: Whose interaction.
        event_id: Which one, known to exist unless its mark is taken back.
        mark: "gift", "own", or None to take the mark back.

    Raises:
        InputError: if the mark is none of these, or another command is writing to this shop.
        NotFoundError: if a mark is to be taken back that is not there.
        BuildError: if the file is damaged or cannot be written; what was there stays.
    """
    if mark is not None and mark not in MARK_WORDS:
        raise InputError(f"mark is {mark!r}, must be one of: {', '.join(MARK_WORDS)}.")
    with shop.writing():
        marks = {name: dict(own) for name, own in load_marks(shop.data).items()}
        own = marks.setdefault(customer_id, {})
        if mark is not None:
            own[event_id] = mark
        elif own.pop(event_id, None) is None:
            raise NotFoundError("mark", event_id, sorted(own), hint=_hint(customer_id, own))
        write_marks(shop, marks)


def _hint(customer_id: str, own: CustomerMarks) -> str:
    return f'Marked of customer "{customer_id}": {", ".join(sorted(own)) or "nothing"}.'


def write_marks(shop: ShopDirectory, marks: MarksByCustomer) -> None:
    """Replace all marks of a shop; without any there is no file.

    Args:
        shop: The shop; its lock is held.
        marks: By customer_id and event_id.

    Raises:
        BuildError: if the file cannot be written; what was there stays.
    """
    path = marks_file(shop.data)
    rows = sorted((who, event, mark) for who, own in marks.items() for event, mark in own.items())
    if not rows:
        path.unlink(missing_ok=True)
        return
    table = io.BytesIO()
    frame = pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
    frame.write_parquet(table, compression="zstd", statistics=False)
    write_atomically(path, table.getvalue())


class MarkBook:
    """The marks of an open shop: a change by any process counts in the next answer.

    Args of the constructor:
        shop: The shop.
    """

    def __init__(self, shop: ShopDirectory) -> None:
        self.shop = shop
        self._path = marks_file(shop.data)
        self._read: tuple[object, MarksByCustomer] = (None, {})

    def of(self, customer_id: str) -> CustomerMarks:
        """Give a customer's marks as they are now.

        Args:
            customer_id: Any customer.

        Raises:
            BuildError: if the file is damaged.
        """
        version, marks = self._read
        found = _version(self._path)
        if found != version:
            marks = load_marks(self.shop.data) if found else {}
            self._read = (found, marks)
        return marks.get(customer_id, {})


def _version(path: Path) -> object:
    """Give what changes whenever the file is replaced; None without a file."""
    try:
        about = path.stat()
    except FileNotFoundError:
        return None
    return about.st_ino, about.st_mtime_ns, about.st_size
