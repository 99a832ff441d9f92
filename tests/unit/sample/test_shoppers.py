"""Made-up customers for real products."""

import polars as pl

from penchant.sample.files import sample_sources
from penchant.sample.shoppers import write_interactions


def test_made_up_customers_touch_real_products_and_the_seed_decides(tmp_path):
    products, first, second = sample_sources()["products"], tmp_path / "1.csv", tmp_path / "2.csv"
    sizes = {"n_customers": 20, "n_interactions": 300}
    rows = write_interactions(products, first, seed=1, **sizes)
    write_interactions(products, second, seed=1, **sizes)
    assert first.read_bytes() == second.read_bytes()
    write_interactions(products, second, seed=2, **sizes)
    assert first.read_bytes() != second.read_bytes()
    frame = pl.read_csv(first, schema_overrides={"product_id": pl.String})
    known = pl.read_csv(products, schema_overrides={"product_id": pl.String})["product_id"]
    assert len(frame) == rows
    assert set(frame["product_id"]) <= set(known)
