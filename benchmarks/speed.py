"""Speed, as ratios within one run: `penchant bench` for every job, and what of it compares.

    python -m benchmarks.speed MACHINE benchmarks/results/speed.json

MACHINE says in words what it ran on. Nothing else should run meanwhile. Seconds and rates are left
out: they are of the machine, the ratios of the work.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

RATIOS: Mapping[str, Mapping[str, str]] = {
    "photos": {"share": "photos embedded, of the bare model's pace"},
    "profiles": {"ratio": "time of all profiles, in scipy's bare sparse products"},
    "profiler": {"speedup": "`CustomerStyleProfiler`, times as fast as plain loops"},
    "index": {
        "times_faster_k10_100.0%": "the 10 nearest of 100,000 by the graph, times as fast",
        "recall_k10_100.0%": "share of them that the graph finds",
        "times_faster_k500_100.0%": "the 500 nearest, times as fast",
        "recall_k500_100.0%": "share of them found",
    },
    "recommend": {
        "homepage_to_bare_pass": "a homepage of 100,000 products, in bare passes over vectors",
        "exact_to_bare_pass": "the same without the graph",
    },
    "campaign": {
        "speed": "a campaign, of the bare matrix product's pace",
        "of_blocked": "the same, of a product in blocks",
    },
    "metrics": {"speed": "six metrics of 1,000,000 lists, of numpy's bare search's pace"},
}
"""Job -> its ratios, and what they say."""


def main() -> None:
    """Run all jobs, one after another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("machine")
    parser.add_argument("json", type=Path)
    options = parser.parse_args()
    result = {
        "command": "python -m benchmarks.speed MACHINE FILE",
        "machine": options.machine,
        "ratios": {job: ratios(job, run(job)) for job in RATIOS},
    }
    options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def run(job: str) -> Mapping[str, Any]:
    """Run one job in a process of its own.

    Args:
        job: A key of RATIOS.
    """
    start = "from penchant.cli.app import main; main()"
    words = [sys.executable, "-c", start, "bench", job, "--json"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    print(job, done.stdout, flush=True)
    values: Mapping[str, Any] = json.loads(done.stdout)
    return values


def ratios(job: str, values: Mapping[str, Any]) -> dict[str, float]:
    """Keep what compares.

    Args:
        job: A key of RATIOS.
        values: What `penchant bench` gave.
    """
    return {name: values[name] for name in RATIOS[job]}


if __name__ == "__main__":
    main()
