"""Builds, publishing, and the state of the service."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints

from penchant.server.models.base import Answered, Asked, example, shown_as

BuildId = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\w.-]+$")]


class BuildShown(Answered):
    """One build."""

    build_id: str
    made: str
    as_of: str
    counts: dict[str, int]
    scores: dict[str, float]
    current: bool
    staged: bool
    refused: list[str] | None
    damage: str


class BuildsShown(Answered):
    """All builds, the one made last first."""

    builds: list[BuildShown]


class PublishAsked(Asked):
    """Which build is to serve."""

    model_config = shown_as(build_id="20260701-0123456789ab")

    build_id: BuildId | None = Field(None, description="Which; the one made last if absent.")
    force: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = Field(
        None, description="Why, whatever the gate says; it is recorded."
    )


class RollbackAsked(Asked):
    """Which build is to serve again."""

    model_config = shown_as(build_id="20260701-0123456789ab")

    build_id: BuildId | None = Field(
        None, description="One that served; the last before this if absent."
    )


class PublishedShown(Answered):
    """What serves now, and what the gate said."""

    build_id: str
    previous: str | None
    pointer: str
    verdict: dict[str, Any] | None
    force: str | None
    changed: bool
    skipped: list[str]


class LiveShown(Answered):
    """That the process answers."""

    status: str = Field(examples=["ok"])


class ReadyShown(Answered):
    """What the service answers from, and what is wrong."""

    status: str = Field(description="ok, degraded, or not_ready.")
    build_id: str | None
    trouble: list[str] = Field(description="Codes of what is wrong.")


class SectionShown(Answered):
    """One part of the statement."""

    title: str
    sentences: list[str]
    points: list[str]


class StatementShown(Answered):
    """What decides on recommendations, in plain language."""

    shop: str
    build_id: str = Field(description="Of which build the weights are; empty: none is published.")
    profiling: bool = Field(description="Whether profiles are made at all.")
    sections: list[SectionShown] = Field(description="In reading order.")
    weights: dict[str, dict[str, float]] = Field(
        description="Surface, then source: its share, in [0, 1]."
    )
    text: str = Field(description="All of it as Markdown.")


STATEMENT: Final = example(
    StatementShown,
    shop="Rings & Things",
    build_id="20260701-0123456789ab",
    profiling=True,
    sections=[{"title": "In short", "sentences": ["What you liked counts."], "points": []}],
    weights={"homepage": {"visual": 0.6, "popular": 0.4}},
    text="# How Rings & Things chooses the products it shows",
)
BUILDS: Final = example(BuildsShown, builds=[])
PUBLISHED: Final = example(
    PublishedShown,
    build_id="20260701-0123456789ab",
    previous="20260630-ba9876543210",
    pointer="current",
    verdict={"passed": True, "enough_evidence": True, "reasons": [], "measures": {}},
    force=None,
    changed=True,
    skipped=[],
)
LIVE: Final = example(LiveShown, status="ok")
READY: Final = example(ReadyShown, status="ok", build_id="20260701-0123456789ab", trouble=[])
