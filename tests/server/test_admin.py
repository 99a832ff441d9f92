"""Builds over HTTP, and what serves while they change."""

import threading

import pytest

from penchant.server import serving
from tests.server.conftest import served


def test_builds_are_listed(service):
    builds = service.get("/v1/admin/builds").json()["builds"]
    assert [one["current"] for one in builds] == [True]


def another_build(desk, shop, option="14"):
    """Build again under another setting; give the new build's id."""
    text = (shop / "penchant.toml").read_text()
    (shop / "penchant.toml").write_text(
        text.replace("# half_life_days = 30.0", f"half_life_days = {option}.0")
    )
    result = desk.run("build", shop, "--json")
    assert result.code == 0, result.err
    return result.json["build_id"]


def test_publishing_and_going_back_are_taken_up_before_they_are_answered(desk, service, own_shop):
    old = service.get("/v1/recommendations").json()["build_id"]
    new = another_build(desk, own_shop)
    refused = service.post("/v1/admin/publish", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "refused"), refused.text
    assert str(own_shop) not in refused.text
    done = service.post("/v1/admin/publish", {"build_id": new, "force": "a test"})
    assert done.status_code == 200, done.text
    assert (done.json()["build_id"], done.json()["previous"]) == (new, old)
    assert service.get("/v1/recommendations").json()["build_id"] == new
    back = service.post("/v1/admin/rollback", {})
    assert back.json()["build_id"] == old
    assert service.get("/v1/recommendations").json()["build_id"] == old


def test_what_cannot_be_published_is_told(service):
    for body, status in (({"build_id": "none"}, 404), ({"build_id": "../x"}, 422), ({"x": 1}, 422)):
        assert service.post("/v1/admin/publish", body).status_code == status
    assert service.post("/v1/admin/rollback", {}).status_code == 422
    assert service.post("/v1/admin/rollback", {"build_id": "none"}).status_code == 404


def test_no_request_fails_while_builds_are_swapped(desk, own_shop):
    with served(own_shop, server_requests_per_second=0) as service:
        swap_under_requests(desk, service, own_shop)


def swap_under_requests(desk, service, own_shop):
    new = another_build(desk, own_shop)
    old = service.get("/v1/recommendations").json()["build_id"]
    over, answers, failures = threading.Event(), set(), []

    def ask():
        while not over.is_set():
            answer = service.get("/v1/customers/WARM/recommendations?k=3")
            answers.add(answer.json().get("build_id"))
            if answer.status_code != 200 or len(answer.json()["slots"]) != 3:
                failures.append(answer.text)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for one in threads:
        one.start()
    service.post("/v1/admin/publish", {"build_id": new, "force": "a test"})
    for _ in range(5):
        assert service.post("/v1/admin/rollback", {"build_id": old}).status_code == 200
        assert service.post("/v1/admin/rollback", {"build_id": new}).status_code == 200
    over.set()
    for one in threads:
        one.join()
    assert not failures
    assert answers == {old, new}


@pytest.mark.parametrize("name", ["consistency.npy", "manifest.json"])
def test_at_a_start_the_last_whole_build_serves_while_the_published_one_is_damaged(
    desk, own_shop, name
):
    with served(own_shop) as service:
        old = service.get("/v1/recommendations").json()["build_id"]
        new = another_build(desk, own_shop)
        service.post("/v1/admin/publish", {"build_id": new, "force": "a test"})
    (own_shop / "builds" / new / name).write_bytes(b"{")
    with served(own_shop) as service:
        assert service.get("/v1/recommendations").json()["build_id"] == old
        told = service.get("/health/ready").json()
        assert (told["status"], told["trouble"]) == ("degraded", ["build_failed"])
        (line,) = [one for one in service.lines if one["event"] == "build_not_taken_up"]
        assert name in line["text"]
        assert service.post("/v1/admin/rollback", {}).json()["build_id"] == old
        told = service.get("/health/ready").json()
        assert (told["status"], told["trouble"]) == ("ok", [])


