import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.charts import STYLE
from penchant.charts.numbers import number, percent
from penchant.charts.palette import COLOURS, SERIES
from penchant.charts.scale import scale_over

PROTANOPIA = [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
]
DEUTERANOPIA = [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.011820, 0.042940, 0.968881],
]
TO_XYZ = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]


def linear(colour):
    values = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    light = sorted(float(np.dot(TO_XYZ[1], linear(colour))) for colour in (one, other))
    return (light[1] + 0.05) / (light[0] + 0.05)


def lab(rgb):
    x, y, z = np.cbrt(np.array(TO_XYZ) @ np.clip(rgb, 0, 1) / [0.9505, 1.0, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def read_back(text):
    return float(text.replace("−", "-").replace(",", "").removesuffix("\u00a0%"))


@given(st.floats(-1e9, 1e9).filter(lambda value: abs(value) > 1e-4))
def test_a_number_is_written_to_three_telling_digits(value):
    assert read_back(number(value)) == pytest.approx(value, rel=0.005)
    assert read_back(percent(value)) == pytest.approx(100 * value, rel=0.005, abs=0.051)


def test_numbers_that_stand_together_have_the_same_decimals():
    assert [number(one, 0.5, 0.0213) for one in (0.5, 0.0213)] == ["0.500", "0.021"]
    assert [percent(one, 0.1, 0.123) for one in (0.1, 0.123)] == ["10.0\u00a0%", "12.3\u00a0%"]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e300])
def test_what_is_not_known_is_a_dash(value):
    assert number(value) == percent(value) == "–"


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_are_a_few_round_values_inside_the_scale(low, spread):
    scale = scale_over([low, low + spread], 0, 100)
    ticks = scale.ticks()
    assert 2 <= len(ticks) <= 6
    assert -0.01 <= scale.at(ticks[0]) < scale.at(ticks[-1]) <= 100.01
    step = ticks[1] - ticks[0]
    digit = step / 10.0 ** math.floor(math.log10(step * 1.001))
    assert min(abs(digit - one) for one in (1, 2, 5)) < 0.01


@pytest.mark.parametrize("mode", [0, 1])
def test_colours_can_be_told_from_the_paper(mode):
    paper = COLOURS["paper"][mode]
    for name in ("ink", "soft", "1"):  # texts and links
        assert contrast(COLOURS[name][mode], paper) >= 4.5
    for name in SERIES:
        assert contrast(COLOURS[name][mode], paper) >= 3


@pytest.mark.parametrize("mode", [0, 1])
@pytest.mark.parametrize(
    "eyes", [np.eye(3), PROTANOPIA, DEUTERANOPIA], ids=["all", "protan", "deutan"]
)
def test_any_two_series_can_be_told_apart_by_all_eyes(mode, eyes):
    seen = [lab(np.array(eyes) @ linear(COLOURS[name][mode])) for name in SERIES]
    for one, other in itertools.combinations(seen, 2):
        assert np.linalg.norm(one - other) > 20


def test_the_style_follows_dark_screens_and_prints_light():
    light, dark = STYLE.split("@media screen and (prefers-color-scheme:dark)")
    for name, (bright, dim) in COLOURS.items():
        assert bright in light
        assert dim in dark
        assert f".fill-{name}{{fill:var(--" in dark
