"""The rights of a person: consent, merging, a page token, export and erasure."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from penchant.privacy.erasing import forget_in_database
from penchant.privacy.progress import progress_file
from penchant.server import eraser
from penchant.shop_directory import ShopDirectory
from tests.server.conftest import served


def slate(service, customer, **more):
    return service.get(f"/v1/customers/{customer}/recommendations?k=5", **more).json()


def test_a_refusal_is_obeyed_in_the_very_next_answer_and_can_be_taken_back(service):
    before = slate(service, "WARM")
    assert (before["step"], before["request_id"] is None) == ("profile", False)
    told = service.put("/v1/customers/WARM/consent", {"personalization": False}).json()
    assert (told["personalization"], told["personalized"]) == (False, False)
    refused = slate(service, "WARM")
    assert (refused["step"], refused["request_id"]) == ("popular", None)
    assert service.get("/v1/customers/WARM/profile").json()["styles"] == []
    service.put("/v1/customers/WARM/consent", {"personalization": True})
    assert slate(service, "WARM")["step"] == "profile"


def test_what_was_not_said_stays_as_it_was(service):
    service.put("/v1/customers/WARM/consent", {"personalization": False})
    told = service.put("/v1/customers/WARM/consent", {"marketing": True}).json()
    assert (told["personalization"], told["marketing"]) == (False, True)
    assert service.get("/v1/customers/WARM/consent").json() == told


def test_of_who_said_nothing_the_tables_are_told(service):
    told = service.get("/v1/customers/OUT/consent").json()
    assert (told["personalization"], told["at"], told["personalized"]) == (None, None, False)
    assert service.get("/v1/customers/WARM/consent").json()["personalized"] is True


@pytest.mark.parametrize("body", [{}, {"personalization": None}, {"personalization": "no"}, []])
def test_a_consent_that_says_nothing_is_a_mistake(service, body):
    assert service.put("/v1/customers/WARM/consent", body).status_code == 422


def test_a_shop_without_profiling_knows_nobody(own_shop):
    settings = own_shop / "penchant.toml"
    text = settings.read_text().replace("# profiling = true", "profiling = false")
    settings.write_text(text)
    with served(own_shop) as service:
        assert slate(service, "WARM")["step"] == "popular"
        assert slate(service, "WARM")["request_id"] is None
        assert service.get("/v1/customers/WARM/consent").json()["personalized"] is False


def test_a_visitor_who_logs_in_brings_their_history(service):
    for number, product in enumerate(("P03", "P06", "P09")):
        service.post(
            "/v1/events",
            {"event_id": f"v{number}", "anonymous_id": "visitor", "product_id": product,
             "interaction_type": "add_to_cart"},
        )  # fmt: skip
    assert slate(service, "FRESH")["step"] == "popular"
    told = service.post("/v1/customers/FRESH/merge", {"anonymous_id": "visitor"})
    assert told.json() == {"customer_id": "FRESH", "anonymous_id": "visitor", "events": 3}
    assert slate(service, "FRESH")["step"] == "profile"
    again = service.post("/v1/customers/FRESH/merge", {"anonymous_id": "visitor"})
    assert (again.status_code, again.json()["events"]) == (200, 0)
    itself = service.post("/v1/customers/FRESH/merge", {"anonymous_id": "FRESH"})
    assert itself.status_code == 422


def test_two_customers_cannot_be_merged(service, own_shop):
    view = {"customer_id": "NEAR", "product_id": "P03", "interaction_type": "view"}
    assert service.post("/v1/events", {"event_id": "made-up", **view}).status_code == 200
    refused = service.post("/v1/customers/WARM/merge", {"anonymous_id": "NEAR"})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input")
    assert service.service.link.store.people.resolve("NEAR") == "NEAR"


def test_a_visitor_who_is_one_that_refused_in_the_tables_is_not_known_either(service):
    def view(name, **who):
        told = {"event_id": name, "product_id": "P03", "interaction_type": "view", **who}
        return service.post("/v1/events", told).json()

    assert view("before", anonymous_id="visitor")["accepted"] == 1
    merged = service.post("/v1/customers/OUT/merge", {"anonymous_id": "visitor"})
    assert merged.json()["events"] == 0
    told = service.get("/v1/customers/visitor/consent").json()
    assert (told["personalization"], told["personalized"]) == (None, False)
    for who in ({"anonymous_id": "visitor"}, {"customer_id": "visitor"}):
        answer = view("after", **who)
        assert (answer["accepted"], answer["ignored"][0]["code"]) == (0, "opted_out")
    assert service.service.link.store.people.person("OUT").events == ()


def test_what_was_looked_at_before_a_refusal_goes_with_it(service):
    for number, kind in enumerate(("view", "purchase", "add_to_cart", "hide")):
        service.post(
            "/v1/events",
            {"event_id": f"b{number}", "customer_id": "WARM", "product_id": "P03",
             "interaction_type": kind},
        )  # fmt: skip
    service.put("/v1/customers/WARM/consent", {"personalization": False})
    kept = service.service.link.store.people.person("WARM").events
    assert [one.interaction_type for one in kept] == ["purchase", "hide"]


def test_a_page_token_is_good_for_its_person_and_nobody_else(service):
    text = service.post("/v1/customers/WARM/token").json()["token"]
    own = {"headers": {"Authorization": f"Bearer {text}"}}
    answer = slate(service, "WARM", **own)
    assert answer["slots"]
    view = {"event_id": "t1", "product_id": "P03", "interaction_type": "view"}
    assert service.post("/v1/events", view, **own).json()["accepted"] == 1
    assert service.post("/v1/events", view, **own).json()["duplicates"] == 1
    kept = [one.event_id for one in service.service.link.store.people.person("WARM").events]
    assert [one for one in kept if one.startswith("t:") and one.endswith(":t1")] == kept
    shown = {"request_id": answer["request_id"]}
    assert service.post("/v1/exposures", shown, **own).json()["accepted"] == 5
    told = service.put("/v1/customers/WARM/consent", {"personalization": False}, **own)
    assert told.status_code == 200
    other = slate(service, "NEAR")["request_id"]
    refused = [
        service.get("/v1/customers/NEAR/recommendations", **own),
        service.get("/v1/products/P03/similar?customer_id=NEAR", **own),
        service.post(
            "/v1/cart/recommendations", {"products": ["P03"], "customer_id": "NEAR"}, **own
        ),
        service.post("/v1/events", {**view, "customer_id": "NEAR"}, **own),
        service.post("/v1/exposures", {"request_id": other}, **own),
        service.put("/v1/customers/NEAR/consent", {"personalization": True}, **own),
        service.get("/v1/customers/WARM/profile", **own),
        service.get("/v1/customers/%E2%82/recommendations", **own),
    ]
    assert [one.status_code for one in refused] == [403] * len(refused)
    assert {one.json()["code"] for one in refused} == {"forbidden"}


def test_a_page_cannot_take_the_event_id_of_another_persons_purchase(service):
    tokens = [service.post(f"/v1/customers/{who}/token").json()["token"] for who in ("WARM", "OUT")]
    warm, out = ({"headers": {"X-API-Key": one}} for one in tokens)
    guess = {"event_id": "order-7", "product_id": "P03", "interaction_type": "purchase"}
    assert service.post("/v1/events", guess, **warm).json()["accepted"] == 1
    told = service.post("/v1/events", {**guess, "customer_id": "NEAR"}).json()
    assert (told["accepted"], told["duplicates"]) == (1, 0)
    assert service.post("/v1/events", guess, **out).json()["duplicates"] == 0
    ignored = service.post("/v1/events", {**guess, "interaction_type": "view"}, **out).json()
    assert [one["event_id"] for one in ignored["ignored"]] == ["order-7"]


def test_a_page_token_of_a_visitor_still_works_when_they_log_in(service):
    text = service.post("/v1/customers/visitor/token").json()["token"]
    own = {"headers": {"X-API-Key": text}}
    first = slate(service, "visitor", **own)["request_id"]
    service.post("/v1/customers/FRESH/merge", {"anonymous_id": "visitor"})
    service.service.keeper.flush()
    assert service.post("/v1/exposures", {"request_id": first}, **own).json()["accepted"] == 5


def test_everything_that_is_held_of_a_person_is_given(service):
    service.post(
        "/v1/events",
        {"event_id": "x1", "customer_id": "WARM", "product_id": "P09", "interaction_type": "view"},
    )
    shown = service.get("/v1/customers/WARM/recommendations").json()["request_id"]
    answer = service.get("/v1/customers/WARM/export")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    data = answer.json()
    assert data["customer_id"] == "WARM"
    assert "x1" in answer.text
    assert [one["request_id"] for one in data["database"]["slates"]] == [shown]
    assert service.get("/v1/customers/NOBODY/export").status_code == 200


def test_who_is_erased_is_unknown_at_once_and_gone_from_files_soon(service, own_shop):
    service.post(
        "/v1/events",
        {"event_id": "x1", "customer_id": "WARM", "product_id": "P09", "interaction_type": "view"},
    )
    slate(service, "WARM")
    answer = service.delete("/v1/customers/WARM")
    assert answer.status_code == 202
    receipt = answer.json()
    assert answer.headers["location"] == f"/v1/erasures/{receipt['receipt_id']}"
    assert "WARM" not in answer.text
    assert receipt["counts"]["events"] == 1
    assert service.get("/v1/customers/WARM/profile").status_code == 404
    assert service.service.link.store.people.person("WARM").events == ()
    place = answer.headers["location"]
    service.settled(lambda: service.get(place).json()["done"] is not None)
    files = [one for one in Path(own_shop).rglob("*") if one.is_file()]
    assert [one for one in files if b"WARM" in one.read_bytes()] == []
    assert slate(service, "WARM")["step"] == "popular"
    assert slate(service, "NEAR")["step"] == "profile"


def test_after_an_erasure_by_whatever_worker_nobody_is_remembered(service):
    """Another process erases; this one sees that the secret of the logs is a new one."""
    watcher, people = service.service.watcher, service.service.serving.shop.people
    told = {"event_id": "e1", "customer_id": "WARM", "product_id": "P03"}
    service.post("/v1/events", {**told, "interaction_type": "view"})
    slate(service, "WARM")
    assert set(people._judged_before) == {"WARM"}
    watcher.look()
    assert people._judged_before
    store = service.service.link.store
    forget_in_database(store, "WARM", at=datetime.now(UTC))
    watcher.look()
    assert not people._judged_before


def test_an_erasure_is_done_only_when_nobody_reads_what_was_deleted(service, monkeypatch):
    monkeypatch.setattr(eraser, "AGAIN_SECONDS", 0.05)
    store = service.service.link.store
    tries = threading.Semaphore(0)
    scrub = type(store).scrub

    def tried(one):
        done = scrub(one)
        tries.release()
        return done

    monkeypatch.setattr(type(store), "scrub", tried)
    with store.database.snapshot() as reader:
        reader.exec_driver_sql("SELECT count(*) FROM events").scalar()
        place = service.delete("/v1/customers/WARM").headers["location"]
        for _ in range(2):
            assert tries.acquire(timeout=20)
        assert service.get(place).json()["done"] is None
    service.settled(lambda: service.get(place).json()["done"] is not None)


def test_what_an_eraser_before_left_marked_is_made_good(service, own_shop):
    marker = progress_file(ShopDirectory.open(own_shop))
    marker.write_text("{}")
    service.service.eraser.wake()
    service.settled(lambda: not marker.exists())


def test_the_statement_says_in_words_what_decides(service):
    told = service.get("/v1/statement").json()
    assert told["profiling"] is True
    assert told["text"].startswith("# How")
    assert told["build_id"] == service.service.serving.shop.build_id
    assert service.get("/v1/statement").json() == told


def test_settings_that_are_broken_are_no_mistake_of_who_asks_for_the_statement(service):
    (service.service.directory.path / "penchant.toml").write_text("[store\n")
    answer = service.get("/v1/statement")
    assert (answer.status_code, answer.json()["code"]) == (503, "build_failed")
    assert "settings_unreadable" in {one["event"] for one in service.lines}
