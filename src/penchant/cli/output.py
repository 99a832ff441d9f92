"""Printing: data on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

WIDTH_WITHOUT_TERMINAL = 160


def print_json(values: Any) -> None:
    """Write JSON to stdout, as it is: nothing else goes there with --json.

    Args:
        values: JSON-ready values.
    """
    print_text(json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def print_text(text: str) -> None:
    """Write a text to stdout, as it is.

    Args:
        text: With its last line's end.
    """
    # half a surrogate pair, as a terminal may pass on, is written the way JSON escapes it
    sys.stdout.write(text.encode("utf-8", "backslashreplace").decode())


def out() -> Console:
    """Give a console on stdout, for people."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL
    return Console(width=width, highlight=False)


def note(text: str) -> None:
    """Tell people something on stderr.

    Args:
        text: One line.
    """
    sys.stderr.write(text + "\n")


def error_line(code: str, message: str, *, as_json: bool) -> None:
    """Tell what went wrong on stderr.

    Args:
        code: Stable, for programs.
        message: A sentence or two.
        as_json: For programs, not for people.
    """
    note(json.dumps({"code": code, "message": message}) if as_json else f"error: {message}")


def print_table(title: str, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table to stdout; a header that starts with ">" is aligned to the right.

    Args:
        title: Above the table; "" for none.
        headers: One per column.
        rows: Texts, one per column; shown as they are, without markup.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title) if title else None, title_justify="left", box=box.SIMPLE_HEAD)
    for header in headers:
        table.add_column(
            header.removeprefix(">"), justify="right" if header.startswith(">") else "left"
        )
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    out().print(table)


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on stderr while something long is done.

    Args:
        title: Before the bar.

    Yields:
        To be called with (done, in all).
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (title, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    # a file or a mail gets no bar, and no empty line where one would have been
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task(title, total=None, visible=False)

        def update(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total, visible=True)

        yield update


def photo_progress() -> AbstractContextManager[Callable[[int, int], None]]:
    """Show a bar on stderr while photos are embedded."""
    return progress_bar("embedding photos")


def number(value: float | None, digits: int = 3) -> str:
    """Write a number for a table; "-" for none.

    Args:
        value: The number.
        digits: After the point.
    """
    return "-" if value is None else f"{value:.{digits}f}"
