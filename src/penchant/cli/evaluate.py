"""`penchant evaluate`: would the shop have foretold what its customers bought?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from penchant.cli.options import AsJson, ShopPath, parse_time

if TYPE_CHECKING:
    from pathlib import Path

    from penchant.evaluation.intervals import MeanInterval
    from penchant.evaluation.report_values import Report

SHOWN = ("ndcg", "recall", "hit_rate", "precision")


def run(
    shop: ShopPath,
    cut: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="What is later is hidden; by default the last fifth of purchases."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Hide the last purchases, rebuild the shop without them, and ask what it would have shown.

    Simple rankings are asked the same; a page with all figures is written into the shop.

    Example: penchant evaluate shop

    Example: penchant evaluate shop --cut 2026-03-01 --json
    """
    from penchant.cli.output import note, print_json, progress_bar
    from penchant.evaluation.of_shop import evaluate_shop
    from penchant.evaluation.report_values import to_dict
    from penchant.shop_directory import ShopDirectory

    directory = ShopDirectory.open(shop)
    with progress_bar("asking customers") as progress:
        report, folder = evaluate_shop(
            directory,
            settings=directory.settings(),
            at=parse_time(cut, option="--cut"),
            on_step=note,
            on_progress=progress,
        )
    if as_json:
        print_json({"folder": str(folder), **to_dict(report)})
    else:
        show_report(report, folder)


def show_report(report: Report, folder: Path) -> None:
    """Print the table of rankings, and where the page lies.

    Args:
        report: What was found.
        folder: Where it is kept.
    """
    from penchant.cli.output import note, print_table

    counts, k = report.counts, report.k
    title = (
        f"{counts['customers']} customers with {counts['hidden']} purchases from "
        f"{report.cut[:10]} on, {k} products shown to each"
    )
    names = [f"{name}@{k}" for name in SHOWN]
    rows = [
        (one.name, *(_told(one.measures[name]) for name in SHOWN), _led(one.lead.get("ndcg")))
        for one in report.methods
    ]
    best = [f"{report.ceiling[name]:.3f}" for name in SHOWN]
    headers = ("ranking", *(f">{name}" for name in names), f">shop ahead, ndcg@{k}")
    print_table(title, headers, [*rows, ("(best possible)", *best, "")])
    for one in report.notes[:1]:
        note(one)
    note(f"All figures, with pictures: {folder / 'report.html'}")


def _told(mean: MeanInterval) -> str:
    return f"{mean.value:.4f}"


def _led(lead: MeanInterval | None) -> str:
    return "" if lead is None else f"{lead.value:+.4f} [{lead.low:+.4f}, {lead.high:+.4f}]"
