"""A shop in which some persons are everywhere."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import Store, open_store
from tests.peopled import be_everywhere, fill_store


@pytest.fixture(scope="session")
def peopled(desk: Any, built_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a shop and its mails, in which the people are everywhere; not to be changed."""
    folder = tmp_path_factory.mktemp("peopled")
    (folder / "mails").mkdir()
    shop = Path(shutil.copytree(built_shop, folder / "shop"))
    be_everywhere(desk, shop, folder / "mails")
    directory = ShopDirectory.open(shop)
    store = open_store(directory, directory.settings().store)
    assert store is not None
    fill_store(store)
    store.close()
    return folder


@pytest.fixture
def shop(peopled: Path, tmp_path: Path) -> ShopDirectory:
    """A copy of it, whose campaigns are recorded where the copy has them."""
    folder = Path(shutil.copytree(peopled, tmp_path / "own"))
    record = folder / "shop" / "campaigns.jsonl"
    record.write_text(record.read_text().replace(str(peopled), str(folder)))
    return ShopDirectory.open(folder / "shop")


@pytest.fixture
def store(shop: ShopDirectory) -> Iterator[Store]:
    opened = open_store(shop, shop.settings().store)
    assert opened is not None
    yield opened
    opened.close()
