"""Generated shops: one whose customers changed their taste, and some where nothing is to tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from benchmarks.quality.generated_shop import inputs_of
from penchant import columns as c
from penchant.builds import BuildInputs
from penchant.sample.generator import GeneratedShop, GeneratorSettings, generate_shop
from penchant.settings import (
    BlendSettings,
    EvaluationSettings,
    GateSettings,
    Settings,
    SpaceSettings,
    TasteSettings,
    TrustSettings,
)
from penchant.tuning.tune import Tuning, tune

END = datetime(2026, 6, 30, tzinfo=UTC)
SIZE = GeneratorSettings(
    n_products=100,
    n_customers=500,
    n_interactions=16_000,
    n_styles=8,
    dim=16,
    popularity_skew=0.2,
    multi_style_share=0.0,
    drift_share=1.0,
    end=END,
)
SETTINGS = Settings(
    space=SpaceSettings(kind="channels", attribute_columns=()),
    taste=TasteSettings(half_life_days=240.0),
    trust=TrustSettings(outliers=False),
    blend=BlendSettings(fit=False),
    evaluation=EvaluationSettings(days=40.0),
    gate=GateSettings(min_customers=25),
)


@pytest.fixture(scope="session")
def made() -> GeneratedShop:
    """All customers take to another style half way, shortly before the validation period."""
    return generate_shop(np.random.default_rng(1), settings=SIZE)


@pytest.fixture(scope="session")
def drifting(made: GeneratedShop) -> BuildInputs:
    """That shop, whose half-life is far too long."""
    return inputs_of(made, END, SETTINGS)


@pytest.fixture(scope="session")
def tuning(drifting: BuildInputs) -> Tuning:
    """What is found there by settings of taste alone."""
    return tune(drifting, quick=True)


def without_taste(inputs: BuildInputs, seed: int) -> BuildInputs:
    """The same shop with the usual half-life, but what anybody touched is drawn by lot."""
    products = np.random.default_rng(seed).permutation(inputs.interactions[c.PRODUCT_ID].to_numpy())
    drawn = inputs.interactions.with_columns(pl.Series(c.PRODUCT_ID, products))
    usual = replace(inputs.settings, taste=TasteSettings())
    return replace(inputs, interactions=drawn, settings=usual)
