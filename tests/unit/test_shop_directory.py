"""A shop directory: made once, opened by name, pointing at builds, written by one at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from penchant.errors import BuildError, InputError, NotBuiltError, NotFoundError
from penchant.shop_directory import ShopDirectory


@pytest.fixture
def shop(tmp_path: Path) -> ShopDirectory:
    return ShopDirectory.create(tmp_path / "shop")


def add_build(shop: ShopDirectory, name: str) -> Path:
    (shop.builds / name).mkdir()
    return shop.builds / name


def test_a_new_shop_has_its_folders_and_default_settings(shop: ShopDirectory) -> None:
    found = sorted(path.name for path in shop.path.iterdir())
    assert found == ["builds", "data", "embeddings", "evaluations", "penchant.toml", "rejects"]
    assert ShopDirectory.open(shop.path) == shop
    assert shop.settings({}).taste.half_life_days == 30.0
    assert shop.settings({"PENCHANT_TASTE_HALF_LIFE_DAYS": "60"}).taste.half_life_days == 60.0


def test_changes_are_written_into_the_settings(tmp_path: Path) -> None:
    shop = ShopDirectory.create(tmp_path / "shop", {"recommend": {"k": 7}})
    assert shop.settings({}).recommend.k == 7


def test_an_empty_folder_may_become_a_shop_and_a_full_one_not(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ShopDirectory.create(tmp_path / "empty")
    with pytest.raises(InputError, match="is a shop already"):
        ShopDirectory.create(tmp_path / "empty")
    with pytest.raises(InputError, match="not an empty folder"):
        ShopDirectory.create(tmp_path)


@pytest.mark.parametrize(
    "left", [("data",), ("data", "rejects", "embeddings", "builds", ".penchant.toml.12.tmp")]
)
def test_an_interrupted_making_may_be_repeated(tmp_path: Path, left: tuple[str, ...]) -> None:
    for name in left:
        (tmp_path / "shop" / name).mkdir(parents=True)
    shop = ShopDirectory.create(tmp_path / "shop")
    assert ShopDirectory.open(tmp_path / "shop") == shop
    with shop.writing():
        assert not (shop.path / ".penchant.toml.12.tmp").exists()


@pytest.mark.parametrize("name", ["data/products.parquet", "more", "builds/1/a", ".git/config"])
def test_a_folder_with_anything_of_value_is_not_taken(tmp_path: Path, name: str) -> None:
    for folder in ("data", "rejects"):
        (tmp_path / folder).mkdir()
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(InputError, match="not an empty folder"):
        ShopDirectory.create(tmp_path)


def test_opening_says_how_to_make_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r'No shop ".*none"\. Make one with: penchant init'):
        ShopDirectory.open(tmp_path / "none")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="is a file, a shop is a folder"):
        ShopDirectory.open(tmp_path / "file")


def test_a_pointer_names_a_build_that_exists(shop: ShopDirectory) -> None:
    with pytest.raises(NotBuiltError, match=r"has no build yet.*penchant build"):
        shop.pointed_build()
    with pytest.raises(NotBuiltError, match=r"no staged build yet.*penchant publish --to staging"):
        shop.pointed_build("staging")
    with pytest.raises(InputError, match='pointer is "nowhere", must be one of: current, staging'):
        shop.pointed_build("nowhere")
    first = add_build(shop, "20260101-a")
    add_build(shop, "20260102-b")
    add_build(shop, ".20260103-c.9.tmp")
    with pytest.raises(NotBuiltError, match=r"has no published build yet.*penchant publish"):
        shop.pointed_build()
    (shop.path / "CURRENT").write_text("20260101-a\n")
    (shop.path / "STAGING").write_text("20260102-b\n")
    assert shop.pointed_build() == first == shop.build_folder("20260101-a")
    assert shop.pointed_build("staging") == shop.builds / "20260102-b"
    assert shop.build_ids() == ["20260101-a", "20260102-b"]
    for wrong in ("20260103-c", ".20260103-c.9.tmp", "", "..", "../data"):
        with pytest.raises(NotFoundError, match="No build"):
            shop.build_folder(wrong)


def test_a_published_build_that_went_away_is_damage(shop: ShopDirectory) -> None:
    add_build(shop, "20260101-a")
    (shop.path / "CURRENT").write_text("20260101-a\n")
    (shop.builds / "20260101-a").rmdir()
    with pytest.raises(BuildError, match=r'names the build "20260101-a", there is none'):
        shop.pointed_build()


def test_one_writer_at_a_time_and_the_next_cleans_up(shop: ShopDirectory) -> None:
    (shop.data / ".x.1.tmp").write_bytes(b"")
    (shop.embeddings / "abc").mkdir()
    (shop.embeddings / "abc" / ".y.1.tmp").write_bytes(b"")
    with shop.writing():
        assert not (shop.data / ".x.1.tmp").exists()
        assert not (shop.embeddings / "abc" / ".y.1.tmp").exists()
        with pytest.raises(InputError, match="Another command is writing"), shop.writing():
            pass
    with shop.writing():
        pass


def test_folders_that_went_away_are_made_again(shop: ShopDirectory) -> None:
    shop.rejects.rmdir()
    with shop.writing():
        assert shop.rejects.is_dir()


def test_an_error_while_writing_frees_the_lock(shop: ShopDirectory) -> None:
    with pytest.raises(ZeroDivisionError), shop.writing():
        _ = 1 / 0
    with shop.writing():
        pass


def test_what_people_did_lies_in_folders_of_the_shops_own_group(shop: ShopDirectory) -> None:
    folders = [shop.data, shop.rejects, shop.embeddings, shop.builds, shop.evaluations]
    assert [one.stat().st_mode & 0o027 for one in folders] == [0] * len(folders)
