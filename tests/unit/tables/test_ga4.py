"""GA4 events become one row per product, and the same event always the same row."""

from penchant.tables.ga4 import is_ga4, unroll

ITEM = {"item_id": "P1", "price": 12.5, "quantity": 2}


def measured(name: str, **params: object) -> dict[str, object]:
    """An event of the Measurement Protocol."""
    return {"name": name, "params": {"items": [ITEM], **params}}


def test_an_event_of_the_measurement_protocol_is_told_in_our_words():
    event = measured("add_to_cart", currency="EUR", session_id=7, item_list_id="r1")
    (row,) = unroll(event, {"client_id": "7.9", "timestamp_micros": 5}, now_us=1).rows
    assert row["interaction_type"] == "add_to_cart"
    assert (row["anonymous_id"], row["customer_id"]) == ("7.9", None)
    assert (row["product_id"], row["quantity"], row["price"]) == ("P1", 2, 12.5)
    assert (row["session_id"], row["request_id"], row["timestamp"]) == (7, "r1", 5)


def test_a_row_of_the_bigquery_export_says_the_same():
    row = {
        "event_name": "select_item",
        "event_timestamp": "1612069510766593",
        "event_params": [
            {"key": "ga_session_id", "value": {"string_value": None, "int_value": "123"}},
            {"key": "item_list_id", "value": {"string_value": "r1"}},
            "noise",
        ],
        "user_id": "C1",
        "user_pseudo_id": "7.9",
        "items": [ITEM],
    }
    (found,) = unroll(row, {}, now_us=1).rows
    assert found["interaction_type"] == "click"
    assert (found["customer_id"], found["anonymous_id"]) == ("C1", "7.9")
    assert (found["session_id"], found["request_id"]) == ("123", "r1")
    assert found["timestamp"] == "1612069510766593"


def test_each_product_of_an_event_is_a_row_with_an_id_of_its_own():
    event = measured("view_item", items=[ITEM, {"item_id": "P2"}, ITEM])
    rows = unroll(event, {"client_id": "7.9", "timestamp_micros": 5}, now_us=1).rows
    assert [row["product_id"] for row in rows] == ["P1", "P2", "P1"]
    assert len({row["event_id"] for row in rows}) == 3
    again = unroll(event, {"client_id": "7.9", "timestamp_micros": 5}, now_us=99).rows
    assert [row["event_id"] for row in again] == [row["event_id"] for row in rows]


def test_an_order_counts_once_whenever_it_is_told():
    early, late = (
        unroll(
            measured("purchase", transaction_id="O1"),
            {"client_id": "7.9", "timestamp_micros": moment},
            now_us=1,
        ).rows[0]
        for moment in (5, 6)
    )
    assert early["event_id"] == late["event_id"]
    assert early["order_id"] == "O1"
    other = unroll(measured("purchase", transaction_id="O2"), {"client_id": "7.9"}, now_us=1)
    assert other.rows[0]["event_id"] != early["event_id"]


def test_a_name_the_page_gave_the_event_is_kept():
    (row,) = unroll(measured("view_item", event_id="e7"), {}, now_us=1).rows
    assert row["event_id"] == "e7"
    both = measured("view_item", event_id="e7", items=[ITEM, ITEM])
    assert [one["event_id"] for one in unroll(both, {}, now_us=1).rows] == ["e7:0", "e7:1"]


def test_a_list_that_was_shown_is_no_interaction():
    event = measured("view_item_list", item_list_id="r1", items=[ITEM, {"item_id": "P2"}])
    found = unroll(event, {"client_id": "7.9"}, now_us=4)
    assert not found.rows
    assert found.shown["request_id"] == "r1"
    assert found.shown["product_ids"] == ("P1", "P2")
    assert found.shown["timestamp"] == 4


def test_what_tells_nothing_of_products_is_told_apart_from_what_lacks_them():
    assert unroll({"name": "scroll"}, {}, now_us=1).other == "scroll"
    assert unroll({"name": "view_item", "params": {}}, {}, now_us=1).lacking == "view_item"
    assert unroll(measured("refund", items="P1"), {}, now_us=1).lacking == "refund"


def test_one_event_of_ours_is_not_taken_for_one_of_ga4():
    assert is_ga4({"name": "view_item"})
    assert is_ga4({"event_name": "view_item"})
    assert not is_ga4({"name": "x", "interaction_type": "view"})
    assert not is_ga4({"event_name": "x", "product_id": "P1"})
