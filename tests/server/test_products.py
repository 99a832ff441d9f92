"""Products that are added while the shop is open: found in the very next answer."""

import asyncio
import base64
import http.server
import io
import threading
import time
from datetime import UTC, datetime

import pytest

from penchant.errors import InputError, StoreError
from penchant.server import putting, serving, watcher
from penchant.server.logs import Logs
from penchant.server.muster import Muster
from penchant.server.runner import TOGETHER
from penchant.server.service import FETCH_THREADS, Service
from penchant.shop_directory import ShopDirectory
from penchant.store.live_facts import product_from
from tests.server.conftest import served

LIKE_P03 = "P03"


@pytest.fixture
def vectors(desk):
    return {name: [float(one) for one in row] for name, row in desk.make_vectors().items()}


def similar(service, product="P03", k=24):
    answer = service.get(f"/v1/products/{product}/similar?k={k}")
    return [one["product_id"] for one in answer.json()["slots"]]


def test_a_product_with_a_vector_is_recommended_in_the_next_answer(service, vectors):
    assert "N1" not in similar(service)
    body = {"title": "New ring", "category": "ring", "price": 12.5, "vector": vectors["P03"]}
    answer = service.put("/v1/products/N1", body)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "product_id": "N1", "placed": True, "in_build": False, "findings": [],
    }  # fmt: skip
    assert similar(service)[0] == "N1"
    assert service.get("/v1/products/N1/similar").status_code == 200
    view = {"event_id": "e", "customer_id": "C", "product_id": "N1", "interaction_type": "view"}
    assert service.post("/v1/events", view).json()["accepted"] == 1


def test_what_another_worker_adds_is_known_when_it_says_so(own_shop, tmp_path, monkeypatch):
    monkeypatch.setattr(watcher, "SECONDS", 60.0)
    together = tmp_path / "together"
    together.mkdir()
    monkeypatch.setenv(TOGETHER, str(together))
    directory = ShopDirectory.open(own_shop)
    service = Service(directory, directory.settings(), Logs("error", io.StringIO()))
    service.start_answering()
    try:
        store = service.link.store
        store.products.put(product_from({"title": "New"}, product_id="N1", now=datetime.now(UTC)))
        Muster(together).nudge()
        deadline = time.monotonic() + 30
        while "N1" not in service.serving.now.shop.build.product_ids:
            assert time.monotonic() < deadline
    finally:
        service.stop_answering()
    assert "penchant-watcher" not in {one.name for one in threading.enumerate()}


def test_what_another_worker_adds_while_the_shop_is_being_opened_is_known(own_shop, monkeypatch):
    directory = ShopDirectory.open(own_shop)
    starting = Service(directory, directory.settings(), Logs("error", io.StringIO()))
    late = product_from({"title": "New"}, product_id="LATE", now=datetime.now(UTC))

    def warm_up_slowly(shop):  # what is asked of the database is read by now
        if "LATE" not in {one.product_id for one in shop.store.products.all()}:
            shop.store.products.put(late)

    monkeypatch.setattr(serving, "warm_up", warm_up_slowly)
    monkeypatch.setattr(starting.watcher, "start", lambda: None)  # only what is done before it
    starting.start_answering()
    try:
        assert "LATE" in starting.serving.now.shop.build.product_ids
    finally:
        starting.stop_answering()


def test_a_product_that_is_taken_away_is_not_found_any_more(service, vectors):
    service.put("/v1/products/N1", {"title": "New", "vector": vectors["P03"]})
    assert service.delete("/v1/products/N1").json() == {"product_id": "N1", "removed": True}
    assert "N1" not in similar(service)
    assert service.get("/v1/products/N1/similar").status_code == 404
    assert service.delete("/v1/products/N1").json()["removed"] is False


def test_a_product_without_looks_is_taken_too(service):
    told = service.put("/v1/products/a%2Fb", {"title": "Plain", "stock_status": "in_stock"}).json()
    assert (told["product_id"], told["placed"]) == ("a/b", False)
    told = service.put("/v1/products/ring", {"category": "ring", "price": 10.0}).json()
    assert told["placed"] is True  # by what it is and costs


def test_what_is_put_again_replaces_what_was_put_before(service):
    assert service.put("/v1/products/N1", {"category": "ring", "price": 10.0}).json()["placed"]
    assert service.put("/v1/products/N1", {"title": "Ring"}).json()["placed"] is False


def test_a_product_of_the_build_is_told_to_be_one(service, vectors):
    told = service.put("/v1/products/P03", {"title": "Other", "vector": vectors["P03"]}).json()
    assert told["in_build"] is True
    assert "only stock_status counts" in told["findings"][0]
    assert "P06" in similar(service)
    service.put("/v1/products/P06", {"stock_status": "out_of_stock"})
    assert "P06" not in similar(service)


def test_of_a_product_of_the_build_nothing_is_changed_but_its_stock(service):
    before = service.get("/v1/recommendations?k=20").json()["slots"]
    assert "P03" in [one["product_id"] for one in before]
    service.put("/v1/products/P03", {"title": "Other", "category": "chain", "price": 1})
    assert service.get("/v1/recommendations?k=20").json()["slots"] == before


