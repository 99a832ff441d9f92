"""`penchant experiment report` and `plan`, from files and tables to an answer."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from penchant.experiments.analysis.caveats import DRAFT_CAVEAT
from penchant.experiments.files.lifecycle import ExperimentFiles
from penchant.settings.serving import StoreSettings
from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import open_store
from tests.conftest import run_command, write_csv
from tests.experiment_logs import DAY, START, Log, an_experiment, us

AS_OF = (START + timedelta(days=40)).isoformat()


@pytest.fixture
def shop(tmp_path):
    found = ShopDirectory.create(tmp_path / "shop")
    ExperimentFiles(found).create(an_experiment())
    return found


def exposures_csv(folder, n=700, lift=1.0, extra=()):
    rng = np.random.default_rng(3)
    rows = []
    for number in range(n):
        bold = number % 2
        clicks = rng.binomial(20, 0.1 * (1 + lift * bold))
        rows.append((f"u{number}", "bold" if bold else "control", "2026-03-05", 20, clicks))
    header = "unit_id variant exposed_at exposures clicks"
    return write_csv(folder / "shown.csv", header, [*rows, *extra])


def test_files_from_elsewhere_get_a_verdict_and_a_page(shop, tmp_path):
    shown, page = exposures_csv(tmp_path), tmp_path / "page.html"
    orders = [
        (f"o{number}", f"u{number}", "2026-03-06", 10 + number) for number in range(0, 700, 9)
    ]
    sold = write_csv(tmp_path / "sold.csv", "order_id unit_id ordered_at revenue", orders)
    told = run_command(
        "experiment", "report", shop.path, "bold", "--exposures", shown, "--orders", sold,
        "--as-of", AS_OF, "--html", page,
    )  # fmt: skip
    assert told.code == 0, told.err
    assert told.out.startswith("Is “bold” better than “control”? Yes.\n")
    assert told.err == f"All figures, with pictures: {page}\n"
    assert page.read_text().startswith("<!DOCTYPE html>")
    as_json = run_command(
        "experiment", "report", shop.path, "bold", "--exposures", shown, "--orders", sold,
        "--as-of", AS_OF, "--json",
    ).json  # fmt: skip
    assert as_json["verdicts"][0]["outcome"] == "better"
    assert as_json["units"]["bold"] == {"assigned": 350, "exposed": 350, "matured": 350}
    metrics = {one["metric"]: one for one in as_json["variants"][0]["metrics"]}
    bought = [number for number in range(0, 700, 9) if number % 2]
    assert metrics["conversion"]["variant_value"] == pytest.approx(len(bought) / 350)
    raw = sum(10 + number for number in bought) / 350
    assert metrics["revenue_raw"]["variant_value"] == pytest.approx(raw)


def test_rows_that_cannot_be_used_are_told(shop, tmp_path):
    extra = [("x", "blue", "2026-03-05", 1, 0), ("", "bold", "2026-03-05", 1, 0)]
    shown = exposures_csv(tmp_path, extra=extra)
    told = run_command(
        "experiment", "report", shop.path, "bold", "--exposures", shown, "--as-of", AS_OF
    )
    assert 'shown.csv, line 702: unknown variant "blue".' in told.err
    assert "shown.csv, line 703: blank unit_id" in told.err
    assert "2 rows of the files cannot be used" in told.out
    as_json = run_command(
        "experiment", "report", shop.path, "bold", "--exposures", shown, "--as-of", AS_OF, "--json"
    ).json
    assert [one["line"] for one in as_json["files"][0]["rejected"]] == [702, 703]


def test_the_database_is_read_where_no_files_are_given(shop):
    experiment = ExperimentFiles(shop).load("bold")
    log, start, rng = Log(), us(START), np.random.default_rng(1)
    for number in range(240):
        unit, request = f"u{number}", f"r{number}"
        bold = number % 2
        log.assign(unit, "bold" if bold else "control", start + number, experiment)
        log.serve(request, unit, start + number, ["p1", "p2", "p3", "p4"])
        for slot in range(1, 5):
            log.see(request, slot, start + number + slot)
            if rng.random() < (0.9 if bold else 0.4):
                log.do(unit, f"p{slot}", "click", start + DAY, request_id=request)
    store = open_store(shop, StoreSettings())
    log.write(store)
    store.close()
    told = run_command("experiment", "report", shop.path, "bold", "--as-of", AS_OF, "--json").json
    assert told["verdicts"][0]["outcome"] == "better"
    clicks = sum(
        one.interaction_type == "click" and int(one.customer_id[1:]) % 2 for one in log.events
    )
    assert told["variants"][0]["metrics"][0]["variant_value"] == clicks / (4 * 120)


def test_a_draft_is_judged_only_where_it_ran_elsewhere_and_with_a_warning(tmp_path):
    shop = ShopDirectory.create(tmp_path / "drafts")
    ExperimentFiles(shop).draft(an_experiment())
    told = run_command("experiment", "report", shop.path, "bold", "--as-of", AS_OF)
    assert (told.code, told.out) == (2, "")
    assert f"Start it first: penchant experiment start {shop.path} bold" in told.err
    shown = exposures_csv(tmp_path)
    asked = ("experiment", "report", shop.path, "bold", "--exposures", shown, "--as-of", AS_OF)
    verdict = run_command(*asked, "--json").json["verdicts"][0]
    assert (verdict["outcome"], verdict["caveats"]) == ("better", [DRAFT_CAVEAT])
    ExperimentFiles(shop).start("bold", START)
    assert run_command(*asked, "--json").json["verdicts"][0]["caveats"] == []


def test_what_a_file_says_cannot_command_the_terminal(shop, tmp_path):
    rows = [
        (f"u{n}", "bold" if n % 2 else "control", "2026-03-05", 20, 2, f"x{n // 2 % 2}\x9b2Jy")
        for n in range(800)
    ]
    rows.append(("z", "bold", "\u202esoon", 1, 0, "x"))
    header = "unit_id variant exposed_at exposures clicks surface"
    shown = write_csv(tmp_path / "shown.csv", header, rows)
    told = run_command(
        "experiment", "report", shop.path, "bold", "--exposures", shown, "--as-of", AS_OF
    )
    assert told.code == 0, told.err
    assert "surface: x0" in told.out
    assert "soon" in told.err
    assert not {"\x9b", "\u202e", "\x1b"} & set(told.out + told.err)


def test_amounts_of_a_table_that_lost_their_sign_are_told(shop, tmp_path):
    orders = [("o1", "u1", "2026-03-06", 50), ("o2", "u1", "2026-03-07", -50)]
    items = [("o1", "p1", 1, 50), ("o2", "p1", -1, 50)]
    files = [
        "--orders",
        write_csv(tmp_path / "o.csv", "order_id customer_id order_date total_amount", orders),
        "--order-items",
        write_csv(tmp_path / "i.csv", "order_id product_id quantity unit_price", items),
    ]
    assert run_command("ingest", shop.path, *files, "--as-of", "2026-06-01").code == 0
    shown = exposures_csv(tmp_path)
    told = run_command(
        "experiment", "report", shop.path, "bold", "--exposures", shown, "--as-of", AS_OF, "--json"
    ).json
    metrics = {one["metric"]: one for one in told["variants"][0]["metrics"]}
    assert metrics["revenue_raw"]["variant_value"] == pytest.approx(50 / 350)
    assert told["notes"]["unclear"] == 1


def test_without_database_and_files_there_is_nothing_to_read(shop):
    told = run_command("experiment", "report", shop.path, "bold")
    assert told.code == 2
    assert "has no database" in told.err
    told = run_command("experiment", "report", shop.path, "bold", "--orders", "x.csv")
    assert "--orders needs --exposures" in told.err


def a_shop_that_sold(folder, *, views=True):
    shop = ShopDirectory.create(folder / "sold")
    rng = np.random.default_rng(0)
    seen, orders = [], []
    for number in range(3000):
        moment = START + timedelta(days=float(rng.uniform(0, 56)))
        seen.append((f"c{number}", "p1", "view", moment.isoformat()))
        if rng.random() < 0.1:
            bought = moment + timedelta(hours=3)
            orders.append((f"o{number}", f"c{number}", bought.isoformat(), rng.integers(5, 99)))
    header = "order_id customer_id order_date total_amount"
    files = ["--orders", write_csv(folder / "orders.csv", header, orders)]
    if views:
        header = "customer_id product_id interaction_type timestamp"
        files += ["--interactions", write_csv(folder / "seen.csv", header, seen)]
    done = run_command("ingest", shop.path, *files, "--as-of", "2026-06-01")
    assert done.code == 0, done.err
    return shop


def test_a_plan_from_tables_says_what_it_assumes(tmp_path):
    shop = a_shop_that_sold(tmp_path)
    told = run_command("experiment", "plan", shop.path, "--lift", 0.25, "--json").json
    assert told["sources"] == {
        "traffic": "tables", "ctr": "assumed", "conversion": "tables", "revenue": "tables",
    }  # fmt: skip
    by_week = told["customers_by_week"]
    assert len(by_week) == 8
    assert by_week[-1] == pytest.approx(3000, abs=20)
    assert told["new_customers_per_day"] == pytest.approx(by_week[-1] / 56)
    metrics = {one["metric"]: one for one in told["metrics"]}
    assert metrics["ctr"]["cv"] == 2.2
    assert metrics["conversion"]["cv"] == pytest.approx(3.0, abs=0.25)  # sqrt(0.9 / 0.1)
    assert list(metrics["ctr"]["detectable"]) == ["2", "3", "4", "5", "6", "7", "8"]
    assert told["primary"] == "ctr"
    assert "decide on CTR" in told["advice"]
    assert "revenue" in told["advice"]
    shown = run_command("experiment", "plan", shop.path, "--lift", 0.25)
    assert "Assumed, as the shop's data do not tell it: ctr." in shown.err
    assert " ".join(told["advice"].split()) in " ".join(shown.out.split())


def test_where_only_orders_are_known_the_traffic_is_assumed_too(tmp_path):
    shop = a_shop_that_sold(tmp_path, views=False)
    told = run_command("experiment", "plan", shop.path, "--json").json
    assert set(told["sources"].values()) == {"assumed"}
    metrics = {one["metric"]: one for one in told["metrics"]}
    assert metrics["conversion"]["cv"] == pytest.approx((0.97 / 0.03) ** 0.5)
    assert metrics["revenue"]["cv"] > metrics["conversion"]["cv"]


def test_a_plan_from_the_log_uses_what_came_before(tmp_path):
    shop = ShopDirectory.create(tmp_path / "shop")
    store, log, rng = open_store(shop, StoreSettings()), Log(), np.random.default_rng(2)
    start = us(START)
    for number in range(300):
        rate, first = rng.beta(1, 4), int(rng.integers(0, 50)) * DAY
        for visit in range(4):
            request, at = f"{number}r{visit}", start + first + visit * DAY
            products = [f"p{one}" for one in range(8)]
            log.serve(request, f"u{number}", at, products)
            for slot in range(1, 9):
                log.see(request, slot, at)
                if rng.random() < rate:
                    log.do(f"u{number}", f"p{slot - 1}", "click", at + 1, request_id=request)
    log.write(store)
    store.close()
    as_of = (START + timedelta(days=56)).isoformat()
    told = run_command(
        "experiment", "plan", shop.path, "--as-of", as_of, "--days", 3, "--json"
    ).json
    assert told["sources"]["ctr"] == "log"
    assert told["customers_by_week"][-1] == 300
    ctr = told["metrics"][0]
    assert 0.5 < ctr["cv"] < 1.2
    assert ctr["weeks"] == 2 or ctr["detectable"]["8"] < ctr["detectable"]["2"]
    other = run_command(
        "experiment", "plan", shop.path, "--surface", "cart", "--as-of", as_of, "--json"
    )
    assert other.code == 2
    assert "too few customers" in other.err
