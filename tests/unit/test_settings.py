import copy
import pickle
from dataclasses import FrozenInstanceError, fields, replace

import numpy as np
import pytest

from penchant import columns as c
from penchant.errors import InputError
from penchant.settings import (
    CartSettings,
    EncoderSettings,
    RecommendSettings,
    ServerSettings,
    Settings,
    SpaceSettings,
    TableSettings,
    TasteSettings,
)

SECTIONS = [type(getattr(Settings(), one.name)) for one in fields(Settings)]


@pytest.mark.parametrize(
    ("section", "values", "message"),
    [
        (TasteSettings, {"half_life_days": 0.0}, "half_life_days is 0, must be > 0."),
        (TasteSettings, {"half_life_days": -3}, "half_life_days is -3, must be > 0."),
        (TasteSettings, {"half_life_days": float("nan")}, "half_life_days is nan, must be > 0."),
        (TasteSettings, {"min_interactions": 0}, "min_interactions is 0, must be >= 1."),
        (
            TasteSettings,
            {"half_life_by_action": {c.VIEW: 0.0}},
            "half_life_by_action.view is 0, must be > 0.",
        ),
        (
            TasteSettings,
            {"half_life_by_category": {"ring": -1.0}},
            "half_life_by_category.ring is -1, must be > 0.",
        ),
        (TasteSettings, {"weights": {c.VIEW: -1}}, "weights.view is -1, must be >= 0 and finite."),
        (TasteSettings, {"weights": {c.HIDE: 5}}, "weights.hide is 5, must be <= 0 and finite."),
        (
            TasteSettings,
            {"weights": {c.VIEW: float("inf")}},
            "weights.view is inf, must be >= 0 and finite.",
        ),
        (
            TasteSettings,
            {"weights": {c.VIEW: float("nan")}},
            "weights.view is nan, must be >= 0 and finite.",
        ),
        (SpaceSettings, {"whiten_power": 1.01}, "whiten_power is 1.01, must be <= 1."),
        (SpaceSettings, {"whiten_power": -0.01}, "whiten_power is -0.01, must be >= 0."),
        (SpaceSettings, {"basket_days": 1e300}, "basket_days is 1e+300, must be <= 36500."),
        (
            SpaceSettings,
            {"basket_actions": ("buy",)},
            f'basket_actions is "buy", must be one of: {", ".join(c.ACTIONS[:5])}.',
        ),
        (
            SpaceSettings,
            {"channel_weights": {"text": float("inf")}},
            "channel_weights.text is inf, must be <= 1e+06.",
        ),
        (SpaceSettings, {"dim": 1}, "dim is 1, must be >= 2."),
        (
            SpaceSettings,
            {"channel_weights": {"photo": -1.0}},
            "channel_weights.photo is -1, must be >= 0.",
        ),
        (
            SpaceSettings,
            {"kind": "learnt"},
            'kind is "learnt", must be one of: learned, channels, photo-only, raw.',
        ),
        (RecommendSettings, {"k": 0}, "k is 0, must be >= 1."),
        (RecommendSettings, {"k": 1001}, "k is 1001, must be <= 1000."),
        (
            RecommendSettings,
            {"price_band": 0.5},
            "price_band is 0.5, must be >= 1, or 0: any price.",
        ),
        (RecommendSettings, {"trending_days": 1e300}, "trending_days is 1e+300, must be <= 36500."),
        (
            RecommendSettings,
            {"boost_collections": {"sun": float("inf")}},
            "boost_collections.sun is inf, must be <= 1e+06.",
        ),
        (
            RecommendSettings,
            {"boost_collections": {"sun": float("nan")}},
            "boost_collections.sun is nan, must be >= -1e+06.",
        ),
        (
            CartSettings,
            {"weights": {"visual": float("inf")}},
            "weights.visual is inf, must be <= 1e+06.",
        ),
        (RecommendSettings, {"min_similarity": 1.5}, "min_similarity is 1.5, must be <= 1."),
        (
            EncoderSettings,
            {"fit": "stretch"},
            'fit is "stretch", must be one of: squash, pad, crop.',
        ),
        (EncoderSettings, {"workers": -1}, "workers is -1, must be >= 0."),
    ],
)
def test_a_value_outside_its_limits_is_refused_by_name(section, values, message):
    with pytest.raises(InputError) as caught:
        section(**values)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("section", "values", "message"),
    [
        (TasteSettings, {"half_life_days": "30"}, "half_life_days is '30', must be a number."),
        (TasteSettings, {"half_life_days": True}, "half_life_days is True, must be a number."),
        (TasteSettings, {"half_life_days": None}, "half_life_days is None, must be a number."),
        (
            TasteSettings,
            {"min_interactions": 2.5},
            "min_interactions is 2.5, must be a whole number.",
        ),
        (TasteSettings, {"weights": [1, 2]}, "weights is [1, 2], must be a mapping."),
        (TasteSettings, {"weights": {c.VIEW: "1"}}, "weights.view is '1', must be a number."),
        (
            TasteSettings,
            {"half_life_by_category": {"ring": "9"}},
            "half_life_by_category.ring is '9', must be a number.",
        ),
        (SpaceSettings, {"kind": 3}, "kind is 3, must be a text."),
        (
            SpaceSettings,
            {"attribute_columns": "color"},
            "attribute_columns is 'color', must be a tuple of texts.",
        ),
        (RecommendSettings, {"in_stock_only": 1}, "in_stock_only is 1, must be True or False."),
    ],
)
def test_a_value_of_another_type_is_refused_by_name(section, values, message):
    with pytest.raises(InputError) as caught:
        section(**values)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "origin", ["shop.example", "https://shop.example/", "https://shop.example/x", "", "https://"]
)
def test_an_origin_that_no_browser_sends_is_refused(origin):
    with pytest.raises(InputError, match=r"cors_origins has .* must be scheme, host and port"):
        ServerSettings(cors_origins=(origin,))


