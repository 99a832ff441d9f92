"""A cut in time lets nothing through: what came later changes nothing that was known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from penchant import columns as c
from penchant.builds import BuildInputs
from penchant.errors import InputError
from penchant.evaluation.asking import ask, open_at
from penchant.evaluation.cut import choose_cut, cut_at
from penchant.evaluation.evaluate import Evaluation
from penchant.evaluation.rankers import baselines, looks_alone
from penchant.settings import EvaluationSettings

ALL = EvaluationSettings()


def bought(*moments: datetime) -> pl.DataFrame:
    """Purchases at some moments."""
    return pl.DataFrame(
        {c.TIMESTAMP: list(moments), c.INTERACTION_TYPE: [c.PURCHASE] * len(moments)}
    )


def test_a_fifth_of_the_purchases_is_hidden_from_a_monday_on() -> None:
    days = [datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=day) for day in range(100)]
    cut = choose_cut(bought(*days), ALL)
    assert (cut.weekday(), cut.hour, cut.minute) == (0, 0, 0)
    assert 20 <= sum(day >= cut for day in days) < 27


def test_a_young_shop_is_cut_at_a_midnight_at_least_a_day_ago() -> None:
    hours = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(72)]
    assert choose_cut(bought(*hours), ALL) == datetime(2026, 1, 2, tzinfo=UTC)
    assert choose_cut(bought(*hours), EvaluationSettings(days=1)) == hours[-1] - timedelta(days=1)


def test_without_purchases_there_is_nothing_to_compare_with() -> None:
    views = bought(datetime(2026, 1, 1, tzinfo=UTC)).with_columns(interaction_type=pl.lit(c.VIEW))
    for events in (views, bought()):
        with pytest.raises(InputError, match="no purchases to compare with"):
            choose_cut(events, ALL)


def test_a_cut_before_everything_is_refused(known_and_hidden: BuildInputs) -> None:
    with pytest.raises(InputError, match="Nothing is known before 2001-01-01"):
        cut_at(known_and_hidden, datetime(2001, 1, 1, tzinfo=UTC))


def test_what_is_known_ends_where_what_is_taken_begins(evaluation: Evaluation) -> None:
    cut, inputs = evaluation.cut, evaluation.inputs
    assert cut.known.interactions[c.TIMESTAMP].max() < cut.at
    assert cut.known.as_of == cut.at
    later = inputs.interactions.filter(pl.col(c.TIMESTAMP) >= cut.at)
    purchases = later.filter(pl.col(c.INTERACTION_TYPE) == c.PURCHASE)
    pairs = set(purchases.select(c.CUSTOMER_ID, c.PRODUCT_ID).iter_rows())
    assert set(cut.taken.iter_rows()) <= pairs
    assert len(cut.taken) > 0
    assert sum(cut.left_out.values()) + len(cut.taken) <= len(purchases)


def test_products_that_came_later_are_not_there_and_their_purchases_are_counted(
    evaluation: Evaluation,
) -> None:
    cut, inputs = evaluation.cut, evaluation.inputs
    first = cut.taken[c.PRODUCT_ID][0]
    later = pl.when(pl.col(c.PRODUCT_ID) == first).then(cut.at + timedelta(hours=1))
    created = later.otherwise(pl.col(c.CREATED_DATE)).alias(c.CREATED_DATE)
    changed = replace(inputs, products=inputs.products.with_columns(created))
    again = cut_at(changed, cut.at)
    assert first not in again.known.products[c.PRODUCT_ID]
    assert again.known.embeddings is not None
    assert len(again.known.embeddings) == len(again.known.products)
    assert first not in again.taken[c.PRODUCT_ID]
    assert again.left_out["new_product"] > cut.left_out["new_product"]


def test_gifts_returns_and_who_refused_count_for_nothing(evaluation: Evaluation) -> None:
    cut, inputs = evaluation.cut, evaluation.inputs
    customer, product = cut.taken.row(0)
    own = (pl.col(c.CUSTOMER_ID) == customer) & (pl.col(c.PRODUCT_ID) == product)
    gift = pl.when(own).then(0.0).otherwise(pl.col(c.TRUST)).alias(c.TRUST)
    given = replace(inputs, interactions=inputs.interactions.with_columns(gift))
    refuses = pl.when(pl.col(c.CUSTOMER_ID) == customer).then(statement=False)
    consent = refuses.otherwise(pl.col(c.PERSONALIZATION_CONSENT)).alias(c.PERSONALIZATION_CONSENT)
    refused = replace(inputs, customers=inputs.customers.with_columns(consent))
    last = inputs.interactions.filter(own & (pl.col(c.INTERACTION_TYPE) == c.PURCHASE)).tail(1)
    back = last.with_columns(
        pl.lit(c.RETURN).alias(c.INTERACTION_TYPE), pl.col(c.TIMESTAMP) + timedelta(seconds=1)
    )
    returned = replace(inputs, interactions=pl.concat([inputs.interactions, back]))
    for changed, why in ((given, "not_own"), (refused, "refused"), (returned, "given_back")):
        again = cut_at(changed, cut.at)
        assert (customer, product) not in set(again.taken.iter_rows())
        assert again.left_out[why] > cut.left_out[why]


def test_nothing_that_happens_later_changes_what_would_have_been_shown(
    evaluation: Evaluation,
) -> None:
    """A planted signal: after the cut everybody buys one product, all day long, with another."""
    cut, inputs = evaluation.cut, evaluation.inputs
    rng = np.random.default_rng(0)
    future = inputs.interactions.filter(pl.col(c.TIMESTAMP) >= cut.at)
    planted = future.with_columns(
        pl.lit(inputs.products[c.PRODUCT_ID][3]).alias(c.PRODUCT_ID),
        pl.lit(c.PURCHASE).alias(c.INTERACTION_TYPE),
        pl.Series(c.CUSTOMER_ID, rng.choice(inputs.customers[c.CUSTOMER_ID], len(future))),
    )
    whole = pl.concat([inputs.interactions, planted, planted.with_columns(
        pl.lit(inputs.products[c.PRODUCT_ID][8]).alias(c.PRODUCT_ID))])  # fmt: skip
    changed = cut_at(replace(inputs, interactions=whole.sort(c.CUSTOMER_ID, c.TIMESTAMP)), cut.at)
    shop = open_at(changed)
    popular = shop.build.demand.popularity.overall
    assert np.array_equal(popular, evaluation.asked.shop.build.demand.popularity.overall)
    rankers = (looks_alone(shop), *baselines(shop, changed.known.embeddings))
    again = ask(shop, cut.taken, rankers, inputs.settings.evaluation)
    assert again.customer_ids == evaluation.asked.customer_ids
    for name, slates in evaluation.asked.shown.items():
        assert np.array_equal(again.shown[name], slates), name
