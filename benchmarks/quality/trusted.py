"""What verdicts and styles do to rankings of real purchases, for customers with enough products.

    python -m benchmarks.quality.trusted DATA [--split valid] [--json FILE]

The week test of `fashion`, default style space: full ranking, owned products left out. Every arm is
compared with the plain mean on the same customers; intervals are 95 %.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.fashion import baskets_of
from benchmarks.quality.fashion_data import FashionWeek, load_week
from penchant import columns as c
from penchant.evaluation import mean_interval, score_rankings
from penchant.evaluation.intervals import MeanInterval
from penchant.maths.rows import present_rows
from penchant.settings import SpaceSettings, StyleSettings, TasteSettings, TrustSettings
from penchant.space import fit_space
from penchant.taste.background import find_background
from penchant.taste.histories import ACTION_CODES, Histories, History
from penchant.taste.judging import Judge, Judged, Judgements
from penchant.taste.profile import profile_of
from penchant.taste.styles import Style, styles_of
from penchant.taste.weights import Weigher

SLOTS = 20
ROUNDS = 50
"""Of the search for the median; more move it by less than a thousandth."""

Scorer = Callable[[int], NDArray[np.float32]]


@dataclass(frozen=True, slots=True, eq=False)
class Judges:
    """Everybody's purchases, trusted in full or as judged.

    Attributes:
        vectors: Style vectors, by product_row.
        weigher: The default weights.
        histories: Of all customers.
        plain: Nothing judged but the styles.
        judged: By default settings.
        harsh: What is judged an outlier does not count at all.
    """

    vectors: NDArray[np.float32]
    weigher: Weigher
    histories: Histories
    plain: Judgements
    judged: Judgements
    harsh: Judgements

    def taste(self, among: Judgements, row: int) -> tuple[Judged, NDArray[np.float64]]:
        """Give a customer's judged purchases and what each weighs."""
        own = among.of(self.histories, row)
        return own, self.weigher.weigh(own.history, 0)

    def mean(self, among: Judgements, row: int) -> NDArray[np.float32]:
        """Score all products by the mean taste."""
        own, weights = self.taste(among, row)
        profile = profile_of(own.history, weights, self.vectors, min_interactions=1)
        return self.vectors @ profile.vector if profile else np.zeros(len(self.vectors), np.float32)

    def median(self, row: int) -> NDArray[np.float32]:
        """Score all products by the geometric median of the purchases (Weiszfeld's iteration)."""
        own, weights = self.taste(self.plain, row)
        rows = self.vectors[own.history.product_row].astype(np.float64)
        centre = weights @ rows / weights.sum()
        for _ in range(ROUNDS):
            pull = weights / np.maximum(np.linalg.norm(rows - centre, axis=1), 1e-6)
            centre = pull @ rows / pull.sum()
        return np.asarray(self.vectors @ centre.astype(np.float32))

    def styles(self, row: int) -> tuple[Style, ...]:
        """Give a customer's styles."""
        own, weights = self.taste(self.plain, row)
        return styles_of(own.history, weights, own.style, self.vectors)

    def best_style(self, row: int) -> NDArray[np.float32]:
        """Score all products by the style they are nearest to."""
        return (self.vectors @ np.stack([one.vector for one in self.styles(row)]).T).max(axis=1)

    def by_share(self, row: int) -> NDArray[np.float32]:
        """Give each style its share of the slots, largest first; the rest by the mean."""
        scores = self.mean(self.plain, row)
        owned = self.histories.of(row).product_row
        filled, taken = np.zeros(len(self.styles(row))), set(owned.tolist())
        orders = [np.argsort(-(self.vectors @ one.vector)).tolist() for one in self.styles(row)]
        shares = np.array([one.share for one in self.styles(row)])
        for slot in range(SLOTS):
            one = int(np.argmax(shares * (slot + 1) - filled))
            best = next(product for product in orders[one] if product not in taken)
            taken.add(best)
            filled[one] += 1
            scores[best] = 2.0 * SLOTS - slot
        return scores


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--split", default="test", choices=("test", "valid"))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if not (options.data / "products.parquet").is_file():
        print(f"skipped: no benchmark data in {options.data}")
        return
    week = load_week(options.data, split=options.split)
    judges = judge_week(week)
    rows = []
    for group, customers in groups_of(week, judges).items():
        for name, value in compare(week, judges, customers).items():
            shown = f"{value.value:8.4f} [{value.low:.4f}, {value.high:.4f}] n={value.n}"
            print(f"{group:32} {name:40} {shown}", flush=True)
            rows.append({"customers": group, "name": name, **asdict(value)})
    if options.json:
        options.json.write_text(json.dumps({"split": options.split, "rows": rows}, indent=1) + "\n")


