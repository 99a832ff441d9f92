"""What a nightly run did: a line of SHOP/nightly.jsonl, and an exit code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from penchant.errors import BuildError
from penchant.files import write_atomically

EXIT_CODES: Mapping[str, int] = MappingProxyType(
    {"published": 0, "nothing new": 0, "failed": 1, "bad input": 2, "refused": 3}
)
"""What a run may come to, and what the command line makes of it."""


@dataclass(frozen=True, slots=True)
class NightlyStep:
    """One step of a run.

    Attributes:
        step: "forget" where there is a store, "ingest", "embed", "build", "publish", "prune" or
            "campaign".
        seconds: How long it took.
        told: What happened, for people.
    """

    step: str
    seconds: float
    told: str


@dataclass(frozen=True, slots=True)
class NightlyRun:
    """What a nightly run did: one line of SHOP/nightly.jsonl.

    Attributes:
        at: ISO time it began.
        outcome: A key of `EXIT_CODES`.
        build_id: The build that serves, or is staged, at its end; None: none is.
        pointer: "current" or "staging".
        seconds: All steps together.
        steps: Those taken, in order; the last one may have failed.
        code: Of the error it ended with; None: there was none.
        reason: What that error says.
    """

    at: str
    outcome: str
    build_id: str | None
    pointer: str
    seconds: float
    steps: tuple[NightlyStep, ...]
    code: str | None = None
    reason: str | None = None

    @property
    def exit_code(self) -> int:
        """What the command line ends with."""
        return EXIT_CODES[self.outcome]

    def to_dict(self) -> dict[str, Any]:
        """Give the run as JSON-ready values."""
        return asdict(self)


def add_line(path: Path, run: NightlyRun) -> None:
    """Add a run to the record.

    Args:
        path: The record; made where there is none.
        run: What was done.

    Raises:
        BuildError: if it cannot be written, unless the run had failed before: that is said first.
    """
    line = json.dumps(run.to_dict(), sort_keys=True).encode() + b"\n"
    try:
        write_atomically(path, (path.read_bytes() if path.exists() else b"") + line)
    except BuildError:
        if run.reason is None:
            raise
