"""Shares with their intervals, and the file that both benchmarks write to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scipy.stats import beta

import penchant


def share(found: Sequence[bool]) -> dict[str, float]:
    """Give the share of runs that came out, with its exact 95 % interval (Clopper and Pearson).

    Args:
        found: One per run.
    """
    hits, n = sum(found), len(found)
    low = float(beta.ppf(0.025, hits, n - hits + 1)) if hits else 0.0
    high = float(beta.ppf(0.975, hits + 1, n - hits)) if hits < n else 1.0
    return {"value": round(hits / n, 4), "low": round(low, 4), "high": round(high, 4), "runs": n}


def told(one: dict[str, float]) -> str:
    """Write a share for people.

    Args:
        one: By `share`.
    """
    return f"{one['value']:.3f} [{one['low']:.3f}, {one['high']:.3f}]"


def keep(file: Path, section: str, machine: str, found: dict[str, Any]) -> None:
    """Write one section of the results, leaving the others as they are.

    Args:
        file: Made if it is not there.
        section: Name of the section, of the module that measured it.
        machine: In words.
        found: What was measured.
    """
    results = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    results[section] = {
        "command": f"python -m benchmarks.experiments.{section}",
        "machine": machine,
        "version": penchant.__version__,
        **found,
    }
    file.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
