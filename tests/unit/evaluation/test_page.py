import itertools
import json
import math
import re
from dataclasses import replace

import pytest
from PIL import Image

from penchant.errors import InputError
from penchant.evaluation.intervals import MeanInterval
from penchant.evaluation.page import render_page
from penchant.evaluation.page.metrics import METRICS
from penchant.evaluation.page.thumbnails import AT_MOST, make_thumbnails
from penchant.evaluation.page.verdict import find_verdict, hits_in_words, outcome_of
from penchant.evaluation.report_values import (
    BeyondRow,
    Example,
    MethodRow,
    Picture,
    Report,
    SegmentRow,
    to_dict,
)
from tests.elements import Elements

NAN = math.nan


def mean(value, half=0.005, n=400):
    return MeanInterval(value, value - half, value + half, n)


def row(name, kind, ndcg, hit_rate, lead=None):
    leads = {} if lead is None else {"ndcg": lead}
    return MethodRow(name, kind, {"ndcg": mean(ndcg), "hit_rate": mean(hit_rate)}, leads)


SHOP = row("this build", "shop", 0.0812, 0.131)
BEST = row("best sellers", "popularity", 0.0512, 0.083, mean(0.03))
KNN = row("item-kNN", "baseline", 0.0788, 0.127, mean(0.0024))


@pytest.fixture
def report(tmp_path):
    pictures = []
    for number, colour in enumerate(("red", "blue", "green", "grey")):
        path = tmp_path / f"{number}.png"
        Image.new("RGB", (40, 60), colour).save(path)
        pictures.append(Picture(f"P{number}", f"The {colour} one", path))
    red, blue, green, grey = pictures
    nothing = Picture("P9", "Without a photo", tmp_path / "none.png")
    return Report(
        shop="Anna & <Sons>",
        build_id="b7f3c2",
        as_of="2026-05-04T08:12:00Z",
        cut="2026-03-09T00:00:00Z",
        until="2026-04-06T00:00:00Z",
        k=10,
        counts={"customers": 4210, "hidden": 6377, "impossible": 231, "resellers": 12},
        methods=(SHOP, BEST, KNN),
        ceiling={"ndcg": 1.0, "hit_rate": 0.982},
        segments=(SegmentRow("thin", "1 to 4 products", (SHOP, replace(BEST, lead={}), KNN)),),
        beyond=(BeyondRow("this build", {"coverage": MeanInterval(0.6213, NAN, NAN, 400)}),),
        examples=(
            Example("C1", (red,), (blue, nothing, green), (green,), "win"),
            Example("C2", (), (blue, Picture("P8", "")), (grey,), "loss"),
        ),
        notes=("38 products have <no> photo.",),
        settings={"half_life_days": 30.0, "weights": {"visual": 0.4}, "encoder": "lite0"},
    )


@pytest.fixture
def page(report):
    return render_page(report)


def test_the_page_needs_nothing_else_and_runs_nothing(page):
    names = {name for name, _, _ in Elements(page).found}
    assert not names & {"script", "link", "iframe", "object", "form"}
    assert "://" not in page
    assert "@import" not in page
    assert "url(" not in page
    for name, look, _ in Elements(page).found:
        assert not [key for key in look if key.startswith("on")], name
        assert look.get("src", "data:image/").startswith("data:image/")
        assert look.get("href", "#").startswith("#")