def test_a_shop_without_a_build_tells_so_in_its_log(own_shop):
    (own_shop / "CURRENT").unlink()
    with served(own_shop) as service:
        assert service.get("/v1/recommendations").status_code == 503
        (line,) = [one for one in service.lines if one["event"] == "no_build"]
        assert "penchant publish" in line["text"]


def test_a_damaged_build_leaves_the_old_one_serving(desk, service, own_shop):
    old = service.get("/v1/recommendations").json()["build_id"]
    new = another_build(desk, own_shop)
    (own_shop / "builds" / new / "manifest.json").write_text("{")
    (own_shop / "CURRENT").write_text(f"{new}\n")
    service.settled(lambda: "build_failed" in service.get("/health/ready").json()["trouble"])
    assert service.get("/v1/recommendations").json()["build_id"] == old
    ready = service.get("/health/ready")
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    assert "penchant_swap_failures_total 1.0" in service.get("/metrics").text
    (own_shop / "CURRENT").write_text(f"{old}\n")
    service.settled(lambda: service.get("/health/ready").json()["status"] == "ok")


def test_a_build_that_is_removed_from_disk_goes_on_serving(desk, service, own_shop):
    import shutil

    old = service.get("/v1/recommendations").json()["build_id"]
    shutil.rmtree(own_shop / "builds" / old)
    for surface in ("homepage", "new_arrivals"):
        answer = service.get(f"/v1/customers/WARM/recommendations?surface={surface}")
        assert (answer.status_code, answer.json()["build_id"]) == (200, old)


def test_a_shop_without_a_build_takes_up_the_first_by_itself(desk, tmp_path):
    shop = tmp_path / "shop"
    desk.run("init", shop)
    with served(shop) as service:
        assert service.get("/health/live").status_code == 200
        ready = service.get("/health/ready")
        assert (ready.status_code, ready.json()["trouble"]) == (503, ["not_built"])
        answer = service.get("/v1/recommendations")
        assert (answer.status_code, answer.json()["code"]) == (503, "not_built")
        assert answer.headers["retry-after"]
        assert str(shop) not in answer.text
        view = {
            "event_id": "e",
            "customer_id": "C",
            "product_id": "P03",
            "interaction_type": "view",
        }
        assert service.post("/v1/events", view).json()["accepted"] == 1
        files = [
            word
            for name in ("products", "interactions")
            for word in (f"--{name}", desk.inputs / f"{name}.csv")
        ]
        assert desk.run("ingest", shop, *files).code == 0
        result = desk.run("build", shop)
        assert result.code == 0, result.err
        desk.publish(shop)
        service.settled(lambda: service.get("/health/ready").status_code == 200)
        assert service.get("/v1/recommendations").json()["slots"]


def test_policies_are_named_by_what_decides(desk, service, own_shop):
    first = dict(service.service.serving.now.arms.base.policies)
    assert len(set(first.values())) == 5
    new = another_build(desk, own_shop)
    service.post("/v1/admin/publish", {"build_id": new, "force": "a test"})
    assert service.service.serving.now.arms.base.policies == first, (
        "half_life is not a way of choosing"
    )
    text = (own_shop / "penchant.toml").read_text()
    (own_shop / "penchant.toml").write_text(
        text.replace("# in_stock_only = true", "in_stock_only = false")
    )
    assert desk.run("build", own_shop).code == 0
    service.post("/v1/admin/publish", {"force": "a test"})
    second = service.service.serving.now.arms.base.policies
    assert all(first[one] != second[one] for one in first)


def too_many_files(*_, **__):
    raise OSError(24, "Too many open files")


def test_a_build_that_could_not_be_opened_for_once_is_tried_again(
    desk, service, own_shop, monkeypatch
):
    new = another_build(desk, own_shop)
    with monkeypatch.context() as broken:
        broken.setattr(serving, "open_shop", too_many_files)
        desk.run("publish", own_shop, new, "--force", "a test")
        service.service.watcher.look()
        ready = service.get("/health/ready").json()
        assert (ready["status"], ready["trouble"]) == ("degraded", ["build_failed"])
    service.settled(lambda: service.get("/health/ready").json()["build_id"] == new)
    assert service.get("/health/ready").json()["trouble"] == []
