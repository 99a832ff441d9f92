"""What is reported: recorded once, before it is acknowledged, and counted in the next answer."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest

from penchant.server.exposing import TRIES
from tests.server.conftest import add_keys, served

VIEW = {"customer_id": "NEW", "product_id": "P03", "interaction_type": "view"}


def event(name, **more):
    return {"event_id": name, **VIEW, **more}


def seen(service, customer="NEW"):
    """Products of a customer's interactions, newest first."""
    answer = service.get(f"/v1/customers/{customer}/profile")
    return [one["product_id"] for one in answer.json()["interactions"]]


def test_an_event_counts_in_the_very_next_answer(service):
    assert service.get("/v1/customers/NEW/recommendations").json()["step"] == "popular"
    answer = service.post("/v1/events", event("e1"))
    assert answer.json() == {
        "accepted": 1, "duplicates": 0, "ignored": [], "rejected": [], "unknown_products": [],
    }  # fmt: skip
    assert service.get("/v1/customers/NEW/recommendations").json()["step"] == "session"
    for number, product in enumerate(("P06", "P09", "P12")):
        service.post("/v1/events", event(f"more{number}", product_id=product))
    assert service.get("/v1/customers/NEW/recommendations").json()["step"] == "profile"


def test_the_same_event_again_changes_nothing(service):
    assert service.post("/v1/events", event("e1")).json()["accepted"] == 1
    again = service.post("/v1/events", {"events": [event("e1"), event("e2"), event("e2")]}).json()
    assert (again["accepted"], again["duplicates"]) == (1, 2)
    assert len(service.service.link.store.people.person("NEW").events) == 2


def test_events_of_products_nobody_knows_are_kept_and_the_products_are_named(service):
    """A page that sends other ids than the feed is told so; a product counts when it is there."""
    names = ["P01", "SKU-1", "SKU-1", *(f"new-{n}" for n in range(30))]
    sent = [event(f"e{n}", product_id=name) for n, name in enumerate(names)]
    told = service.post("/v1/events", {"events": [*sent, {"product_id": "X"}]}).json()
    assert told["accepted"] == len(names)
    assert told["unknown_products"] == ["SKU-1", *(f"new-{n}" for n in range(19))]
    assert "penchant_unknown_products_total 31.0" in service.get("/metrics").text
    assert "SKU-1" not in seen(service)
    added = service.put("/v1/products/SKU-1", {"category": "ring", "title": "A ring"})
    assert added.status_code in (200, 201), added.text
    again = service.post("/v1/events", event("later", product_id="SKU-1")).json()
    assert again["unknown_products"] == []
    assert "SKU-1" in seen(service)


def test_good_events_are_kept_and_bad_ones_are_told_with_their_place(service):
    sent = [event("e1"), {"event_id": "e2"}, event("e3", interaction_type="moon"), 7, event("e5")]
    answer = service.post("/v1/events", {"events": sent})
    told = answer.json()
    assert (answer.status_code, told["accepted"]) == (200, 2)
    assert [one["place"] for one in told["rejected"]] == [1, 2, 3]
    assert all(one["reason"].endswith((".", "?")) and one["code"] for one in told["rejected"])


