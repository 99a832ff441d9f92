"""A service without keys answers programs of its machine, and no page that a browser shows."""

import json

import pytest

from penchant.server.keys import MAKE_KEY
from penchant.server.loopback import is_local
from tests.server.conftest import add_keys, served

EVENT = {"event_id": "e", "customer_id": "NEW", "product_id": "P03", "interaction_type": "view"}
REBOUND = {"Host": "evil.example:8080"}


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:8080", "127.0.0.1", "127.8.9.1:80", "[::1]", "[::1]:8080"],
)
def test_names_of_this_machine_are_told(host):
    assert is_local(host)


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "192.168.1.2",
     "[::2]:80", "[::1", "[::1]x", "localhost:x", "8.8.8.8", "::1"],
)  # fmt: skip
def test_other_names_are_not(host):
    assert not is_local(host)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/customers/WARM/export"), ("DELETE", "/v1/customers/WARM"), ("GET", "/metrics")],
)
def test_a_page_whose_name_was_made_to_point_here_is_refused(service, method, path):
    answer = service.client.request(method, path, headers=REBOUND)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert MAKE_KEY in answer.json()["detail"]


@pytest.mark.parametrize("name", ["Forwarded", "Via", "X-Forwarded-For", "X-Real-IP"])
def test_what_came_through_a_proxy_is_of_anybody_and_refused(service, name):
    answer = service.get("/v1/customers/WARM/export", headers={name: "203.0.113.7"})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert name.lower() in answer.json()["detail"]


@pytest.mark.parametrize(
    "told",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
    ids=["another origin", "no origin", "an image in another page"],
)
def test_a_page_of_somebody_else_is_refused(service, told):
    answer = service.get("/v1/customers/WARM/export", headers=told)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert "cors_origins" in answer.json()["detail"]


@pytest.mark.parametrize("told", [{"Origin": "http://localhost:3000"}, {"Sec-Fetch-Site": "none"}])
def test_a_page_that_may_ask_is_answered_and_so_is_who_types_the_address(own_shop, told):
    with served(own_shop, server_cors_origins='["http://localhost:3000"]') as service:
        told = {**told, "Sec-Fetch-Site": told.get("Sec-Fetch-Site", "cross-site")}
        assert service.get("/v1/customers/WARM/profile", headers=told).status_code == 200


def test_what_is_open_stays_open_under_any_name(service):
    assert service.get("/health/live", headers=REBOUND).status_code == 200


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_that_a_page_may_send_unasked_is_refused(service, kind):
    headers = {} if kind is None else {"Content-Type": kind}
    answer = service.client.request(
        "POST", "/v1/events", content=json.dumps(EVENT), headers=headers
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "invalid_input")
    assert answer.json()["detail"].endswith("application/json.")
    assert service.service.link.store.events.count() == 0


def test_a_body_is_json_in_any_of_its_spellings(service):
    for number, kind in enumerate(("application/json; charset=utf-8", "application/x+json")):
        body = json.dumps({**EVENT, "event_id": f"e{number}"})
        headers = {"Content-Type": kind}
        answer = service.client.request("POST", "/v1/events", content=body, headers=headers)
        assert answer.json()["accepted"] == 1


def test_with_a_key_the_service_is_asked_under_any_name(own_shop):
    key = add_keys(own_shop)["all"]
    with served(own_shop) as service:
        headers = {**REBOUND, "X-API-Key": key}
        assert service.get("/v1/customers/WARM/profile", headers=headers).status_code == 200
        assert service.post("/v1/events", EVENT, headers=headers).status_code == 200
