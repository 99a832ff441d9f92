"""Settings of showing: which products may stand where."""

from __future__ import annotations

from dataclasses import dataclass

from penchant.settings.knobs import Checked, knob


@dataclass(frozen=True, slots=True)
class RecommendSettings(Checked):
    """Which products may be shown."""

    k: int = knob(10, "Products shown when nothing else is asked.", at_least=1)
    in_stock_only: bool = knob(True, "Show only products that can be bought now.")
    hide_owned: bool = knob(True, "Never show a product the customer bought and kept.")
    min_similarity: float = knob(
        -1.0,
        "Cosine below which a product is not shown as matching a taste; popular ones fill up.",
        at_least=-1,
        at_most=1,
    )
