"""The fitted blend on real purchases: what all sources find together, and what each adds.

    python -m benchmarks.quality.blend DATA [--split valid] [--sets NAME ...] [--json FILE]

Full ranking over all products, owned ones left out, histories of equal weights. On the fashion week
the weights are fitted as a build does it, on purchases hidden from what is known, with all sources
fitted again without them; on the public sets on the published validation rows. "Without" a source
the others are weighed anew. Intervals are 95 % over customers, differences to "blend" are paired.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.blend_sources import Knowledge, all_sources, single_sources
from benchmarks.quality.collaborative_data import FILES, Split, load_hidden
from benchmarks.quality.fashion_data import load_week
from penchant.evaluation import mean_interval, score_rankings
from penchant.ranking.blend import Blend
from penchant.ranking.fit import PER_SOURCE, Scorer, fit_blend
from penchant.ranking.hidden import HiddenPurchases, hide_purchases
from penchant.space import Catalogue
from penchant.types import Rows

CHUNK = 512
METRICS = ("recall@10", "recall@20", "ndcg@10")
Values = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True, slots=True, eq=False)
class Ranker:
    """A weighted sum of sources.

    Attributes:
        scorers: By name.
        factors: Times each score; absent: left out.
    """

    scorers: Mapping[str, Scorer]
    factors: Mapping[str, float]


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--split", default="valid", choices=("test", "valid"))
    parser.add_argument("--sets", nargs="*", default=list(FILES), choices=FILES)
    parser.add_argument("--per-source", type=int, default=PER_SOURCE)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for name in options.sets:
        if (options.data / FILES[name]).is_file():
            rows += run_set(options.data, name, options.split, options.per_source)
        else:
            print(f"skipped: no benchmark data {options.data / FILES[name]}")
    if options.json:
        options.json.write_text(json.dumps({"split": options.split, "rows": rows}, indent=1) + "\n")


def run_set(data: Path, name: str, split: str, per_source: int) -> list[dict[str, Any]]:
    """Fit on one set, rank, compare.

    Args:
        data: The folder of all benchmark sets.
        name: A key of FILES.
        split: "valid" or "test".
        per_source: Products each source proposes while weights are fitted.
    """
    hidden = load_hidden(data, name, split)
    catalogue = _catalogue(data, name, hidden.owned.shape[1])
    start = time.perf_counter()
    final = all_sources(Knowledge.of(hidden.known, catalogue, hidden.owned.shape[0]), name)
    print(f"{name}: all sources fitted in {time.perf_counter() - start:.1f} s", flush=True)
    start = time.perf_counter()
    taken, scorers = _lesson(data, name, hidden, catalogue, final)
    about: Mapping[str, object] = {}
    rankers: dict[str, Ranker] = {}
    for left_out in (None, *scorers):
        kept = {one: score for one, score in scorers.items() if one != left_out}
        fitted = fit_blend(kept, taken, defaults=Blend({}), per_source=per_source)
        rankers["blend" if left_out is None else f"without {left_out}"] = _ranker(
            fitted.blend, final
        )
        if left_out is None:
            print(f"{name}: {fitted.about['reason']} {time.perf_counter() - start:.1f} s")
            print(f"  weights {_round(fitted.blend.weights)} scale {_round(fitted.blend.scale)}")
            about = dict(fitted.about)
    alone = final | single_sources(Knowledge.of(hidden.known, catalogue, hidden.owned.shape[0]))
    rankers |= {f"{one} alone": Ranker({one: score}, {one: 1.0}) for one, score in alone.items()}
    measured = {
        label: _measure(hidden, ranker, hidden.customers) for label, ranker in rankers.items()
    }
    rows = [_row(name, label, measured) for label in measured]
    if name == "fashion":
        rows += _one_product(hidden, rankers)
    return [{**row, "about": about} if row["method"] == "blend" else row for row in rows]


def _catalogue(data: Path, name: str, n_products: int) -> Catalogue:
    if name == "fashion":
        return load_week(data / "fashion", split="valid").catalogue
    features = data / name / "image_features.npy"
    vectors = np.load(features).astype(np.float32) if features.is_file() else None
    return Catalogue(n_products, embeddings=vectors)


def _lesson(
    data: Path,
    name: str,
    hidden: Split,
    catalogue: Catalogue,
    final: Mapping[str, Scorer],
) -> tuple[HiddenPurchases, Mapping[str, Scorer]]:
    """Give hidden purchases to learn weights from, and sources that have not seen them."""
    if name != "fashion":
        return _published(load_hidden(data, name, "valid")), final
    known = hidden.known
    same_time = np.zeros(len(known.customer_row), np.int64)
    designs = catalogue.groups
    assert designs is not None
    taken = hide_purchases(
        known.customer_row, known.product_row, same_time, designs, np.random.default_rng(0)
    )
    rest = Knowledge.of(known.where(taken.known), catalogue, hidden.owned.shape[0])
    return taken, all_sources(rest, name)


def _published(valid: Split) -> HiddenPurchases:
    """Give the first hidden product of each customer of the validation rows."""
    customers = valid.customers
    first = valid.wanted.indices[valid.wanted.indptr[customers]]
    own = valid.owned[customers]
    everything = np.ones(len(valid.known.customer_row), bool)
    starts = own.indptr.astype(np.int64)
    rows = customers.astype(np.int32)
    return HiddenPurchases(rows, first, everything, starts, own.indices, own.shape[1])


def _ranker(blend: Blend, scorers: Mapping[str, Scorer]) -> Ranker:
    return Ranker(scorers, {one: w / blend.scale[one] for one, w in blend.weights.items() if w > 0})


def _measure(hidden: Split, ranker: Ranker, customers: NDArray[np.intp]) -> Values:
    parts = []
    for first in range(0, len(customers), CHUNK):
        rows = customers[first : first + CHUNK].astype(np.int32)
        parts.append(_score(hidden, ranker, rows))
    return {key: np.concatenate([part[key] for part in parts]) for key in METRICS}


def _score(hidden: Split, ranker: Ranker, rows: Rows) -> Values:
    total = np.zeros((len(rows), hidden.owned.shape[1]), np.float32)
    for one, factor in ranker.factors.items():
        total += np.float32(factor) * ranker.scorers[one](rows)
    total[hidden.owned[rows].toarray() > 0] = -np.inf
    wanted = hidden.wanted[rows]
    lists = [wanted.indices[a:b] for a, b in zip(wanted.indptr, wanted.indptr[1:], strict=False)]
    found = score_rankings(total, lists)
    return {"recall@10": found.recall[10], "recall@20": found.recall[20], "ndcg@10": found.ndcg[10]}


def _one_product(hidden: Split, rankers: Mapping[str, Ranker]) -> list[dict[str, Any]]:
    """Rank for the customers who are known by one product alone."""
    single = np.diff(hidden.owned.indptr)[hidden.customers] == 1
    measured = {
        label: _measure(hidden, rankers[label], hidden.customers[single])
        for label in ("blend", "item-knn alone", "popular alone")
    }
    return [_row("fashion, one product known", label, measured) for label in measured]


def _row(name: str, label: str, measured: Mapping[str, Values]) -> dict[str, Any]:
    values = measured[label]
    row: dict[str, Any] = {"set": name, "method": label}
    row |= {key: asdict(mean_interval(values[key])) for key in METRICS}
    told = "  ".join(f"{key} {mean_interval(values[key])}" for key in METRICS)
    if label != "blend":
        paired = {key: mean_interval(values[key] - measured["blend"][key]) for key in METRICS}
        row["minus blend"] = {key: asdict(value) for key, value in paired.items()}
        told += "  minus blend " + "  ".join(str(paired[key]) for key in METRICS[:2])
    print(f"{name:8} {label:22} {told}  n={row['recall@10']['n']}", flush=True)
    return row


def _round(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in values.items()}


if __name__ == "__main__":
    main()