def test_the_page_can_be_found_ones_way_around_in(page):
    elements = Elements(page)
    ids = [look["id"] for _, look, _ in elements.found if "id" in look]
    assert len(ids) == len(set(ids))
    for _, look, _ in elements.found:
        assert look.get("href", "#verdict")[1:] in ids
        assert set(look.get("aria-labelledby", "").split()) <= set(ids)
    levels = [int(name[1]) for name, _, _ in elements.found if re.fullmatch("h[1-6]", name)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert elements.named("html")[0][0]["lang"] == "en"
    assert elements.named("a")[0] == ({"href": "#verdict", "class": "skip"}, "Skip to the verdict")
    sections = [look["id"] for look, _ in elements.named("section")]
    assert sections[0] == "verdict"
    assert len(elements.named("table")) == len(elements.named("caption"))
    assert all(look["scope"] in {"row", "col"} and text for look, text in elements.named("th"))
    assert all(look["alt"] for look, _ in elements.named("img"))


def test_every_number_of_the_report_is_on_the_page(report, page):
    text = Elements(page).named("body")[0][1]
    for method in report.methods:
        for one in (method.measures["ndcg"], *method.lead.values()):
            for value in (one.value, one.low, one.high):
                assert f"{value:.4f}".replace("-", "−") in text
        assert f"{method.measures['hit_rate'].value * 100:.1f}\u00a0%" in text
    for told in ("98.2\u00a0%", "62.1\u00a0%", "4,210", "6,377", "231", "12", "400 customers"):
        assert told in text
    for told in (
        "9 March 2026",
        "6 April 2026",
        "4 May 2026",
        "b7f3c2",
        "weights.visual0.4",
        "30.0",
    ):
        assert told in text
    for told in ("resellers", "38 products have <no> photo.", "Anna & <Sons>", "encoderlite0"):
        assert told in text
    assert METRICS["ndcg"].meaning in text
    assert METRICS["gini"].meaning not in text  # it is not measured here


def test_hits_are_marked_and_photos_are_part_of_the_page(page):
    elements = Elements(page)
    hits = [text for look, text in elements.named("li") if look.get("class") == "hit"]
    assert hits == ["3 takenThe green one"]
    assert [text for _, text in elements.named("h3")][-2:] == [
        "Customer C1: hit in slot 3",
        "Customer C2: no hit",
    ]
    assert [look["alt"] for look, _ in elements.named("img")] == [
        "The red one", "The blue one", "The green one", "The green one", "The blue one",
        "The grey one",
    ]  # fmt: skip
    without = [text for look, text in elements.named("span") if look.get("class") == "no-photo"]
    assert without == ["Without a photo", "P8"]


def test_of_a_long_list_the_hits_are_pictured_before_the_first_slots(report):
    shown = tuple(Picture(f"L{number}", f"Long {number}") for number in range(1, 11))
    one = Example("C3", shown, shown, (shown[8],), "win")
    text = Elements(render_page(replace(report, examples=(one,)))).named("article")[0][1]
    assert "Was shown: 6 of 10" in text
    assert "Had before: 2 of 10" in text
    assert "Long 99 taken" in text
    assert "Long 66" not in text


def test_a_page_holds_no_more_photos_than_can_be_mailed(tmp_path):
    paths = [tmp_path / f"{number}.png" for number in range(AT_MOST + 5)]
    for path in paths:
        Image.new("RGB", (2, 2)).save(path)
    (tmp_path / "0.png").write_bytes(b"no photo")
    made = make_thumbnails([paths[1], *paths])
    assert list(made) == paths[1 : AT_MOST + 1]


def test_the_verdict_is_yes_only_where_every_interval_is_above_zero(report):
    popular, every = find_verdict(report)
    assert (popular.answer, popular.outcome) == ("Yes", "better")
    assert popular.told == (
        "NDCG@10 is 0.0812, and 0.0512 with “best sellers”: a lead of 0.0300 (58.6\u00a0% more), "
        "with 95\u00a0% confidence between 0.0250 and 0.0350."
    )
    assert (every.answer, every.outcome) == ("Not shown", "open")
    assert "a lead of 0.0024 (3.0\u00a0% more)" in every.told
    assert every.told.endswith("between −0.0026 and 0.0074. No difference is shown to: “item-kNN”.")


def test_one_better_method_makes_the_verdict_no(report):
    better = replace(KNN, lead={"ndcg": mean(-0.02)})
    popular, every = find_verdict(replace(report, methods=(SHOP, BEST, better)))
    assert (popular.answer, every.answer) == ("Yes", "No")
    assert "a lag of 0.0200" in every.told
    assert "It is worse than: “item-kNN”." in every.told


@pytest.mark.parametrize(
    ("lead", "outcome"),
    [(None, "open"), (MeanInterval(0.5, 0.5, 0.5, 1), "open"),
     (MeanInterval(NAN, NAN, NAN, 9), "open"),
     (mean(0.02), "better"), (mean(-0.02), "worse"), (mean(0.005), "open")],
)  # fmt: skip
def test_a_lead_counts_only_with_an_interval_on_one_side(lead, outcome):
    assert outcome_of(lead) == outcome


def test_a_value_of_a_single_customer_has_no_interval(report):
    lone = replace(BEST, measures={"ndcg": MeanInterval(0.4, 0.4, 0.4, 1)})
    lone = replace(lone, lead={"ndcg": MeanInterval(0.6, 0.6, 0.6, 1)})
    own = replace(SHOP, measures={"ndcg": MeanInterval(1.0, 1.0, 1.0, 1)})
    segments = (SegmentRow("warm", "10 or more", (own, lone)),)
    section = Elements(render_page(replace(report, segments=segments))).named("section")[4][1]
    assert "10 or more; 1 customer1.00000.4000" in section
    assert "0.6000 (" not in section


def test_hit_rates_are_told_as_customers(report):
    assert hits_in_words(report) == (
        "Of 1,000 such customers, 131 were shown a product that they then bought, among 10 "
        "products; with “best sellers” it would have been 83."
    )


def test_a_report_of_little_is_still_a_page():
    unknown = MethodRow("this build", "shop", {"ndcg": MeanInterval(NAN, NAN, NAN, 0)})
    page = render_page(Report("S", "b", "", "", "", 1, {}, (unknown,), {}))
    assert "Not asked" in page
    assert "nan" not in Elements(page).named("body")[0][1].lower()


def test_the_same_report_gives_the_same_page(report, page):
    assert render_page(report) == page


def test_a_report_is_written_as_json_with_its_unknown_values_empty(report):
    values = json.loads(json.dumps(to_dict(report), allow_nan=False))
    assert values["methods"][1]["lead"]["ndcg"] == {
        "value": 0.03, "low": pytest.approx(0.025), "high": pytest.approx(0.035), "n": 400,
    }  # fmt: skip
    assert values["beyond"][0]["values"]["coverage"]["low"] is None
    assert values["examples"][0]["taken"][0]["image"].endswith("2.png")
    assert values["settings"]["weights"] == {"visual": 0.4}
    assert values["k"] == 10


def test_a_report_without_one_build_to_judge_is_refused(report):
    with pytest.raises(InputError, match="exactly one"):
        replace(report, methods=(BEST, KNN))
    with pytest.raises(InputError, match='item-kNN lacks the headline metric "ndcg"'):
        replace(report, methods=(SHOP, replace(KNN, measures={})))
