"""A copy of the shop in which some persons are everywhere, for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import Store, open_store
from tests.peopled import copied


@pytest.fixture
def shop(peopled: Path, tmp_path: Path) -> ShopDirectory:
    return ShopDirectory.open(copied(peopled, tmp_path / "own"))


@pytest.fixture
def store(shop: ShopDirectory) -> Iterator[Store]:
    opened = open_store(shop, shop.settings().store)
    assert opened is not None
    yield opened
    opened.close()
