import itertools
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.charts import (
    Area,
    Bar,
    Caption,
    Interval,
    Line,
    draw_areas,
    draw_bars,
    draw_forest,
    draw_histogram,
    draw_lines,
)
from penchant.charts.chart import WIDTH
from penchant.errors import InputError
from tests.elements import Elements

NAN = math.nan
ABOUT = Caption("one", "A title", "What it says.")


def cells(chart):
    rows = Elements(chart.table).named("tr")[1:]
    return [text for _, text in rows]


def numbers_of(path):
    return [float(one) for one in re.findall(r"-?[\d.]+", path)]


def paths(chart, look):
    return [a["d"] for a, _ in Elements(chart.svg).named("path") if look in a["class"]]


def test_a_chart_says_what_it_is_and_holds_its_numbers_as_a_table():
    chart = draw_forest([Interval("popularity", 0.03, 0.02, 0.04)], ABOUT)
    page = Elements(chart.__html__())
    root = page.named("svg")[0][0]
    assert root["role"] == "img"
    ids = root["aria-labelledby"].split()
    told = {a["id"]: text for name in ("title", "desc") for a, text in page.named(name)}
    assert [told[one] for one in ids] == ["A title", "What it says."]
    assert page.named("caption")[0][1] == "A title"
    assert cells(chart) == ["popularity0.03000.02000.0400"]
    assert all(a["scope"] in {"col", "row"} for a, _ in page.named("th"))


def test_every_shape_has_a_printed_colour_beside_its_variable():
    chart = draw_lines([Line("a", (1, 2), (3, 4), (2, 3), (4, 5))], ABOUT)
    for name, look, _ in Elements(chart.svg).found:
        if name in {"path", "circle", "text", "rect"}:
            assert re.fullmatch(
                "#[0-9a-f]{6}", look["fill"] if look["fill"] != "none" else look["stroke"]
            )
            assert look["class"].split()[0].split("-")[0] in {"fill", "stroke"}


def test_nothing_given_is_markup():
    evil = '<script>"&\x00\ud800'
    about = Caption("one", evil, evil)
    for chart in (
        draw_forest([Interval(evil, 1, 0, 2)], about),
        draw_bars([Bar(evil, 1)], about),
        draw_lines([Line(evil, (1, 2), (1, 2))], about),
        draw_areas([1, 2], [Area(evil, (1, 2))], about),
        draw_histogram([1, 2], about),
    ):
        html = chart.__html__()
        assert "<script" not in html
        assert "&lt;script&gt;&quot;&amp;\ufffd\ufffd" in html
        html.encode()


def test_dots_and_ends_of_a_forest_lie_where_their_values_are():
    rows = [
        Interval("a", 0.1, 0.0, 0.3),
        Interval("b", 0.2, 0.15, 0.25),
        Interval("c", -0.1, NAN, NAN),
    ]
    chart = draw_forest(rows, ABOUT)
    dots = [float(a["cx"]) for a, _ in Elements(chart.svg).named("circle")]
    unit = (dots[1] - dots[0]) / 0.1
    assert dots[2] == pytest.approx(dots[0] - 0.2 * unit, abs=0.02)
    lines = [numbers_of(path) for path in paths(chart, "stroke-1")]
    assert [(line[0], line[2]) for line in lines] == [
        pytest.approx((dots[0] - 0.1 * unit, dots[0] + 0.2 * unit), abs=0.1),
        pytest.approx((dots[1] - 0.05 * unit, dots[1] + 0.05 * unit), abs=0.1),
    ]
    reference = numbers_of(paths(chart, "stroke-ink")[0])[0]
    assert reference == pytest.approx(dots[0] - 0.1 * unit, abs=0.1)


def test_a_dot_is_full_where_its_interval_misses_the_reference():
    rows = [Interval("above", 2, 1, 3), Interval("across", 1, -1, 3), Interval("below", -2, -3, -1)]
    looks = [a["class"] for a, _ in Elements(draw_forest(rows, ABOUT).svg).named("circle")]
    assert looks == ["fill-1 stroke-1", "fill-paper stroke-1", "fill-1 stroke-1"]


def test_bars_are_as_long_as_their_values_and_start_at_zero():
    chart = draw_bars([Bar("a", 10.0), Bar("b", -5.0), Bar("c", NAN), Bar("d", 0.0)], ABOUT)
    bars = [a for a, _ in Elements(chart.svg).named("rect") if a["class"] == "fill-1"]
    left, width = ([float(a[key]) for a in bars] for key in ("x", "width"))
    assert width == pytest.approx([10 * width[0] / 10, 5 * width[0] / 10, 0.0], abs=0.02)
    assert left[0] == pytest.approx(left[1] + width[1], abs=0.02)
    assert cells(chart) == ["a10", "b−5", "c–", "d0"]


