"""The bench of the nightly run ends in equal builds."""

from __future__ import annotations

from pathlib import Path

from penchant.bench.nightly import bench_nightly


def test_a_changed_feed_and_a_new_shop_end_in_one_build(model_cache: Path) -> None:
    found = bench_nightly(n_customers=30, n_interactions=300, n_products=30)
    assert found["same_build"] == 1.0
    assert found["products"] == 30
    assert 0 < found["embed_ratio"] < 0.9
    assert {"build_nightly_s", "publish_nightly_s", "build_rebuild_s"} <= found.keys()