def test_origins_as_browsers_send_them_are_taken():
    origins = ("https://shop.example", "http://localhost:3000", "http://[::1]:80", "*")
    assert ServerSettings(cors_origins=origins).cors_origins == origins


def test_numbers_of_numpy_are_numbers():
    taste = TasteSettings(half_life_days=np.float64(7), min_interactions=np.int64(2))
    assert (taste.half_life_days, taste.min_interactions) == (7, 2)


@pytest.mark.parametrize(
    ("section", "values", "key"),
    [
        (TasteSettings, {"weights": {"purchse": 3.0}}, "purchse"),
        (TasteSettings, {"weights": {c.RETURN: 3.0}}, "return"),
        (TasteSettings, {"half_life_by_action": {"look": 3.0}}, "look"),
        (SpaceSettings, {"channel_weights": {"smell": 1.0}}, "smell"),
    ],
)
def test_an_unknown_key_is_named_with_the_allowed_ones(section, values, key):
    with pytest.raises(InputError, match=f'has the key "{key}", allowed are: .*, '):
        section(**values)


def test_an_unknown_setting_is_refused():
    with pytest.raises(TypeError, match="half_life"):
        TasteSettings(half_life=3)  # type: ignore[call-arg]


def test_categories_and_headers_may_have_any_name():
    assert TasteSettings(half_life_by_category={"Ringe / Gold": 90})
    assert TableSettings(aliases={"Größe": "size"}).aliases["Größe"] == "size"


def test_no_decay_and_zero_weights_are_allowed():
    taste = TasteSettings(half_life_days=float("inf"), weights={c.VIEW: 0.0, c.HIDE: 0.0})
    assert taste.half_life_days == float("inf")


def test_the_weights_and_half_life_promised_by_the_documentation_are_the_defaults():
    taste = TasteSettings()
    assert dict(taste.weights) == {
        "purchase": 10.0, "add_to_wishlist": 5.0, "add_to_cart": 3.0, "view": 1.0, "click": 0.5,
        "hide": -5.0,
    }  # fmt: skip
    assert (taste.half_life_days, taste.min_interactions) == (30.0, 3)


def test_settings_are_frozen_all_the_way_down():
    given = {c.VIEW: 2.0}
    taste = TasteSettings(weights=given)
    given[c.VIEW] = 99.0
    assert taste.weights[c.VIEW] == 2.0
    with pytest.raises(TypeError):
        taste.weights[c.VIEW] = 3.0  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        taste.half_life_days = 1.0  # type: ignore[misc]
    with pytest.raises(TypeError):
        TasteSettings().weights[c.VIEW] = 3.0  # type: ignore[index]


def test_settings_travel_to_another_process_and_can_be_copied():
    before = Settings(taste=TasteSettings(weights={c.VIEW: 2.0}, half_life_days=9.0))
    for after in (pickle.loads(pickle.dumps(before)), copy.deepcopy(before)):
        assert after == before
        assert after.taste.weights[c.VIEW] == 2.0


def test_a_changed_copy_is_checked_again():
    with pytest.raises(InputError):
        replace(TasteSettings(), half_life_days=-1.0)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_setting_says_what_it_means(section):
    for one in fields(section):
        assert one.metadata["doc"].endswith("."), one.name
        assert len(one.metadata["doc"]) > 10
