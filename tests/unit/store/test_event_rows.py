"""Loose rows become events one by one; what is wrong with one is said of that one."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from penchant.store import event_fields
from penchant.store.event_rows import MOST_HINTS, TooManyRowsError, events_from

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
NOW_US = 1_782_907_200_000_000
GOOD = {
    "event_id": "e1",
    "customer_id": "C1",
    "product_id": "P1",
    "interaction_type": "view",
}


def read(*rows, **options):
    """What became of rows."""
    return events_from(rows, now=NOW, **options)


def only(**changes):
    """The one event of a row."""
    found = read({**GOOD, **changes})
    assert not found.rejected
    (event,) = found.events
    return event


def refused(**changes):
    """Why a row was rejected."""
    found = read({**GOOD, **changes})
    assert not found.events
    (problem,) = found.rejected
    return problem


def test_a_whole_event_is_read():
    event = only(
        interaction_type="Order_Completed",
        timestamp="2026-07-01T10:00:00+02:00",
        session_id="s",
        request_id="r",
        order_id="O1",
        quantity="2",
        price=12.5,
        currency="eur",
        is_gift="ja",
    )
    assert (event.event_id, event.customer_id, event.product_id) == ("e1", "C1", "P1")
    assert event.interaction_type == "purchase"
    assert event.time_us == NOW_US - 4 * 3_600_000_000
    assert (event.session_id, event.request_id, event.order_id) == ("s", "r", "O1")
    assert (event.quantity, event.value, event.currency, event.is_gift) == (2.0, 25.0, "EUR", True)


def test_what_is_not_said_is_now_one_piece_and_no_gift():
    event = only()
    assert event.time_us == NOW_US
    assert (event.quantity, event.value, event.currency, event.is_gift) == (1.0, None, "", False)


def test_money_and_order_belong_to_purchases_and_returns():
    looked = only(order_id="O1", price=5)
    assert (looked.order_id, looked.value) == ("", None)
    assert only(interaction_type="return", value=5).value == 5.0


@pytest.mark.parametrize(
    "timestamp",
    [
        1_782_907_200,
        1_782_907_200.0,
        "1782907200",
        1_782_907_200_000,
        "1782907200000000",
        1_782_907_200_000_000_000,
        "2026-07-01T12:00:00Z",
        "2026-07-01T14:00:00.000+02:00",
        "20260701T120000Z",
        NOW,
        NOW.astimezone(timezone(timedelta(hours=-7))),
        NOW.replace(tzinfo=None),
        None,
        "",
    ],
)
def test_a_time_may_be_written_in_many_ways(timestamp):
    assert only(timestamp=timestamp).time_us == NOW_US


@pytest.mark.parametrize(
    "timestamp",
    ["2026-07-01T12:00:00", "2026-07-01", "yesterday", 5, -1, True, float("nan"), 1e300, 10**400,
     "1" * 400, [], {}, "1969-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"],
)  # fmt: skip
def test_what_is_no_time_is_refused(timestamp):
    assert refused(timestamp=timestamp).code == "invalid_time"


def test_a_day_ahead_is_a_wrong_clock_and_more_is_refused():
    assert only(timestamp=NOW + timedelta(days=1)).time_us == NOW_US + 86_400_000_000
    problem = refused(timestamp=NOW + timedelta(days=1, microseconds=1))
    assert problem.code == "future_time"
    assert "more than a day in the future" in problem.reason


@pytest.mark.parametrize("field", ["event_id", "customer_id", "product_id", "interaction_type"])
def test_what_must_be_there_is_asked_for_by_name(field):
    for nothing in (None, ""):
        assert refused(**{field: nothing}).code == "missing_field"
    misspelt = {key: value for key, value in GOOD.items() if key != field}
    (problem,) = read({**misspelt, field.replace("_", ""): "x"}).rejected
    assert problem.reason == f'{field} is missing. Did you mean "{field.replace("_", "")}"?'


@pytest.mark.parametrize("value", ["a\x00b", "x" * 257, "\ud800", 1.5, True, ["a"], {"a": 1}])
def test_what_is_no_id_is_refused(value):
    for field in ("event_id", "customer_id", "product_id", "session_id", "request_id"):
        assert refused(**{field: value}).code == "invalid_id"


def test_ids_are_the_shops_own_whatever_they_look_like():
    event = only(event_id=" ", product_id="a/ä\n🙂", customer_id=111899)
    assert (event.event_id, event.product_id, event.customer_id) == (" ", "a/ä\n🙂", "111899")
    assert only(product_id="x" * 256).product_id == "x" * 256


def test_an_unknown_action_is_never_counted():
    problem = refused(interaction_type="purchse")
    assert problem.code == "unknown_action"
    assert problem.reason == 'unknown interaction_type "purchse". Did you mean "purchase"?'
    assert "Allowed are purchase, " in refused(interaction_type=7).reason


@pytest.mark.parametrize(
    ("field", "value"),
    [("quantity", 0), ("quantity", -1), ("quantity", "many"), ("price", -1), ("price", 10**400),
     ("value", float("inf")), ("value", float("nan")), ("value", True), ("currency", "Euro"),
     ("currency", 978), ("is_gift", "perhaps"), ("is_gift", 2)],
)  # fmt: skip
def test_a_value_out_of_range_is_refused(field, value):
    problem = refused(**{field: value})
    assert problem.code == "invalid_value"
    assert problem.reason.startswith(f"{field} is ")


def test_a_visitor_is_known_by_an_anonymous_id():
    assert only(customer_id=None, anonymous_id="v1").customer_id == "v1"
    assert only(anonymous_id="v1").customer_id == "C1"


def test_of_one_customers_page_only_that_customers_events_are_taken():
    nameless = {key: value for key, value in GOOD.items() if key != "customer_id"}
    found = read(nameless, GOOD, {**GOOD, "customer_id": "C2"}, customer_id="C1")
    assert [event.customer_id for event in found.events] == ["C1", "C1"]
    assert [(one.place, one.code) for one in found.rejected] == [(2, "not_yours")]


def test_the_good_ones_are_kept_in_order_with_their_places():
    found = read(GOOD, "nonsense", {**GOOD, "event_id": "e2"}, {"events": [None, GOOD]})
    assert [event.event_id for event in found.events] == ["e1", "e2", "e1"]
    assert found.places == (0, 2, 4)
    assert [(one.place, one.code) for one in found.rejected] == [
        (1, "not_an_object"),
        (3, "not_an_object"),
    ]
    assert found.rejected[0].to_dict()["reason"].startswith('The event is "nonsense", must be')


def test_a_ga4_payload_is_read_with_its_lists_and_what_is_of_no_use():
    item = {"item_id": "P1", "price": 3}
    payload = {
        "client_id": "7.9",
        "events": [
            {"name": "page_view", "params": {}},
            {"name": "purchase", "params": {"items": [item, {"quantity": 2}]}},
            {"name": "view_item_list", "params": {"items": [item], "item_list_id": "r1"}},
            {"name": "view_item"},
        ],
    }
    found = read(payload)
    (event,) = found.events
    assert (event.customer_id, event.product_id, event.value) == ("7.9", "P1", 3.0)
    assert event.event_id.startswith("ga4:")
    (shown,) = found.shown
    assert (shown.request_id, shown.product_ids, shown.customer_id) == ("r1", ("P1",), "7.9")
    assert shown.shown_us == NOW_US
    assert [(one.place, one.code) for one in found.ignored] == [(0, "not_about_products")]
    assert [(one.place, one.code) for one in found.rejected] == [
        (1, "missing_field"),
        (3, "no_products"),
    ]


def ga4(name, *items):
    return {"name": name, "params": {"transaction_id": "T1", "items": list(items)}}


@pytest.mark.parametrize(
    "rows",
    [
        [{}] * 4,
        [1] * 4,
        [{"events": [1] * 4}],
        [{"events": [{}]}] * 4,
        [{"name": "page_view"}] * 4,
        [{"name": "purchase"}] * 4,
        [ga4("purchase", *[{}] * 4)],
        [ga4("view_item_list", {"item_id": "P1"})] * 4,
        [ga4("purchase", {}, {}), GOOD, 7],
    ],
)
def test_whatever_came_of_them_rows_beyond_the_most_are_not_read(rows):
    with pytest.raises(TooManyRowsError):
        read(*rows, most=3)
    read(*rows, most=4)


def test_of_an_event_with_many_products_no_more_are_looked_at_than_may_be_read(monkeypatch):
    looked = []
    monkeypatch.setattr(event_fields, "did_you_mean", lambda *_: looked.append(1) or "")
    with pytest.raises(TooManyRowsError):
        read(ga4("purchase", *[{}] * 60_000), most=500, customer_id="C1")
    assert len(looked) <= 501


def test_only_the_first_problems_say_what_may_have_been_meant():
    row = {**GOOD, "product": "P1"}
    del row["product_id"]
    found = read(*[row] * (MOST_HINTS + 2), *[{**GOOD, "interaction_type": "vuew"}] * 2)
    meant = ["Did you mean" in one.reason for one in found.rejected]
    assert meant == [True] * MOST_HINTS + [False] * 4
    assert {one.code for one in found.rejected} == {"missing_field", "unknown_action"}
