"""Reasons: the sentence, and shares against a sum by hand."""

from __future__ import annotations

import numpy as np
import pytest

from penchant import columns as c
from penchant.candidates.assortment import Assortment
from penchant.maths.rows import unit_rows
from penchant.ranking.ranking import Ranking
from penchant.ranking.rules import Eligibility
from penchant.reasons.explanation import Explanation, Share, iso_time
from penchant.reasons.sentence import ABOUT, PLAIN, make_reasons, taste_reasons
from penchant.settings.showing import SOURCES, VISUAL
from penchant.surfaces.plan import Plan
from penchant.surfaces.serve import Showing
from penchant.surfaces.slate import Reason
from penchant.surfaces.visitor import Visitor
from penchant.taste.profile import Profile
from tests.stock import circle, history_of, links_of, popularity_of, rows, stock_of


def profile_of(vectors: np.ndarray, weights: list[float], *events: tuple[int, str]) -> Profile:
    past = history_of(*((row, action, float(day)) for day, (row, action) in enumerate(events)))
    heavy = np.array(weights)
    total = heavy @ vectors[past.product_row].astype(np.float64)
    length = float(np.linalg.norm(total))
    return Profile((total / length).astype(np.float32), length, np.abs(heavy).sum(), past, heavy)


def test_the_reason_is_the_product_whose_events_give_most() -> None:
    """Against a loop over events; several events of one product add up."""
    rng = np.random.default_rng(4)
    vectors = unit_rows(np.abs(rng.normal(size=(9, 4))).astype(np.float32))
    events = [(0, c.VIEW), (1, c.PURCHASE), (0, c.CLICK), (2, c.ADD_TO_WISHLIST), (0, c.VIEW)]
    profile = profile_of(vectors, [1.0, 2.0, 0.5, 1.5, 1.0], *events)
    shown = np.arange(9, dtype=np.int32)
    reasons = taste_reasons(stock_of(vectors), profile, shown)
    for row, reason in zip(shown.tolist(), reasons, strict=True):
        sums = dict.fromkeys((0, 1, 2), 0.0)
        for (touched, _), weight in zip(events, profile.weights, strict=True):
            sums[touched] += weight * float(vectors[touched] @ vectors[row]) / profile.length
        best = max(sums, key=lambda one: sums[one])
        assert (reason.product_id, reason.share) == (f"P{best:02d}", pytest.approx(sums[best]))
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
    (reason,) = taste_reasons(stock_of(vectors), profile, np.array([1], np.int32))
    assert (reason.text, reason.product_id) == (told, "P00")


def test_a_product_touched_before_is_not_its_own_because() -> None:
    vectors = np.eye(2, dtype=np.float32)
    profile = profile_of(vectors, [5.0], (0, c.ADD_TO_WISHLIST))
    (reason,) = taste_reasons(stock_of(vectors), profile, np.array([0], np.int32))
    assert (reason.text, reason.product_id) == ("You saved this", "P00")


def test_a_hidden_product_is_never_named_though_its_opposite_is_shown() -> None:
    vectors = np.array([[1, 0], [-1, 0], [0.6, 0.8]], np.float32)
    profile = profile_of(vectors, [-5.0, 0.1], (0, c.HIDE), (2, c.VIEW))
    (reason,) = taste_reasons(stock_of(vectors), profile, np.array([1], np.int32))
    assert (reason.text, reason.product_id) == ("The nearest there is to your taste", None)


def test_a_product_no_event_speaks_for_has_no_cause() -> None:
    vectors = np.array([[1, 0], [-1, 0]], np.float32)
    profile = profile_of(vectors, [1.0], (0, c.VIEW))
    (reason,) = taste_reasons(stock_of(vectors), profile, np.array([1], np.int32))
    assert (reason.product_id, reason.share) == (None, None)


def test_nothing_speaks_for_a_product_the_taste_as_a_whole_points_away_from() -> None:
    vectors = circle(0, 100, 150)
    profile = profile_of(vectors, [3.0, 1.0], (0, c.PURCHASE), (1, c.VIEW))
    against, towards = taste_reasons(stock_of(vectors), profile, rows(2, 1))
    assert (against.text, against.share) == ("The nearest there is to your taste", None)
    assert towards.text == "You looked at this"