def judge_week(week: FashionWeek) -> Judges:
    """Fit the default space on what is known, and judge everybody.

    Args:
        week: The benchmark.
    """
    space = fit_space(week.catalogue, baskets_of(week.train), settings=SpaceSettings())
    vectors = space.place(week.catalogue).vectors
    weigher = Weigher.from_settings(TasteSettings(), present_rows(vectors))
    n = len(week.train.product_row)
    events = History(
        week.train.product_row,
        np.full(n, ACTION_CODES[c.PURCHASE], np.int8),
        np.zeros(n, np.int64),
        np.ones(n, np.float32),
    )
    histories = Histories.from_rows(week.train.customer_row, events, n_customers=week.n_customers)
    background = find_background(histories, vectors, rng=np.random.default_rng(0))

    def judged(**changes: object) -> Judgements:
        settings = TrustSettings(bulk=False, **changes)  # the week has no time within a day
        judge = Judge(vectors, weigher, background, settings, StyleSettings())
        return judge.judge_all(histories, as_of_us=0)

    plain, harsh = judged(outliers=False), judged(outlier_trust=0.0)
    return Judges(vectors, weigher, histories, plain, judged(), harsh)


def groups_of(week: FashionWeek, judges: Judges) -> Mapping[str, NDArray[np.intp]]:
    """Give customers with something to find: who can be judged, and whom it touches.

    Args:
        week: The benchmark.
        judges: What is thought of them.
    """
    owner = judges.histories.customer_rows()
    wanted = np.bincount(week.hidden.customer_row, minlength=week.n_customers) > 0
    many = np.bincount(owner, minlength=week.n_customers) >= TrustSettings().min_products
    odd = np.bincount(owner, judges.judged.reason, minlength=week.n_customers) > 0
    several = np.zeros(week.n_customers, bool)
    several[owner[judges.plain.style > 0]] = True
    return {
        "8 products or more": np.flatnonzero(wanted & many),
        "with an outlier": np.flatnonzero(wanted & many & odd),
        "with several styles": np.flatnonzero(wanted & several),
    }


def compare(
    week: FashionWeek, judges: Judges, customers: NDArray[np.intp]
) -> dict[str, MeanInterval]:
    """Measure every arm, and its difference from the plain mean.

    Args:
        week: The benchmark.
        judges: What is thought of the customers.
        customers: Their rows.
    """
    arms: dict[str, Scorer] = {
        "mean": lambda row: judges.mean(judges.plain, row),
        "mean, verdicts": lambda row: judges.mean(judges.judged, row),
        "mean, outliers left out": lambda row: judges.mean(judges.harsh, row),
        "median": judges.median,
        "nearest style": judges.best_style,
        "slots by share of styles": judges.by_share,
    }
    found, base = {}, np.empty(0)
    for name, scorer in arms.items():
        recall = _recall(week, judges, customers, scorer)
        found[f"R@10, {name}"] = mean_interval(recall)
        if name == "mean":
            base = recall
        else:
            found[f"R@10, {name} - mean"] = mean_interval(recall - base)
    return found


def _recall(
    week: FashionWeek, judges: Judges, customers: NDArray[np.intp], scorer: Scorer
) -> NDArray[np.float64]:
    parts = []
    for row in customers.tolist():
        scores = scorer(row)
        scores[judges.histories.of(row).product_row] = -np.inf
        wanted = np.unique(week.hidden.product_row[week.hidden.customer_row == row])
        parts.append(score_rankings(scores[None], [wanted]).recall[10])
    return np.concatenate(parts)


if __name__ == "__main__":
    main()