@given(st.lists(st.integers(-50, 50), min_size=1), st.integers(1, 12))
def test_a_histogram_counts_what_a_loop_counts(values, bins):
    chart = draw_histogram([*values, NAN], ABOUT, bins=bins)
    low, high = min(values), max(values)
    if low == high:
        low, high = low - (abs(low) / 2 or 0.5), high + (abs(high) / 2 or 0.5)
    counts = [0] * bins
    for value in values:
        counts[min(int((value - low) * bins / (high - low) + 1e-9), bins - 1)] += 1
    found = [int(text) for a, text in Elements(chart.table).named("td")]
    assert found == [*counts, 1]
    heights = [
        float(a["height"]) for a, _ in Elements(chart.svg).named("rect") if a["class"] == "fill-1"
    ]
    assert heights == pytest.approx([170.0 * count / max(counts) for count in counts], abs=0.02)


def test_a_line_has_a_gap_where_a_value_is_not_known():
    chart = draw_lines([Line("a", (1, 2, 3, 4, 5, 6), (1.0, 2.0, NAN, 3.0, NAN, NAN))], ABOUT)
    pieces = [path for path in paths(chart, "stroke-1") if path.count("L")]
    assert len(pieces) == 1
    dots = [a for a, _ in Elements(chart.svg).named("circle")]
    assert len(dots) == 2  # the value that stands alone, and the one beside the name
    assert cells(chart) == ["11", "22", "3–", "43", "5–", "6–"]


def test_a_band_reaches_from_low_to_high():
    chart = draw_lines([Line("a", (0, 1), (5, 5), (4, 0), (6, 10))], ABOUT)
    band = numbers_of(paths(chart, "fill-1")[0])
    tops, bottoms = (band[1], band[5]), (band[-1], band[-5])
    assert bottoms[0] - tops[0] == pytest.approx(0.2 * (bottoms[1] - tops[1]), abs=0.2)
    assert cells(chart) == ["05 (4 to 6)", "15 (0 to 10)"]


def test_areas_stand_on_one_another():
    chart = draw_areas([1, 2], [Area("a", (0.25, 0.5)), Area("b", (0.75, 0.5))], ABOUT)
    one, two = (numbers_of(path) for path in paths(chart, "stroke-paper"))
    assert one[1:4:2] == [160.0, 110.0]  # roofs of the first, of 200 units from 210 upwards
    assert two[1:4:2] == [10.0, 10.0]
    assert two[5::2] == one[1:4:2][::-1]


def test_names_at_the_ends_of_lines_do_not_cover_each_other():
    lines = [Line(f"line {n}", (1, 2), (0, 1 + n / 1000)) for n in range(8)]
    places = [float(a["cy"]) for a, _ in Elements(draw_lines(lines, ABOUT).svg).named("circle")]
    places.sort()
    assert min(b - a for a, b in itertools.pairwise(places)) >= 16
    assert places[0] >= 10
    assert places[-1] <= 210


anything = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from(
    [0.0, 1.0, -1e14, 5e-324]
)


@given(st.lists(st.tuples(anything, anything, anything), max_size=6))
def test_no_value_breaks_a_chart_or_leaves_it(rows):
    xs = tuple(range(len(rows)))
    y, low, high = zip(*rows, strict=True) if rows else ((), (), ())
    parts = tuple(abs(value) for value in y)
    for chart in (
        draw_forest([Interval("a", *row) for row in rows], ABOUT),
        draw_bars([Bar("a", value) for value in y], ABOUT),
        draw_lines([Line("a", xs, y, low, high)], ABOUT),
        draw_areas(xs, [Area("a", parts), Area("b", parts)], ABOUT),
        draw_histogram(y, ABOUT),
    ):
        assert ("Nothing to show." in chart.svg) == (not rows)
        for name, look, _ in Elements(chart.svg).found:
            for key in ("x", "cx", "width"):
                if name in {"rect", "circle", "text"} and key in look:
                    assert 0 <= float(look[key]) <= WIDTH
            assert "nan" not in look.get("d", "")
            assert "inf" not in look.get("d", "")


def test_lines_and_areas_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="3 x, 2 y"):
        Line("a", (1, 2, 3), (1, 2))
    with pytest.raises(InputError, match="0 low and 1 high"):
        Line("a", (1,), (1,), (), (1,))
    with pytest.raises(InputError, match="1 values for 2 places"):
        draw_areas([1, 2], [Area("a", (1,))], ABOUT)
    with pytest.raises(InputError, match="below 0"):
        draw_areas([1], [Area("a", (-1,))], ABOUT)
    with pytest.raises(InputError, match="bins is 0"):
        draw_histogram([1], ABOUT, bins=0)
