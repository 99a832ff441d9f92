"""The benches of speed do the same work in both ways they compare."""

import os
from functools import partial

import numpy as np
import pytest

from penchant.bench import campaign, metrics, profiler, profiles, recommend
from penchant.bench.measure import measure
from penchant.bench.workload import END, make_workload
from penchant.errors import BuildError
from penchant.profiler import CustomerStyleProfiler


def small_workload():
    rng = np.random.default_rng(5)
    return make_workload(rng, n_customers=60, n_interactions=700, n_products=90, dim=16)


def test_the_plain_loops_and_the_profiler_give_the_same_profiles():
    work = small_workload()
    embeddings, frame = work.embeddings(), work.frame()
    rows = list(zip(*(frame[name].to_list() for name in frame.columns), strict=True))
    expected = profiler.loop_profiles(embeddings, rows)
    found = CustomerStyleProfiler(embeddings, as_of=END).build_all_profiles(frame)
    assert set(found) == set(expected)
    for customer, vector in expected.items():
        np.testing.assert_allclose(found[customer], vector, atol=1e-6)


def test_profiles_are_timed_in_batch_and_per_request(monkeypatch):
    for name, value in (("N_CUSTOMERS", 2000), ("N_INTERACTIONS", 9000), ("N_PRODUCTS", 300)):
        monkeypatch.setattr(profiles, name, value)
    found = profiles.bench_profiles()
    assert found["customers"] == 2000
    assert found["ratio"] == pytest.approx(found["batch_us"] / found["scipy_us"], rel=0.05)
    assert found["request_us"] > 0


def prepared(work, *arguments):
    """Work for a fresh process, which knows installed modules only."""
    return partial(partial, work, *arguments)


def test_memory_is_measured_in_a_process_of_its_own():
    small, large = measure(prepared(int)), measure(prepared(np.ones, 40_000_000, np.uint8))
    assert 30 < large.peak_mb - small.peak_mb < 60
    assert large.seconds >= 0


def test_a_measured_process_that_dies_is_told():
    with pytest.raises(BuildError, match="died"):
        measure(prepared(os._exit, 3))


def test_a_campaign_is_timed_beside_the_product_alone(monkeypatch):
    for name, value in (("N_CUSTOMERS", 40), ("N_PRODUCTS", 300), ("DIM", 16), ("ROUNDS", 1)):
        monkeypatch.setattr(campaign, name, value)
    found = campaign.bench_campaign()
    assert (found["products"], found["dim"]) == (300, 16)
    assert found["speed"] == pytest.approx(found["product_us"] / found["campaign_us"], abs=1e-3)
    assert min(found["recommend_us"], found["find_us"], found["blocked_us"]) > 0


def test_metrics_are_timed_beside_the_bare_search(monkeypatch):
    for name, value in (("N_CUSTOMERS", 3000), ("N_PRODUCTS", 200), ("ROUNDS", 1)):
        monkeypatch.setattr(metrics, name, value)
    found = metrics.bench_metrics()
    assert (found["customers"], found["k"]) == (3000, 10)
    ratio = found["customers_per_s"] / found["isin_per_s"]
    assert found["speed"] == pytest.approx(ratio, abs=0.01)
    assert found["beyond_per_s"] > 0


def test_answers_in_every_place_are_timed_beside_a_bare_pass():
    found = recommend.bench_recommend(n_products=300, n_customers=40, n_asked=60)
    for place in ("homepage", "exact", "product_page", "cart", "new_arrivals", "nobody_known"):
        half, most = found[f"{place}_p50_ms"], found[f"{place}_p99_ms"]
        assert 0 < half <= most
        assert found[f"{place}_to_bare_pass"] > 0
