"""Published tests of shops, read again by our rules.

    python -m benchmarks.experiments.reread DATA "2 cores" benchmarks/results/experiments.json

Tests over time: at every look but the last the interval that holds at every look may stop a test,
at the last look it or the fixed one decides. A stop is reversed where the last fixed interval lies
on the other side of 0, and confirmed where it lies on the same. Some published looks are wrong for
once and right again at the next, hence "twice", which stops where two looks in a row call the same.
Beside it, whoever looks every time with a z test at 5 %. And a randomised e-mail test of three
arms, by the product's own moments.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.experiments.results import keep
from benchmarks.experiments.rules import Z95, Z96
from penchant.experiments.analysis.decision import MIN_CONVERTERS
from penchant.experiments.statistics.always_valid import half_width, mixing_variance
from penchant.experiments.statistics.fixed import fixed_effect
from penchant.experiments.statistics.metrics import Metric
from penchant.experiments.statistics.moments import Moments
from penchant.experiments.statistics.sample_ratio import check_ratio
from penchant.experiments.statistics.verdict import EARLY_LEVEL

TESTS = Path("experiments/asos_experiments.parquet")
EMAIL = Path("experiments/email_test_64k.csv")
TEST = ["experiment_id", "variant_id"]
CONTROL = "No E-Mail"
E_MAIL_COLUMNS = ("visit", "conversion", "spend", "spend_capped", "history")
E_MAIL_METRICS = (
    Metric("visit", "visit", "share who visited"),
    Metric("conversion", "conversion", "share who bought"),
    Metric("spend", "spend", "spend per customer", before="history"),
    Metric("spend_capped", "spend_capped", "spend, capped", before="history"),
)
CAP = 0.999


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One metric of one variant over time.

    Attributes:
        difference: Shape (n_looks,), as are both: variant - control.
        variance: Of it.
        fraction: Share of the units of the last look that have come.
    """

    difference: NDArray[np.float64]
    variance: NDArray[np.float64]
    fraction: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stop:
    """When a rule stopped, and what came of it.

    Attributes:
        share: Of the units planned that had come; None where it ran to its end.
        sign: Of the difference that was called; 0: none.
        last: Sign of what the fixed look at the end called; 0: none.
        at_last: Sign of the difference at the end, sure or not.
    """

    share: float | None
    sign: int
    last: int
    at_last: int


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("machine")
    parser.add_argument("json", type=Path)
    options = parser.parse_args()
    if not (options.data / TESTS).is_file() or not (options.data / EMAIL).is_file():
        print(f"skipped: no benchmark data in {options.data / TESTS.parent}")
        return
    tests = pl.read_parquet(options.data / TESTS)
    found = {"tests": list(reread(tests)), "shares": shares_of(tests)}
    found["e_mail"] = e_mail(pl.read_csv(options.data / EMAIL, infer_schema_length=None))
    for part in found.values():
        for row in part if isinstance(part, list) else [part]:
            print(row)
    keep(options.json, "reread", options.machine, found)


