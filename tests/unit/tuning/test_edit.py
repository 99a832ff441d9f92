"""Editing penchant.toml: the value changes, every comment and every other setting stays."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.errors import InputError
from penchant.settings import Settings
from penchant.settings_file import render_settings, settings_from_dict
from penchant.tuning.edit import edit_settings, setting_lines
from penchant.tuning.knobs import TRIED, Value, value_of, with_values

BY_HAND = """# Our shop. Ask Ana before you change anything.
[space]
channel_weights = { photo = 2.0 } # photos are good

[taste] # of our customers
# half_life_days = 90 was too long
half_life_days = 45 # "chosen" in May
weights = { purchase = 20.0 }

[encoder]
spec = "precomputed:a#b.npz" # [taste]
"""

CHANGES = {
    name: st.sampled_from(values)
    if isinstance(values[0], bool | str)
    else st.floats(0, 1, allow_subnormal=False)
    for name, values in TRIED.items()
    if name != "taste.half_life_days"
} | {"taste.half_life_days": st.floats(1e-3, 1e4)}
some_changes = st.fixed_dictionaries({}, optional=CHANGES)


def settings_of(text: str) -> Settings:
    return settings_from_dict(tomllib.loads(text))


@given(changes=some_changes, text=st.sampled_from(["", BY_HAND, render_settings()]))
def test_a_file_says_what_it_said_but_for_the_changes(changes: dict[str, Value], text: str) -> None:
    edited = edit_settings(text, changes)
    assert settings_of(edited) == with_values(settings_of(text), changes)
    assert edit_settings(edited, changes) == edited
    before = [line for line in text.splitlines() if line.startswith("#")]
    commented_defaults = {line for line in before if " = " in line and text != BY_HAND}
    assert set(before) - commented_defaults <= set(edited.splitlines())
    assert len(edited.splitlines()) <= len(text.splitlines()) + 2 * len(changes) + 3


def test_only_the_lines_of_the_changes_differ() -> None:
    changes: dict[str, Value] = {"taste.half_life_days": 60.0, "taste.weights.view": 2.0}
    edited = edit_settings(BY_HAND, changes).splitlines()
    differ = [(a, b) for a, b in zip(BY_HAND.splitlines(), edited, strict=True) if a != b]
    assert differ == [
        ('half_life_days = 45 # "chosen" in May', 'half_life_days = 60.0 # "chosen" in May'),
        ("weights = { purchase = 20.0 }", 'weights = { "purchase" = 20.0, "view" = 2.0 }'),
    ]


def test_a_commented_default_becomes_the_setting_under_its_meaning() -> None:
    text = render_settings()
    edited = edit_settings(text, {"taste.half_life_days": 60.0})
    assert edited == text.replace("# half_life_days = 30.0", "half_life_days = 60.0")
    assert edited == render_settings({"taste": {"half_life_days": 60.0}})


def test_a_section_that_is_not_there_comes_last() -> None:
    edited = edit_settings("[builds]\nkeep = 3", {"blend.fit": False})
    assert edited == "[builds]\nkeep = 3\n\n[blend]\nfit = false\n"


def test_a_table_of_its_own_keeps_its_form() -> None:
    text = "[taste.weights]\nview = 1.5 # hm\n"
    edited = edit_settings(text, {"taste.weights.view": 3.0, "taste.weights.add_to_cart": 1.0})
    assert edited == "[taste.weights]\nadd_to_cart = 1.0\nview = 3.0 # hm\n"


def test_line_ends_of_another_system_stay() -> None:
    text = BY_HAND.replace("\n", "\r\n")
    edited = edit_settings(text, {"taste.half_life_days": 60.0, "blend.fit": False})
    assert "\n" not in edited.replace("\r\n", "")


@pytest.mark.parametrize(
    "text",
    [
        "taste.half_life_days = 3",
        "taste = { half_life_days = 3 }",
        "[taste]\nweights.view = 3",
        '[tables]\naliases = { a = """\n[taste]\nhalf_life_days = 3\n""" }',
    ],
)
def test_what_cannot_be_edited_safely_is_left_to_people(text: str) -> None:
    name = "taste.weights.view" if "view" in text else "taste.half_life_days"
    with pytest.raises(InputError, match=r"Set it by hand: \[taste\]; "):
        edit_settings(text, {name: 60.0})


def test_the_lines_to_add_mean_the_changes() -> None:
    changes: dict[str, Value] = {name: values[0] for name, values in TRIED.items()}
    settings = settings_of("\n".join(setting_lines(changes)))
    assert settings == with_values(Settings(), changes)
    assert {name: value_of(settings, name) for name in changes} == changes
