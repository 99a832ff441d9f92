"""Tables of units made up for tests: customers who click and buy as told."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl

from penchant.experiments.statistics.metrics import UNIT_COLUMNS
from penchant.experiments.units.table import UnitTable
from tests.experiment_logs import DAY, an_experiment, us

EXPERIMENT = an_experiment(attribution_days=7.0, winsorize=0.999)
FINAL = EXPERIMENT.end + timedelta(days=7)


def made_units(seed=0, n=6000, lift=0.0, *, spoilt=0.0, experiment=EXPERIMENT, as_of=FINAL):
    """Units of equal shares; `lift` of the clicks of all variants but the control."""
    rng = np.random.default_rng(seed)
    names = tuple(one.name for one in experiment.variants)
    variants = rng.integers(0, len(names), n)
    keep = ~((variants > 0) & (rng.random(n) < spoilt))
    rate = rng.beta(2, 20, n)
    shown, before = rng.poisson(20, n) + 1.0, rng.poisson(15, n) + 0.0
    columns = dict.fromkeys(UNIT_COLUMNS, np.zeros(n))
    columns["exposures"], columns["exposures_before"] = shown, before
    columns["clicks"] = rng.binomial(shown.astype(int), rate * (1 + lift * (variants > 0))) + 0.0
    columns["clicks_before"] = rng.binomial(before.astype(int), rate) + 0.0
    columns["orders"] = rng.poisson(0.1, n) + 0.0
    columns["converted"] = (columns["orders"] > 0) + 0.0
    columns["revenue"] = np.round(columns["orders"] * rng.lognormal(4, 0.8, n), 2)
    columns["revenue_capped"] = np.minimum(columns["revenue"], 900.0)
    columns["bought"] = columns["orders"] * rng.integers(1, 4, n)
    columns["returned"] = rng.binomial(columns["bought"].astype(int), 0.2) + 0.0
    columns["answers"] = rng.poisson(3, n) + 1.0
    columns["fallbacks"] = rng.binomial(columns["answers"].astype(int), 0.1) + 0.0
    columns["took_ms"] = np.round(columns["answers"] * rng.gamma(9, 1, n), 3)
    start, end = us(experiment.start), us(experiment.end)
    first = rng.integers(start, end, n)
    traits = pl.DataFrame(
        {
            "visit": np.where(rng.random(n) < 0.4, "new", "returning"),
            "surface": np.where(rng.random(n) < 0.7, "homepage", "cart"),
        }
    )
    seen = keep & (first < us(as_of))
    units = UnitTable(
        names=names,
        unit_ids=np.array([f"u{number:05d}" for number in range(n)], dtype=object),
        variants=variants,
        values=np.column_stack([columns[name] for name in UNIT_COLUMNS]),
        first_exposed_us=first,
        matured=first + round(experiment.attribution_days * DAY) <= us(as_of),
        traits=traits,
        assigned=dict(zip(names, np.bincount(variants[first < us(as_of)]).tolist(), strict=True)),
        crossed=12,
        uncounted=3,
        notes={"cancelled": 7},
    )
    return units.only(seen)
