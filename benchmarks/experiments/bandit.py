"""A logged bandit read again: what the Thompson policy is worth, told from the uniform log alone.

    python -m benchmarks.experiments.bandit DATA [--json FILE]

DATA/experiments/logged_bandit holds 10,000 slots each of two policies that served a fashion shop at
the same time: one showed 34 products evenly, the other by Thompson sampling. The first log values
the second policy, and its own log says whether that is right; then the other way round. Nobody is
named in the logs, so each row counts as a visitor of its own.

The Thompson policy learnt while it served: its propensities change from hour to hour. What is
valued is what it showed on average: how often its log has each product in each position. How much
of a difference that and both logs leave to chance is told by a bootstrap over both.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

import penchant
from penchant.evaluation.intervals import MeanInterval
from penchant.experiments.off_policy.estimators import ESTIMATORS, logged_mean
from penchant.experiments.off_policy.logged_slots import LoggedSlots
from penchant.experiments.off_policy.overlap import Gate, overlap_of
from penchant.experiments.off_policy.reward_model import Shown, predict_rewards

N_POSITIONS = 3
DRAWS = 500
COMMAND = "python -m benchmarks.experiments.bandit DATA --json FILE"


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """What a policy showed.

    Attributes:
        product: Shape (n,), product rows.
        position: Shape (n,), 0-based.
        click: Shape (n,), 0 or 1.
        propensity: Shape (n,), as logged.
    """

    product: NDArray[np.int64]
    position: NDArray[np.int64]
    click: NDArray[np.float64]
    propensity: NDArray[np.float64]

    @classmethod
    def read(cls, file: Path) -> Log:
        """Read a log, by time.

        Args:
            file: Parquet.
        """
        rows = pl.read_parquet(file).sort("timestamp", maintain_order=True)
        return cls(
            rows["item_id"].to_numpy(),
            rows["position"].to_numpy() - 1,
            rows["click"].to_numpy().astype(np.float64),
            rows["propensity_score"].to_numpy(),
        )

    def take(self, rows: NDArray[np.intp]) -> Log:
        """Give some rows.

        Args:
            rows: Row numbers.
        """
        return Log(self.product[rows], self.position[rows], self.click[rows], self.propensity[rows])

    def shares(self, n_products: int) -> NDArray[np.float64]:
        """Give how often each product stood in each position, shape (positions, n_products).

        Args:
            n_products: Product rows.
        """
        counts = np.zeros((N_POSITIONS, n_products))
        np.add.at(counts, (self.position, self.product), 1)
        return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    folder = options.data / "experiments" / "logged_bandit"
    if not (folder / "random_men.parquet").is_file():
        print(f"skipped: no benchmark data in {folder}")
        return
    uniform, thompson = (Log.read(folder / f"{name}_men.parquet") for name in ("random", "bts"))
    rows = measure(uniform, thompson, draws=DRAWS)
    for row in rows:
        print(line(row), flush=True)
    if options.json:
        told = {"command": COMMAND, "version": penchant.__version__, "draws": DRAWS, "rows": rows}
        options.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def measure(uniform: Log, thompson: Log, *, draws: int) -> list[dict[str, Any]]:
    """Value each policy from the other's log, in all positions together and in each.

    Args:
        uniform: Of the policy that shows all products evenly.
        thompson: Of the one that learns.
        draws: Of the bootstrap.
    """
    n_products = int(max(uniform.product.max(), thompson.product.max())) + 1
    even = np.full((N_POSITIONS, n_products), 1 / n_products)
    learnt = thompson.shares(n_products)
    rows = []
    for position in (None, *range(N_POSITIONS)):
        some, other = _at(uniform, position), _at(thompson, position)
        rows.append(
            {"target": "thompson", "log": "uniform", **_row(some, other, learnt, position, draws)}
        )
        rows.append(
            {"target": "uniform", "log": "thompson", **_row(other, some, even, position, draws)}
        )
    return sorted(rows, key=lambda row: str(row["target"]))


def logged_slots(log: Log, target: NDArray[np.float64], *, model: bool = True) -> LoggedSlots:
    """Give a log as what a policy can be valued by.

    Args:
        log: What was shown.
        target: Shape (positions, n_products), the policy to be valued.
        model: Whether to fit a model of the clicks.
    """
    found = LoggedSlots(
        customer=np.arange(len(log.click)),
        slot=log.position + 1,
        reward=log.click,
        propensity=log.propensity,
        target=target[log.position, log.product],
    )
    if not model:
        return found
    shown = Shown(found.customer, found.slot, log.product, log.click)
    predicted = predict_rewards(shown, csr_array(target[log.position]))
    return replace(found, predicted=predicted.shown, predicted_target=predicted.target)


def line(row: Mapping[str, Any]) -> str:
    """Write a row for people.

    Args:
        row: One of `measure`.
    """
    estimates = "  ".join(
        f"{name} {1e3 * one['value']:.2f} [{1e3 * one['low']:.2f}, {1e3 * one['high']:.2f}]"
        f"{'' if one['inside'] else ' MISSED'}"
        for name, one in row["estimates"].items()
    )
    lap, own = row["overlap"], row["own"]
    says = "refused" if row["refusals"] else "valued"
    return (
        f"{row['target']:8} from {row['log']:8} position {row['position']}: own "
        f"{1e3 * own['value']:.2f} [{1e3 * own['low']:.2f}, {1e3 * own['high']:.2f}]  {estimates} "
        f"(clicks per 1,000)  ESS {lap['effective']:.0f} of {lap['slots']}, max weight "
        f"{lap['max_weight']:.1f}, mean weight {lap['mean_weight']:.3f}; {says}"
    )


def _at(log: Log, position: int | None) -> Log:
    return log if position is None else log.take(np.flatnonzero(log.position == position))


def _row(
    log: Log, own: Log, target: NDArray[np.float64], position: int | None, draws: int
) -> dict[str, Any]:
    """Compare what a log says of a policy with what the policy's own log says."""
    found = logged_slots(log, target)
    truth = logged_mean(logged_slots(own, target, model=False))
    gaps = _gaps(log, own, None if np.ptp(target) == 0 else target.shape[1], target, draws)
    overlap = overlap_of(found)
    return {
        "position": "all" if position is None else position + 1,
        "own": _told(truth),
        "logged": _told(logged_mean(found)),
        "estimates": {
            name: {
                **_told(one := estimate(found)),
                "inside": bool(one.low <= truth.value <= one.high),
                "minus_own": gaps[name],
            }
            for name, estimate in ESTIMATORS.items()
        },
        "overlap": asdict(overlap),
        "refusals": list(Gate().refusals(overlap)),
    }


def _gaps(
    log: Log, own: Log, learnt: int | None, target: NDArray[np.float64], draws: int
) -> dict[str, dict[str, float]]:
    """Give estimate minus own mean, with both logs and what is learnt from one of them in doubt."""
    rng = np.random.default_rng(0)
    drawn: dict[str, list[float]] = {name: [] for name in ESTIMATORS}
    for _ in range(draws):
        some = log.take(rng.integers(0, len(log.click), len(log.click)))
        other = own.take(rng.integers(0, len(own.click), len(own.click)))
        policy = target if learnt is None else other.shares(learnt)
        found = logged_slots(some, policy)
        for name, estimate in ESTIMATORS.items():
            drawn[name].append(estimate(found).value - float(other.click.mean()))
    ends = {name: np.quantile(values, [0.025, 0.975]) for name, values in drawn.items()}
    return {name: {"low": float(low), "high": float(high)} for name, (low, high) in ends.items()}


def _told(one: MeanInterval) -> dict[str, float]:
    return asdict(one)


if __name__ == "__main__":
    main()
