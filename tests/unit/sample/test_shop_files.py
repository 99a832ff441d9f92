"""The shipped sample shop equals what its scripts make, and tells the stories it should."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from penchant import columns as c
from penchant.sample.design import CATEGORIES, STYLES, designs
from penchant.sample.files import sample_directory, sample_sources
from penchant.sample.people import PEOPLE
from penchant.sample.render.picture import photograph
from penchant.sample.render.scenes import scene
from penchant.sample.write import main, write_tables

IDS = {c.PRODUCT_ID: pl.String, c.GROUP_ID: pl.String}


def _table(name: str) -> pl.DataFrame:
    return pl.read_csv(sample_sources()[name], schema_overrides=IDS, try_parse_dates=True)


def test_the_tables_are_what_the_script_writes(tmp_path: Path) -> None:
    """Every byte of the five tables comes from the script."""
    for path in write_tables(tmp_path):
        assert path.read_bytes() == (sample_directory() / path.name).read_bytes(), path.name


def test_the_script_explains_itself(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Without a directory it prints its usage and fails; with one it names the files."""
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
    assert main([str(tmp_path / "new")]) == 0
    assert "products.csv" in capsys.readouterr().err


def test_every_product_has_its_photo() -> None:
    """Photos are square, of the size shops use, and all named in the table."""
    images = _table(c.PRODUCTS)[c.IMAGE].to_list()
    on_disk = sorted(f"photos/{p.name}" for p in (sample_directory() / "photos").iterdir())
    assert sorted(images) == on_disk
    for name in images[::40]:
        with Image.open(sample_directory() / name) as photo:
            assert photo.size == (360, 360)
            assert photo.mode == "RGB"


def test_the_shop_is_small_enough_to_ship() -> None:
    """All files together stay under six megabytes."""
    assert sum(p.stat().st_size for p in sample_directory().rglob("*.*")) < 6_000_000


@pytest.mark.parametrize("number", [0, 280])
def test_photos_are_drawn_by_the_renderer(number: int) -> None:
    """Drawing a product again gives its shipped photo, but for rounding."""
    design = designs()[number]
    buffer = io.BytesIO()
    photograph(scene(design)).save(buffer, "JPEG", quality=87, optimize=True)
    again = np.asarray(Image.open(buffer)).astype(int)
    with Image.open(sample_directory() / "photos" / f"{design.product_id}.jpg") as shipped:
        difference = np.abs(again - np.asarray(shipped).astype(int))
    assert difference.mean() < 0.5
    assert np.percentile(difference, 99.5) <= 8


def test_photos_of_metal_variants_share_their_shape() -> None:
    """One design in two metals has the same silhouette, and another colour."""
    pair = [d for d in designs() if d.group == designs()[0].group]
    photos = []
    for design in pair[:2]:
        with Image.open(sample_directory() / "photos" / f"{design.product_id}.jpg") as photo:
            photos.append(np.asarray(photo).astype(int))
    first, second = (photo.min(2) < 215 for photo in photos)
    assert (first & second).sum() / (first | second).sum() > 0.6
    assert np.abs(photos[0] - photos[1]).mean() > 1


def test_the_catalogue_covers_every_category_style_and_metal() -> None:
    """About 400 products: each category in each style, four precious metals, sorted ids."""
    assert 380 <= len(designs()) <= 420
    assert {(d.category, d.style) for d in designs()} == {
        (a, b) for a in CATEGORIES for b in STYLES
    }
    assert {"silver", "gold", "rose gold", "platinum"} <= {d.metal for d in designs()}
    ids = [d.product_id for d in designs()]
    assert ids == sorted(set(ids))
    assert all(len(each) == 6 for each in ids)


def test_products_read_like_a_shop() -> None:
    """Titles name the metal, prices are sane, variants share a group, some are out of stock."""
    products = _table(c.PRODUCTS)
    assert products[c.TITLE][0] == "Silver solitaire ring with diamond"
    assert products[c.PRICE].min() > 20
    assert products[c.PRICE].max() < 3000
    assert (
        products.drop_nulls(c.SALE_PRICE)[c.SALE_PRICE] < products.drop_nulls(c.SALE_PRICE)[c.PRICE]
    ).all()
    assert 5 <= (products[c.STOCK_STATUS] == "out_of_stock").sum() <= 40
    assert set(products[c.GENDER]) == {"women", "men", "unisex"}
    assert (
        products.group_by(c.GROUP_ID)
        .agg(pl.col(c.MATERIAL).n_unique() == pl.len())[c.MATERIAL]
        .all()
    )


