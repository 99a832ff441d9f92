"""`penchant tune`: what it prints, what it writes, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from penchant import columns as c
from penchant.errors import InputError
from penchant.evaluation.intervals import MeanInterval
from penchant.sample.generator import GeneratedShop
from penchant.shop_directory import ShopDirectory
from penchant.store.ingest import ingest
from penchant.tuning.of_shop import tune_shop, write_confirmed
from tests.conftest import Desk
from tests.unit.tuning.conftest import END


@pytest.fixture(scope="module")
def path(made: GeneratedShop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop whose customers changed their taste, as a folder."""
    path = tmp_path_factory.mktemp("tune") / "shop"
    vectors = path.parent / "vectors.npz"
    np.savez(vectors, ids=np.array(made.product_ids), vectors=made.embeddings)
    changes = {
        "encoder": {"spec": f"precomputed:{vectors}"},
        "space": {"kind": "channels", "attribute_columns": []},
        "taste": {"half_life_days": 240.0},
        "blend": {"fit": False},
        "evaluation": {"days": 40.0},
        "gate": {"min_customers": 25},
    }
    shop = ShopDirectory.create(path, changes)
    tables = {c.PRODUCTS: made.products, c.INTERACTIONS: made.interactions}
    ingest(shop, tables, as_of=END, settings=shop.settings({}).tables)
    return path


def test_confirmed_changes_are_written_and_nothing_else(path: Path, desk: Desk) -> None:
    file = path / "penchant.toml"
    before = file.read_text(encoding="utf-8")
    shown = desk.run("tune", path, "--quick")
    assert shown.code == 0, shown.err
    assert "change it" in shown.out
    assert "half_life_days = " in shown.out
    assert "Confirmed: all changes together gain" in shown.err
    assert file.read_text(encoding="utf-8") == before
    written = desk.run("tune", path, "--quick", "--write", "--json")
    assert written.json["written"] is True
    value = written.json["confirmed"]["taste.half_life_days"]
    after = file.read_text(encoding="utf-8")
    assert after == before.replace("half_life_days = 240.0", f"half_life_days = {value}")
    file.write_text(before, encoding="utf-8")


def test_what_was_not_confirmed_is_never_written(path: Path) -> None:
    shop = ShopDirectory.open(path)
    settings, before = shop.settings({}), shop.settings_file.read_bytes()
    tuning = tune_shop(shop, settings=settings, quick=True)
    doubtful = replace(tuning, proof=MeanInterval(0.01, 0.0, 0.02, 100))
    assert not write_confirmed(shop, doubtful, settings=settings)
    assert not write_confirmed(shop, replace(tuning, changes={}, proof=None), settings=settings)
    assert shop.settings_file.read_bytes() == before
    other = replace(settings, taste=replace(settings.taste, half_life_days=99.0))
    with pytest.raises(InputError, match="was changed since tuning began"):
        write_confirmed(shop, tuning, settings=other)
    assert shop.settings_file.read_bytes() == before


def test_a_small_shop_is_told_how_many_customers_it_takes(built_shop: Path, desk: Desk) -> None:
    refused = desk.run("tune", built_shop)
    assert refused.code == 2
    assert "tuning takes about 200" in refused.err
