import numpy as np
import pytest

from penchant.space.catalogue import Catalogue
from penchant.space.price import fit_price

PRICES = np.exp(np.random.default_rng(0).normal(4, 1, 80))


def naive_rows(prices):
    """Twelve Gaussian bumps over log price, unit, centred, unit."""
    logs = np.log(prices)
    low, high = np.percentile(logs, 2), np.percentile(logs, 98)
    width = (high - low) / 11
    rows = []
    for value in logs:
        inside = min(max(value, low), high)
        bumps = [np.exp(-0.5 * ((inside - (low + i * width)) / width) ** 2) for i in range(12)]
        rows.append(np.array(bumps) / np.linalg.norm(bumps))
    centred = np.array(rows) - np.mean(rows, axis=0)
    return centred / np.linalg.norm(centred, axis=1, keepdims=True)


def transform(channel, prices):
    return channel.transform(Catalogue(len(prices), prices=np.asarray(prices, np.float64)))


def fit(prices):
    return fit_price(Catalogue(len(prices), prices=np.asarray(prices, np.float64)))


def test_rows_follow_the_formulas():
    np.testing.assert_allclose(transform(fit(PRICES), PRICES), naive_rows(PRICES), atol=1e-5)


@pytest.mark.parametrize("bad", [np.nan, 0.0, -5.0, np.inf, -np.inf])
def test_prices_that_are_none_are_rows_of_zeros_and_do_not_shape_the_rest(bad):
    spoilt = np.insert(PRICES, 7, bad)
    placed = transform(fit(spoilt), spoilt)
    assert not placed[7].any()
    np.testing.assert_array_equal(np.delete(placed, 7, axis=0), transform(fit(PRICES), PRICES))


def test_near_prices_are_alike_and_far_ones_are_not():
    channel = fit(np.geomspace(10, 1000, 50))
    hundred, near, far = transform(channel, [100.0, 105.0, 900.0])
    assert hundred @ near > 0.95
    assert hundred @ far < 0.1


def test_prices_beyond_the_catalogues_count_as_its_ends():
    channel = fit(PRICES)
    cheap, cheapest = transform(channel, [PRICES.min() / 1000, 1e-300])
    np.testing.assert_array_equal(cheap, cheapest)


def test_fewer_than_twelve_prices_or_one_price_give_no_channel():
    assert fit(PRICES[:11]) is None
    assert fit(PRICES[:12]) is not None
    assert fit(np.full(40, 9.99)) is None
    assert fit(np.full(40, np.nan)) is None
    assert fit_price(Catalogue(40)) is None


def test_a_catalogue_without_prices_is_all_zeros():
    assert not fit(PRICES).transform(Catalogue(3)).any()