def test_a_hidden_product_is_never_the_cause_of_its_own_kind() -> None:
    vectors = np.array([[1, 0], [0.8, 0.6], [0, 1]], np.float32)
    profile = profile_of(vectors, [-1.0, 3.0], (0, c.HIDE), (2, c.PURCHASE))
    (reason,) = taste_reasons(stock_of(vectors), profile, np.array([1], np.int32))
    assert reason.product_id == "P02"


def reasons_of(
    stock: Assortment, source: str, step: str, seeds: np.ndarray, segment: int = -1
) -> Reason:
    """The reason of product 0, lifted by a source."""
    picks = Ranking(rows(0), np.ones((1, 1)), (source,))
    everything = Eligibility.under((), n_products=len(stock))
    showing = Showing(picks, (source,), (step,), np.ones(1), (), everything)
    (found,) = make_reasons(showing, Plan((), seeds=seeds), stock, Visitor(segment=segment))
    return found


def test_a_source_that_starts_from_products_names_the_one_that_speaks_most() -> None:
    categories = ["ring", "watch", "necklace", "ring"]
    stock = stock_of(
        circle(0, 50, 20, 90),
        links=links_of(4, {(1, 0): 0.5, (2, 0): 0.1}),
        category=categories,
    )
    some = rows(1, 2, 3)
    assert reasons_of(stock, "similar", "product", some) == Reason("Similar to Ring 2", "P02")
    chosen = Reason("Chosen by customers who also chose Ring 1", "P01")
    assert reasons_of(stock, "collaborative", "profile", some) == chosen
    scores = [stock.complements.score_products(rows(one))[0] for one in (1, 2, 3)]
    best = int(some[np.argmax(scores)])
    goes = Reason(f"Goes well with Ring {best}", f"P{best:02d}")
    assert reasons_of(stock, "complements", "cart", some) == goes
    assert best != 3  # no ring goes with a ring


@pytest.mark.parametrize(
    ("source", "step", "told"),
    [
        ("popular", "popular", "Popular in this shop"),
        ("trending", "category", "Popular these days"),
        ("newest", "newest", "Among the newest in this shop"),
        ("recent", "profile", "You looked at this lately"),
        ("pinned", "pinned", "Picked by the shop"),
        ("boost", "profile", "From a collection the shop features"),
        ("similar", "product", "Matches what you like"),  # without a product to name
    ],
)
def test_other_sources_are_told_in_words(source: str, step: str, told: str) -> None:
    assert reasons_of(stock_of(circle(0, 9)), source, step, rows()) == Reason(told)


@pytest.mark.parametrize(
    ("own", "told"),
    [
        (6.0, "Popular with customers like you"),
        (5.0, "Popular in this shop"),
        (4.0, "Popular in this shop"),
    ],
)
def test_customers_like_you_are_named_where_they_like_it_more_than_others_do(
    own: float, told: str
) -> None:
    counts = popularity_of([5.0, 5.0], segments={"alike": [own, 10.0 - own]})
    stock = stock_of(circle(0, 9), popularity=counts)
    assert reasons_of(stock, "popular", "segment", rows(), segment=0) == Reason(told)


def test_nothing_is_called_new_that_has_no_date() -> None:
    unknown = np.full(2, np.iinfo(np.int64).min)
    stock = stock_of(circle(0, 9), created_us=unknown)
    assert reasons_of(stock, "newest", "newest", rows()) == Reason("More from this shop")


def test_every_source_can_be_told() -> None:
    assert {*PLAIN, *ABOUT, VISUAL} == {*SOURCES, "random", "pinned", "boost"}


def test_channels_of_an_explanation_add_up() -> None:
    shares = (
        Share("P1", c.VIEW, iso_time(0), 0.5, {"photo": 0.4, "price": 0.1}),
        Share("P2", c.VIEW, iso_time(0), 0.25, {"photo": 0.3, "price": -0.05}),
    )
    explanation = Explanation("C", "P9", "b", 0.75, shares, "homepage", 2.0, {"visual": 2.0})
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
