"""A small shop to test with: tables, vectors, photos, and the command line run in process."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest

# how long a case takes is the machine's affair: speed lives in benchmarks
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

N_PRODUCTS, DIM = 24, 8
OUT_OF_STOCK, UNPLACED = "P05", "P23"
NOW = "2026-07-01"

EVENTS = {
    "WARM": [
        ("P00", "purchase", "2026-06-20"),
        ("P03", "view", "2026-06-21"),
        ("P06", "add_to_wishlist", "2026-06-25"),
        ("P01", "hide", "2026-06-26"),
    ],
    "NEAR": [
        ("P03", "purchase", "2026-06-10"),
        ("P06", "view", "2026-06-11"),
        ("P09", "view", "2026-06-12"),
    ],
    "FAR": [
        ("P01", "purchase", "2026-06-10"),
        ("P04", "view", "2026-06-11"),
        ("P07", "add_to_cart", "2026-06-12"),
    ],
    "BACK": [
        ("P02", "purchase", "2026-06-01"),
        ("P02", "return", "2026-06-08"),
        ("P08", "purchase", "2026-06-09"),
        ("P11", "view", "2026-06-10"),
        ("P14", "view", "2026-06-11"),
    ],
    "OUT": [
        ("P00", "purchase", "2026-06-01"),
        ("P01", "hide", "2026-06-02"),
        ("P03", "view", "2026-06-02"),
        ("P06", "view", "2026-06-03"),
    ],
    "COLD": [("P09", "view", "2026-06-30")],
}
"""What each customer did; products of equal number modulo 3 look alike."""

ORDERS = [("O1", "GIVER", "2026-06-05", "completed", "true", "P10")]
ORDERS += [("O2", "GIVER", "2026-06-06", "cancelled", "false", "P12")]
ORDERS += [("O3", "GIVER", "2026-06-07", "completed", "false", "P13")]

Row = Sequence[object]


@dataclass(frozen=True, slots=True)
class Result:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Stdout, which must be JSON and nothing else."""
        return json.loads(self.out)


def run_command(*arguments: object) -> Result:
    """Run `penchant` in this process."""
    from penchant.cli.app import main

    before, out, err, code = sys.argv, io.StringIO(), io.StringIO(), 0
    sys.argv = ["penchant", *(str(one) for one in arguments)]
    try:
        with redirect_stdout(out), redirect_stderr(err):
            main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.argv = before
    return Result(code, out.getvalue(), err.getvalue())


def write_csv(path: Path, header: str, rows: Sequence[Row]) -> Path:
    """Write a table; `header` names the columns with spaces between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split())
        writer.writerows(rows)
    return path


def make_vectors() -> dict[str, np.ndarray]:
    """Vectors of three kinds, by product; the last product has none."""
    rng = np.random.default_rng(7)
    centres = rng.random((3, DIM)) * 2
    ids = [f"P{number:02d}" for number in range(N_PRODUCTS)]
    rows = {name: centres[i % 3] + 0.3 * rng.random(DIM) for i, name in enumerate(ids)}
    del rows[UNPLACED]
    return rows


def write_vectors(path: Path, rows: Mapping[str, np.ndarray]) -> Path:
    """Write vectors as a file for `precomputed:`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    vectors = np.array(list(rows.values()), dtype=np.float32)
    np.savez(path, ids=np.array(list(rows)), vectors=vectors)
    return path


