"""Which products may be shown."""

import numpy as np
import pytest

from penchant.candidates.assortment import Assortment
from penchant.candidates.eligible import eligible_products
from penchant.id_map import IdMap
from penchant.index import ExactIndex
from penchant.settings import RecommendSettings

SHELF = Assortment(
    product_ids=IdMap.from_ids("product", "abcd"),
    titles=list("abcd"),
    in_stock=np.array([True, True, False, True]),
    index=ExactIndex.over(np.eye(4, dtype=np.float32)),
    popularity=np.zeros(4),
    created_us=np.zeros(4, np.int64),
)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({}, [False, False, False, True]),
        ({"hide_owned": False}, [True, False, False, True]),
        ({"in_stock_only": False}, [False, False, True, True]),
        ({"in_stock_only": False, "hide_owned": False}, [True, False, True, True]),
    ],
)
def test_stock_and_ownership_are_settings_and_hidden_is_for_good(rules, expected):
    found = eligible_products(
        SHELF, RecommendSettings(**rules), owned_rows=np.array([0]), hidden_rows=np.array([1])
    )
    assert found.tolist() == expected


def test_the_stock_of_the_assortment_is_not_touched():
    eligible_products(SHELF, RecommendSettings(in_stock_only=False), hidden_rows=np.array([0]))
    assert SHELF.in_stock.tolist() == [True, True, False, True]
