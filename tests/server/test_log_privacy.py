"""No line of a log names a person, a product or a secret, whatever is asked and how it fails."""

import json

import pytest

from penchant.server.scopes import ACCESS
from tests.server.conftest import add_keys, served

PERSON, OTHER, PRODUCT, SESSION = "Zw3rgenkönig", "Ob3rförster", "Gr4natring", "s3ssion-77"
WORDS = (PERSON, OTHER, PRODUCT, SESSION)


def spellings(word):
    """A word as it might be written: as it is, percent-encoded, escaped by JSON."""
    from urllib.parse import quote

    return {word, quote(word), quote(word).lower(), json.dumps(word)[1:-1]}


@pytest.fixture
def talkative(own_shop):
    keys = add_keys(own_shop)
    with served(own_shop, server_requests_per_second=0) as service:
        yield service, keys


BODIES = {
    ("POST", "/v1/cart/recommendations"): {"products": [PRODUCT], "customer_id": PERSON},
    ("POST", "/v1/events"): {"event_id": "e", "customer_id": PERSON, "product_id": PRODUCT,
                             "session_id": SESSION, "interaction_type": "view"},
    ("POST", "/v1/exposures"): {"request_id": SESSION},
    ("PUT", "/v1/customers/{customer_id}/consent"): {"marketing": True},
    ("POST", "/v1/customers/{customer_id}/merge"): {"anonymous_id": OTHER},
    ("PUT", "/v1/products/{product_id}"): {"title": PRODUCT, "vector": [1.0]},
    ("POST", "/v1/admin/publish"): {"build_id": "none"},
    ("POST", "/v1/admin/rollback"): {"build_id": "none"},
}  # fmt: skip


def ask_everything(service, keys):
    """Every route, in good and bad ways, with every key; give the secrets that were shown."""
    token = service.post(
        f"/v1/customers/{PERSON}/token", headers={"X-API-Key": keys["all"]}
    ).json()["token"]
    shown = [*keys.values(), token, "pk_0123456789ab_forged"]
    for (method, template), _ in sorted(ACCESS.items(), key=lambda one: one[0][0] == "DELETE"):
        path = template.format(customer_id=PERSON, product_id=PRODUCT, receipt_id=PERSON)
        for key in shown:
            for more in ("", f"?k=0&customer_id={OTHER}&product={PRODUCT}&{PERSON}={PERSON}"):
                body = BODIES.get((method, template))
                for sent in ({"json": body} if body else {}, {"content": f"{{{PERSON}"}):
                    headers = {"Authorization": f"Bearer {key}", "X-Request-ID": PERSON.encode()}
                    service.client.request(method, path + more, headers=headers, **sent)
    service.get(f"/{PERSON}/nowhere?{PRODUCT}")
    service.client.request("BREW", f"/v1/customers/{PERSON}/recommendations")
    return shown


def test_no_log_names_anybody_or_shows_a_secret(talkative, capfd):
    service, keys = talkative
    shown = ask_everything(service, keys)
    service.settled(lambda: not service.service.link.store.erasures.pending())
    written = service.log + "".join(capfd.readouterr())
    lines = service.lines
    assert len([one for one in lines if one["event"] == "request"]) > 500
    for word in WORDS:
        for spelling in spellings(word):
            assert spelling.lower() not in written.lower(), word
    for one in shown:
        assert one.split("_", 2)[-1] not in written
    assert {one["route"] for one in lines if one["event"] == "request"} == {
        *(template for _, template in ACCESS), "unmatched",
    }  # fmt: skip


def test_a_line_tells_what_operators_need(service):
    service.get("/v1/customers/WARM/recommendations?k=3")
    line = next(one for one in service.lines if one["event"] == "request")
    assert line["route"] == "/v1/customers/{customer_id}/recommendations"
    assert (line["method"], line["status"], line["level"]) == ("GET", 200, "info")
    assert line["ms"] > 0
    assert line["ts"].endswith("+00:00")
    assert len(line["person"]) == 16


def test_a_person_has_one_pseudonym_until_the_secret_is_renewed(service):
    def pseudonym(customer):
        service.get(f"/v1/customers/{customer}/recommendations")
        return [one["person"] for one in service.lines if one["event"] == "request"][-1]

    first = pseudonym("WARM")
    assert pseudonym("WARM") == first
    assert pseudonym("NEAR") != first
    service.delete("/v1/customers/COLD")
    assert pseudonym("WARM") != first


def test_which_key_was_used_is_told_by_its_public_part(talkative):
    service, keys = talkative
    service.get("/v1/recommendations", headers={"X-API-Key": keys["read"]})
    line = [one for one in service.lines if one["event"] == "request"][-1]
    assert line["key_id"] == keys["read"].split("_")[1]
