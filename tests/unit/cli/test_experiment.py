"""`penchant experiment`: from a draft to its end, for people and for programs."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
import typer.main

from penchant.cli import app
from penchant.experiments.assignment import assign
from penchant.experiments.files.lifecycle import ExperimentFiles
from penchant.settings import ExperimentSettings
from penchant.shop_directory import ShopDirectory

VERBS = typer.main.get_command(app.app).commands["experiment"].commands
SOON = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0)
DEEP = "[" * 20_000 + "]" * 20_000


@pytest.fixture
def shop(tmp_path):
    return ShopDirectory.create(tmp_path / "shop").path


@pytest.fixture
def ask(desk, shop):
    def asked(verb, *words):
        return desk.run("experiment", verb, shop, *words)

    return asked


@pytest.fixture
def bold(ask):
    """An experiment that runs."""
    made = ask("init", "bold", "--variant", "bold", "--set", "bold.homepage.explore=0.3")
    assert made.code == 0, made.err
    assert ask("start", "bold").code == 0


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_has_help_an_example_and_json(desk, verb):
    shown = desk.run("experiment", verb, "--help")
    assert (shown.code, shown.err) == (0, "")
    assert f"Example: penchant experiment {verb}" in shown.out
    assert "--json" in shown.out
    options = [one for one in VERBS[verb].params if one.param_type_name == "option"]
    assert all(one.help for one in options if one.name != "help")


def test_the_help_of_all_lists_every_verb(desk):
    shown = desk.run("experiment", "--help").out
    assert all(verb in shown for verb in VERBS)


def test_init_writes_a_file_to_read_and_says_what_comes_next(ask, shop):
    done = ask("init", "bold", "--variant", "bold")
    path = shop / "experiments" / "bold.toml"
    assert (done.code, done.out) == (0, "")
    assert done.err == (
        f"Wrote {path}. Read it, edit it, then: penchant experiment start {shop} bold\n"
    )
    assert "# What is compared" in path.read_text()
    assert ExperimentFiles(ShopDirectory.open(shop)).all() == ()


def test_init_takes_all_that_is_told_and_answers_in_json(ask, shop):
    (shop / "builds" / "b1").mkdir()
    words = [
        "--surface", "homepage", "--surface", "cart", "--variant", "bold", "--variant", "loud",
        "--set", "bold.homepage.explore=0.3", "--set", "bold.recommend.deny=['P1']",
        "--set", "loud.homepage.weights={visual = 1}", "--build", "loud=b1",
        "--primary", "revenue", "--weeks", "2", "--start", "2030-01-07", "--traffic", "0.2",
    ]  # fmt: skip
    told = ask("init", "bold", *words, "--json").json
    assert told["file"] == str(shop / "experiments" / "bold.toml")
    assert told["surfaces"] == ["homepage", "cart"]
    assert [(one["variant"], one["build_id"]) for one in told["variants"]] == [
        ("control", ""), ("bold", ""), ("loud", "b1"),
    ]  # fmt: skip
    assert [one["settings"] for one in told["variants"]] == [
        {},
        {"homepage": {"explore": 0.3}, "recommend": {"deny": ["P1"]}},
        {"homepage": {"weights": {"visual": 1}}},
    ]
    assert (told["primary"], told["traffic"]) == ("revenue", 0.2)
    assert told["start"] == "2030-01-07T00:00:00+00:00"
    assert told["end"] == "2030-01-21T00:00:00+00:00"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("Bold",), '"Bold" cannot be a name in an experiment'),
        (("x", "--set", "bold.homepage=3"), "must be VARIANT.SECTION.KEY=VALUE"),
        (("x", "--set", "variant.homepage.explore"), "must be VARIANT.SECTION.KEY=VALUE"),
        (("x", "--set", "varient.homepage.explore=1"), 'there is none. Did you mean "variant"?'),
        (("x", "--set", "variant.homepage.explor=1"), 'x.toml, variant "variant" [homepage] has'),
        (("x", "--set", "variant.homepage.explore=much"), "explore is 'much', must be a number"),
        (("x", "--set", "variant.cart.explore=0.1"), "changes [cart], but the experiment runs on"),
        (("x", "--build", "b1"), "must be VARIANT=BUILD, of: control, variant"),
        (("x", "--build", "variant=b1"), 'No build "b1"'),
        (("x", "--weeks", "0"), "--weeks is 0, must be > 0"),
        (("x", "--start", "9999-12-31"), "--start is 9999-12-31T00:00:00+00:00, which is too late"),
        (("x", "--start", "3000-01-01"), "x.toml: start is 3000-01-01 00:00:00+00:00, must be wi"),
        (("x", "--set", f"variant.homepage.explore={'9' * 400}"), "holds a whole number beyond"),
        (("x", "--set", f"variant.homepage.explore={'9' * 5000}"), "a number is too long"),
        (("x", "--set", f"variant.homepage.explore={DEEP}"), "it is nested too deeply"),
        (("x", "--start", "soon"), '--start is "soon", must be a time such as'),
        (("x", "--primary", "aov"), 'primary is "aov", must be one of'),
        (("x", "--surface", "hompage"), 'Did you mean "homepage"?'),
    ],
)
def test_what_cannot_be_is_one_sentence_and_code_two(ask, shop, words, message):
    done = ask("init", *words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: ")
    assert message in done.err
    assert not list((shop / "experiments").glob("*.toml"))


def test_the_errors_are_json_where_that_is_asked(ask):
    done = ask("show", "bold", "--json")
    assert done.code == 2
    assert json.loads(done.err)["code"] == "not_found"
    usage = ask("init", "bold", "--primary", "--json")  # the value of an option
    assert "error: primary is" in usage.err
    assert json.loads(ask("ramp", "bold", "much", "--json").err)["code"] == "usage"


def test_start_begins_now_and_keeps_the_length(ask):
    ask("init", "bold", "--weeks", "2")
    told = ask("start", "bold", "--json").json
    begin, end = (datetime.fromisoformat(told[key]) for key in ("start", "end"))
    assert end - begin == timedelta(weeks=2)
    assert abs(datetime.now(UTC) - begin) < timedelta(minutes=5)
    again = ask("start", "bold")
    assert (again.code, again.err) == (2, 'error: Experiment "bold" was started already.\n')


def test_a_planned_start_is_kept_and_told(ask):
    ask("init", "bold", "--start", SOON.isoformat())
    done = ask("start", "bold")
    assert f"runs from {SOON:%Y-%m-%d %H:%M} to " in done.err
    assert "decided by ctr" in done.err
    assert ask("list", "--json").json["experiments"][0]["state"] == "planned"


def test_what_ends_beyond_all_time_is_not_started(ask, shop):
    ask("init", "bold")
    path = shop / "experiments" / "bold.toml"
    path.write_text(re.sub("\nend = .*", "\nend = 9999-12-31T00:00:00Z", path.read_text()))
    done = ask("start", "bold")
    assert (done.code, "end is 9999-12-31 00:00:00+00:00, must be within" in done.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        *((("--lift", one), "must be 0.0001 to 100") for one in ("inf", "nan", "1e-300", "0")),
        *((("--days", one), "must be 0.01 to 365") for one in ("inf", "nan", "1e-300", "1e300")),
        *((("--variants", one), "2 to 100 variants") for one in ("1", "9" * 400)),
        (("--as-of", "0001-01-01"), "too few customers"),
        (("--as-of", "9999-12-31"), "too few customers"),
    ],
)
def test_a_plan_for_what_cannot_be_is_refused(ask, words, message):
    done = ask("plan", *words)
    assert (done.code, done.out) == (2, "")
    assert message in done.err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (f"a = {DEEP}", "other.toml is not valid TOML: it is nested too deeply"),
        (f"[homepage]\nexplore = {'9' * 400}", "other.toml holds a whole number beyond"),
        (f"[homepage]\nexplore = {'9' * 5000}", "other.toml is not valid TOML: a number is too"),
        ("[recommend]\nk = 12", "sets [recommend] k to 12: a log tells of the slots that were"),
        ("[recommend]\nk = 10", "has no database"),
        ("k = 12", "k must be in a section"),
    ],
)
def test_a_replay_of_what_no_log_can_tell_is_refused(ask, tmp_path, content, message):
    other = tmp_path / "other.toml"
    other.write_text(content)
    done = ask("replay", "--settings", other)
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_it_grows_and_ends(ask):
    ask("init", "bold", "--traffic", "0.1")
    ask("start", "bold")
    assert ask("ramp", "bold", "0.25").err == '25.0% of the customers take part in "bold".\n'
    assert ask("ramp", "bold", "0.5", "--json").json["traffic"] == 0.5
    assert ask("ramp", "bold", "0.1").code == 2
    past = ask("stop", "bold", "--at", "2020-01-01")
    assert (past.code, "which is past" in past.err) == (2, True)
    assert "ends at " in ask("stop", "bold").err
    assert ask("stop", "bold").code == ask("ramp", "bold", "0.6").code == 2


def test_an_end_may_be_planned(ask, bold):
    told = ask("stop", "bold", "--at", SOON.isoformat(), "--json").json
    assert told["stopped"] == SOON.isoformat()
    assert ask("show", "bold", "--json").json["state"] == "runs"


def test_the_list_tells_of_all_and_of_what_is_broken(ask, shop, bold):
    ask("init", "other")
    (shop / "experiments" / "broken.toml").write_text("x =")
    told = {one["experiment"]: one for one in ask("list", "--json").json["experiments"]}
    assert {name: one["state"] for name, one in told.items()} == {
        "bold": "runs", "broken": "broken", "other": "draft",
    }  # fmt: skip
    assert "not valid TOML" in told["broken"]["wrong"]
    shown = ask("list")
    assert shown.code == 0
    assert all(word in shown.out for word in ("bold", "runs", "draft", "broken: broken.toml is"))
    assert ask("list", "--json").json["experiments"][0]["variants"][1]["share"] == 0.5


def test_show_tells_people_and_programs_the_same(ask, bold):
    told = ask("show", "bold", "--json").json
    assert told["shop"] == {"salt": "penchant", "holdout": 0.0}
    assert (told["state"], told["obstacle"]) == ("runs", "")
    shown = ask("show", "bold")
    words = ("bold: runs, on homepage", "decided by ctr", "homepage.explore = 0.3", "50.0%")
    assert all(word in shown.out for word in words)
    assert shown.err == ""


def test_show_tells_of_a_draft_what_is_in_its_way(ask, bold):
    ask("init", "other")
    assert 'of which "bold" has 0..1' in ask("show", "other", "--json").json["obstacle"]
    assert "It cannot be started: " in ask("show", "other").err


def expected(shop, units):
    one = ExperimentFiles(ShopDirectory.open(shop)).load("bold")
    return [assign(one, unit, shop=ExperimentSettings()).variant for unit in units]


def test_assign_prints_the_variant_of_each_unit(ask, shop, bold):
    units = ["C1", "C2", "Zoë", "a:b", "💍"]
    told = ask("assign", "bold", *units, "--json").json
    assert told["experiment"] == "bold"
    assert [one["unit_id"] for one in told["units"]] == units
    assert [one["variant"] for one in told["units"]] == expected(shop, units)
    assert {one["counted"] for one in told["units"]} == {True}
    shown = ask("assign", "bold", *units).out
    for unit, variant in zip(units, expected(shop, units), strict=True):
        assert [unit, variant, "yes"] in [line.split() for line in shown.splitlines()]


@pytest.mark.parametrize(
    "content",
    [
        'C1\nC2\n"a,b"\n\nZoë\n',
        '\ufeffname,customer_id,city\nx,C1,y\nx,C2,y\nx,"a,b",y\nx,,y\nx\nx,Zoë,y\n',
        'unit_id\r\nC1\r\nC2\r\n"a,b"\r\nZoë\r\n',
    ],
)
def test_assign_reads_many_and_writes_csv(ask, shop, tmp_path, bold, content):
    file = tmp_path / "units.csv"
    file.write_bytes(content.encode())
    done = ask("assign", "bold", "--units", file)
    assert (done.code, done.err) == (0, "")
    rows = list(csv.reader(io.StringIO(done.out)))
    units = ["C1", "C2", "a,b", "Zoë"]
    assert rows[0] == ["unit_id", "variant", "counted"]
    assert rows[1:] == [
        [unit, variant, "true"] for unit, variant in zip(units, expected(shop, units), strict=True)
    ]
    told = ask("assign", "bold", "--units", file, "--json").json
    assert [one["variant"] for one in told["units"]] == expected(shop, units)


def test_assign_reads_from_another_command(shop, bold):
    code = "from penchant.cli.app import main; main()"
    words = [sys.executable, "-c", code, "experiment", "assign", str(shop), "bold", "--units", "-"]
    done = subprocess.run(
        words, input="C1\nC2\n", capture_output=True, text=True, check=True, timeout=60
    )
    control_or_bold = expected(shop, ["C1", "C2"])
    assert done.stdout.splitlines()[1:] == [
        f"C1,{control_or_bold[0]},true", f"C2,{control_or_bold[1]},true",
    ]  # fmt: skip


def test_who_takes_no_part_has_no_variant_and_an_override_does_not_count(ask, shop):
    ask("init", "bold", "--traffic", "0")
    path = shop / "experiments" / "bold.toml"
    path.write_text(path.read_text().replace('# "C10001" = "VARIANT"', '"staff" = "variant"'))
    told = ask("assign", "bold", "C1", "staff", "--json").json["units"]
    assert told == [
        {"unit_id": "C1", "variant": None, "counted": False},
        {"unit_id": "staff", "variant": "variant", "counted": False},
    ]
    shown = [line.split() for line in ask("assign", "bold", "C1", "staff").out.splitlines()]
    assert ["C1", "-"] in shown
    assert ["staff", "variant", "no"] in shown


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "Name units, or a file of them by --units FILE"),
        (("C1", "--units", "-"), "Name units, or a file of them"),
        (("--units", "nowhere.csv"), 'No file "nowhere.csv"'),
    ],
)
def test_assign_asks_for_units_once(ask, bold, words, message):
    done = ask("assign", "bold", *words)
    assert (done.code, message in done.err) == (2, True)


def test_a_file_that_is_no_text_is_told(ask, bold, tmp_path):
    (tmp_path / "x.csv").write_bytes(b"\xff\xfe")
    done = ask("assign", "bold", "--units", tmp_path / "x.csv")
    assert (done.code, "x.csv cannot be read" in done.err) == (2, True)
