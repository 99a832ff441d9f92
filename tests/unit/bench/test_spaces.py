"""The bench of spaces tells which one puts like with like."""

import pytest

from penchant.bench.spaces import SPACES, bench_spaces
from penchant.errors import InputError
from penchant.pipeline import gather_inputs
from penchant.shop_directory import ShopDirectory


def test_products_of_one_kind_lie_together_in_every_space(own_shop):
    shop = ShopDirectory.open(own_shop)
    found = bench_spaces(gather_inputs(shop, settings=shop.settings({})))
    assert set(found) == set(SPACES)
    # seven or eight products of each kind: six or seven others among the ten nearest
    for interval in found.values():
        assert 0.5 < interval.low <= interval.value <= interval.high <= 0.8
        assert interval.n == 23


def test_a_shop_without_photos_has_no_spaces_to_compare(desk, tmp_path):
    products = desk.write_csv(
        tmp_path / "p.csv", "product_id category", [(f"P{i}", "ab"[i % 2]) for i in range(20)]
    )
    assert desk.run("init", tmp_path / "shop").code == 0
    assert desk.run("ingest", tmp_path / "shop", "--products", products).code == 0
    shop = ShopDirectory.open(tmp_path / "shop")
    with pytest.raises(InputError, match="no photos"):
        bench_spaces(gather_inputs(shop, settings=shop.settings({})))
