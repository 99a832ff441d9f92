"""Complements on real purchases: hidden products of a category the customer has not bought yet.

    python -m benchmarks.quality.complements DATA/fashion [--split test] [--json FILE]

Full ranking over the products of all categories that are missing in the customer's history. The
prior's weight is tuned on `valid`; with `--split test` the test rows are then read once.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.fashion_data import FashionWeek, load_week
from penchant.candidates.complements import fit_complements
from penchant.candidates.item_knn import fit_item_knn
from penchant.evaluation import mean_interval, score_rankings
from penchant.settings import ComplementSettings
from penchant.types import Rows

Score = Callable[[Rows], NDArray[np.float64]]
PRIOR_WEIGHTS = (5.0, 20.0, 80.0, 300.0)
HUGE, TINY = 1e9, 1e-9
CHUNK = 512


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--split", default="valid", choices=("test", "valid"))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if not (options.data / "products.parquet").is_file():
        print(f"skipped: no benchmark data in {options.data}")
        return
    valid = load_week(options.data, split="valid")
    tuned = [(_measure(valid, _complements(valid, prior_weight=m)), m) for m in PRIOR_WEIGHTS]
    for values, m in tuned:
        print(f"  tuning prior_weight {m:g}: recall@10 {np.mean(values['recall@10']):.4f}")
    best = max(tuned, key=lambda one: float(np.mean(one[0]["recall@10"])))[1]
    judged = valid if options.split == "valid" else load_week(options.data, split=options.split)
    rows = [_row(judged, name, score) for name, score in _methods(judged, best).items()]
    if options.json:
        options.json.write_text(json.dumps({"split": options.split, "rows": rows}, indent=1) + "\n")


def _methods(week: FashionWeek, prior_weight: float) -> dict[str, Score]:
    sold = np.bincount(week.train.product_row, minlength=week.catalogue.n_products)
    knn = fit_item_knn(
        week.train.customer_row,
        week.train.product_row,
        n_customers=week.n_customers,
        n_products=week.catalogue.n_products,
    )
    return {
        "popularity": lambda _: sold.astype(np.float64),
        "shipped graph x sales": _complements(week, prior_weight=HUGE, graph_weight=HUGE),
        "category pairs x sales": _complements(week, prior_weight=HUGE),
        "bought together alone": _complements(week, prior_weight=TINY),
        "item-knn": knn.score_products,
        f"complements ({prior_weight:g})": _complements(week, prior_weight=prior_weight),
    }


def _complements(week: FashionWeek, **settings: float) -> Score:
    return fit_complements(
        week.train.customer_row,
        week.train.product_row,
        week.catalogue.attributes["product_type"],
        n_baskets=week.n_customers,
        settings=ComplementSettings(**settings),  # type: ignore[arg-type]
    ).score_products


def _row(week: FashionWeek, name: str, score: Score) -> dict[str, Any]:
    row = {key: asdict(mean_interval(value)) for key, value in _measure(week, score).items()}
    told = "  ".join(
        f"{key} {one['value']:.4f} [{one['low']:.4f}, {one['high']:.4f}]"
        for key, one in row.items()
    )
    print(f"{name:24} {told}  n={row['recall@10']['n']}", flush=True)
    return {"method": name, **row}


def _measure(week: FashionWeek, score: Score) -> dict[str, NDArray[np.float64]]:
    owned, wanted = _cases(week)
    types = np.unique(week.catalogue.attributes["product_type"], return_inverse=True)[1]
    parts = []
    for first in range(0, len(owned), CHUNK):
        scores = np.array([score(rows) for rows in owned[first : first + CHUNK]], np.float32)
        for line, rows in zip(scores, owned[first : first + CHUNK], strict=True):
            line[np.isin(types, types[rows])] = -np.inf
        parts.append(score_rankings(scores, wanted[first : first + CHUNK]))
    columns = {
        "recall@10": [one.recall[10] for one in parts],
        "recall@20": [one.recall[20] for one in parts],
        "ndcg@10": [one.ndcg[10] for one in parts],
    }
    return {name: np.concatenate(values) for name, values in columns.items()}


def _cases(week: FashionWeek) -> tuple[list[Rows], list[Rows]]:
    """Give histories, and the hidden products of categories that are missing in them."""
    types = np.unique(week.catalogue.attributes["product_type"], return_inverse=True)[1]
    known, hidden = _by_customer(week, "train"), _by_customer(week, "hidden")
    owned, wanted = [], []
    for rows, others in zip(known, hidden, strict=True):
        missing = others[~np.isin(types[others], types[rows])]
        if len(rows) and len(missing):
            owned.append(rows)
            wanted.append(missing)
    return owned, wanted


def _by_customer(week: FashionWeek, part: str) -> list[Rows]:
    purchases = getattr(week, part)
    order = np.argsort(purchases.customer_row, kind="stable")
    edges = np.searchsorted(purchases.customer_row[order], np.arange(1, week.n_customers))
    return [np.unique(rows) for rows in np.split(purchases.product_row[order], edges)]


if __name__ == "__main__":
    main()