@pytest.mark.parametrize("body", [{}, {"events": []}, [], {"events": [{}]}, {"event_id": "x"}, 5])
def test_when_nothing_is_good_it_is_a_mistake(service, body):
    answer = service.post("/v1/events", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_events_as_ga4_sends_them_are_taken(service):
    params = {"items": [{"item_id": "P03"}, {"item_id": "P06", "quantity": 2}]}
    body = {
        "client_id": "visitor.1",
        "timestamp_micros": 1_782_900_000_000_000,
        "events": [
            {"name": "view_item", "params": params},
            {"name": "page_view", "params": {}},
            {"name": "purchase", "params": {"transaction_id": "T1", **params}},
        ],
    }
    told = service.post("/v1/events", body).json()
    assert told["accepted"] == 4, told
    assert [one["place"] for one in told["ignored"]] == [1]
    assert service.post("/v1/events", body).json()["duplicates"] == 4
    assert sorted(set(seen(service, "visitor.1"))) == ["P03", "P06"]


def test_a_list_that_ga4_says_was_shown_is_an_exposure(service):
    slate = service.get("/v1/customers/WARM/recommendations?k=3").json()
    shown = [{"item_id": one["product_id"]} for one in slate["slots"][:2]]
    params = {"item_list_id": slate["request_id"], "items": shown}
    body = {"client_id": "WARM", "events": [{"name": "view_item_list", "params": params}]}
    assert service.post("/v1/events", body).status_code == 200
    again = service.post("/v1/exposures", {"request_id": slate["request_id"]}).json()
    assert (again["accepted"], again["duplicates"]) == (1, 2)


def test_of_who_refused_only_what_they_own_and_hid_is_kept(service):
    service.put("/v1/customers/NEW/consent", {"personalization": False})
    actions = ("view", "purchase", "add_to_cart", "hide", "return", "click")
    sent = [event(one, interaction_type=one, product_id="P09") for one in actions]
    told = service.post("/v1/events", {"events": sent}).json()
    assert told["accepted"] == 3
    assert [(one["place"], one["event_id"]) for one in told["ignored"]] == [
        (0, "view"), (2, "add_to_cart"), (5, "click"),
    ]  # fmt: skip
    kept = service.service.link.store.people.person("NEW").events
    assert {one.interaction_type for one in kept} == {"purchase", "hide", "return"}


def test_who_refused_in_the_tables_is_believed_until_they_say_otherwise(service):
    view = event("e1", customer_id="OUT")
    assert service.post("/v1/events", view).json()["ignored"][0]["code"] == "opted_out"
    service.put("/v1/customers/OUT/consent", {"personalization": True})
    assert service.post("/v1/events", view).json()["accepted"] == 1


def test_too_many_events_are_refused_as_a_whole(own_shop):
    with served(own_shop, server_max_events=3) as service:
        answer = service.post("/v1/events", {"events": [event(f"e{n}") for n in range(4)]})
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert service.service.link.store.events.count() == 0


@pytest.mark.parametrize(
    "body",
    [
        {
            "events": [
                {"name": "purchase", "params": {"transaction_id": "t", "items": [{}] * 3_900}}
            ]
        },
        [{"events": [1] * 100_000}],
        [{"events": [event("e1"), *[{}] * 600]}],
    ],
)
def test_what_is_wrong_counts_as_much_as_what_is_right(service, body):
    answer = service.post("/v1/events", body)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert len(answer.content) < 1_000
    assert service.service.link.store.events.count() == 0


def test_events_of_many_requests_at_once_are_all_kept_once(service):
    requests = [
        ("POST", "/v1/events", {"json": {"events": [event(f"e{n}"), event("same")]}})
        for n in range(60)
    ]
    answers = [one.json() for one in service.client.gather(requests)]
    assert sum(one["accepted"] for one in answers) == 61
    assert sum(one["duplicates"] for one in answers) == 59


def test_events_may_come_as_plain_text_as_a_page_that_is_left_sends_them(own_shop):
    key = add_keys(own_shop)["events"]
    with served(own_shop) as service:
        answer = service.client.request(
            "POST",
            "/v1/events",
            content=json.dumps(event("e1")),
            headers={"Content-Type": "text/plain", "X-API-Key": key},
        )
        assert answer.json()["accepted"] == 1


def test_exposures_count_once_and_are_joined_with_their_answer(service):
    slate = service.get("/v1/customers/WARM/recommendations?k=4").json()
    name = slate["request_id"]
    body = {"request_id": name, "slots": [1, 2]}
    assert service.post("/v1/exposures", body).json()["accepted"] == 2
    assert service.post("/v1/exposures", {"request_id": name}).json() == {
        "accepted": 2, "duplicates": 2, "ignored": [],
    }  # fmt: skip
    first = slate["slots"][0]["product_id"]
    service.post("/v1/events", event("c", customer_id="WARM", product_id=first, request_id=name))
    service.service.keeper.flush()
    rows = service.service.link.store.slates.shown(0, 1 << 62)
    assert [one.exposure.slot for one in rows] == [1, 2, 3, 4]
    assert rows[0].slate.customer_id == "WARM"
    assert rows[0].slate.policy.startswith("homepage-")
    assert 0 < rows[0].propensity <= 1
    assert [one.event_id for one in rows[0].outcomes] == ["c"]


def test_an_answer_another_worker_is_about_to_write_is_waited_for(own_shop):
    with served(own_shop) as one, served(own_shop) as other:
        for _ in range(3):
            name = one.get("/v1/recommendations?k=2").json()["request_id"]
            told = other.post("/v1/exposures", {"request_id": name}).json()
            assert (told["accepted"], told["ignored"]) == (2, [])


def test_exposures_of_unknown_answers_and_slots_are_told(service):
    name = service.get("/v1/recommendations?k=2").json()["request_id"]
    body = {"exposures": [{"request_id": "none"}, {"request_id": name, "slots": [2, 3, -1]}]}
    told = service.post("/v1/exposures", body).json()
    assert told["accepted"] == 1
    assert [one["place"] for one in told["ignored"]] == [0, 1]


@pytest.mark.parametrize("when", ["2026-07-01T10:00:00Z", 1_782_900_000, 1_782_900_000_123])
def test_when_something_was_shown_may_be_said(service, when):
    name = service.get("/v1/recommendations?k=1").json()["request_id"]
    body = {"request_id": name, "shown_at": when}
    assert service.post("/v1/exposures", body).json()["accepted"] == 1


@pytest.mark.parametrize("when", ["yesterday", "2999-01-01T00:00:00Z", -5])
def test_a_time_that_is_none_is_told(service, when):
    answer = service.post("/v1/exposures", {"request_id": "x", "shown_at": when})
    assert answer.status_code == 422


def test_many_answers_are_looked_up_in_one_read(service, monkeypatch):
    name = service.get("/v1/recommendations?k=2").json()["request_id"]
    service.service.keeper.flush()
    database, reads = service.service.link.store.slates._database, []
    read = type(database).read

    def counted(self):
        if threading.current_thread().name.startswith("penchant-chore"):
            reads.append(1)
        return read(self)

    monkeypatch.setattr(type(database), "read", counted)
    body = {"exposures": [{"request_id": one} for one in (name, *(f"x{n}" for n in range(400)))]}
    told = service.post("/v1/exposures", body).json()
    assert (told["accepted"], len(told["ignored"])) == (2, 400)
    assert len(reads) <= TRIES


def test_what_a_clock_that_is_ahead_reports_counts_in_the_next_answer_too(service):
    ahead = datetime.now(UTC) + timedelta(seconds=90)
    first = service.get("/v1/customers/NEW/recommendations").json()["slots"][0]["product_id"]
    told = event("e1", product_id=first, interaction_type="hide", timestamp=ahead.isoformat())
    assert service.post("/v1/events", told).json()["accepted"] == 1
    slots = service.get("/v1/customers/NEW/recommendations?k=24").json()["slots"]
    assert first not in [one["product_id"] for one in slots]
