"""Slates and the recipes that fill them."""

from __future__ import annotations

import numpy as np
import pytest
from penchant.surfaces.fill import fill_slots

from penchant.candidates.assortment import Assortment
from penchant.candidates.candidate import Candidates
from penchant.errors import InputError
from penchant.id_map import IdMap
from penchant.index import ExactIndex
from penchant.surfaces import Reason, Slate, Slot
from penchant.surfaces.homepage import homepage
from penchant.surfaces.product_page import product_page
from penchant.taste.histories import History
from penchant.taste.profile import Profile

N = 8
ALL = np.ones(N, bool)


def give(name: str, *rows: int) -> object:
    def source(left: np.ndarray, wanted: int) -> Candidates:
        found = [row for row in rows if left[row]][:wanted]
        return Candidates(name, np.array(found, np.int32), np.ones(len(found)))

    return source


@pytest.fixture
def assortment() -> Assortment:
    """Row i looks towards the angle 10 * i degrees; 6 has no vector; 2 and 6 are popular."""
    angles = np.deg2rad(10.0 * np.arange(N))
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    vectors[6] = 0.0
    return Assortment(
        product_ids=IdMap.from_ids("product", [f"P{i}" for i in range(N)]),
        titles=[f"Title {i}" for i in range(N)],
        in_stock=ALL,
        index=ExactIndex.over(vectors),
        popularity=np.array([0, 0, 5, 0, 0, 0, 9, 0], np.float64),
        created_us=np.arange(N, dtype=np.int64),
    )


def profile_at(assortment: Assortment, row: int) -> Profile:
    return Profile(assortment.index.vectors[row], 1.0, 1.0, History.empty(), np.empty(0))


def shown(parts: tuple[Candidates, ...]) -> list[tuple[str, int]]:
    return [(part.source, row) for part in parts for row in part.rows.tolist()]


def test_sources_fill_in_turn_and_no_product_comes_twice() -> None:
    sources = [give("a", 1, 2), give("b", 2, 1, 3), give("c", 1, 2, 3, 4, 5)]
    found = fill_slots(sources, eligible=ALL, k=5)
    assert shown(found) == [("a", 1), ("a", 2), ("b", 3), ("c", 4), ("c", 5)]


def test_a_source_that_is_not_needed_is_not_asked() -> None:
    def never(left: np.ndarray, wanted: int) -> Candidates:
        raise AssertionError

    assert shown(fill_slots([give("a", 4, 2), never], eligible=ALL, k=2)) == [("a", 4), ("a", 2)]


def test_filling_leaves_the_mask_as_it_was() -> None:
    mask = ALL.copy()
    fill_slots([give("a", 0, 1, 2)], eligible=mask, k=3)
    assert mask.all()


def test_homepage_of_a_taste_then_popular_then_newest(assortment: Assortment) -> None:
    found = homepage(assortment, profile_at(assortment, 0), eligible=ALL, k=8)
    visual = [("visual", row) for row in (0, 1, 2, 3, 4, 5, 7)]
    assert shown(found) == [*visual, ("popular", 6)]
    near = homepage(assortment, profile_at(assortment, 0), eligible=ALL, k=5, min_similarity=0.95)
    assert shown(near) == [
        ("visual", 0),
        ("visual", 1),
        ("popular", 6),
        ("popular", 2),
        ("newest", 7),
    ]


def test_homepage_without_a_taste(assortment: Assortment) -> None:
    found = homepage(assortment, None, eligible=ALL, k=4)
    assert shown(found) == [("popular", 6), ("popular", 2), ("newest", 7), ("newest", 5)]


def test_product_page_never_shows_the_product_itself(assortment: Assortment) -> None:
    found = shown(product_page(assortment, 3, eligible=ALL, k=8))
    assert set(found[:2]) == {("visual", 2), ("visual", 4)}
    assert set(found[2:4]) == {("visual", 1), ("visual", 5)}
    assert sorted(row for _, row in found) == [0, 1, 2, 4, 5, 6, 7]


def test_product_page_of_a_product_without_a_vector(assortment: Assortment) -> None:
    found = product_page(assortment, 6, eligible=ALL, k=2)
    assert shown(found) == [("popular", 2), ("newest", 7)]


def slot(number: int) -> Slot:
    return Slot(number, f"P{number}", 0.5, None, "popular", 1.0, Reason("Popular"))


def slate(*slots: Slot) -> Slate:
    return Slate("C", None, "homepage", "popular", "b", "r", degraded=False, slots=slots)


def test_slots_are_numbered_from_one() -> None:
    assert slate(slot(1), slot(2)).product_ids == ("P1", "P2")
    assert slate().product_ids == ()
    for wrong in ((slot(2),), (slot(2), slot(1)), (slot(1), slot(1)), (slot(0), slot(1))):
        with pytest.raises(InputError, match="numbered 1, 2, 3"):
            slate(*wrong)


def test_a_slate_as_values() -> None:
    assert slate(slot(1)).to_dict() == {
        "customer_id": "C",
        "product_id": None,
        "surface": "homepage",
        "step": "popular",
        "build_id": "b",
        "request_id": "r",
        "degraded": False,
        "slots": [
            {
                "slot": 1,
                "product_id": "P1",
                "score": 0.5,
                "similarity": None,
                "source": "popular",
                "propensity": 1.0,
                "reason": {"text": "Popular", "product_id": None, "share": None},
            }
        ],
    }
