"""A report says the verdict first, in words; the page needs nothing else and says the same."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import numpy as np
import pytest

from penchant.experiments.analysis.analyse import analyse
from penchant.experiments.experiment import Variant
from penchant.experiments.report import render_page, render_text, to_dict
from penchant.experiments.report.telling import guardrail_table
from penchant.experiments.statistics.metrics import UNIT_COLUMNS
from tests.unit.experiments.made_units import EXPERIMENT, FINAL, made_units

BOLD_CLICKED = (
    "Customers who saw “bold” clicked 12\u00a0% more often (between 7.6\u00a0% and 16\u00a0%)."
)
LINE = (
    "2 variants on homepage, cart, from 1 March 2026, planned until 15 March 2026; read on 22 "
    "March 2026."
)
MARGINS = {"latency": 0.05, "return_rate": 0.1}


@pytest.fixture(scope="module")
def better():
    marked = replace(EXPERIMENT, margins=MARGINS)
    return analyse(made_units(1, 8000, lift=0.15), marked, as_of=FINAL)


@pytest.fixture(scope="module")
def page(better):
    return render_page(better)


class Elements(HTMLParser):
    """All that a page is made of, in order."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.ids, self.words = [], [], []
        self.feed(page)

    def handle_starttag(self, name, attributes):
        self.tags.append((name, dict(attributes)))
        self.ids += [value for key, value in attributes if key == "id"]

    def handle_data(self, data):
        self.words.append(data)


def test_the_text_begins_with_the_verdict(better):
    lines = render_text(better).splitlines()
    assert lines[:6] == [
        'Is “bold” better than “control”? Yes.',
        f"  {BOLD_CLICKED}",
        "",
        LINE,
        "Decided by clicks per exposure.",
        "",
    ]  # fmt: skip


def test_every_outcome_is_told_in_words():
    early = analyse(made_units(3, 8000, 0.4), EXPERIMENT, as_of=FINAL - timedelta(days=5))
    text = render_text(early)
    assert text.startswith("Is “bold” better than “control”? Yes.\n")
    assert "\n  Mind: It was decided before the planned end." in text
    alike = analyse(made_units(0, 3000), EXPERIMENT, as_of=FINAL)
    assert "No difference was found." in render_text(alike).splitlines()[0]
    lost = analyse(made_units(1, 8000, 0.3, spoilt=0.2), EXPERIMENT, as_of=FINAL)
    assert "No verdict." in render_text(lost).splitlines()[0]
    assert "alarm: not by chance" in render_text(lost)
    few = analyse(made_units(1, 60), EXPERIMENT, as_of=FINAL)
    assert "Too little was seen to say." in render_text(few).splitlines()[0]
    open_ = analyse(made_units(0, 3000), EXPERIMENT, as_of=FINAL - timedelta(days=2))
    assert "Not decided yet." in render_text(open_).splitlines()[0]


def test_the_page_holds_the_verdict_first_then_checks_metrics_guardrails_and_parts(page):
    ids = [one for one in Elements(page).ids if one.endswith("-heading")]
    assert ids == [
        "verdict-heading", "checks-heading", "metrics-heading", "time-heading",
        "guardrails-heading", "segments-heading", "how-heading",
    ]  # fmt: skip
    assert page.index("clicked 12\u00a0% more often") < page.index('id="checks"')


def test_the_page_needs_nothing_else(page):
    found = Elements(page)
    assert not {"script", "link", "iframe", "img", "object"} & {name for name, _ in found.tags}
    for _, attributes in found.tags:
        for key in ("src", "href", "action"):
            assert attributes.get(key, "#").startswith("#")
    assert not re.search(r"url\(|@import|https?://", page)
    assert len(found.ids) == len(set(found.ids))


