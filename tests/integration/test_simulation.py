"""An experiment from end to end: made-up customers, the real engine, the log, the verdict."""

import sqlite3

import pytest

from tests.conftest import run_command

RANDOM, POPULARITY = "taste-against-random", "taste-against-popularity"


def simulated(folder, *options):
    done = run_command("experiment", "simulate", folder, *options, "--json")
    assert done.code == 0, done.err
    return done.json


def ctr(report):
    (variant,) = report["variants"]
    return next(one for one in variant["metrics"] if one["metric"] == "ctr")


@pytest.fixture(scope="module")
def simulation(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulation") / "shop"
    return folder, simulated(folder, "--customers", 400, "--weeks", 2)


def test_taste_is_clicked_more_than_chance_and_than_what_is_popular(simulation):
    _, found = simulation
    for name in (RANDOM, POPULARITY):
        assert ctr(found[name])["lift_low"] > 0
        assert not any(one["alarm"] for one in found[name]["checks"])


def test_the_log_says_what_the_report_counts(simulation):
    folder, found = simulation
    log = sqlite3.connect(folder / "penchant.db")
    dealt = dict(log.execute("SELECT experiment, count(*) FROM assignments GROUP BY experiment"))
    for name in (RANDOM, POPULARITY):
        assert dealt[name] == sum(found[name]["checks"][0]["counts"])
    seen = "SELECT count(DISTINCT customer_id) FROM slates JOIN exposures USING (request_id)"
    assert log.execute(seen).fetchone()[0] == sum(dealt.values())
    log.close()


def test_a_simulation_can_be_read_again_by_the_command_for_any_shop(simulation):
    folder, found = simulation
    done = run_command("experiment", "report", folder, RANDOM, "--as-of", "2026-07-22", "--json")
    assert ctr(done.json) == ctr(found[RANDOM])
    page = (folder / f"{RANDOM}.html").read_text(encoding="utf-8")
    assert page.index("Verdict") < page.index("Metrics")


@pytest.mark.proof
def test_equal_seeds_give_equal_figures(simulation, tmp_path):
    _, found = simulation
    again = simulated(tmp_path / "again", "--customers", 400, "--weeks", 2)
    assert ctr(again[RANDOM]) == ctr(found[RANDOM])


def test_a_folder_that_is_there_is_not_touched(tmp_path):
    (tmp_path / "mine").mkdir()
    done = run_command("experiment", "simulate", tmp_path / "mine")
    assert done.code == 2
    assert "is there already" in done.err
    assert list((tmp_path / "mine").iterdir()) == []


@pytest.mark.proof
def test_with_two_thousand_customers_both_verdicts_are_yes(tmp_path):
    found = simulated(tmp_path / "shop")
    for name in (RANDOM, POPULARITY):
        (verdict,) = found[name]["verdicts"]
        assert verdict["outcome"] == "better"