def test_the_hand_sized_tables_have_their_sizes() -> None:
    """Twenty customers, forty orders, a hundred and twenty interactions."""
    customers, orders, interactions = (_table(t) for t in (c.CUSTOMERS, c.ORDERS, c.INTERACTIONS))
    assert customers[c.CUSTOMER_ID].to_list() == [f"C{n}" for n in range(10001, 10021)]
    assert (orders.height, interactions.height) == (40, 120)
    counts = dict(interactions[c.CUSTOMER_ID].value_counts().iter_rows())
    assert counts["C10009"] == 1
    assert "C10010" not in counts
    consent = dict(customers.select(c.CUSTOMER_ID, c.PERSONALIZATION_CONSENT).iter_rows())
    assert [k for k, v in consent.items() if not v] == ["C10011"]


def test_references_between_tables_hold() -> None:
    """Every id used is defined, totals are sums, and nothing happens before its time."""
    products, customers, orders, items, interactions = (_table(t) for t in c.TABLES)
    assert set(items[c.ORDER_ID]) == set(orders[c.ORDER_ID])
    assert set(items[c.PRODUCT_ID]) | set(interactions[c.PRODUCT_ID]) <= set(products[c.PRODUCT_ID])
    assert set(orders[c.CUSTOMER_ID]) | set(interactions[c.CUSTOMER_ID]) <= set(
        customers[c.CUSTOMER_ID]
    )
    sums = items.group_by(c.ORDER_ID).agg(
        (pl.col(c.QUANTITY) * pl.col(c.UNIT_PRICE)).sum().alias("sum")
    )
    both = orders.join(sums, on=c.ORDER_ID)
    assert ((both["sum"] - both[c.TOTAL_AMOUNT]).abs() < 0.001).all()
    assert interactions[c.TIMESTAMP].is_sorted()
    seen = interactions.join(products, on=c.PRODUCT_ID).join(customers, on=c.CUSTOMER_ID)
    day = seen[c.TIMESTAMP].dt.date()
    assert (day > seen[c.CREATED_DATE]).all()
    assert (day > seen[c.REGISTRATION_DATE]).all()
    assert set(interactions[c.INTERACTION_TYPE]) == set(c.ACTIONS)


def test_customers_stay_true_to_their_stories() -> None:
    """What each customer touches lies in the styles of their story, gifts and one hide aside."""
    style = {d.product_id: d.style for d in designs()}
    interactions, orders, items = (_table(t) for t in (c.INTERACTIONS, c.ORDERS, c.ORDER_ITEMS))
    gifts = set(orders.filter(pl.col(c.IS_GIFT))[c.ORDER_ID])
    given = set(items.filter(pl.col(c.ORDER_ID).is_in(list(gifts)))[c.PRODUCT_ID])
    assert len(gifts) == 2
    for person in PEOPLE:
        liked = {s for s, _ in (*person.tastes, *person.later)}
        mine = interactions.filter(
            (pl.col(c.CUSTOMER_ID) == person.customer_id) & (pl.col(c.INTERACTION_TYPE) != c.HIDE)
        )
        touched = [style[p] for p in mine[c.PRODUCT_ID] if p not in given]
        assert set(touched) <= liked, person.customer_id
    two = [style[p] for p in interactions.filter(pl.col(c.CUSTOMER_ID) == "C10005")[c.PRODUCT_ID]]
    assert min(two.count("floral"), two.count("minimalist")) >= 3


def test_the_drifting_customer_drifts() -> None:
    """C10008 looks at flowers until March and at art deco from April on."""
    style = {d.product_id: d.style for d in designs()}
    mine = _table(c.INTERACTIONS).filter(pl.col(c.CUSTOMER_ID) == "C10008")
    month = mine[c.TIMESTAMP].dt.month()
    early = {style[p] for p in mine.filter(month < 4)[c.PRODUCT_ID]}
    late = {style[p] for p in mine.filter(month >= 4)[c.PRODUCT_ID]}
    assert early == {"floral"}
    assert late == {"deco"}


def test_purchases_are_told_once() -> None:
    """The only purchase among the interactions is of a product no online order holds."""
    bought = _table(c.INTERACTIONS).filter(pl.col(c.INTERACTION_TYPE) == c.PURCHASE)
    orders = _table(c.ORDERS).join(_table(c.ORDER_ITEMS), on=c.ORDER_ID)
    assert bought.height == 1
    assert orders.join(bought, on=[c.CUSTOMER_ID, c.PRODUCT_ID]).height == 0
    back = _table(c.INTERACTIONS).filter(pl.col(c.INTERACTION_TYPE) == c.RETURN)
    assert orders.join(back, on=[c.CUSTOMER_ID, c.PRODUCT_ID])[c.ORDER_STATUS].to_list() == [
        "completed"
    ]
