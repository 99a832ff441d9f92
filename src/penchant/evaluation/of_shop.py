"""Evaluating a shop's own tables, and keeping what was found."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from penchant.evaluation.asking import Progress
from penchant.evaluation.evaluate import Step, evaluate
from penchant.evaluation.keep import keep_evaluation
from penchant.evaluation.report_values import Report
from penchant.pipeline import gather_while_locked
from penchant.settings import Settings
from penchant.shop_directory import ShopDirectory


def evaluate_shop(
    shop: ShopDirectory,
    *,
    settings: Settings,
    at: datetime | None = None,
    on_step: Step | None = None,
    on_progress: Progress | None = None,
) -> tuple[Report, Path]:
    """Ask a shop, as it was at a cut, what it would have shown, and compare with what was bought.

    Args:
        shop: The shop; nothing of it is published or built.
        settings: Those a build would be made with.
        at: The cut; chosen by the settings if absent.
        on_step: Told what is being done.
        on_progress: Told how many customers were asked.

    Returns:
        The report, and the folder where it is kept: SHOP/evaluations/<build_id>; with a cut of
        one's own, beside it.

    Raises:
        InputError: if there are no products, no purchases to hide, or nothing before the cut.
        BuildError: if the disk is full.
    """
    with shop.writing():
        inputs = gather_while_locked(shop, settings=settings)
        found = evaluate(inputs, at=at, on_step=on_step, on_progress=on_progress)
        return keep_evaluation(shop, found, own_cut=at is not None)
