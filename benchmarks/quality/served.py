"""What a shop's customers would be shown: real fashion purchases through `build` and `recommend`.

    python -m benchmarks.quality.served DATA [--split valid] [--tasks NAME ...] [--json FILE]

A shop is made of the benchmark's tables and vectors, built, and asked for 20 products for every
customer with a hidden purchase. Baselines are fitted on the same known purchases. Full ranking over
all candidates, owned products left out for all alike; intervals are 95 % over customers,
differences are paired.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import penchant
from benchmarks.quality.baselines import (
    SHOWN,
    Found,
    baselines,
    best,
    history_of,
    owned_of,
    plain_mean,
    popularity,
)
from benchmarks.quality.fashion_shop import (
    Task,
    hidden_designs,
    make_shop,
    two_years_task,
    week_task,
    with_settings,
)
from penchant.evaluation import mean_interval

Rows = dict[str, Any]


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--split", default="valid", choices=("test", "valid"))
    parser.add_argument("--tasks", nargs="*", default=list(TASKS), choices=TASKS)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if not (options.data / "products.parquet").is_file():
        print(f"skipped: no benchmark data in {options.data}")
        return
    rows: list[Rows] = []
    for name in options.tasks:
        with tempfile.TemporaryDirectory() as folder:
            for row in TASKS[name](options.data, options.split, Path(folder)):
                tell(name, row)
                rows.append({"task": name, **row})
    if options.json:
        options.json.write_text(json.dumps({"split": options.split, "rows": rows}, indent=1) + "\n")


def week(data: Path, split: str, folder: Path) -> Iterator[Rows]:
    """Known products, against all baselines; what the manner of showing costs; what each adds.

    Without a source the shop is built again, and the others are weighed anew.

    Args:
        data: The benchmark's folder.
        split: "valid" or "test".
        folder: To build in.
    """
    task = week_task(data, split)
    shop = make_shop(data, task, folder / "week", {})
    people, wanted = people_of(shop, task.hidden)
    found = {"served": served(shop, people)}
    found |= baselines(shop, people)
    defaults = {"explore": 0.1, "diversity": 0.1}
    with_manner = with_settings(shop, homepage=defaults)
    found["served, diverse and exploring"] = served(with_manner, people)
    for n in (40, 100, 200, 400):
        other = with_settings(shop, recommend={"candidates": n})
        found[f"served, {n} candidates a source"] = served(other, people)
    for source in ("pairings", "collaborative", "visual", "popular"):
        changes = {"blend": {"leave_out": [source]}}
        found[f"served without {source}"] = served(
            make_shop(data, task, folder / source, changes), people
        )
    yield from compare(found, wanted, "served")
    yield from one_item(shop, task, people, wanted)


def one_item(
    shop: penchant.Shop, task: Task, people: list[str], wanted: list[Found]
) -> Iterator[Rows]:
    """The same customers with one purchase of each known to the request; the build knows all.

    Args:
        shop: Built on all known purchases.
        task: What is known.
        people: customer_ids.
        wanted: Hidden products of each.
    """
    rng = np.random.default_rng(0)
    histories = shop.build.histories
    kept = np.zeros(len(histories.events), bool)
    for start, stop in zip(histories.starts[:-1], histories.starts[1:], strict=True):
        if stop > start:
            kept[rng.integers(start, stop)] = True
    thin = penchant.Shop(shop.manifest, replace(shop.build, histories=histories.where(kept)))
    everything = owned_of(shop, people)
    links = shop.build.demand.links
    own = owned_of(thin, people)
    found = {
        "served, one purchase known": served(thin, people, beyond=everything),
        "item-kNN, one purchase known": best(shop, own, everything, links.scores),
    }
    yield from compare(found, wanted, "served, one purchase known")


def hidden(data: Path, split: str, folder: Path) -> Iterator[Rows]:
    """Products kept from everything known, four folds of designs: all channels, and photos alone.

    Args:
        data: The benchmark's folder.
        split: "valid" or "test".
        folder: To build in.
    """
    whole = week_task(data, split)
    photo = {"photo": 1.0, "attributes": 0.0, "text": 0.0, "price": 0.0}
    parts: dict[str, list[Found]] = {}
    wanted: list[Found] = []
    for fold in range(4):
        task = hidden_designs(whole, fold)
        for name, space in (("served", {}), ("served, photos only", {"channel_weights": photo})):
            changes = {"space": space, "blend": {"fit": False, "pairings": False}}
            shop = make_shop(data, task, folder / f"{name}{fold}", changes)
            people, here = people_of(shop, task.hidden)
            cold = task.hidden_ids
            parts.setdefault(name, []).append(
                served(with_settings(shop, recommend={"allow": cold}), people)
            )
        wanted += here
        rows = np.array([shop.build.product_ids.row(one) for one in cold])
        parts.setdefault("plain mean", []).append(plain_mean(data, task, shop, people, rows))
    yield from compare({k: np.concatenate(v) for k, v in parts.items()}, wanted, "served")


def two_years(data: Path, split: str, folder: Path) -> Iterator[Rows]:
    """Long histories, cut once in time; most of what was bought then had never been sold before.

    Args:
        data: The benchmark's folder.
        split: "valid" or "test".
        folder: To build in.
    """
    task = two_years_task(data, split)
    shop = make_shop(data, task, folder / "years", {})
    people, wanted = people_of(shop, task.hidden)
    found = {
        "served": served(shop, people),
        "popularity": popularity(shop, people),
        "plain mean": plain_mean(data, task, shop, people, None),
    }
    yield from compare(found, wanted, "served")


TASKS: Mapping[str, Callable[[Path, str, Path], Iterator[Rows]]] = {
    "week": week,
    "hidden": hidden,
    "two_years": two_years,
}


def served(shop: penchant.Shop, people: list[str], beyond: list[Found] | None = None) -> Found:
    """Ask the shop for every customer's homepage.

    Args:
        shop: Open.
        people: customer_ids.
        beyond: Per customer, products that do not count, though the shop does not know why.

    Returns:
        Shape (n, SHOWN), product rows, -1 where fewer came.
    """
    found = np.full((len(people), SHOWN), -1, np.int32)
    for place, name in enumerate(people):
        extra = 0 if beyond is None else len(beyond[place])
        ids = shop.recommend(name, k=SHOWN + extra, request_id="benchmark").product_ids
        rows = [shop.build.product_ids.row(one) for one in ids]
        if beyond is not None:
            rows = [row for row in rows if row not in set(beyond[place].tolist())]
        found[place, : min(len(rows), SHOWN)] = rows[:SHOWN]
    return found


def people_of(shop: penchant.Shop, hidden: pl.DataFrame) -> tuple[list[str], list[Found]]:
    """Give the customers with something hidden, and the rows of it.

    Args:
        shop: Built on what is known.
        hidden: Columns customer_id, product_id.
    """
    groups = hidden.group_by("customer_id", maintain_order=True).agg(pl.col("product_id"))
    ids = shop.build.product_ids
    known = [name for name in groups["customer_id"] if len(history_of(shop, name))]
    kept = groups.filter(pl.col("customer_id").is_in(known))
    wanted = [np.array([ids.row(one) for one in some], np.int32) for some in kept["product_id"]]
    return kept["customer_id"].to_list(), wanted


def compare(found: Mapping[str, Found], wanted: list[Found], lead: str) -> Iterator[Rows]:
    """Give recall of each, and the paired lead of one over the others.

    Args:
        found: Method -> what it shows each customer.
        wanted: Hidden products of each.
        lead: The method others are compared with.
    """
    recalls = {name: _recall(rows, wanted) for name, rows in found.items()}
    for name, recall in recalls.items():
        row: Rows = {"method": name}
        for k, values in recall.items():
            row[f"recall@{k}"] = asdict(mean_interval(values))
            if name != lead:
                gap = mean_interval(recalls[lead][k] - values)
                row[f"{lead} - this @{k}"] = asdict(gap)
        yield row


def _recall(found: Found, wanted: list[Found]) -> dict[int, NDArray[np.float64]]:
    hits = np.array([np.isin(row, some) for row, some in zip(found, wanted, strict=True)])
    sizes = np.array([len(some) for some in wanted])
    return {k: hits[:, :k].sum(axis=1) / sizes for k in (10, 20)}


def tell(task: str, row: Rows) -> None:
    """Print one row.

    Args:
        task: What was asked.
        row: Of `compare`.
    """
    parts = [f"{task:10} {row['method']:30}"]
    for key, value in row.items():
        if isinstance(value, dict):
            name = key.replace("recall", "R") if key.startswith("recall") else "lead"
            parts.append(f"{name} {value['value']:.4f} [{value['low']:.4f}, {value['high']:.4f}]")
    print("  ".join(parts), flush=True)


if __name__ == "__main__":
    main()
