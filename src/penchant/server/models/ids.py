"""Ids and numbers as they come in a path, a query or a body."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import unquote_to_bytes

from fastapi import Path, Query
from pydantic import AfterValidator, BeforeValidator, StringConstraints

from penchant.settings.showing import MAX_K

MOST_ID: Final = 256
"""Characters of an id."""


def _decoded(text: str) -> str:
    """Decode an id that was matched as it was sent: it may hold a slash."""
    return unquote_to_bytes(text).decode("utf-8")


def _usable(text: str) -> str:
    if "\0" in text:
        raise ValueError("must hold no NUL character")
    return text


Id = Annotated[str, StringConstraints(min_length=1, max_length=MOST_ID), AfterValidator(_usable)]
"""An id of the shop: any character but NUL."""

_PathId = Annotated[Id, BeforeValidator(_decoded)]

CustomerPath = Annotated[
    _PathId,
    Path(
        description="A customer or visitor; any characters, percent-encoded.", examples=["C10001"]
    ),
]
ProductPath = Annotated[
    _PathId, Path(description="A product; any characters, percent-encoded.", examples=["111350"])
]
K = Annotated[
    int | None,
    Query(ge=1, le=MAX_K, description="How many products; the shop's setting if absent."),
]
CustomerQuery = Annotated[
    Id | None, Query(description="Who is looking; absent: nobody known.", examples=["C10001"])
]
