"""Public sets with published tables, through `build` and `recommend`.

    python -m benchmarks.quality.served_public DATA [--split valid] [--sets NAME ...] [--json FILE]

On `valid` a shop knows the train rows and weighs its sources by hiding some of them. On `test`
there are two: "as a shop" knows the validation rows too, a day later, as every shop knows what was
bought yesterday; "as published" shows what the train rows alone tell, as the tables do, with the
weights and the links the first one found best. Full ranking over all products, owned ones left out;
R@20 is what the tables give.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import penchant
from benchmarks.quality.baselines import baselines
from benchmarks.quality.public_shop import SETTINGS, make_public_shop, read_pairs
from benchmarks.quality.served import compare, people_of, served, tell


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--split", default="valid", choices=("test", "valid"))
    parser.add_argument("--sets", nargs="*", default=list(SETTINGS), choices=SETTINGS)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for name in options.sets:
        if not (options.data / name / "interactions.npz").is_file():
            print(f"skipped: no benchmark data in {options.data / name}")
            continue
        with tempfile.TemporaryDirectory() as folder:
            for task, row in run_set(options.data, name, options.split, Path(folder)):
                tell(task, row)
                rows.append({"set": name, "task": task, **row})
    if options.json:
        options.json.write_text(json.dumps({"split": options.split, "rows": rows}, indent=1) + "\n")


def run_set(
    data: Path, name: str, split: str, folder: Path
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Build, ask, compare.

    Args:
        data: The folder of all benchmark sets.
        name: "tiktok" or "baby".
        split: "valid" or "test".
        folder: To build in.
    """
    train = read_pairs(data, name, "train")
    if split == "valid":
        shop = make_public_shop(data, name, train, folder / "shop")
        yield from _ask(data, name, shop, "valid", name)
        return
    shop = make_public_shop(data, name, read_pairs(data, name, "train", "valid"), folder / "shop")
    yield from _ask(data, name, shop, "test", f"{name}, as a shop")
    weights = {"weights": dict(shop.recommender.blend_of("homepage").weights)}
    method = {"collaborative": shop.build.demand.links.about["method"]}
    thin = make_public_shop(data, name, train, folder / "published", homepage=weights, blend=method)
    yield from _ask(data, name, thin, "test", f"{name}, as published")


def _ask(
    data: Path, name: str, shop: penchant.Shop, split: str, task: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    blend, method = shop.recommender.blend_of("homepage"), shop.build.demand.links.about["method"]
    weights = {source: round(one, 2) for source, one in blend.weights.items()}
    print(f"{task}: {weights}, links by {method}", flush=True)
    hidden = read_pairs(data, name, split)
    people, wanted = people_of(shop, hidden)
    found = {"served": served(shop, people), **baselines(shop, people)}
    for row in compare(found, wanted, "served"):
        yield task, row


if __name__ == "__main__":
    main()
