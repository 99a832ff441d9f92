"""Doing all of several things though one fails: a person is erased wherever that is possible."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from penchant.errors import BuildError


def do_all(steps: Iterable[Callable[[], None]]) -> None:
    """Do all steps, then tell what failed.

    Args:
        steps: One after the other.

    Raises:
        BuildError: the first that was raised, once all others are done.
    """
    first: BuildError | None = None
    for step in steps:
        try:
            step()
        except BuildError as error:
            first = first or error
    if first is not None:
        raise first
