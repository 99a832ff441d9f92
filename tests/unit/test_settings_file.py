"""Settings on disk: what is written is read back, what is wrong is named with its place."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from penchant.errors import InputError
from penchant.settings import Settings
from penchant.settings_file import (
    load_settings,
    render_settings,
    settings_from_dict,
    settings_to_dict,
)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_missing_file_and_the_rendered_one_give_the_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "none.toml") == Settings()
    assert load_settings(write(tmp_path / "a.toml", render_settings())) == Settings()


def test_every_setting_is_rendered_with_its_meaning_and_default() -> None:
    text = render_settings()
    uncommented = "\n".join(
        line.removeprefix("# ") if " = " in line else "" if line.startswith("#") else line
        for line in text.splitlines()
    )
    values = tomllib.loads("\n".join(uncommented.splitlines()[2:]))
    assert values == settings_to_dict(Settings())
    for section in fields(Settings):
        for one in fields(getattr(Settings(), section.name)):
            assert one.metadata["doc"].split()[0] in text


def test_changes_survive_writing_and_reading(tmp_path: Path) -> None:
    changes = {
        "encoder": {"spec": 'onnx:C:\\new "model".onnx'},
        "taste": {"half_life_days": 12.5, "weights": {"view": 2.0}},
        "space": {"attribute_columns": ("brand", "cut"), "seed": 3},
        "recommend": {"hide_owned": False},
    }
    settings = load_settings(write(tmp_path / "a.toml", render_settings(changes)))
    assert settings.encoder.spec == 'onnx:C:\\new "model".onnx'
    assert settings.taste.half_life_days == 12.5
    assert settings.taste.weights["view"] == 2.0
    assert settings.taste.weights["purchase"] == 10.0  # keys not named keep their default
    assert settings.space.attribute_columns == ("brand", "cut")
    assert settings.recommend.hide_owned is False
    assert settings_from_dict(settings_to_dict(settings)) == settings


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.toml", "[recommend]\nk = 3\n")
    environment = {
        "PENCHANT_RECOMMEND_K": "5",
        "PENCHANT_SPACE_KIND": "raw",
        "PENCHANT_CACHE": "/elsewhere",
        "HOME": "x",
    }
    settings = load_settings(path, environment)
    assert (settings.recommend.k, settings.space.kind) == (5, "raw")
    assert load_settings(path).recommend.k == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[taste", "not valid TOML"),
        ("[tast]", r'section \[tast\], there is none. Did you mean "taste"'),
        ("[taste]\nhalf_life = 3", r'no setting half_life\. Did you mean "half_life_days"'),
        ("[taste]\nhalf_life_days = 0", r"\[taste\]: half_life_days is 0, must be > 0"),
        ("[recommend]\nk = 1.5", r"k is 1\.5, must be a number"),
        ("[recommend]\nin_stock_only = 1", "in_stock_only is 1, must be true or false"),
        ("[taste.weights]\nview = 'much'", r"weights\.view is 'much', must be a number"),
        ("[taste.weights]\nstare = 1", "stare"),
        ("[tables.aliases]\nsku = 3", r"aliases\.sku is 3, must be a text"),
        ("[tables]\naliases = 3", r"\[tables\] aliases is 3, must be a table of texts"),
        ("[taste]\nweights = 'x'", r"\[taste\] weights is 'x', must be a table of numbers"),
        ("[space]\nattribute_columns = [1]", "attribute_columns"),
        ("[encoder]\nfit = 'stretch'", "squash"),
        ("taste = 3", "must be a section"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_settings(write(tmp_path / "penchant.toml", text))


def test_a_wrong_override_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="half_live_days"):
        load_settings(tmp_path / "a.toml", {"PENCHANT_TASTE_HALF_LIVE_DAYS": "3"})


@pytest.mark.parametrize("value", ["9" * 400, "9" * 5000, "[" * 20_000 + "]" * 20_000])
def test_a_value_beyond_all_need_is_refused_wherever_it_stands(tmp_path, value):
    path = tmp_path / "penchant.toml"
    path.write_text(f"[homepage]\nexplore = {value}\n")
    with pytest.raises(InputError, match=r"penchant\.toml "):
        load_settings(path)
    with pytest.raises(InputError, match="PENCHANT_HOMEPAGE_EXPLORE "):
        load_settings(tmp_path / "none.toml", {"PENCHANT_HOMEPAGE_EXPLORE": value})


def test_settings_that_are_no_file_are_refused(tmp_path):
    with pytest.raises(InputError, match="is no file"):
        load_settings(tmp_path)
