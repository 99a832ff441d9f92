"""Same input, same bytes: whatever the folder, the order of the rows or the number of threads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

MAIN = "from penchant.cli.app import main; main()"


def contents(shop: Path) -> dict[str, bytes]:
    """Every file of all builds, with the name of the published one."""
    files = [path for path in shop.joinpath("builds").rglob("*") if path.is_file()]
    found = {path.relative_to(shop).as_posix(): path.read_bytes() for path in files}
    return {**found, "CURRENT": (shop / "CURRENT").read_bytes()}


def test_two_shops_of_the_same_input_hold_the_same_bytes(
    desk: Any, built_shop: Path, tmp_path: Path
) -> None:
    desk.build(tmp_path / "other", desk.inputs)
    assert contents(tmp_path / "other") == contents(built_shop)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_the_rows_does_not_matter(
    desk: Any, built_shop: Path, tmp_path: Path, seed: int
) -> None:
    order = np.random.default_rng(seed)
    inputs = desk.write_inputs(tmp_path / "inputs", order=order)
    same = (inputs / "products.csv").read_bytes() == (desk.inputs / "products.csv").read_bytes()
    assert not same
    desk.build(tmp_path / "shop", inputs, vectors=desk.inputs / "vectors.npz")
    assert contents(tmp_path / "shop") == contents(built_shop)


def test_building_again_reuses_the_build(desk: Any, own_shop: Path) -> None:
    before = contents(own_shop)
    again = desk.run("build", own_shop, "--json").json
    assert again["reused"] is True
    assert contents(own_shop) == before


def test_another_setting_is_another_build_and_the_old_one_stays(desk: Any, own_shop: Path) -> None:
    before = contents(own_shop)
    old = before.pop("CURRENT")
    text = (own_shop / "penchant.toml").read_text()
    text = text.replace("# half_life_days = 30.0", "half_life_days = 60.0")
    (own_shop / "penchant.toml").write_text(text)
    assert desk.rebuild(own_shop, "--json").json["reused"] is False
    after = contents(own_shop)
    assert after["CURRENT"] != old
    assert before.items() <= after.items()


def test_a_moment_is_the_same_in_every_time_zone(desk: Any, own_shop: Path) -> None:
    moments = ("2026-06-15", "2026-06-15T00:00:00Z", "2026-06-15T02:00:00+02:00")
    builds = {
        desk.run("build", own_shop, "--as-of", one, "--json").json["build_id"] for one in moments
    }
    assert len(builds) == 1


def photo_shop(desk: Any, photos: Path, folder: Path) -> Path:
    """A shop of photos with baskets enough for a learned map, not built yet."""
    rows = [(f"P{i:02d}", ("ring", "chain")[i % 2], photos / f"P{i:02d}.jpg") for i in range(12)]
    products = desk.write_csv(folder / "products.csv", "product_id category image", rows)
    rng = np.random.default_rng(3)
    bought = [
        (f"C{i:03d}", f"P{int(p):02d}", "purchase", f"2026-06-{1 + i % 28:02d}T10:00:00Z")
        for i in range(120)
        for p in rng.choice(12, 3, replace=False)
    ]
    header = "customer_id product_id interaction_type timestamp"
    events = desk.write_csv(folder / "events.csv", header, bought)
    shop = folder / "shop"
    desk.run("init", shop)
    ingested = desk.run(
        "ingest", shop, "--products", products, "--interactions", events, "--as-of", "2026-07-01"
    )
    assert ingested.code == 0, ingested.err
    return shop


def test_threads_do_not_matter(
    desk: Any, photo_folder: Path, model_cache: Path, tmp_path: Path
) -> None:
    """Photos, a learned map and profiles, built with one and with several threads."""
    found = []
    for threads in ("1", "3"):
        shop = photo_shop(desk, photo_folder, tmp_path / threads)
        names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "POLARS_MAX_THREADS")
        environment = {**os.environ, **dict.fromkeys(names, threads)}
        environment["PENCHANT_ENCODER_WORKERS"] = threads
        done = subprocess.run(
            [sys.executable, "-c", MAIN, "build", str(shop)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        desk.publish(shop)
        assert "closed-form" in done.stderr
        found.append(contents(shop))
    assert found[0] == found[1]
    assert any(name.endswith("map.npy") for name in found[0])


def test_matrix_products_of_a_build_use_one_thread(
    desk: Any, own_shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last bits of big products depend on the number of threads; small ones do not show it."""
    from threadpoolctl import ThreadpoolController

    from penchant.builds import sources

    seen = []
    fit = sources.fit_space

    def watched(*arguments: Any, **named: Any) -> Any:
        blas = ThreadpoolController().select(user_api="blas").info()
        seen.append({one["num_threads"] for one in blas if "numpy" in one["filepath"]})
        return fit(*arguments, **named)

    monkeypatch.setattr(sources, "fit_space", watched)
    assert desk.run("build", own_shop, "--as-of", "2026-06-03").code == 0
    assert seen == [{1}]
