"""`penchant.Client` and the page's script against the real service: the same answers as here."""

import base64
import json
import re
import shutil
import subprocess
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import penchant
from penchant.client.values import EventsAnswer
from penchant.errors import ServiceError
from penchant.experiments.experiment import Experiment, Variant
from penchant.experiments.files.lifecycle import ExperimentFiles
from penchant.shop_directory import ShopDirectory
from penchant.surfaces import InExperiment
from tests.server.conftest import add_keys
from tests.server.process import running

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
DAY = re.search(r"```python\n(.*?)```", (HOW_TO / "serve.md").read_text("utf-8"), re.DOTALL)[1]
DAY_URL = "http://127.0.0.1:8080"
PAGE = (HOW_TO / "shop-page.md").read_text("utf-8")
SCRIPT = re.search(r"```js\n(.*?)```", PAGE, re.DOTALL)[1]
DRIVER = """
import { penchant } from "./penchant.mjs";
const [url, token, customer] = process.argv.slice(2);
const sent = [];
const plain = globalThis.fetch;
globalThis.fetch = (...args) => {
  sent.push(plain(...args));
  return sent.at(-1);
};
globalThis.IntersectionObserver = class {
  constructor(tell) { this.tell = tell; }
  observe() { this.tell([{ isIntersecting: true }]); }  // every card is on the screen at once
  disconnect() {}
};
const place = { children: [], replaceChildren(...cards) { this.children = cards; } };
const card = (slot) => ({ slot, clicks: [], addEventListener(_, f) { this.clicks.push(f); } });
const shop = penchant({ url, token, customer });
const slate = await shop.fill(place, card, { surface: "homepage", k: 3 });
if (slate.request_id) place.children[0].clicks[0]();
await shop.report("view", slate.slots[1].product_id);
const failed = await shop.report("dance", "P00").catch((error) => error.message);
const statuses = (await Promise.all(sent)).map((answer) => answer.status);
console.log(JSON.stringify({ slate, failed, statuses }));
"""
UNREACHABLE = """
import { penchant } from "./penchant.mjs";
const slot = { slot: 1, product_id: "P00" };
const slate = Response.json({ request_id: "r", slots: [slot] });
const told = [];
console.warn = (error) => told.push(error.message);
globalThis.fetch = async (url) => {
  if (url.includes("/recommendations")) return slate;
  throw new TypeError("fetch failed");
};
globalThis.IntersectionObserver = class {
  constructor(tell) { this.tell = tell; }
  observe() { this.tell([{ isIntersecting: true }]); }
  disconnect() {}
};
const place = { children: [], replaceChildren(...cards) { this.children = cards; } };
const card = () => ({ addEventListener(_, click) { click(); } });
await penchant({ url: "http://gone", token: "t", customer: "C" }).fill(place, card);
await new Promise(setImmediate);
console.log(JSON.stringify(told));
"""


@pytest.fixture(scope="module")
def service(built_shop, tmp_path_factory):
    shop = Path(shutil.copytree(built_shop, tmp_path_factory.mktemp("client") / "shop"))
    keys = add_keys(shop)
    with running(shop) as one:
        one.keys = keys
        one.url = f"http://127.0.0.1:{one.port}"
        yield one


@pytest.fixture
def client(service):
    with penchant.Client(service.url, service.keys["all"]) as client:
        yield client


def test_slates_are_those_of_the_engine(service, client):
    now = datetime.now(UTC)
    here = penchant.open(service.shop)
    for served, ask in [
        (client.recommend("NEAR", k=5), lambda **more: here.recommend("NEAR", k=5, **more)),
        (client.recommend(None, k=5), lambda **more: here.recommend(None, k=5, **more)),
        (
            client.similar("P03", customer_id="NEAR", k=5),
            lambda **more: here.similar("P03", customer_id="NEAR", k=5, **more),
        ),
        (
            client.complete(["P03", "P04"], customer_id="NEAR"),
            lambda **more: here.recommend("NEAR", surface="cart", products=["P03", "P04"], **more),
        ),
    ]:
        same = ask(as_of=now, request_id=served.request_id)
        assert served.product_ids == same.product_ids
        assert [one.reason.text for one in served.slots] == [one.reason.text for one in same.slots]
        assert replace(served, slots=()) == replace(same, slots=())


def test_cards_and_explanations_are_those_of_the_engine(service, client):
    here, told = penchant.open(service.shop), client.profile("FAR")
    same = here.profile("FAR", as_of=datetime.fromisoformat(told.as_of))
    assert (told.status, told.consistency) == (same.status, pytest.approx(same.consistency))
    assert told.mass == pytest.approx(same.mass, rel=1e-4)  # the service's now is no full second
    assert [replace(one, weight=0.0) for one in told.interactions] == [
        replace(one, weight=0.0) for one in same.interactions
    ]
    neighbors = here.neighbors("FAR", k=2, as_of=datetime.now(UTC)).neighbors
    assert [one.customer_id for one in client.neighbors("FAR", k=2).neighbors] == [
        one.customer_id for one in neighbors
    ]
    why = client.explain("FAR", "P10")
    assert sum(one.share for one in why.shares) == pytest.approx(why.similarity, abs=1e-9)


