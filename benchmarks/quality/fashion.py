"""Style spaces on real fashion purchases: known products (week test) and never-seen ones (cold).

    python -m benchmarks.quality.fashion DATA [--split valid] [--json FILE] [--only NAME ...]

Full ranking over all candidates, owned products left out, mean profile of equal weights. In the
cold test the designs of one fold in four are hidden from the map and from histories, and ranked
among themselves.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from benchmarks.quality.fashion_data import FashionWeek, Purchases, load_week
from penchant.evaluation import mean_interval, score_rankings
from penchant.maths.rows import unit_rows
from penchant.settings import SpaceSettings
from penchant.space import fit_space
from penchant.space.baskets import Baskets, find_baskets

PHOTO = {"photo": 1.0, "attributes": 0.0, "text": 0.0, "price": 0.0}
SPACES: Mapping[str, SpaceSettings] = {
    "plain mean (raw)": SpaceSettings(kind="raw"),
    "photo, processed": SpaceSettings(kind="photo-only"),
    "photo, softmax map": SpaceSettings(channel_weights=PHOTO),
    "all channels, unlearned": SpaceSettings(kind="channels"),
    "all channels, closed form": SpaceSettings(map="closed-form"),
    "all channels, softmax map": SpaceSettings(),
}
FOLDS = 4
CHUNK = 1024


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--split", default="test", choices=("test", "valid"))
    parser.add_argument("--only", nargs="*", default=list(SPACES))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if not (options.data / "products.parquet").is_file():
        print(f"skipped: no benchmark data in {options.data}")
        return
    week = load_week(options.data, split=options.split)
    rows = []
    for name in options.only:
        for row in (warm_row(week, name), cold_row(week, name)):
            print(
                f"{row['test']:5} {name:28} R@10 {row['recall@10']['value']:.4f} "
                f"[{row['recall@10']['low']:.4f}, {row['recall@10']['high']:.4f}]  "
                f"R@20 {row['recall@20']['value']:.4f}  N@10 {row['ndcg@10']['value']:.4f}  "
                f"AUC {row['auc']['value']:.3f}  n={row['recall@10']['n']}  "
                f"fit {row['fit_seconds']:.1f} s",
                flush=True,
            )
            rows.append(row)
    if options.json:
        options.json.write_text(json.dumps({"split": options.split, "rows": rows}, indent=1) + "\n")


def warm_row(week: FashionWeek, name: str) -> dict[str, Any]:
    """Measure a space on known products.

    Args:
        week: The benchmark.
        name: A key of SPACES.
    """
    everything = np.ones(week.catalogue.n_products, bool)
    start = time.perf_counter()
    vectors = _vectors(week, name, week.train)
    seconds = time.perf_counter() - start
    parts = list(score_part(week, vectors, week.train, week.hidden, everything))
    return {"test": "warm", "space": name, "fit_seconds": seconds, **summary(parts)}


def cold_row(week: FashionWeek, name: str) -> dict[str, Any]:
    """Measure a space on designs that neither the map nor any history has seen.

    Args:
        week: The benchmark.
        name: A key of SPACES.
    """
    parts, seconds = [], 0.0
    for fold in range(FOLDS):
        known, hidden, cold = cold_fold(week, fold)
        start = time.perf_counter()
        vectors = _vectors(week, name, known)
        seconds += time.perf_counter() - start
        parts += score_part(week, vectors, known, hidden, cold)
    return {"test": "cold", "space": name, "fit_seconds": seconds / FOLDS, **summary(parts)}


def cold_fold(week: FashionWeek, fold: int) -> tuple[Purchases, Purchases, NDArray[np.bool_]]:
    """Hide the designs of one fold.

    Args:
        week: The benchmark.
        fold: 0..FOLDS - 1.

    Returns:
        What stays known, what is to be found, and which products are hidden.
    """
    fold_of = np.random.default_rng(0).integers(FOLDS, size=week.designs.max() + 1)[week.designs]
    cold = fold_of == fold
    known = week.train.where(~cold[week.train.product_row])
    return known, week.hidden.where(cold[week.hidden.product_row]), cold


def _vectors(week: FashionWeek, name: str, known: Purchases) -> NDArray[np.float32]:
    space = fit_space(week.catalogue, baskets_of(known), settings=SPACES[name])
    return space.place(week.catalogue).vectors


def baskets_of(known: Purchases) -> Baskets:
    """Give each customer's products of the week as one basket.

    Args:
        known: Purchases.
    """
    same_week = np.zeros(len(known.customer_row), np.int64)
    return find_baskets(known.customer_row, known.product_row, same_week, days=30)


def score_part(
    week: FashionWeek,
    vectors: NDArray[np.float32],
    known: Purchases,
    hidden: Purchases,
    eligible: NDArray[np.bool_],
) -> Iterator[Any]:
    """Rank the eligible products for every customer with a history, some at a time.

    Args:
        week: The benchmark.
        vectors: Style vectors of all products.
        known: Histories; these products are left out of the ranking.
        hidden: What is to be found.
        eligible: Shape (n_products,), which are ranked.
    """
    shape = (week.n_customers, week.catalogue.n_products)
    owned, wanted = _matrix(known, shape), _matrix(hidden, shape)
    customers = np.flatnonzero((np.diff(owned.indptr) > 0) & (np.diff(wanted.indptr) > 0))
    columns = np.flatnonzero(eligible)
    for first in range(0, len(customers), CHUNK):
        chunk = customers[first : first + CHUNK]
        profiles = unit_rows(owned[chunk] @ vectors)
        scores = profiles @ vectors[columns].T
        scores[owned[chunk][:, columns].toarray() > 0] = -np.inf
        rows = wanted[chunk][:, columns].tocsr()
        yield score_rankings(scores, [rows.indices[a:b] for a, b in _spans(rows.indptr)])


def _spans(indptr: NDArray[np.integer]) -> list[tuple[int, int]]:
    return list(zip(indptr[:-1].tolist(), indptr[1:].tolist(), strict=True))


def _matrix(purchases: Purchases, shape: tuple[int, int]) -> csr_array:
    ones = np.ones(len(purchases.customer_row), np.float32)
    matrix = csr_array((ones, (purchases.customer_row, purchases.product_row)), shape=shape)
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    return matrix


def summary(parts: Sequence[Any]) -> dict[str, Any]:
    """Average metrics over customers, with intervals.

    Args:
        parts: What `score_part` gave.
    """
    columns = {
        "recall@10": [part.recall[10] for part in parts],
        "recall@20": [part.recall[20] for part in parts],
        "ndcg@10": [part.ndcg[10] for part in parts],
        "auc": [part.auc for part in parts],
    }
    return {name: asdict(mean_interval(np.concatenate(values))) for name, values in columns.items()}


if __name__ == "__main__":
    main()