def write_inputs(folder: Path, *, order: np.random.Generator | None = None) -> Path:
    """Write the five tables and the vectors, rows in a random order if a generator is given."""

    def shuffled(rows: list[Row]) -> list[Row]:
        return rows if order is None else [rows[i] for i in order.permutation(len(rows))]

    products: list[Row] = [
        (
            name,
            "" if name == UNPLACED else f"Piece {number}",
            "" if name == UNPLACED else ("ring", "chain", "watch")[number % 3],
            "" if name == UNPLACED else 10 + number,
            "out_of_stock" if name == OUT_OF_STOCK else "in_stock",
            f"2026-0{1 + number % 6}-15",
        )
        for number, name in enumerate(f"P{i:02d}" for i in range(N_PRODUCTS))
    ]
    header = "product_id title category price stock_status created_date"
    write_csv(folder / "products.csv", header, shuffled(products))
    people: list[Row] = [(name, str(name != "OUT").lower()) for name in (*EVENTS, "QUIET")]
    write_csv(folder / "customers.csv", "customer_id personalization_consent", shuffled(people))
    events: list[Row] = [
        (who, what, how, f"{day}T12:00:00Z")
        for who, done in EVENTS.items()
        for what, how, day in done
    ]
    header = "customer_id product_id interaction_type timestamp"
    write_csv(folder / "interactions.csv", header, shuffled(events))
    header = "order_id customer_id order_date order_status is_gift"
    write_csv(folder / "orders.csv", header, shuffled([one[:5] for one in ORDERS]))
    items: list[Row] = [(one[0], one[5], 1) for one in ORDERS]
    write_csv(folder / "order_items.csv", "order_id product_id quantity", shuffled(items))
    write_vectors(folder / "vectors.npz", make_vectors())
    return folder


def build_inputs(shop: Path, inputs: Path, *, vectors: Path | None = None) -> None:
    """Make a shop of the tables in `inputs` by the command line, and build it."""
    spec = f"precomputed:{vectors or inputs / 'vectors.npz'}"
    files = [
        word
        for name in ("products", "customers", "orders", "order-items", "interactions")
        for word in (f"--{name}", inputs / f"{name.replace('-', '_')}.csv")
    ]
    for command in (
        ("init", shop, "--encoder", spec),
        ("ingest", shop, *files, "--as-of", NOW),
        ("build", shop),
    ):
        result = run_command(*command)
        assert result.code == 0, result.err
    publish_newest(shop)


def publish_newest(shop: Path) -> str:
    """Let the build serve that was made last, unjudged."""
    from penchant.publishing import publish_build, unjudged
    from penchant.shop_directory import ShopDirectory

    directory, now = ShopDirectory.open(shop), datetime.now(UTC)
    return publish_build(directory, gate=unjudged, force="a test", at=now).build_id


def build_and_publish(shop: Path, *options: object) -> Result:
    """Build a shop by the command line, and let the build serve."""
    result = run_command("build", shop, *options)
    assert result.code == 0, result.err
    publish_newest(shop)
    return result


@dataclass(frozen=True, slots=True)
class Desk:
    """What tests need to make shops and run commands."""

    inputs: Path

    run = staticmethod(run_command)
    write_csv = staticmethod(write_csv)
    write_vectors = staticmethod(write_vectors)
    write_inputs = staticmethod(write_inputs)
    make_vectors = staticmethod(make_vectors)
    build = staticmethod(build_inputs)
    publish = staticmethod(publish_newest)
    rebuild = staticmethod(build_and_publish)
    events = EVENTS


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The five tables and the vectors of the small shop, and helpers."""
    return Desk(write_inputs(tmp_path_factory.mktemp("inputs")))


@pytest.fixture(scope="session")
def built_shop(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small shop, built once; not to be written to."""
    path = tmp_path_factory.mktemp("shops") / "shop"
    build_inputs(path, desk.inputs)
    return path


@pytest.fixture
def own_shop(built_shop: Path, tmp_path: Path) -> Path:
    """A copy of the small shop, to be damaged or built again."""
    return Path(shutil.copytree(built_shop, tmp_path / "shop"))


@pytest.fixture(scope="session")
def peopled(desk: Desk, built_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop in which some persons are everywhere, and its mails; only to be copied."""
    from tests.peopled import populate

    folder = tmp_path_factory.mktemp("peopled")
    populate(desk, built_shop, folder)
    return folder


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of the tests' own for converted models, also for subprocesses."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("models")
        patch.setenv("PENCHANT_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def photo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve little photos, P00.jpg to P11.jpg: discs and bars in different colours."""
    from PIL import Image, ImageDraw

    folder = tmp_path_factory.mktemp("photos")
    for number in range(12):
        image = Image.new("RGB", (64, 64), "white")
        colour = (20 * number, 255 - 20 * number, (90 * number) % 256)
        shape = ImageDraw.Draw(image)
        box = (10, 10, 30 + 2 * number, 50)
        (shape.ellipse if number % 2 else shape.rectangle)(box, fill=colour)
        image.save(folder / f"P{number:02d}.jpg", quality=90)
    return folder
