"""What is counted."""

from tests.server.conftest import served


def values(service):
    """{name with labels: value} of all that is counted."""
    lines = service.get("/metrics").text.splitlines()
    split = (one.rsplit(" ", 1) for one in lines if not one.startswith("#"))
    return {name: float(value) for name, value in split}


def test_requests_slates_and_events_are_counted(service):
    for _ in range(3):
        service.get("/v1/customers/WARM/recommendations")
    service.get("/v1/recommendations")
    service.get("/v1/customers/WARM/recommendations?k=0")
    view = {"customer_id": "C", "product_id": "P03", "interaction_type": "view"}
    sent = [{"event_id": "a", **view}, {"event_id": "a", **view}, {"event_id": "b"}]
    service.post("/v1/events", {"events": sent})
    found = values(service)
    route = 'route="/v1/customers/{customer_id}/recommendations"'
    assert found[f'penchant_requests_total{{method="GET",{route},status="200"}}'] == 3
    assert found[f'penchant_requests_total{{method="GET",{route},status="422"}}'] == 1
    assert found[f"penchant_request_seconds_count{{{route}}}"] == 4
    assert found['penchant_slates_total{step="profile",surface="homepage"}'] == 3
    assert found['penchant_slates_total{step="popular",surface="homepage"}'] == 1
    for fate, n in (("accepted", 1), ("duplicate", 1), ("rejected", 1)):
        assert found[f'penchant_events_total{{fate="{fate}"}}'] == n


def test_the_build_and_the_database_are_measured(service):
    found = values(service)
    counts = service.service.serving.shop.manifest.counts
    assert found["penchant_profiles"] == counts["profiles"]
    assert found["penchant_index_size"] == counts["placed_products"]
    assert found["penchant_store_up"] == 1
    assert found["penchant_swaps_total"] == 1
    assert found["penchant_build_age_seconds"] > 0
    assert found["penchant_live_products"] == 0
    service.put("/v1/products/N1", {"title": "New"})
    assert values(service)["penchant_live_products"] == 1


def test_answers_without_a_product_are_counted(own_shop, desk):
    text = (own_shop / "penchant.toml").read_text()
    changed = text.replace("# allow = []", 'allow = ["NONE"]')
    assert changed != text
    (own_shop / "penchant.toml").write_text(changed)
    assert desk.run("build", own_shop).code == 0
    desk.publish(own_shop)
    with served(own_shop) as service:
        assert service.get("/v1/recommendations").json()["step"] == "empty"
        assert values(service)['penchant_empty_slates_total{surface="homepage"}'] == 1
