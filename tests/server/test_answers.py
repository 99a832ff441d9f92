"""What the service answers: the same as the shop itself, for ids of any kind."""

from datetime import UTC, datetime
from urllib.parse import quote

import pytest

import penchant

STRANGE = ["a/b", "two words", "100%", "😀", '"quoted"', "%2F", "..", "ü?#&=+", "a\\b", "'", "C\n1"]


def strip(slate):
    """A slate without what is new each time."""
    return {name: one for name, one in slate.items() if name != "request_id"}


def test_a_customer_gets_what_the_shop_itself_would_show(service, own_shop):
    answer = service.get("/v1/customers/WARM/recommendations?k=5")
    assert answer.status_code == 200, answer.text
    slate = answer.json()
    shop = penchant.open(own_shop)
    asked = shop.recommend("WARM", k=5, as_of=datetime.now(UTC), request_id=slate["request_id"])
    assert strip(slate).keys() == strip(asked.to_dict()).keys()
    assert [one["product_id"] for one in slate["slots"]] == list(asked.product_ids)
    assert (slate["customer_id"], slate["step"]) == ("WARM", asked.step)


def test_every_answer_has_a_request_id_of_its_own(service):
    answers = [service.get("/v1/recommendations") for _ in range(2)]
    assert answers[0].headers["x-request-id"] != answers[1].headers["x-request-id"]
    assert answers[0].json()["request_id"] != answers[1].json()["request_id"]


def test_a_sane_request_id_from_outside_is_kept_another_is_not(service):
    own = "0af7651916cd43dd8448eb211c80319c"
    assert service.get("/health/live", headers={"X-Request-ID": own}).headers["x-request-id"] == own
    for other in ("C10001", "a@b.example-and-long-enough", "x" * 100, ""):
        answer = service.get("/health/live", headers={"X-Request-ID": other})
        assert answer.headers["x-request-id"] != other


@pytest.mark.parametrize(
    "path",
    [
        "/v1/recommendations",
        "/v1/recommendations?surface=new_arrivals&k=3",
        "/v1/recommendations?surface=product_page&product=P03",
        "/v1/recommendations?surface=cart&product=P03&product=P04",
        "/v1/customers/NOBODY/recommendations",
        "/v1/customers/WARM/recommendations?surface=post_purchase",
        "/v1/products/P03/similar?k=4",
        "/v1/products/P03/similar?k=4&customer_id=WARM",
    ],
)
def test_every_place_is_filled(service, path):
    answer = service.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.json()["slots"]


def test_a_cart_is_completed(service):
    answer = service.post("/v1/cart/recommendations", {"products": ["P03"], "k": 3})
    slate = answer.json()
    assert (slate["surface"], len(slate["slots"]), slate["customer_id"]) == ("cart", 3, None)
    assert "P03" not in [one["product_id"] for one in slate["slots"]]


@pytest.mark.parametrize("customer_id", STRANGE)
def test_ids_may_hold_any_character(service, customer_id):
    path = f"/v1/customers/{quote(customer_id, safe='')}"
    if customer_id == "..":  # clients take it for a way up, so the path is given as it is
        path = "/v1/customers/%2E%2E"
    told = {"customer_id": customer_id, "product_id": "P03", "interaction_type": "view"}
    assert service.post("/v1/events", {"event_id": f"e {customer_id}", **told}).status_code == 200
    answer = service.get(f"{path}/recommendations")
    assert answer.status_code == 200, answer.text
    assert answer.json()["customer_id"] == customer_id
    profile = service.get(f"{path}/profile").json()
    assert [one["product_id"] for one in profile["interactions"]] == ["P03"]


def test_a_profile_neighbors_and_reasons_are_the_shops_own(service):
    profile = service.get("/v1/customers/WARM/profile").json()
    assert (profile["status"], profile["customer_id"]) == ("profile", "WARM")
    neighbors = service.get("/v1/customers/WARM/neighbors?k=2").json()
    assert neighbors["neighbors"][0]["customer_id"] == "NEAR"
    reasons = service.get("/v1/customers/WARM/reasons/P09").json()
    assert sum(one["share"] for one in reasons["shares"]) == pytest.approx(reasons["similarity"])


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/products/NONE/similar", 404, "not_found"),
        ("/v1/customers/NOBODY/profile", 404, "not_found"),
        ("/v1/customers/OUT/reasons/P09", 422, "invalid_input"),
        ("/v1/customers/WARM/recommendations?k=0", 422, "invalid_input"),
        ("/v1/customers/WARM/recommendations?k=many", 422, "invalid_input"),
        ("/v1/customers/WARM/recommendations?k=1001", 422, "invalid_input"),
        ("/v1/customers/WARM/recommendations?surface=moon", 422, "invalid_input"),
        ("/v1/recommendations?surface=product_page", 422, "invalid_input"),
        ("/v1/recommendations?product=P03", 422, "invalid_input"),
        (f"/v1/customers/{'x' * 257}/recommendations", 422, "invalid_input"),
        ("/v1/customers/a%00b/recommendations", 422, "invalid_input"),
        ("/v1/customers/%E2%82/recommendations", 422, "invalid_input"),
        ("/v1/products/P03/similar?customer_id=", 422, "invalid_input"),
        ("/v1/nowhere", 404, "not_found"),
        ("/v1//recommendations/", 404, "not_found"),
        ("/docs", 404, "not_found"),
        ("/v1/erasures/none", 404, "not_found"),
    ],
)
def test_what_is_wrong_is_told_in_one_shape(service, path, status, code):
    answer = service.get(path)
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert (answer.status_code, told["status"], told["code"]) == (status, status, code)
    assert told["request_id"] == answer.headers["x-request-id"]
    assert told["type"].endswith(code)
    assert told["title"]
    assert told["detail"].endswith((".", "?"))


def test_another_method_is_told_which_there_are(service):
    answer = service.delete("/v1/recommendations")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"


@pytest.mark.parametrize(
    "body",
    [b"{", b"", b"nonsense", b"[" * 100_000, b'{"products": ["\\ud800"]}', b"\xff\xfe", b"1"],
)
def test_a_body_that_cannot_be_read_is_a_mistake_of_the_caller(service, body):
    for path in ("/v1/cart/recommendations", "/v1/events", "/v1/exposures"):
        answer = service.client.request(
            "POST", path, content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code in (400, 422), (path, answer.text)
        assert answer.json()["code"] in ("invalid_json", "invalid_input")


def test_a_field_that_is_not_known_is_told(service):
    answer = service.post("/v1/cart/recommendations", {"products": ["P03"], "custommer_id": "x"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["place"] == "body.custommer_id"
