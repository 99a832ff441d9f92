"""A crowd likes styles of the sample shop, and its interactions show it."""

from datetime import UTC, datetime

import numpy as np
import pytest

from penchant import columns as c
from penchant.errors import InputError
from penchant.sample.crowd import DAYS, EACH, gather_crowd

END = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def crowd():
    return gather_crowd(np.random.default_rng(3), n_customers=200, end=END)


def test_equal_seeds_give_equal_crowds(crowd):
    again = gather_crowd(np.random.default_rng(3), n_customers=200, end=END)
    assert again.interactions.equals(crowd.interactions)
    assert np.array_equal(again.tastes, crowd.tastes)


def test_everything_happened_in_the_half_year_before(crowd):
    times = crowd.interactions[c.TIMESTAMP]
    assert (END - times.min()).days <= DAYS
    assert times.max() <= END
    assert len(times) >= EACH * 200


def test_customers_touch_mostly_what_they_like(crowd):
    row = {name: place for place, name in enumerate(crowd.customer_ids)}
    told = crowd.interactions.select(c.CUSTOMER_ID, c.PRODUCT_ID).rows()
    liked = [crowd.likings(row[customer], (product,))[0] > 0 for customer, product in told]
    assert 0.85 < np.mean(liked) < 0.97


def test_a_liking_is_the_share_of_the_style_of_a_product(crowd):
    product_id = next(iter(crowd.product_style))
    style = crowd.product_style[product_id]
    assert crowd.likings(7, (product_id,)).tolist() == [crowd.tastes[7, style]]


def test_a_crowd_of_nobody_is_refused():
    with pytest.raises(InputError, match="n_customers is 0, must be >= 1"):
        gather_crowd(np.random.default_rng(0), n_customers=0, end=END)
