"""Reasons: the sentence, and shares against a sum by hand."""

from __future__ import annotations

import numpy as np
import pytest

from penchant import columns as c
from penchant.candidates.assortment import Assortment
from penchant.id_map import IdMap
from penchant.index import ExactIndex
from penchant.maths.rows import unit_rows
from penchant.reasons.explanation import Explanation, Share, iso_time
from penchant.reasons.sentence import plain_reason, taste_reasons
from penchant.taste.histories import ACTION_CODES, History
from penchant.taste.profile import Profile

DAY = 86_400_000_000


def history(*events: tuple[int, str]) -> History:
    return History(
        np.array([row for row, _ in events], np.int32),
        np.array([ACTION_CODES[action] for _, action in events], np.int8),
        np.arange(len(events), dtype=np.int64) * DAY,
        np.ones(len(events), np.float32),
    )


def profile_of(vectors: np.ndarray, weights: list[float], *events: tuple[int, str]) -> Profile:
    past, heavy = history(*events), np.array(weights)
    total = heavy @ vectors[past.product_row].astype(np.float64)
    length = float(np.linalg.norm(total))
    return Profile((total / length).astype(np.float32), length, np.abs(heavy).sum(), past, heavy)


def assortment_of(vectors: np.ndarray) -> Assortment:
    n = len(vectors)
    return Assortment(
        product_ids=IdMap.from_ids("product", [f"P{i}" for i in range(n)]),
        titles=[f"Ring {i}" for i in range(n)],
        in_stock=np.ones(n, bool),
        index=ExactIndex.over(vectors),
        popularity=np.zeros(n),
        created_us=np.zeros(n, np.int64),
    )


def test_the_reason_is_the_product_whose_events_give_most() -> None:
    """Against a loop over events; several events of one product add up."""
    rng = np.random.default_rng(4)
    vectors = unit_rows(np.abs(rng.normal(size=(9, 4))).astype(np.float32))
    events = [(0, c.VIEW), (1, c.PURCHASE), (0, c.CLICK), (2, c.ADD_TO_WISHLIST), (0, c.VIEW)]
    profile = profile_of(vectors, [1.0, 2.0, 0.5, 1.5, 1.0], *events)
    shown = np.arange(9, dtype=np.int32)
    reasons = taste_reasons(assortment_of(vectors), profile, shown)
    for row, reason in zip(shown.tolist(), reasons, strict=True):
        sums = dict.fromkeys((0, 1, 2), 0.0)
        for (touched, _), weight in zip(events, profile.weights, strict=True):
            sums[touched] += weight * float(vectors[touched] @ vectors[row]) / profile.length
        best = max(sums, key=lambda one: sums[one])
        assert (reason.product_id, reason.share) == (f"P{best}", pytest.approx(sums[best]))
        assert sum(sums.values()) == pytest.approx(float(profile.vector @ vectors[row]), abs=1e-6)


@pytest.mark.parametrize(
    ("action", "told"),
    [
        (c.PURCHASE, "Because you bought Ring 0"),
        (c.ADD_TO_WISHLIST, "Because you saved Ring 0"),
        (c.ADD_TO_CART, "Because you put Ring 0 into your cart"),
        (c.VIEW, "Because you looked at Ring 0"),
        (c.CLICK, "Because you looked at Ring 0"),
    ],
)
def test_the_heaviest_event_says_what_was_done(action: str, told: str) -> None:
    vectors = np.array([[1, 0], [1, 0]], np.float32)
    profile = profile_of(vectors, [0.25, 2.0, 0.5], (0, c.VIEW), (0, action), (0, c.CLICK))
    (reason,) = taste_reasons(assortment_of(vectors), profile, np.array([1], np.int32))
    assert (reason.text, reason.product_id) == (told, "P0")


def test_a_product_touched_before_is_not_its_own_because() -> None:
    vectors = np.eye(2, dtype=np.float32)
    profile = profile_of(vectors, [5.0], (0, c.ADD_TO_WISHLIST))
    (reason,) = taste_reasons(assortment_of(vectors), profile, np.array([0], np.int32))
    assert (reason.text, reason.product_id) == ("You saved this", "P0")


def test_a_hidden_product_is_never_named_though_its_opposite_is_shown() -> None:
    vectors = np.array([[1, 0], [-1, 0], [0.6, 0.8]], np.float32)
    profile = profile_of(vectors, [-5.0, 0.1], (0, c.HIDE), (2, c.VIEW))
    (reason,) = taste_reasons(assortment_of(vectors), profile, np.array([1], np.int32))
    assert (reason.text, reason.product_id) == ("The nearest there is to your taste", None)


def test_a_product_no_event_speaks_for_has_no_cause() -> None:
    vectors = np.array([[1, 0], [-1, 0]], np.float32)
    profile = profile_of(vectors, [1.0], (0, c.VIEW))
    (reason,) = taste_reasons(assortment_of(vectors), profile, np.array([1], np.int32))
    assert (reason.product_id, reason.share) == (None, None)


def test_a_hidden_product_is_never_the_cause_of_its_own_kind() -> None:
    vectors = np.array([[1, 0], [0.8, 0.6], [0, 1]], np.float32)
    profile = profile_of(vectors, [-1.0, 3.0], (0, c.HIDE), (2, c.PURCHASE))
    (reason,) = taste_reasons(assortment_of(vectors), profile, np.array([1], np.int32))
    assert reason.product_id == "P2"


def test_plain_reasons() -> None:
    assert plain_reason("visual", like="Ring 1").text == "Similar to Ring 1"
    assert plain_reason("popular").text == "Popular in this shop"
    assert plain_reason("newest").text == "New in this shop"


def test_channels_of_an_explanation_add_up() -> None:
    shares = (
        Share("P1", c.VIEW, iso_time(0), 0.5, {"photo": 0.4, "price": 0.1}),
        Share("P2", c.VIEW, iso_time(0), 0.25, {"photo": 0.3, "price": -0.05}),
    )
    explanation = Explanation("C", "P9", "b", 0.75, shares)
    assert explanation.channels == {"photo": pytest.approx(0.7), "price": pytest.approx(0.05)}
    values = explanation.to_dict()
    assert values["channels"] == explanation.channels
    assert values["shares"][0] == {
        "product_id": "P1",
        "interaction_type": c.VIEW,
        "timestamp": "1970-01-01T00:00:00Z",
        "share": 0.5,
        "channels": {"photo": 0.4, "price": 0.1},
    }


@pytest.mark.parametrize("seconds", [-1, 0, 1, 951782399, 951782400, 4102444800])
def test_iso_time_is_that_of_the_calendar(seconds: int) -> None:
    from datetime import UTC, datetime, timedelta

    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    assert iso_time(seconds * 1_000_000) == moment.strftime("%Y-%m-%dT%H:%M:%SZ")
