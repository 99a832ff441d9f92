"""Settings of keeping: how many builds stay."""

from __future__ import annotations

from dataclasses import dataclass

from penchant.settings.knobs import Checked, knob


@dataclass(frozen=True, slots=True)
class BuildSettings(Checked):
    """How long builds are kept."""

    keep: int = knob(
        5,
        "Newest builds that `penchant prune` leaves; those that serve, are staged, or a rollback "
        "goes to stay besides.",
        at_least=1,
    )