def test_a_visit_counts_at_once_is_merged_refused_and_forgotten(client):
    events = [
        {"event_id": f"v{n}", "anonymous_id": "guest", "product_id": product,
         "interaction_type": "add_to_wishlist"}
        for n, product in enumerate(["P01", "P04", "P07"])
    ]  # fmt: skip
    assert client.record(events) == EventsAnswer(3, 0, (), ())
    assert client.record(events[0]) == EventsAnswer(0, 1, (), ())
    assert client.recommend("guest").step == "profile"
    client.merge("member", "guest")
    slate = client.recommend("member")
    assert slate.step == "profile"
    assert client.expose(slate.request_id, [1, 2]) == 2
    assert client.consent("member")["personalized"] is True
    client.set_consent("member", personalization=False)
    refused = client.recommend("member")
    assert (refused.step, refused.request_id) == ("popular", None)
    ignored = client.record({**events[0], "event_id": "v9", "customer_id": "member"}).ignored
    assert [one.event_id for one in ignored] == ["v9"]
    assert client.export("member")["database"]["events"] == []  # nothing bought, nothing kept
    receipt = client.forget("member")
    assert receipt["counts"]["consents"] == 1
    deadline = time.monotonic() + 60
    while client.receipt(receipt["receipt_id"])["done"] is None:
        assert time.monotonic() < deadline
    assert client.recommend("member").step == "popular"


def test_what_a_day_takes_runs_as_often_as_one_likes(service):
    program = DAY.replace(DAY_URL, service.url).replace("pk_...", service.keys["all"])
    for _ in range(2):
        names = {}
        exec(program, names)  # noqa: S102
        names["service"].close()


def test_a_body_above_the_limit_is_told_to_be_one(service):
    with penchant.Client(service.url, service.keys["all"], retries=0) as client:
        with pytest.raises(ServiceError, match="max_body_kb") as caught:
            client.put_product("large", {"title": "x" * 30_000_000})
        assert (caught.value.status, caught.value.code) == (413, "too_large")


def test_a_new_product_is_recommended_until_it_is_taken_away(client, desk, photo_folder):
    vector = [float(one) for one in desk.make_vectors()["P00"]]
    client.put_product("brand/new", {"title": "Brand new", "category": "ring", "vector": vector})
    assert client.similar("brand/new", k=3).product_ids
    client.remove_product("brand/new")
    with pytest.raises(ServiceError, match="brand/new") as caught:
        client.similar("brand/new")
    assert (caught.value.status, caught.value.code) == (404, "not_found")
    photo = base64.b64encode((photo_folder / "P00.jpg").read_bytes()).decode()
    with pytest.raises(ServiceError, match=r"precomputed|photo"):  # this shop's encoder sees none
        client.put_product("seen", {"title": "Seen", "photo": photo})


def test_the_service_says_of_itself_that_it_is_ready(client):
    assert client.ready()["status"] == "ok"


def run_page(service, tmp_path, customer):
    """Run the page's script as a browser would, as one customer."""
    with penchant.Client(service.url, service.keys["all"]) as client:
        token = client.page_token(customer)
    return run_script(tmp_path, DRIVER, service.url, token, customer)


def run_script(folder, driver, *words):
    """Run a driver of the page's script; an error nobody catches ends it."""
    (folder / "penchant.mjs").write_text(SCRIPT, encoding="utf-8")
    (folder / "driver.mjs").write_text(driver, encoding="utf-8")
    done = subprocess.run(
        ["node", "driver.mjs", *words],
        cwd=folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="there is no node here")


def test_the_script_of_the_page_has_forty_lines_and_no_key():
    assert len(SCRIPT.splitlines()) <= 40
    assert "pk_" not in SCRIPT


@needs_node
def test_the_page_shows_reports_what_was_seen_and_clicked_and_hears_what_is_wrong(
    service, client, tmp_path
):
    told = run_page(service, tmp_path, "BACK")
    assert len(told["slate"]["slots"]) == 3
    assert sorted(told["statuses"]) == [200] * 6 + [422]  # slate, 3 exposures, click, view; dance
    assert told["failed"].startswith("invalid_input: ")
    held = client.export("BACK")["database"]
    seen = [one for one in held["events"] if one["interaction_type"] in ("click", "view")]
    assert {one["interaction_type"]: one["request_id"] for one in seen} == {
        "click": told["slate"]["request_id"],
        "view": "",
    }
    assert [one["slot"] for one in held["exposures"]] == [1, 2, 3]


@needs_node
def test_the_page_of_who_refused_reports_nothing_of_what_was_seen(service, tmp_path):
    told = run_page(service, tmp_path, "OUT")
    assert told["slate"]["request_id"] is None
    assert sorted(told["statuses"]) == [200, 200, 422]


@needs_node
def test_a_page_whose_service_is_gone_meanwhile_leaves_no_error_uncaught(tmp_path):
    assert run_script(tmp_path, UNREACHABLE) == ["fetch failed"] * 2  # what was seen, and a click
    example = re.search(r"<script.*?</script>", PAGE, re.DOTALL)[0]
    calls = re.findall(r"^ *shop\..*$", example, re.MULTILINE)
    assert len(calls) == 2
    assert all(".catch(" in one for one in calls)


def test_the_client_tells_of_experiments(service, client):
    now = datetime.now(UTC).replace(microsecond=0)
    variants = (Variant("plain"), Variant("bold"))
    experiment = Experiment(
        "shown", ("new_arrivals",), variants, now, now + timedelta(9), overrides={"WARM": "bold"}
    )
    files = ExperimentFiles(ShopDirectory.open(service.shop))
    files.create(experiment)
    wanted = (InExperiment("shown", "bold"),)
    until = time.monotonic() + 20
    while client.recommend("WARM", surface="new_arrivals").experiments != wanted:
        assert time.monotonic() < until, "it never came to that"
    assert client.recommend("WARM").experiments == ()
    files.stop("shown", datetime.now(UTC))
