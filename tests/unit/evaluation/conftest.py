"""A generated shop with purchases before and after a cut."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from benchmarks.quality.generated_shop import inputs_of
from penchant.builds import BuildInputs
from penchant.evaluation.evaluate import Evaluation, evaluate
from penchant.sample.generator import GeneratorSettings, generate_shop
from penchant.settings import Settings, SpaceSettings

END = datetime(2026, 6, 30, tzinfo=UTC)
SIZE = GeneratorSettings(
    n_products=150,
    n_customers=500,
    n_interactions=10_000,
    n_styles=6,
    dim=16,
    popularity_skew=0.2,
    end=END,
)


@pytest.fixture(scope="session")
def known_and_hidden() -> BuildInputs:
    """What a build would be made of at the end."""
    shop = generate_shop(np.random.default_rng(7), settings=SIZE)
    return inputs_of(shop, END, Settings(space=SpaceSettings(kind="channels")))


@pytest.fixture(scope="session")
def evaluation(known_and_hidden: BuildInputs) -> Evaluation:
    """That shop, asked."""
    return evaluate(known_and_hidden)
