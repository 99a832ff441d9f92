"""Who may do what: every route by every kind of key, over the real app."""

import time

import pytest

from penchant.server.keys import DAY_US, make_key
from penchant.server.scopes import ACCESS, SCOPES
from penchant.server.service import now_us
from penchant.server.tokens import PageToken, make_token
from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import open_store
from tests.server.conftest import add_keys, served

IDS = {"customer_id": "WARM", "product_id": "P03", "receipt_id": "none"}
BODIES = {
    ("POST", "/v1/cart/recommendations"): {"products": ["P03"]},
    ("POST", "/v1/events"): {"event_id": "e", "customer_id": "WARM", "product_id": "P03",
                             "interaction_type": "view"},
    ("POST", "/v1/exposures"): {"request_id": "none"},
    ("PUT", "/v1/customers/{customer_id}/consent"): {"marketing": True},
    ("POST", "/v1/customers/{customer_id}/merge"): {"anonymous_id": "visitor"},
    ("PUT", "/v1/products/{product_id}"): {"title": "New"},
    ("POST", "/v1/admin/publish"): {"build_id": "none"},
    ("POST", "/v1/admin/rollback"): {"build_id": "none"},
}  # fmt: skip
ABOUT_ANOTHER = {
    ("POST", "/v1/cart/recommendations"): {"products": ["P03"], "customer_id": "NEAR"},
    ("POST", "/v1/events"): {**BODIES[("POST", "/v1/events")], "customer_id": "NEAR"},
}
LETTING_IN = {200, 202, 404, 422, 409}
"""What a route may say once somebody was let in: nothing of keys."""


@pytest.fixture(scope="module")
def guarded(built_shop, tmp_path_factory):
    """The small shop with keys of every kind: {kind: text}."""
    import shutil

    shop = shutil.copytree(built_shop, tmp_path_factory.mktemp("guarded") / "shop")
    keys = add_keys(shop)
    directory = ShopDirectory.open(shop)
    store = open_store(directory, directory.settings().store)
    now = time.time_ns() // 1000
    expired = make_key("old", SCOPES, days=1, now_us=now - 2 * DAY_US)
    revoked = make_key("gone", SCOPES, now_us=now)
    for one in (expired, revoked):
        store.keys.add(one.key)
    store.keys.revoke(revoked.key.key_id, now)
    keys |= {"expired": expired.text, "revoked": revoked.text}
    store.close()
    with served(shop, server_requests_per_second=0) as service:
        remembered = service.service.link.remembered
        for name, customer, ends, secret in (
            ("own token", "WARM", DAY_US, remembered.token_secret),
            ("another's token", "NEAR", DAY_US, remembered.token_secret),
            ("expired token", "WARM", -1, remembered.token_secret),
            ("forged token", "WARM", DAY_US, b"x" * 32),
        ):
            of_key = keys["all"].split("_")[1]
            keys[name] = make_token(PageToken(customer, now_us() + ends, of_key), secret)
        keys["token of a revoked key"] = make_token(
            PageToken("WARM", now_us() + DAY_US, revoked.key.key_id), remembered.token_secret
        )
        yield service, keys


def ask(service, route, headers, bodies=BODIES):
    method, template = route
    body = bodies.get(route) or BODIES.get(route)
    more = {} if body is None else {"json": body}
    return service.client.request(method, template.format(**IDS), headers=headers, **more)


ROUTES = sorted(ACCESS, key=lambda one: (one[0] == "DELETE", one))
every_route = pytest.mark.parametrize("route", ROUTES, ids=[" ".join(one) for one in ROUTES])


def test_the_table_names_every_route_and_no_other():
    from penchant.server.routes import all_routes

    found = {(method, one.path) for one in all_routes() for method in one.methods}
    assert found == set(ACCESS)


@every_route
@pytest.mark.parametrize("scope", SCOPES)
def test_a_key_may_what_its_scope_may(guarded, route, scope):
    service, keys = guarded
    answer = ask(service, route, {"X-API-Key": keys[scope]})
    access = ACCESS[route]
    if access.open or scope in access.scopes:
        assert answer.status_code in LETTING_IN, answer.text
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@every_route
@pytest.mark.parametrize(
    "kind",
    ["expired", "revoked", "expired token", "forged token", "token of a revoked key", None, "",
     "nonsense", "pk_", "pt_", "Basic"],
)  # fmt: skip
def test_who_is_nobody_known_may_only_what_is_open(guarded, route, kind):
    service, keys = guarded
    if kind == "Basic":
        headers = {"Authorization": f"Basic {keys['all']}"}
    else:
        headers = {} if kind is None else {"Authorization": f"Bearer {keys.get(kind, kind)}"}
    answer = ask(service, route, headers)
    if ACCESS[route].open:
        assert answer.status_code in LETTING_IN
    else:
        assert (answer.status_code, answer.json()["code"]) == (401, "no_key")
        assert answer.headers["www-authenticate"].startswith("Bearer")


