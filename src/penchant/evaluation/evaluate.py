"""Evaluate: cut, build, ask, compare; how well a shop would have foretold what was bought."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from penchant import columns as c
from penchant.builds import BuildInputs
from penchant.evaluation.asking import Asked, Progress, ask, open_at
from penchant.evaluation.cut import Cut, choose_cut, cut_at
from penchant.evaluation.rankers import baselines, looks_alone
from penchant.evaluation.trial import Trial

Step = Callable[[str], None]
"""Told what is being done, for people who wait."""


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What came of asking a shop about a time it did not know.

    Attributes:
        inputs: What the build would be made of today.
        cut: When it was cut, and what was bought later.
        asked: Who was shown what, by each ranking.
    """

    inputs: BuildInputs
    cut: Cut
    asked: Asked

    @property
    def k(self) -> int:
        """Products shown to each customer."""
        return self.inputs.settings.evaluation.k

    @property
    def trial(self) -> Trial:
        """What is kept to compare later builds with."""
        return Trial.of(self.cut, self.asked, self.k)


def evaluate(
    inputs: BuildInputs,
    *,
    at: datetime | None = None,
    on_step: Step | None = None,
    on_progress: Progress | None = None,
) -> Evaluation:
    """Ask a shop, as it was at a cut in time, what it would have shown customers who bought later.

    Args:
        inputs: What a build would be made of; what happened after its `as_of` is not looked at.
        at: The cut; chosen by the settings if absent.
        on_step: Told what is being done.
        on_progress: Told how many customers were asked.

    Returns:
        The same for the same inputs.

    Raises:
        InputError: if there are no purchases to hide, or nothing is known before the cut.
    """
    settings, tell = inputs.settings.evaluation, on_step or (lambda _: None)
    known = inputs.interactions.filter(pl.col(c.TIMESTAMP) <= inputs.as_of)
    inputs = replace(inputs, interactions=known)
    cut = cut_at(inputs, at or choose_cut(known, settings))
    tell(f"building the shop as it was known on {cut.at:%Y-%m-%d %H:%M} UTC")
    shop = open_at(cut)
    rankers = (looks_alone(shop), *baselines(shop, cut.known.embeddings))
    customers = cut.taken[c.CUSTOMER_ID].n_unique()
    tell(f"asking what it would have shown {min(customers, settings.customers)} customers")
    asked = ask(shop, cut.taken, rankers, settings, on_progress=on_progress)
    return Evaluation(inputs, cut, asked)
