"""Keeping an evaluation: figures, a page to look at, the trial later builds are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from penchant.errors import BuildError
from penchant.evaluation.evaluate import Evaluation
from penchant.evaluation.page import render_page
from penchant.evaluation.report_values import Report, shop_of, to_dict
from penchant.evaluation.reporting import make_report
from penchant.evaluation.trial import Trial
from penchant.files import json_bytes, new_folder, read_json
from penchant.shop_directory import ShopDirectory

FIGURES, PAGE = "evaluation.json", "report.html"


def keep_evaluation(
    shop: ShopDirectory, evaluation: Evaluation, *, own_cut: bool = False
) -> tuple[Report, Path]:
    """Write an evaluation into the shop, by the name of the build it is of.

    Args:
        shop: The shop; its lock is held.
        evaluation: Of its tables.
        own_cut: Whether somebody chose the cut: then it is kept beside, under the cut's name, and
            later builds are not compared with it.

    Returns:
        The report, and the folder it lies in.

    Raises:
        BuildError: if the disk is full.
    """
    report = make_report(evaluation, shop_name=shop.path.name)
    cut = f"-cut-{evaluation.cut.at:%Y%m%dT%H%M}" if own_cut else ""
    folder = shop.evaluations / f"{evaluation.inputs.build_id}{cut}"
    with new_folder(folder) as temporary:
        evaluation.trial.save(temporary)
        figures = {"scores": scores_of(report), **to_dict(report)}
        (temporary / FIGURES).write_bytes(json_bytes(figures))
        (temporary / PAGE).write_text(render_page(report), encoding="utf-8")
    return report, folder


def scores_of(report: Report) -> dict[str, float]:
    """Give what a report says of the shop's own lists, in a number each.

    Args:
        report: Any.
    """
    return {name: mean.value for name, mean in shop_of(report.methods).measures.items()}


def has_evaluation(shop: ShopDirectory, build_id: str) -> bool:
    """Say whether a build was ever asked.

    Args:
        shop: The shop.
        build_id: The build.
    """
    return (shop.evaluations / build_id).exists()


def load_trial(shop: ShopDirectory, build_id: str) -> Trial:
    """Give what is kept of a build.

    Args:
        shop: The shop.
        build_id: The build.

    Raises:
        BuildError: if it was never asked, or that is damaged.
    """
    return Trial.load(shop.evaluations / build_id)


def load_scores(shop: ShopDirectory, build_id: str) -> Mapping[str, float]:
    """Give the scores that are kept of a build; none if it was never asked.

    Args:
        shop: The shop.
        build_id: The build.
    """
    try:
        scores = read_json(shop.evaluations / build_id / FIGURES).get("scores")
    except BuildError:
        return {}
    named = scores.items() if isinstance(scores, dict) else ()
    return {name: float(one) for name, one in named if isinstance(one, int | float)}
