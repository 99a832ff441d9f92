"""One row per unit, from SQLite and PostgreSQL alike, as a slow twin reads the same log."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from penchant.experiments.statistics.metrics import UNIT_COLUMNS
from penchant.experiments.statistics.moments import Moments
from penchant.experiments.units.moments_sql import SQL_COLUMNS, moments_in_database
from penchant.experiments.units.of_database import units_of_database
from penchant.settings.serving import StoreSettings
from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import open_store
from tests.databases import empty, postgres
from tests.experiment_logs import DAY, START, an_experiment, random_log, slow_units, us

KINDS = ("sqlite", "postgresql")
OVERRIDES = {f"u{number:03d}": "bold" for number in range(0, 120, 9)}


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    shop = ShopDirectory.create(tmp_path_factory.mktemp("units") / "shop")
    urls = {"sqlite": "", "postgresql": postgres().new_database()}
    opened = {kind: open_store(shop, StoreSettings(url=url)) for kind, url in urls.items()}
    yield opened
    for one in opened.values():
        one.close()


@pytest.fixture(params=KINDS)
def store(request, stores):
    empty(stores[request.param])
    return stores[request.param]


@pytest.mark.parametrize("days", [6, 11, 30])
def test_units_are_what_a_slow_reader_finds(store, days, monkeypatch):
    monkeypatch.setattr("penchant.experiments.units.of_database.PAGE_OF_UNITS", 17)
    monkeypatch.setattr("penchant.experiments.units.live_lines.PAGE", 50)
    kept_us = None if days < 30 else us(START) + 2 * DAY
    experiment, as_of = an_experiment(overrides=OVERRIDES), START + timedelta(days=days)
    log = random_log(experiment, np.random.default_rng(days))
    log.write(store)
    expected, left = slow_units(log, experiment, as_of, kept_us)
    found = units_of_database(store, experiment, log.tables, as_of=as_of, kept_us=kept_us)
    assert found.unit_ids.tolist() == sorted(expected)
    assert len(expected) > 15
    for row, unit in enumerate(found.unit_ids):
        told = dict(zip(UNIT_COLUMNS, found.values[row], strict=True))
        assert told == pytest.approx({name: expected[unit][name] for name in UNIT_COLUMNS}), unit
        assert found.names[found.variants[row]] == expected[unit]["variant"]
        assert found.first_exposed_us[row] == expected[unit]["first"]
        assert found.matured[row] == expected[unit]["matured"]
        assert found.traits["surface"][row] == expected[unit]["surface"]
        known = expected[unit]["ever"] or expected[unit]["exposures_before"] > 0
        assert found.traits["visit"][row] == ("returning" if known else "new")
    assert {name: getattr(found, name) for name in left} == left
    assert left["before_start"] > 0
    assert (left["not_kept"] > 0) is (days == 30)


@pytest.mark.parametrize("days", [11, 30])
def test_the_database_sums_up_what_a_pass_over_rows_does(store, days):
    kept_us = None if days < 30 else us(START) + 2 * DAY
    experiment, as_of = an_experiment(overrides=OVERRIDES), START + timedelta(days=days)
    log = random_log(experiment, np.random.default_rng(100 + days), with_tables=False)
    log.write(store)
    units = units_of_database(store, experiment, log.tables, as_of=as_of, kept_us=kept_us)
    units = units.only(units.matured)
    found = moments_in_database(store, experiment, as_of=as_of, kept_us=kept_us)
    assert list(found) == ["control", "bold"]
    assert min(one.count for one in found.values()) > 5
    places = [UNIT_COLUMNS.index(name) for name in SQL_COLUMNS]
    for name, moments in found.items():
        expected = Moments.of(SQL_COLUMNS, units.values[units.of(name)][:, places])
        assert moments.count == expected.count
        np.testing.assert_allclose(moments.means, expected.means, rtol=1e-12)
        np.testing.assert_allclose(moments.comoments, expected.comoments, rtol=1e-9, atol=1e-9)


def test_an_empty_database_sums_up_to_nothing(store):
    found = moments_in_database(store, an_experiment(), as_of=START + timedelta(days=30))
    assert [one.count for one in found.values()] == [0, 0]
