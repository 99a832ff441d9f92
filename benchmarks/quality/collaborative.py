"""Collaborative sources on real purchases: item-kNN, EASE and the graph filter.

    python -m benchmarks.quality.collaborative DATA [--split test] [--sets NAME ...] [--json FILE]

Full ranking over all products, owned ones left out, histories of equal weights. Every source is
tuned on `valid` over the small grid below; with `--split test` the winner of each is then fitted
again and the test rows are read once. Differences to item-kNN are paired over customers.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.collaborative_data import FILES, GOALS, Split, load_hidden
from penchant.candidates.ease import fit_ease
from penchant.candidates.graph_filter import fit_graph_filter
from penchant.candidates.item_knn import fit_item_knn
from penchant.candidates.links import ProductLinks
from penchant.evaluation import mean_interval, score_rankings
from penchant.maths.topk import top_k
from penchant.settings import EaseSettings, GraphFilterSettings, ItemKnnSettings
from penchant.types import Rows, Scores

Chunks = Iterator[tuple[Scores, list[Rows]]]

KNN_GRID = [
    ItemKnnSettings(customer_power=a, owned_power=b, candidate_power=c, shrinkage=s)
    for a, b, c, s in product((0.5, 1.0), (0.3, 0.5), (0.1, 0.2, 0.3), (3.0, 10.0))
]
EASE_GRID = [
    EaseSettings(customer_power=a, penalty=p) for a, p in ((0.0, 200.0), (0.5, 100.0), (0.5, 200.0))
]
GRAPH_GRID = [
    GraphFilterSettings(dim=d, smooth_weight=w, tilt=t)
    for d, w, t in product((64, 128), (1.0, 4.0), (0.5,))
]
SOURCES: Mapping[str, tuple[Any, list[Any]]] = {
    "item-knn": (fit_item_knn, KNN_GRID),
    "ease": (fit_ease, EASE_GRID),
    "graph-filter": (fit_graph_filter, GRAPH_GRID),
}
CHUNK = 512
TUNED_ON = 4000
"""Customers looked at while tuning."""


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--split", default="valid", choices=("test", "valid"))
    parser.add_argument("--sets", nargs="*", default=list(FILES), choices=FILES)
    parser.add_argument("--sources", nargs="*", default=list(SOURCES), choices=SOURCES)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for name in options.sets:
        if not (options.data / FILES[name]).is_file():
            print(f"skipped: no benchmark data {options.data / FILES[name]}")
            continue
        rows += _run_set(options.data, name, options.split, options.sources)
    if options.json:
        options.json.write_text(json.dumps({"split": options.split, "rows": rows}, indent=1) + "\n")


def _run_set(data: Path, name: str, split: str, sources: list[str]) -> list[dict[str, Any]]:
    valid = load_hidden(data, name, "valid")
    chosen = {source: _tune(valid, source, GOALS[name]) for source in sources}
    judged = valid if split == "valid" else load_hidden(data, name, split)
    measured = {"popularity": _measure(_popularity(judged))}
    seconds = {"popularity": 0.0}
    for source, settings in chosen.items():
        start = time.perf_counter()
        links = _fit(judged, source, settings)
        seconds[source] = time.perf_counter() - start
        measured[source] = _measure(_linked(judged, links))
    rows = []
    for source, values in measured.items():
        against = measured.get("item-knn")
        row = {"set": name, "source": source, "fit_seconds": seconds[source]}
        row["settings"] = asdict(chosen[source]) if source in chosen else {}
        row |= {key: asdict(mean_interval(value)) for key, value in values.items()}
        if against is not None and source != "item-knn":
            paired = {key: mean_interval(values[key] - against[key]) for key in values}
            row["minus item-knn"] = {key: asdict(value) for key, value in paired.items()}
        _tell(row)
        rows.append(row)
    return rows


def _tell(row: dict[str, Any]) -> None:
    parts = [
        f"{key} {row[key]['value']:.4f} [{row[key]['low']:.4f}, {row[key]['high']:.4f}]"
        for key in ("recall@10", "recall@20", "ndcg@10", "ndcg@20")
    ]
    print(
        f"{row['set']:8} {row['source']:13} {'  '.join(parts)}  "
        f"n={row['recall@10']['n']}  fit {row['fit_seconds']:.1f} s",
        flush=True,
    )


def _tune(valid: Split, source: str, goal: str) -> Any:
    """Try the grid of a source; the first of the best wins."""
    results = []
    for settings in SOURCES[source][1]:
        links = _fit(valid, source, settings)
        k = int(goal.removeprefix("recall@"))
        results.append(_quick_recall(_linked(valid, links, some=True), k))
        told = {key: value for key, value in asdict(settings).items() if key not in UNTUNED}
        print(f"  tuning {source:13} {goal} {results[-1]:.4f}  {told}", flush=True)
    return SOURCES[source][1][int(np.argmax(results))]


UNTUNED = {"keep", "max_products", "seed"}


def _fit(hidden: Split, source: str, settings: Any) -> ProductLinks:
    known, (n_customers, n_products) = hidden.known, hidden.owned.shape
    links: ProductLinks = SOURCES[source][0](
        known.customer_row,
        known.product_row,
        n_customers=n_customers,
        n_products=n_products,
        settings=settings,
    )
    return links


def _linked(hidden: Split, links: ProductLinks, *, some: bool = False) -> Chunks:
    for chunk in _chunks(hidden, some=some):
        histories = [_row(hidden.owned, row) for row in chunk.tolist()]
        yield _masked(hidden, chunk, links.scores(histories))


def _popularity(hidden: Split) -> Chunks:
    sold = np.asarray(hidden.owned.sum(axis=0), dtype=np.float32)
    for chunk in _chunks(hidden, some=False):
        yield _masked(hidden, chunk, np.tile(sold, (len(chunk), 1)))


def _chunks(hidden: Split, *, some: bool) -> Iterator[NDArray[np.intp]]:
    customers = hidden.customers
    if some and len(customers) > TUNED_ON:
        chosen = np.random.default_rng(0).choice(len(customers), TUNED_ON, replace=False)
        customers = customers[np.sort(chosen)]
    for first in range(0, len(customers), CHUNK):
        yield customers[first : first + CHUNK]


def _masked(hidden: Split, chunk: NDArray[np.intp], scores: Scores) -> tuple[Scores, list[Rows]]:
    scores[hidden.owned[chunk].toarray() > 0] = -np.inf
    return scores, [_row(hidden.wanted, row) for row in chunk.tolist()]


def _row(matrix: Any, row: int) -> Rows:
    rows: Rows = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
    return rows


def _quick_recall(chunks: Chunks, k: int) -> float:
    found: list[float] = []
    for scores, wanted in chunks:
        best = top_k(scores, k).rows
        found += [np.isin(rows, top).mean() for rows, top in zip(wanted, best, strict=True)]
    return float(np.mean(found))


def _measure(chunks: Chunks) -> dict[str, NDArray[np.float64]]:
    parts = [score_rankings(scores, wanted) for scores, wanted in chunks]
    columns = {
        "recall@10": [one.recall[10] for one in parts],
        "recall@20": [one.recall[20] for one in parts],
        "ndcg@10": [one.ndcg[10] for one in parts],
        "ndcg@20": [one.ndcg[20] for one in parts],
    }
    return {name: np.concatenate(values) for name, values in columns.items()}


if __name__ == "__main__":
    main()
