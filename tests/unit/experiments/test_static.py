"""`penchant.assign`: the variant of a unit, for a shop that serves files."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

import penchant
from penchant.errors import InputError, NotFoundError
from penchant.experiments.assignment import assign, in_holdout
from penchant.experiments.experiment import Experiment, Variant
from penchant.experiments.files.lifecycle import ExperimentFiles
from penchant.settings import ExperimentSettings
from penchant.shop_directory import ShopDirectory

BEGIN = datetime(2026, 5, 4, tzinfo=UTC)
END = BEGIN + timedelta(weeks=4)
UNITS = [f"C{i}" for i in range(50)]
BOLD = Experiment(
    "bold",
    ("homepage",),
    (Variant("control"), Variant("bold")),
    BEGIN,
    END,
    overrides={"C3": "bold"},
)


def expected(one, shop):
    given = [assign(one, unit, shop=shop) for unit in UNITS]
    return [None if got is None else got.variant for got in given]


@pytest.fixture
def files(tmp_path):
    changes = {"experiments": {"salt": "shop-2", "holdout": 0.3}}
    return ExperimentFiles(ShopDirectory.create(tmp_path / "shop", changes))


def test_a_file_assigns_with_the_salt_and_the_holdout_of_its_shop(files):
    path = files.create(BOLD)
    shop = ExperimentSettings(salt="shop-2", holdout=0.3)
    assert any(in_holdout(unit, shop) for unit in UNITS)
    for place in (path, str(path)):
        assert [penchant.assign(place, u, at=BEGIN) for u in UNITS] == expected(BOLD, shop)


def test_an_experiment_assigns_with_the_defaults_or_what_is_given():
    shop = ExperimentSettings(holdout=0.4)
    assert [penchant.assign(BOLD, u, at=BEGIN) for u in UNITS] == expected(
        BOLD, ExperimentSettings()
    )
    assert [penchant.assign(BOLD, u, at=BEGIN, shop=shop) for u in UNITS] == expected(BOLD, shop)


def test_nobody_is_assigned_while_it_does_not_run(files):
    path = files.create(BOLD)
    assert penchant.assign(path, "C3", at=BEGIN) == "bold"
    for at in (BEGIN - timedelta(seconds=1), END):
        assert penchant.assign(path, "C3", at=at) is None
        assert penchant.assign(BOLD, "C3", at=at) is None
    files.stop("bold", BEGIN + timedelta(days=1))
    assert penchant.assign(path, "C3", at=BEGIN + timedelta(days=1)) is None
    draft = files.draft(Experiment("new", ("cart",), BOLD.variants, BEGIN, END))
    assert {penchant.assign(draft, unit, at=BEGIN) for unit in UNITS} == {None}


def test_now_is_the_time_that_counts():
    now = datetime.now(UTC)
    week = timedelta(weeks=1)
    runs = Experiment("bold", ("cart",), BOLD.variants, now - week, now + week)
    over = Experiment("bold", ("cart",), BOLD.variants, now - 2 * week, now - week)
    assert penchant.assign(runs, "C1") in {"control", "bold"}
    assert penchant.assign(over, "C1") is None


def test_a_changed_file_is_read_again(files):
    one = Experiment("ramp", ("homepage",), BOLD.variants, BEGIN, END, traffic=0.0)
    path = files.create(one)
    assert {penchant.assign(path, unit, at=BEGIN) for unit in UNITS} == {None}
    files.ramp("ramp", 1.0)
    assert {penchant.assign(path, unit, at=BEGIN) for unit in UNITS} == {"control", "bold", None}


def test_what_is_wrong_is_told(files):
    with pytest.raises(NotFoundError, match=r'No file ".*bald.toml"\. It is SHOP/experiments/NAME'):
        penchant.assign(files.folder / "bald.toml", "C1")
    path = files.create(BOLD)
    with pytest.raises(InputError, match=r"at is 2026-05-04T00:00:00, must have a time zone"):
        penchant.assign(path, "C1", at=datetime(2026, 5, 4))  # noqa: DTZ001
    path.write_text(path.read_text().replace("share = 1.0", "share = 3.0", 1))
    with pytest.raises(InputError, match=r"bold\.toml: who gets what was changed"):
        penchant.assign(path, "C1", at=BEGIN)
    path.write_bytes(b"\xff")
    with pytest.raises(InputError, match=r"bold\.toml is not valid TOML, it is not UTF-8"):
        penchant.assign(path, "C1", at=BEGIN)


def test_another_salt_of_the_shop_is_told_while_it_runs(files):
    path = files.create(BOLD)
    other = ExperimentSettings(salt="other")
    with pytest.raises(InputError, match=r'^bold\.toml: .* salt is "other", it was "shop-2" when'):
        penchant.assign(path, "C1", at=BEGIN, shop=other)
    assert penchant.assign(path, "C1", at=END, shop=other) is None


def test_no_numpy_and_no_table_is_loaded_for_it(files):
    path = files.create(BOLD)
    code = (
        "import sys, penchant\n"
        f"penchant.assign({str(path)!r}, 'C1')\n"
        "heavy = {'numpy', 'polars', 'scipy', 'sqlalchemy', 'tea_tasting'}\n"
        "print(*sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