def reread(tests: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Read all tests again, metric by metric.

    Args:
        tests: One row per test, variant, metric and look.
    """
    for (metric,), some in sorted(tests.group_by("metric_id"), key=lambda one: one[0]):
        readings = list(readings_of(some, enough=_enough(tests)))
        for rule, call in RULES.items():
            row = _count([call(one) for one in readings])
            yield {"metric": metric, "rule": rule, **row}


def readings_of(tests: pl.DataFrame, *, enough: pl.DataFrame) -> Iterator[Reading]:
    """Give one reading per test and variant, over the looks a verdict may be given at.

    Args:
        tests: Of one metric.
        enough: Looks with enough converters.
    """
    known = tests.filter((pl.col("variance_c") > 0) & (pl.col("variance_t") > 0))
    known = known.join(enough, on=[*TEST, "time_since_start"], how="semi")
    for _, one in known.sort("time_since_start").group_by(TEST, maintain_order=True):
        n_control, n_variant = one["count_c"].to_numpy(), one["count_t"].to_numpy()
        scatter = one["variance_c"].to_numpy() / n_control, one["variance_t"].to_numpy() / n_variant
        units = n_control + n_variant
        yield Reading((one["mean_t"] - one["mean_c"]).to_numpy(), sum(scatter), units / units.max())


def early_stop(reading: Reading, *, twice: bool = False) -> Stop:
    """Stop by our rule.

    Args:
        reading: Of one test.
        twice: Only where the look before called the same.
    """
    halves = [
        half_width(variance, mixing_variance(variance * fraction, EARLY_LEVEL), EARLY_LEVEL)
        for variance, fraction in zip(reading.variance, reading.fraction, strict=True)
    ]
    return _stop(reading, np.array(halves), twice=twice)


def stop_if_it_stays(reading: Reading) -> Stop:
    """Stop by our rule where two looks in a row call the same.

    Args:
        reading: Of one test.
    """
    return early_stop(reading, twice=True)


def daily_stop(reading: Reading) -> Stop:
    """Stop at the first look at which a z test at 5 % calls a difference.

    Args:
        reading: Of one test.
    """
    return _stop(reading, Z95 * np.sqrt(reading.variance))


RULES = {"ours": early_stop, "ours, twice": stop_if_it_stays, "daily z": daily_stop}
"""{name: when a test is stopped}."""


def shares_of(tests: pl.DataFrame) -> dict[str, int]:
    """Check the shares of units at every look, were they planned to be alike.

    Args:
        tests: One row per test, variant, metric and look.
    """
    alarms = 0
    groups = list(tests.filter(pl.col("metric_id") == 1).group_by(TEST))
    for _, one in groups:
        looks = one.select("count_c", "count_t").iter_rows()
        alarms += any(check_ratio(look, [1, 1], units="exposed").alarm for look in looks)
    n = tests["experiment_id"].n_unique()
    return {"tests": n, "variants": len(groups), "not_alike": alarms}


def e_mail(table: pl.DataFrame) -> dict[str, Any]:
    """Compare two kinds of e-mail with none.

    Args:
        table: One row per customer.
    """
    cap = table["spend"].quantile(CAP, interpolation="linear")
    table = table.with_columns(pl.col("spend").clip(upper_bound=cap).alias("spend_capped"))
    arms = {
        name: Moments.of(E_MAIL_COLUMNS, some.select(E_MAIL_COLUMNS).to_numpy())
        for (name,), some in sorted(table.group_by("segment"), key=lambda one: str(one[0]))
    }
    counts = [one.count for one in arms.values()]
    effects = [
        asdict(fixed_effect(metric, arms[CONTROL], arms[name], variant_name=str(name)))
        for metric in E_MAIL_METRICS
        for name in arms
        if name != CONTROL
    ]
    check = check_ratio(counts, [1] * len(counts), units="assigned")
    return {"check": asdict(check), "cap": cap, "effects": [_rounded(one) for one in effects]}


def _enough(tests: pl.DataFrame) -> pl.DataFrame:
    """Give the looks with enough converters in both arms; the first metric is 1 of a converter."""
    converters = [pl.col(f"mean_{arm}") * pl.col(f"count_{arm}") for arm in "ct"]
    some = tests.filter(
        (pl.col("metric_id") == 1) & (pl.min_horizontal(converters) >= MIN_CONVERTERS)
    )
    return some.select(*TEST, "time_since_start")


def _stop(reading: Reading, halves: NDArray[np.float64], *, twice: bool = False) -> Stop:
    called = np.sign(reading.difference[:-1]) * (np.abs(reading.difference[:-1]) > halves[:-1])
    sure = called != 0
    if twice:
        sure[1:] &= called[1:] == called[:-1]
        sure[:1] = False
    end = float(reading.difference[-1])
    at_last = int(np.sign(end))
    last = at_last if abs(end) > Z96 * np.sqrt(reading.variance[-1]) else 0
    if not sure.any():
        return Stop(None, last, last, at_last)
    first = int(np.argmax(sure))
    sign = int(np.sign(reading.difference[first]))
    return Stop(float(reading.fraction[first]), sign, last, at_last)


def _count(stops: Sequence[Stop]) -> dict[str, Any]:
    early = [one for one in stops if one.share is not None]
    return {
        "series": len(stops),
        "called_at_end": sum(one.last != 0 for one in stops),
        "stopped": len(early),
        "median_share_of_units": round(float(np.median([one.share for one in early] or [1])), 3),
        "confirmed": sum(one.sign == one.last for one in early),
        "no_longer_sure": sum(one.last == 0 for one in early),
        "sign_changed": sum(one.sign == -one.at_last for one in early),
        "reversed": sum(one.sign == -one.last for one in early),
    }


def _rounded(effect: dict[str, Any]) -> dict[str, Any]:
    return {
        name: float(f"{one:.6g}") if isinstance(one, float) else one for name, one in effect.items()
    }


if __name__ == "__main__":
    main()
