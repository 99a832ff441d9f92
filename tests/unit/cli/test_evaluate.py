"""`penchant evaluate`: a table for people, JSON for programs, a page in the shop, and refusals."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from penchant import columns as c
from penchant.sample.generator import GeneratorSettings, generate_shop
from penchant.shop_directory import ShopDirectory
from penchant.store.ingest import ingest
from tests.conftest import run_command

SIZE = GeneratorSettings(n_products=60, n_customers=80, n_interactions=1500, n_styles=4, dim=8)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop with tables and vectors, not built yet."""
    made = generate_shop(np.random.default_rng(2), settings=SIZE)
    path = tmp_path_factory.mktemp("evaluate") / "shop"
    spec = f"precomputed:{path / 'vectors.npz'}"
    directory = ShopDirectory.create(path, {"encoder": {"spec": spec}})
    np.savez(path / "vectors.npz", ids=np.array(made.product_ids), vectors=made.embeddings)
    tables = {c.PRODUCTS: made.products, c.INTERACTIONS: made.interactions}
    ingest(directory, tables, as_of=SIZE.end, settings=directory.settings({}).tables)
    return path


def test_people_see_a_table_and_where_the_page_lies(shop: Path) -> None:
    found = run_command("evaluate", shop)
    assert found.code == 0, found.err
    for ranking in ("penchant", "popularity", "item-kNN", "(best possible)"):
        assert ranking in found.out
    page = Path(found.err.split("with pictures: ")[1].strip())
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert not list((shop / "builds").iterdir())


def test_programs_get_the_figures_that_are_kept(shop: Path) -> None:
    told = json.loads(run_command("evaluate", shop, "--json").out)
    kept = json.loads((Path(told["folder"]) / "evaluation.json").read_text(encoding="utf-8"))
    assert {name: told[name] for name in kept if name != "scores"} == {
        name: one for name, one in kept.items() if name != "scores"
    }
    assert kept["scores"]["ndcg"] == told["methods"][0]["measures"]["ndcg"]["value"]


def test_the_cut_may_be_named(shop: Path) -> None:
    whole = pl.read_parquet(shop / "data" / "interactions.parquet")[c.TIMESTAMP]
    middle = str(whole.sort()[len(whole) // 2].date())
    told = json.loads(run_command("evaluate", shop, "--cut", middle, "--json").out)
    assert told["cut"].startswith(middle)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--cut", "soon"), '--cut is "soon", must be a time'),
        (("--cut", "1999-01-01"), "Nothing is known before 1999-01-01"),
        (("--cut", "2099-01-01"), "No customer bought anything after the cut"),
    ],
)
def test_a_cut_that_hides_nothing_or_all_is_refused(
    shop: Path, words: tuple[str, ...], sentence: str
) -> None:
    found = run_command("evaluate", shop, *words)
    assert found.code == 2
    assert sentence in found.err
