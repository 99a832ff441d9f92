"""The page of benchmarks is what the committed results say."""

from __future__ import annotations

import json

import pytest

from benchmarks.service.__main__ import with_ratios
from benchmarks.speed import RATIOS, ratios
from benchmarks.tables import PAGE, RESULTS, SETS, render

QUALITY = json.loads((RESULTS / "quality.json").read_text(encoding="utf-8"))


def test_the_page_is_rendered_from_the_results():
    """Renew it with: python -m benchmarks.tables."""
    assert PAGE.read_text(encoding="utf-8") == render(RESULTS)


def test_the_results_are_of_test_rows_and_say_how_they_came():
    assert QUALITY["split"] == "test"
    assert "benchmarks.rivals.quality" in QUALITY["command"]
    assert {"penchant", "implicit", "cornac"} <= set(QUALITY["versions"])
    assert {one["set"] for one in QUALITY["sets"]} <= set(SETS)


@pytest.mark.parametrize("one", QUALITY["sets"], ids=lambda one: one["set"])
def test_every_lead_is_ours_minus_theirs_over_the_same_customers(one):
    rows = {row["method"]: row for row in one["rows"] if "skipped" not in row}
    ours = rows.pop("penchant")
    for row in rows.values():
        for metric in ("recall@10", "recall@20", "ndcg@10", "ndcg@20"):
            gap = row[f"penchant - this, {metric}"]
            assert gap["value"] == pytest.approx(
                ours[metric]["value"] - row[metric]["value"], abs=2e-5
            )
            assert gap["low"] <= gap["value"] <= gap["high"]
            assert gap["n"] == row[metric]["n"] == one["customers"]


def test_speed_is_told_in_ratios_once_it_is_measured(tmp_path):
    (tmp_path / "quality.json").write_text(json.dumps(QUALITY | {"sets": []}), encoding="utf-8")
    assert "Not measured yet" in render(tmp_path)
    values = dict.fromkeys(("photos", "share", "seconds"), 0.5)
    speed = {
        "command": "a command",
        "machine": "two quiet cores",
        "ratios": {"photos": ratios("photos", values)},
    }
    (tmp_path / "speed.json").write_text(json.dumps(speed), encoding="utf-8")
    page = render(tmp_path)
    assert f"| photos | {RATIOS['photos']['share']} | 0.5 |" in page
    assert "two quiet cores" in page
    assert "seconds" not in page.split("## Speed")[1]


def test_the_service_is_told_beside_an_empty_application(tmp_path):
    (tmp_path / "quality.json").write_text(json.dumps(QUALITY | {"sets": []}), encoding="utf-8")
    assert "## The service" not in render(tmp_path)
    row = {"wanted": 50, "reached": 49.5, "requests": 100, "failed": {"503": 2}}
    row |= {"arrivals": "even", "cpu_ms": 3.5, "p99_least_ms": 4.5, "p99_most_ms": 9.0}
    rows = [
        {"service": "empty", **row, "p50_ms": 1.0, "p99_ms": 2.0},
        {"service": "sqlite", **row, "p50_ms": 4.0, "p99_ms": 5.0},
    ]
    told = {
        "command": "a command",
        "machine": "two quiet cores",
        "workers": 2,
        "products": 100_000,
        "customers": 200_000,
        "writes": 0.1,
        "rounds": 3,
        "seconds": 10.0,
        "rows": with_ratios(rows),
    }
    (tmp_path / "service.json").write_text(json.dumps(told), encoding="utf-8")
    page = render(tmp_path)
    assert "| sqlite | 50 | even | 49.5 | 2 of 100 | 4 | 5 | 4.5-9 | 4 | 2.5 | 3.5 |" in page
    assert "3 rounds of 10 seconds" in page