@every_route
def test_a_page_token_may_what_the_table_says(guarded, route):
    service, keys = guarded
    answer = ask(service, route, {"X-API-Key": keys["own token"]})
    allowed = ACCESS[route].open or ACCESS[route].token
    assert answer.status_code in (LETTING_IN if allowed else {403}), answer.text


@every_route
@pytest.mark.parametrize("scope", SCOPES)
def test_a_page_token_may_no_more_than_its_key(guarded, route, scope):
    service, keys = guarded
    secret = service.service.link.remembered.token_secret
    token = make_token(PageToken("WARM", now_us() + DAY_US, keys[scope].split("_")[1]), secret)
    answer = ask(service, route, {"X-API-Key": token})
    access = ACCESS[route]
    allowed = access.open or (access.token and scope in access.scopes)
    assert answer.status_code in (LETTING_IN if allowed else {403}), answer.text


@every_route
def test_a_page_token_of_another_person_may_not(guarded, route):
    service, keys = guarded
    answer = ask(service, route, {"X-API-Key": keys["another's token"]})
    about_nobody = route in (("GET", "/v1/recommendations"), ("POST", "/v1/exposures"))
    about_nobody |= route in (("GET", "/v1/products/{product_id}/similar"),)
    about_nobody |= route == ("POST", "/v1/cart/recommendations")
    if ACCESS[route].open or about_nobody:
        assert answer.status_code in LETTING_IN
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("route", ABOUT_ANOTHER, ids=lambda one: one[1])
def test_a_page_token_may_not_name_another_person_in_a_body(guarded, route):
    service, keys = guarded
    answer = ask(service, route, {"X-API-Key": keys["own token"]}, ABOUT_ANOTHER)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_page_that_reports_a_list_of_another_person_reports_nothing_at_all(guarded):
    service, keys = guarded
    other = {"X-API-Key": keys["another's token"]}
    slate = service.get("/v1/customers/NEAR/recommendations?k=2", headers=other).json()
    items = [{"item_id": slate["slots"][0]["product_id"]}]
    params = {"item_list_id": slate["request_id"], "items": items}
    events = [{"name": name, "params": params} for name in ("view_item", "view_item_list")]
    before = service.service.link.store.events.count()
    own = {"X-API-Key": keys["own token"]}
    assert service.post("/v1/events", {"events": events}, headers=own).status_code == 403
    assert service.service.link.store.events.count() == before
    told = service.post("/v1/events", {"events": events[:1]}, headers=own).json()
    assert told["accepted"] == 1


def test_nobody_known_is_told_so_before_a_body_is_read(guarded):
    service, _ = guarded
    for path in ("/v1/events", "/v1/cart/recommendations"):
        answer = service.client.request("POST", path, content=b"{")
        assert answer.status_code == 401


def test_a_key_is_refused_within_a_second_after_it_was_revoked(own_shop):
    keys = add_keys(own_shop)
    with served(own_shop) as service:
        header = {"headers": {"X-API-Key": keys["read"]}}
        assert service.get("/v1/recommendations", **header).status_code == 200
        service.service.link.store.keys.revoke(keys["read"].split("_")[1], now_us())
        revoked = time.monotonic()
        while service.get("/v1/recommendations", **header).status_code != 401:
            assert time.monotonic() - revoked < 10
        # told generously: the machine may be busy; the watcher looks twice a second
        token = make_token(
            PageToken("WARM", now_us() + DAY_US, keys["read"].split("_")[1]),
            service.service.link.remembered.token_secret,
        )
        own = {"headers": {"X-API-Key": token}}
        assert service.get("/v1/customers/WARM/recommendations", **own).status_code == 401


def test_as_soon_as_there_is_a_key_one_is_needed(service, own_shop):
    assert service.get("/v1/recommendations").status_code == 200
    key = add_keys(own_shop)["read"]
    service.settled(lambda: service.get("/v1/recommendations").status_code == 401)
    answer = service.get("/v1/recommendations", headers={"X-API-Key": key})
    assert answer.status_code == 200
