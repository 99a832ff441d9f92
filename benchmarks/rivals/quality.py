"""Quality beside rivals, each tuned on validation data, read once on test data.

    python -m benchmarks.rivals.quality DATA LISTS [--split valid] [--sets NAME ...]
                                        [--methods NAME ...] [--kept] [--json FILE]

Full ranking over all products in stock, owned ones left out for all alike. Settings are chosen by
the recall each set is known by, on validation rows; with `--split test` the
winner is fitted on what a shop would know by then. What every method shows is kept in LISTS, so a
run that was cut short goes on; with `--kept` nothing more is run. Differences to ours are paired
over customers.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.rivals.case import FASHION, SETS, Case, read_case
from benchmarks.rivals.methods import METHODS, OURS, ask_ours, rank
from penchant.evaluation import Truth, mean_interval, per_customer
from penchant.types import Rows

ALL = (OURS, *METHODS)
PACKAGES = ("penchant", "implicit", "cornac", "torch", "numpy", "scipy")
Values = dict[str, NDArray[np.float64]]


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("lists", type=Path)
    parser.add_argument("--split", default="test", choices=("test", "valid"))
    parser.add_argument("--sets", nargs="*", default=list(SETS), choices=SETS)
    parser.add_argument("--methods", nargs="*", default=list(ALL), choices=ALL)
    parser.add_argument("--kept", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if not (options.data / "fashion").is_dir():
        print(f"skipped: no benchmark data in {options.data}")
        return
    options.lists.mkdir(parents=True, exist_ok=True)
    sets = [
        run_set(
            options.data, options.lists, name, options.split, options.methods, kept=options.kept
        )
        for name in options.sets
    ]
    if options.json:
        command = f"python -m benchmarks.rivals.quality DATA LISTS --split {options.split}"
        versions = {name: version(name) for name in PACKAGES}
        result = {
            "command": command,
            "split": options.split,
            "versions": versions,
            "fit_seconds": "wall time, beside whatever else ran: not to be compared",
            "sets": sets,
        }
        text = json.dumps(result, indent=1)
        text = re.sub(r"\{[^{}]*\}", lambda inner: " ".join(inner[0].split()), text)
        options.json.write_text(text + "\n", encoding="utf-8")


def run_set(
    data: Path, lists: Path, name: str, split: str, methods: list[str], *, kept: bool = False
) -> dict[str, Any]:
    """Show, measure, compare.

    Args:
        data: The folder of all benchmark sets.
        lists: The folder of what each method shows.
        name: One of SETS.
        split: "valid" or "test".
        methods: Of ALL.
        kept: Only what was shown before.
    """
    case, rows = read_case(data, name, split), []
    ours: Values = {}
    for method in methods:
        if method in METHODS and METHODS[method].photos and case.photos is None:
            rows.append({"method": method, "skipped": "not run: the set has no photos"})
            continue
        if kept and not list_file(lists, name, split, method).is_file():
            rows.append({"method": method, "skipped": "not run yet"})
            continue
        found, about = shown(data, lists, name, split, method)
        values = measure(found, case.wanted)
        ours = values if method == OURS else ours
        rows.append({"method": method, **about, **dict(compare(values, ours))})
        tell(name, rows[-1])
    return {
        "set": name,
        "customers": len(case.asked),
        "products": int(case.in_stock.sum()),
        "known_purchases": len(case.customer_row),
        "rows": rows,
    }


def shown(
    data: Path, lists: Path, name: str, split: str, method: str
) -> tuple[Rows, dict[str, Any]]:
    """Give what a method shows everyone: what was kept, or else what it shows now.

    Args:
        data: The folder of all benchmark sets.
        lists: What was shown is kept here.
        name: One of SETS.
        split: "valid" or "test".
        method: Of ALL.

    Returns:
        Rows as of `rank`; settings and seconds of the fit.
    """
    file = list_file(lists, name, split, method)
    if file.is_file():
        with np.load(file) as arrays:
            return arrays["rows"], json.loads(str(arrays["about"]))
    case = read_case(data, name, split)
    if method == OURS:
        rows, about = ask_ours(case)
    elif split == "valid":
        rows, about = tune(case, name, method)
    else:
        chosen = shown(data, lists, name, "valid", method)[1]
        rows, about = fit(case, method, chosen["settings"])
    np.savez(file, rows=rows, about=json.dumps(about))
    return rows, about


def list_file(lists: Path, name: str, split: str, method: str) -> Path:
    """Give the file of what a method shows; on valid a published set is the shop's.

    Args:
        lists: The folder of these.
        name: One of SETS.
        split: "valid" or "test".
        method: Of ALL.
    """
    name = name.removesuffix("_published") if split == "valid" else name
    return lists / f"{name}.{split}.{method.replace(' ', '_')}.npz"


def tune(valid: Case, name: str, method: str) -> tuple[Rows, dict[str, Any]]:
    """Try the grid of a method; the first of the best wins.

    Args:
        valid: A case of validation rows.
        name: One of SETS; fashion is known by recall@10, the public sets by recall@20.
        method: Of METHODS.

    Returns:
        As `shown`, of the winner.
    """
    goal = "recall@10" if name in FASHION else "recall@20"
    tried = [fit(valid, method, settings) for settings in METHODS[method].grid]
    recalls = [float(measure(rows, valid.wanted)[goal].mean()) for rows, _ in tried]
    for recall, (_, about) in zip(recalls, tried, strict=True):
        print(f"  {name} {method} {goal} {recall:.4f}  {about['settings']}", flush=True)
    return tried[int(np.argmax(recalls))]


def fit(case: Case, method: str, settings: Mapping[str, Any]) -> tuple[Rows, dict[str, Any]]:
    """Fit a method and rank for everyone.

    Args:
        case: What is known.
        method: Of METHODS.
        settings: For it.

    Returns:
        As `shown`.
    """
    start = time.perf_counter()
    score = METHODS[method].fit(case, settings)
    seconds = time.perf_counter() - start
    return rank(case, score), {"settings": dict(settings), "fit_seconds": round(seconds, 1)}


def measure(found: Rows, wanted: tuple[Rows, ...]) -> Values:
    """Give recall and nDCG of every customer.

    Args:
        found: Shape (n, SHOWN), best first.
        wanted: Per customer, hidden products, at least one.

    Returns:
        Metric -> shape (n,), in 0..1.
    """
    truth = Truth.from_lists(wanted)
    by_k = {k: per_customer(found, truth, k=k).by_name() for k in (10, 20)}
    return {f"{metric}@{k}": by_k[k][metric] for metric in ("recall", "ndcg") for k in by_k}


def compare(values: Values, ours: Values) -> Iterator[tuple[str, dict[str, float]]]:
    """Give means with intervals, and how far ours leads, paired.

    Args:
        values: Of `measure`.
        ours: The same of ours; empty where it was not measured.
    """
    for metric, each in values.items():
        yield metric, _rounded(each)
        if ours and ours is not values:
            yield f"{OURS} - this, {metric}", _rounded(ours[metric] - each)


def _rounded(values: NDArray[np.float64]) -> dict[str, float]:
    return {key: round(value, 5) for key, value in asdict(mean_interval(values)).items()}


def tell(name: str, row: dict[str, Any]) -> None:
    """Print one row.

    Args:
        name: Of the set.
        row: Of `run_set`.
    """
    parts = [f"{name:16} {row['method']:20}"]
    for metric in ("recall@10", "recall@20"):
        value = row[metric]
        parts.append(f"{metric} {value['value']:.4f} [{value['low']:.4f}, {value['high']:.4f}]")
        if gap := row.get(f"{OURS} - this, {metric}"):
            parts.append(f"lead {gap['value']:+.4f} [{gap['low']:+.4f}, {gap['high']:+.4f}]")
    print("  ".join(parts), f" fit {row['fit_seconds']} s  {row['settings']}", flush=True)


if __name__ == "__main__":
    main()
