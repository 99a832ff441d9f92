"""One contract for the store, kept by SQLite and by PostgreSQL alike."""

from __future__ import annotations

import pytest

from penchant.settings.serving import StoreSettings
from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import open_store
from penchant.store.database.values import Event
from tests.databases import postgres


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(request, tmp_path_factory):
    shop = ShopDirectory.create(tmp_path_factory.mktemp("store") / "shop")
    url = postgres().new_database() if request.param == "postgresql" else ""
    opened = open_store(shop, StoreSettings(url=url))
    yield opened
    opened.close()


def test_an_event_is_there_once_however_often_it_comes(store):
    event = Event("e1", "c1", "p1", "view", 5)
    assert store.events.record([event, event]).known == ("e1",)
    assert store.people.person("c1").events == (event,)