def test_the_page_can_be_read_by_everybody(page):
    found = Elements(page)
    names = [name for name, _ in found.tags]
    assert found.tags[0] == ("html", {"lang": "en"})
    assert names.count("h1") == 1
    assert names.count("caption") == names.count("table")
    assert all(one.get("scope") in ("col", "row") for name, one in found.tags if name == "th")
    levels = [int(name[1]) for name in names if re.fullmatch(r"h\d", name)]
    assert all(deeper - level <= 1 for level, deeper in zip([0, *levels], levels, strict=False))
    words = " ".join(found.words)
    # what a colour says is also said in words
    for told in ("Yes", "safe: within the margin", "as planned", "exploratory"):
        assert told in words


def test_the_page_and_the_text_say_the_same(better, page):
    words = re.sub(r"\s+", " ", " ".join(Elements(page).words))
    for line in render_text(better).splitlines()[:2]:
        for number in re.findall(r"\d+ %", line):
            assert number in words
    effect = better.readings[0].effects[0]
    assert f"{100 * effect.control_value:.1f} %" in words


def test_what_is_named_cannot_break_out_of_the_page():
    # names cannot hold markup; values of segments can
    units = made_units(2, 2000)
    evil = np.where(np.arange(len(units.variants)) % 2, "<script>alert(1)</script>", "b")
    units = replace(units, traits=units.traits.with_columns(visit=evil))
    page = render_page(analyse(units, EXPERIMENT, as_of=FINAL))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_json_is_stable_and_puts_the_verdicts_first(better):
    told = to_dict(better)
    text = json.dumps(told, allow_nan=False)
    assert text == json.dumps(to_dict(better), allow_nan=False)
    assert list(told) == [
        "verdicts", "experiment", "as_of", "final_from", "planned_end_reached", "trigger",
        "units", "crossed", "left_out", "checks", "variants", "notes",
    ]  # fmt: skip
    assert told["verdicts"][0] == {
        "variant": "bold",
        "outcome": "better",
        "early": False,
        "text": BOLD_CLICKED,
        "caveats": [],
    }
    variant = told["variants"][0]
    assert [one["metric"] for one in variant["metrics"]] == [
        "ctr", "conversion", "revenue", "revenue_raw", "aov",
    ]  # fmt: skip
    assert {one["exploratory"] for one in variant["segments"]} == {True}
    assert {one["metric"]: one["result"] for one in variant["guardrails"]} == {
        "return_rate": "unclear", "fallback": None, "latency": "safe",
    }  # fmt: skip


def test_what_is_no_number_is_null_in_json():
    few = made_units(1, 3)
    text = json.dumps(to_dict(analyse(few, EXPERIMENT, as_of=FINAL)), allow_nan=False)
    assert "NaN" not in text


def test_several_variants_have_a_verdict_each():
    three = replace(EXPERIMENT, variants=(Variant("control"), Variant("bold"), Variant("wild")))
    read = analyse(made_units(1, 4000, experiment=three), three, as_of=FINAL)
    page = render_page(read)
    assert page.count('class="answer"') == 2
    ids = Elements(page).ids
    assert len(ids) == len(set(ids))


def test_where_nothing_is_shown_the_report_says_when_customers_count():
    units = replace(made_units(1, 2000), hollow=("bold",))
    read = analyse(units, replace(EXPERIMENT, primary="conversion"), as_of=FINAL)
    assert "one of the variants shows nothing" in " ".join(render_text(read).split())


def test_a_difference_of_shares_is_written_in_points():
    units = made_units(4, 4000)
    place = UNIT_COLUMNS.index("fallbacks")
    units.values[units.of("control"), place] = 0.0
    read = analyse(units, EXPERIMENT, as_of=FINAL)
    row = guardrail_table("bold", read.readings[0].guardrails).rows[1]
    assert row[0] == "share of answers that fell back"
    assert re.fullmatch(r"\+\d\d?(\.\d)?\s?points", row[3]), row
    assert read.readings[0].guardrails[1].effect.lift is None
