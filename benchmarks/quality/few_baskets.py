"""Which map for how many baskets? Hidden designs, maps learned from a part of the baskets.

    python -m benchmarks.quality.few_baskets DATA [--baskets 50 200 1000 5000]

Validation split, one fold of designs hidden from maps and histories, all channels.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.fashion import SPACES, baskets_of, cold_fold, score_part, summary
from benchmarks.quality.fashion_data import load_week
from penchant.maths.rows import unit_rows
from penchant.maths.seeds import derived_rng
from penchant.space import fit_space
from penchant.space.baskets import Baskets
from penchant.space.closed_form_map import closed_form_map
from penchant.space.softmax_map import learn_softmax_map


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--baskets", nargs="*", type=int, default=[50, 200, 1000, 5000, 10**9])
    options = parser.parse_args()
    if not (options.data / "products.parquet").is_file():
        print(f"skipped: no benchmark data in {options.data}")
        return
    week = load_week(options.data, split="valid")
    known, hidden, cold = cold_fold(week, 0)
    space = fit_space(week.catalogue, settings=SPACES["all channels, unlearned"])
    z, everything = space.place(week.catalogue).channels, baskets_of(known)

    def show(name: str, vectors: NDArray[np.float32]) -> None:
        found = summary(list(score_part(week, vectors, known, hidden, cold)))
        recall, auc = found["recall@10"], found["auc"]
        print(
            f"{name:24} R@10 {recall['value']:.4f} [{recall['low']:.4f}, {recall['high']:.4f}]  "
            f"AUC {auc['value']:.3f}  n={auc['n']}",
            flush=True,
        )

    show("no map", z)
    for n in options.baskets:
        some = _some(everything, n)
        show(f"{len(some)} closed form", unit_rows(z @ closed_form_map(z, some)))
        learned = learn_softmax_map(z, some, derived_rng(0, "map"))
        show(f"{len(some)} softmax", unit_rows(z @ learned))


def _some(baskets: Baskets, n: int) -> Baskets:
    chosen = np.sort(np.random.default_rng(1).permutation(len(baskets))[:n])
    starts = np.concatenate([[0], np.cumsum(baskets.lengths[chosen])])
    return Baskets(starts, np.concatenate([baskets[number] for number in chosen]))


if __name__ == "__main__":
    main()
