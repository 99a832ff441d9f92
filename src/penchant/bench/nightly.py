"""How long a nightly run takes where little has changed, beside building a new shop of the same."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
from PIL import Image, ImageOps

from penchant import columns as c
from penchant.gate import gate_of
from penchant.nightly import Errand, nightly
from penchant.publishing import Gate, Verdict
from penchant.sample.files import FILE_NAMES, sample_directory
from penchant.sample.generator import GeneratorSettings, generate_shop
from penchant.shop_directory import ShopDirectory

END = datetime(2026, 7, 1, tzinfo=UTC)
CHANGED = 0.01
STEPS = ("ingest", "embed", "build", "publish")


def bench_nightly(
    *, n_customers: int = 2000, n_interactions: int = 40_000, n_products: int | None = None
) -> dict[str, float]:
    """Run a changed feed through a shop that serves, and through a new shop; the builds are equal.

    The photos are the sample shop's. One product in a hundred is new, one is gone, and one has
    another photo; one event in a hundred is new or late. The gate judges, but lets all pass.

    Args:
        n_customers: Customers, >= 1.
        n_interactions: Events, about.
        n_products: Of the sample's products, the first; None: all.

    Returns:
        Processor seconds, for the machine may be busy: of every step in the nightly run and in the
        new shop (`embed_nightly_s`, `embed_rebuild_s`), and of a run with nothing new. `ratio`
        divides them up to the build, which is the same work in both: its lesser time counts.
        `embed_ratio` divides those of embedding. Publishing is told apart: only where a build
        serves is there one to compare with. `same_build` is 1 if both runs end in one build.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shop, other = (ShopDirectory.create(folder / one) for one in ("shop", "other"))
        products, events = _tables(folder, n_customers, n_interactions, n_products)
        n = max(1, round(CHANGED * len(products)))
        known = np.random.default_rng(1).random(len(events)) >= CHANGED
        _run(shop, products[:-n], events.filter(known))
        _repaint(folder, products[n][c.IMAGE].item())
        night = _run(shop, products[n:], events.filter(~known))
        anew = _run(other, products[n:], events)
        again = _run(shop, products[n:], events.filter(~known))
    build = min(night.seconds["build"], anew.seconds["build"])
    return {
        "products": float(len(products)),
        "interactions": float(len(events)),
        "ratio": round((_ready(night) + build) / (_ready(anew) + build), 3),
        "embed_ratio": round(night.seconds["embed"] / anew.seconds["embed"], 3),
        **{f"{step}_nightly_s": round(seconds, 2) for step, seconds in night.seconds.items()},
        **{f"{step}_rebuild_s": round(seconds, 2) for step, seconds in anew.seconds.items()},
        "nothing_new_s": round(sum(again.seconds.values()), 2),
        "same_build": float(night.build_id == anew.build_id == again.build_id),
    }


@dataclass(frozen=True, slots=True)
class _Cost:
    """Processor seconds of each step of a run, and the build it ended in."""

    seconds: Mapping[str, float]
    build_id: str | None


def _ready(cost: _Cost) -> float:
    return cost.seconds["ingest"] + cost.seconds["embed"]


def _tables(
    folder: Path, n_customers: int, n_interactions: int, n_products: int | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give the sample's products with photos of their own, and events of drawn customers."""
    shutil.copytree(sample_directory() / "photos", folder / "photos")
    table = pl.read_csv(sample_directory() / FILE_NAMES[c.PRODUCTS], infer_schema=False)
    products = table.head(n_products or len(table)).with_columns(
        pl.format("{}/{}", pl.lit(str(folder)), c.IMAGE).alias(c.IMAGE)
    )
    sizes = GeneratorSettings(
        n_products=len(products),
        n_customers=n_customers,
        n_interactions=n_interactions,
        dim=8,
        end=END,
    )
    made = generate_shop(np.random.default_rng(0), settings=sizes)
    names = dict(zip(made.product_ids, products[c.PRODUCT_ID], strict=True))
    return products, made.interactions.with_columns(pl.col(c.PRODUCT_ID).replace_strict(names))


def _repaint(folder: Path, photo: str) -> None:
    path = folder / photo
    with Image.open(path) as image:
        ImageOps.mirror(image).save(path)


def _run(shop: ShopDirectory, products: pl.DataFrame, events: pl.DataFrame) -> _Cost:
    """Put both tables into the inbox, and measure a run."""
    shop.inbox.mkdir(exist_ok=True)
    products.write_parquet(shop.inbox / "products.parquet")
    events.write_parquet(shop.inbox / "interactions.parquet")
    settings, seconds, last = shop.settings({}), {}, time.process_time()

    def clock(told: str) -> None:
        nonlocal last
        step, colon, _ = told.partition(":")
        if colon and step in STEPS:
            seconds[step], last = time.process_time() - last, time.process_time()

    gate = _passing(gate_of(shop, settings))
    done = nightly(shop, Errand(), settings=settings, at=END, gate=gate, on_step=clock)
    return _Cost(seconds, done.build_id)


def _passing(gate: Gate) -> Gate:
    """Let every build pass, once it has been judged: that is what takes time."""

    def judged(candidate: Path, current: Path | None) -> Verdict:
        return replace(gate(candidate, current), passed=True, enough_evidence=True)

    return judged
