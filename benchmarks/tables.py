"""Write docs/benchmarks.md from the results that are committed.

python -m benchmarks.tables
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.experiments import tables
from benchmarks.speed import RATIOS

ROOT = Path(__file__).parents[1]
RESULTS, PAGE = ROOT / "benchmarks" / "results", ROOT / "docs" / "benchmarks.md"
OURS = "penchant"

SETS = {
    "week": (
        "A week of a fashion shop",
        "One design hidden per customer, all of it known to sell.",
    ),
    "two_years": (
        "Two years of a fashion shop",
        "Cut once in time; most of what was bought then had never been sold before.",
    ),
    "tiktok": ("TikTok, as a shop", "What was bought until yesterday is known."),
    "tiktok_published": (
        "TikTok, as published",
        "Only the train rows are known, as in published tables.",
    ),
    "baby": ("Amazon Baby, as a shop", "What was bought until yesterday is known; no photos."),
    "baby_published": (
        "Amazon Baby, as published",
        "Only the train rows are known, as in published tables; no photos.",
    ),
}
METRICS = {"recall@10": "R@10", "recall@20": "R@20", "ndcg@10": "N@10", "ndcg@20": "N@20"}
LEADS = ("recall@10", "recall@20")

HEAD = """# Benchmarks

Written by `python -m benchmarks.tables` from `benchmarks/results/`; a test keeps it true.

## Quality, beside rivals

{what} rows, {versions}; `make rivals`, then in `.venv-rivals`:

    {command}

Every method knows the same purchases and ranks all products in stock, owned ones left out. Settings
are chosen on validation rows, among those of `benchmarks/rivals/methods.py`; test rows are read
once. Ours is built and asked as any shop is, and weighs its sources by itself. R: share of what was
hidden that is among the first 10 or 20; N: nDCG. Intervals are 95 % over customers; a lead is ours
minus the method's, paired. 10,000 days: no decay, or all time.
"""
NO_SPEED = """
## Speed

Not measured yet on a quiet machine:

    python -m benchmarks.speed MACHINE benchmarks/results/speed.json
"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(render(RESULTS), encoding="utf-8")


def render(results: Path) -> str:
    """Give the page.

    Args:
        results: The folder of results: quality.json and, where they were measured, speed.json,
            service.json, experiments.json and off_policy.json.
    """
    quality = json.loads((results / "quality.json").read_text(encoding="utf-8"))
    versions = ", ".join(f"{name} {one}" for name, one in quality["versions"].items())
    what = quality["split"].title()
    parts = [HEAD.format(what=what, versions=versions, command=quality["command"])]
    parts += ["\n".join(_set(one)) for one in quality["sets"]]
    file = results / "speed.json"
    parts.append(_speed(json.loads(file.read_text("utf-8"))) if file.is_file() else NO_SPEED)
    file = results / "service.json"
    if file.is_file():
        parts.append(_service(json.loads(file.read_text("utf-8"))))
    for name, page in (("experiments", tables.experiments), ("off_policy", tables.off_policy)):
        if (file := results / f"{name}.json").is_file():
            parts.append(page(json.loads(file.read_text("utf-8"))))
    return "".join(parts)


def _set(one: Mapping[str, Any]) -> Iterator[str]:
    title, about = SETS[one["set"]]
    yield f"\n### {title}\n"
    yield (
        f"{about} {one['customers']:,} customers asked, {one['products']:,} products, "
        f"{one['known_purchases']:,} known purchases.\n"
    )
    names = [part for key, name in METRICS.items() for part in _heads(key, name)]
    yield f"| method | {' | '.join(names)} | settings |"
    yield f"|{'---|' * (len(names) + 2)}"
    measured = [row for row in one["rows"] if "skipped" not in row]
    best = {key: max(row[key]["value"] for row in measured) for key in METRICS}
    for row in one["rows"]:
        yield f"| {' | '.join(_cells(row, best, len(names)))} |"
    yield ""


def _heads(key: str, name: str) -> list[str]:
    return [name, "our lead"] if key in LEADS else [name]


def _cells(row: Mapping[str, Any], best: Mapping[str, float], width: int) -> Iterator[str]:
    yield f"**{OURS}**" if row["method"] == OURS else row["method"]
    if "skipped" in row:
        yield row["skipped"]
        yield from [""] * width
        return
    for key in METRICS:
        value = row[key]
        mean = _short(value["value"])
        low, high = _short(value["low"]), _short(value["high"])
        mean = f"**{mean}**" if value["value"] == best[key] else mean
        yield f"{mean} [{low}, {high}]" if key in LEADS else mean
        if key in LEADS:
            yield _lead(row.get(f"{OURS} - this, {key}"))
    yield ", ".join(f"{name} {value}" for name, value in row["settings"].items())


def _lead(gap: Mapping[str, float] | None) -> str:
    if gap is None:
        return ""
    return "{} [{}, {}]".format(*(_short(gap[key], "+") for key in ("value", "low", "high")))


def _short(value: float, sign: str = "") -> str:
    return f"{value:{sign}.4f}".replace("0.", ".", 1)


def _speed(result: Mapping[str, Any]) -> str:
    lines = [
        "\n## Speed\n",
        f"Ratios within one run of `{result['command']}`, on {result['machine']}.\n",
        "| `penchant bench` | what | ratio |",
        "|---|---|---|",
    ]
    for job, values in result["ratios"].items():
        lines += [f"| {job} | {RATIOS[job][name]} | {one:g} |" for name, one in values.items()]
    return "\n".join(lines) + "\n"


SERVICE = """
## The service

`{command}`, on {machine}, which servers and load shared: {workers} workers, {products:,} products,
{customers:,} customers, {writes:.0%} of the requests events, the rest homepages, product pages
and carts. Requests come whether or not earlier ones were answered: at random moments, as visitors
do, several together now and then; or evenly, as generators of a constant rate send them.
Milliseconds are of that machine; the ratios are to an empty FastAPI application under the same load
in the same run. All is measured in {rounds} rounds of {seconds:g} seconds, one after another, since
the machine's other guests come and go: medians of them, and the least and greatest p99. CPU ms:
how long the service's processors were at work for a request, with what it does between requests,
without PostgreSQL's own processes.

| service | a second | come | answered | failed | p50 ms | p99 ms | of rounds | p50 to empty | \
p99 to empty | CPU ms |
|---|---|---|---|---|---|---|---|---|---|---|
"""


def _service(result: Mapping[str, Any]) -> str:
    rows = [
        f"| {one['service']} | {one['wanted']:g} | {one['arrivals']} | {one['reached']:g} | "
        f"{sum(one['failed'].values())} of {one['requests']:,} | {one['p50_ms']:g} | "
        f"{one['p99_ms']:g} | {one['p99_least_ms']:g}-{one['p99_most_ms']:g} | "
        f"{one['p50_to_empty']:g} | {one['p99_to_empty']:g} | "
        f"{one['cpu_ms']:g} |"
        for one in result["rows"]
    ]
    return SERVICE.format(**result) + "\n".join(rows) + "\n"


if __name__ == "__main__":
    main()
