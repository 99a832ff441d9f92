"""How often experiments are wrong, and how soon they are right, on customers who come back.

    python -m benchmarks.experiments.aa "2 cores" benchmarks/results/experiments.json

A click rate over exposures, 30 daily looks, customers who visit on several days. Nothing between
the arms: every difference that is called is a false alarm. Then true lifts, and counts of units for
the check of the planned shares. All rules see the same runs; intervals are exact, 95 %.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import chi2

from benchmarks.experiments.results import keep, share, told
from benchmarks.experiments.returning import Crowd
from benchmarks.experiments.rules import Called, runs
from penchant.experiments.statistics.sample_ratio import ALARM_LEVEL, check_ratio

LIFTS = {0.0: 10_000, 0.1: 2000, 0.2: 1000}
"""{true lift: runs}."""

RULES = ("combined", "always_valid", "fixed", "daily", "over_exposures")
UNITS_A_DAY = 2000
LOOKS = 30
SPLITS = {"50 to 50": (0.5, 0.5), "90 to 10": (0.9, 0.1), "49 to 51": (0.49, 0.51)}
"""{true split: shares}; planned are those shares, but for the last: 50 to 50."""

NOT_AS_PLANNED = "49 to 51"


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("machine")
    parser.add_argument("json", type=Path)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--split-runs", type=int, default=5000)
    options = parser.parse_args()
    rows = []
    for lift, n in LIFTS.items():
        rows.append(rates(list(runs(n, lift, options.seed)), lift))
        _print(rows[-1])
    splits = [split_rates(name, options.split_runs, options.seed) for name in SPLITS]
    for one in splits:
        print(f"split {one['split']}: alarms {told(one['alarms'])}, median day {one['median_day']}")
        print(f"    chi-square every day: {told(one['chi_square_daily'])}")
    found = {"crowd": asdict(Crowd()), "looks": LOOKS, "lifts": rows, "splits": splits}
    keep(options.json, "aa", options.machine, found)


def rates(called: Sequence[Called], lift: float) -> dict[str, Any]:
    """Count what each rule called.

    Args:
        called: One per run.
        lift: True.
    """
    stops = [one.day for one in called if one.day is not None]
    lifts = [one.lift for one in called if one.lift is not None]
    return {
        "lift": lift,
        **{rule: share([getattr(one, rule) for one in called]) for rule in RULES},
        "stopped_early": share([one.day is not None for one in called]),
        "median_day": float(np.median(stops)) if stops else None,
        "median_lift_at_stop": round(float(np.median(lifts)), 4) if lifts else None,
    }


def split_rates(name: str, n: int, seed: int) -> dict[str, Any]:
    """Count the alarms of the check of the planned shares, at one look a day.

    Args:
        name: A key of SPLITS.
        n: Experiments.
        seed: Of the first.
    """
    true = np.array(SPLITS[name])
    planned = (0.5, 0.5) if name == NOT_AS_PLANNED else tuple(true.tolist())
    rng = np.random.default_rng((seed, len(name), round(1000 * float(true[0]))))
    first = rng.binomial(UNITS_A_DAY, true[0], (n, LOOKS)).cumsum(axis=1)
    both = np.stack([first, UNITS_A_DAY * np.arange(1, LOOKS + 1) - first], axis=2)
    days = [first_alarm(counts, planned) for counts in both.tolist()]
    expected = both.sum(axis=2, keepdims=True) * np.array(planned)
    chi = ((both - expected) ** 2 / expected).sum(axis=2)
    return {
        "split": name,
        "units_a_day": UNITS_A_DAY,
        "alarms": share([one is not None for one in days]),
        "median_day": float(np.median([one for one in days if one] or [np.nan])),
        "chi_square_daily": share((chi > chi2.isf(ALARM_LEVEL, 1)).any(axis=1).tolist()),
    }


def first_alarm(counts: Sequence[Sequence[int]], planned: Sequence[float]) -> int | None:
    """Give the day of the first alarm, from 1.

    Args:
        counts: Units per variant, at the end of each day.
        planned: Shares.
    """
    for day, one in enumerate(counts, start=1):
        if check_ratio(one, planned, units="assigned").alarm:
            return day
    return None


def _print(row: dict[str, Any]) -> None:
    print(f"lift {row['lift']:.0%}")
    for rule in (*RULES, "stopped_early"):
        print(f"    {rule:16} {told(row[rule])}")
    print(f"    median day {row['median_day']}, lift then {row['median_lift_at_stop']}", flush=True)


if __name__ == "__main__":
    main()
