"""The logged bandit, in small: two policies that serve one shop, of which all is known."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from benchmarks.experiments import bandit

N_PRODUCTS, N = 6, 4_000


def write_log(file: Path, policy: np.ndarray, rate: np.ndarray, seed: int) -> None:
    """What one policy showed, and what was clicked."""
    rng = np.random.default_rng(seed)
    position = rng.integers(0, 3, N)
    item = np.array([rng.choice(N_PRODUCTS, p=policy[one]) for one in position])
    pl.DataFrame(
        {
            "timestamp": [f"2026-07-01T00:{n // 60 % 60:02d}:{n % 60:02d}" for n in range(N)],
            "item_id": item,
            "position": position + 1,
            "click": (rng.random(N) < rate[position, item]).astype(int),
            "propensity_score": policy[position, item],
        }
    ).write_parquet(file)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both logs, where the benchmark looks for them."""
    root = tmp_path_factory.mktemp("bench")
    folder = root / "experiments" / "logged_bandit"
    folder.mkdir(parents=True)
    rate = np.linspace(0.05, 0.3, N_PRODUCTS) * np.array([[1.0], [0.8], [0.6]])
    even = np.full((3, N_PRODUCTS), 1 / N_PRODUCTS)
    write_log(folder / "random_men.parquet", even, rate, 1)
    write_log(folder / "bts_men.parquet", rate**2 / (rate**2).sum(axis=1, keepdims=True), rate, 2)
    return root


def test_a_policy_is_valued_from_the_log_of_the_other(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "found.json"
    monkeypatch.setattr(bandit, "DRAWS", 20)
    monkeypatch.setattr(sys, "argv", ["bandit", str(data), "--json", str(file)])
    bandit.main()
    rows = json.loads(file.read_text())["rows"]
    assert len(rows) == len(capsys.readouterr().out.splitlines()) == 8
    for row in rows:
        for one in row["estimates"].values():
            assert one["minus_own"]["low"] < 0.05
            assert one["minus_own"]["high"] > -0.05
            assert abs(one["value"] - row["own"]["value"]) < 0.05
    (whole,) = [one for one in rows if (one["target"], one["position"]) == ("thompson", "all")]
    assert whole["refusals"] == []
    assert whole["overlap"]["mean_weight"] == pytest.approx(1, abs=0.05)
    assert whole["logged"]["value"] < whole["own"]["value"]


def test_without_data_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bandit", str(tmp_path)])
    bandit.main()
    assert capsys.readouterr().out.startswith("skipped: no benchmark data in ")