@pytest.mark.parametrize(
    "body",
    [
        {"vector": [1.0, 2.0]},
        {"vector": [0.0] * 8},
        {"vector": [1e39] * 8},
        {"vector": ["x"] * 8},
        {"vector": []},
        {"vector": [1.0] * 8, "photo": "eA=="},
        {"photo": "no base64!"},
        {"photo": base64.b64encode(b"no photo").decode()},
        {"photo_url": "http://127.0.0.1/x.jpg"},
        {"photo_url": "file:///etc/passwd"},
        {"title": "x", "price": "many"},
        {"title": ["x"]},
        [],
    ],
)
def test_a_product_that_cannot_be_used_is_not_taken(service, body):
    answer = service.put("/v1/products/N1", body)
    assert (answer.status_code, answer.json()["status"]) == (422, 422), answer.text
    assert service.service.link.store.products.all() == ()


def test_a_shop_of_vectors_takes_no_photo(service, photo_folder):
    photo = base64.b64encode((photo_folder / "P00.jpg").read_bytes()).decode()
    answer = service.put("/v1/products/N1", {"photo": photo})
    assert answer.status_code == 422
    assert "vector" in answer.json()["detail"]


@pytest.fixture(scope="module")
def photo_shop(desk, photo_folder, model_cache, tmp_path_factory):
    """A shop whose build sees photos."""
    folder = tmp_path_factory.mktemp("photo-shop")
    rows = [(f"P{n:02d}", f"Piece {n}", photo_folder / f"P{n:02d}.jpg") for n in range(12)]
    products = desk.write_csv(folder / "products.csv", "product_id title image", rows)
    shop = folder / "shop"
    for command in (("init", shop), ("ingest", shop, "--products", products), ("build", shop)):
        result = desk.run(*command)
        assert result.code == 0, result.err
    desk.publish(shop)
    return shop


def test_a_photo_is_seen_as_the_build_sees_its_own(photo_shop, photo_folder):
    photo = base64.b64encode((photo_folder / "P04.jpg").read_bytes()).decode()
    with served(photo_shop) as service:
        told = service.put("/v1/products/N1", {"title": "Piece", "photo": photo}).json()
        assert told["placed"] is True
        assert similar(service, "P04", 11)[0] == "N1"
        data_url = f"data:image/jpeg;base64,{photo}"
        assert service.put("/v1/products/N2", {"photo": data_url}).json()["placed"] is True


def test_a_photo_is_fetched_from_a_host_that_is_listed(photo_shop, photo_folder):
    content = (photo_folder / "P05.jpg").read_bytes()

    class Pictures(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Pictures) as pictures:
        thread = threading.Thread(target=pictures.serve_forever)
        thread.start()
        host = f"127.0.0.1:{pictures.server_port}"
        with served(photo_shop, server_photo_hosts=f'["{host}"]') as service:
            address = f"http://{host}/photo.jpg"
            told = service.put("/v1/products/N3", {"photo_url": address}).json()
            assert told["placed"] is True
        with served(photo_shop) as service:
            answer = service.put("/v1/products/N4", {"photo_url": address})
            assert answer.status_code == 422
        pictures.shutdown()
        thread.join()


class SlowHosts:
    """Stands for fetching from hosts that do not answer until they are let."""

    def __init__(self):
        self.asked, self.go = threading.Semaphore(0), threading.Event()

    def __call__(self, *_):
        self.asked.release()
        assert self.go.wait(20)
        raise InputError("The host is slow.")


def test_hosts_that_are_slow_keep_nothing_else_waiting(service, monkeypatch):
    slow = SlowHosts()
    monkeypatch.setattr(putting, "fetch_photo", slow)
    monkeypatch.setattr(service.service.fetches, "_patience", 60.0)
    client = service.client
    body = {"photo_url": "https://cdn.example/photo.jpg"}
    puts = [client.client.put(f"/v1/products/N{n}", json=body) for n in range(6)]
    waiting = [asyncio.run_coroutine_threadsafe(one, client.loop) for one in puts]
    try:
        assert all(slow.asked.acquire(timeout=20) for _ in range(FETCH_THREADS))
        assert service.get("/metrics").status_code == 200
        assert service.put("/v1/products/PLAIN", {"title": "Plain"}).status_code == 200
        assert service.delete("/v1/products/PLAIN").status_code == 200
        assert not any(one.done() for one in waiting)
    finally:
        slow.go.set()
    assert [one.result(20).json()["detail"] for one in waiting] == ["The host is slow."] * 6


def test_a_product_that_could_not_be_read_for_once_is_taken_up_later(service, vectors, monkeypatch):
    books = type(service.service.link.store.products)

    def down(*_):
        raise StoreError("The database does not answer.")

    with monkeypatch.context() as broken:
        broken.setattr(books, "all", down)
        assert service.put("/v1/products/N1", {"vector": vectors["P00"]}).status_code == 200
        assert service.get("/v1/products/N1/similar").status_code == 404
    service.settled(lambda: service.get("/v1/products/N1/similar").status_code == 200)
