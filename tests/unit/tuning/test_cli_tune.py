"""`penchant tune`: what it prints, what it writes, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from penchant import columns as c
from penchant.cli.tune import show_tuning
from penchant.errors import InputError
from penchant.evaluation.intervals import MeanInterval
from penchant.sample.generator import GeneratedShop
from penchant.shop_directory import ShopDirectory
from penchant.store.ingest import ingest
from penchant.tuning.ablation import Part
from penchant.tuning.of_shop import write_confirmed
from penchant.tuning.tune import Tuning
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
    done = desk.run("tune", path, "--quick", "--write", "--json")
    assert done.code == 0, done.err
    assert done.json["written"] is True
    value = done.json["confirmed"]["taste.half_life_days"]
    after = file.read_text(encoding="utf-8")
    assert after == before.replace("half_life_days = 240.0", f"half_life_days = {value}")
    assert "trying taste.half_life_days = 7.0" in done.err
    file.write_text(before, encoding="utf-8")


def test_people_see_what_was_tried_and_the_lines_to_add(
    tuning: Tuning, capsys: pytest.CaptureFixture[str]
) -> None:
    part = Part("channel", "photo", MeanInterval(0.02, 0.01, 0.03, 90))
    show_tuning(replace(tuning, parts=(part,)))
    shown = capsys.readouterr()
    assert "change it" in shown.out
    assert " ".join(shown.out.split()).count("channel photo +0.0200 [+0.0100, +0.0300] it helps")
    value = tuning.confirmed["taste.half_life_days"]
    assert shown.out.endswith(f"[taste]\nhalf_life_days = {value}\n")
    assert "Confirmed: all changes together gain" in shown.err


def test_what_was_not_confirmed_is_never_written(path: Path, tuning: Tuning) -> None:
    shop = ShopDirectory.open(path)
    settings, before = shop.settings({}), shop.settings_file.read_bytes()
    doubtful = replace(tuning, proof=MeanInterval(0.01, 0.0, 0.02, 100))
    assert not write_confirmed(shop, doubtful, settings=settings)
    assert not write_confirmed(shop, replace(tuning, changes={}, proof=None), settings=settings)
    assert shop.settings_file.read_bytes() == before


def test_settings_that_were_changed_meanwhile_are_not_overwritten(
    path: Path, tuning: Tuning
) -> None:
    shop = ShopDirectory.open(path)
    settings, before = shop.settings({}), shop.settings_file.read_bytes()
    other = replace(settings, taste=replace(settings.taste, half_life_days=99.0))
    with pytest.raises(InputError, match="was changed since tuning began"):
        write_confirmed(shop, tuning, settings=other)
    assert shop.settings_file.read_bytes() == before


def test_a_small_shop_is_told_how_many_customers_it_takes(built_shop: Path, desk: Desk) -> None:
    refused = desk.run("tune", built_shop)
    assert refused.code == 2
    assert "tuning takes about 200" in refused.err
