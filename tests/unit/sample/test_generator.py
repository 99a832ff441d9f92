"""Generated shops: the planted truth can be found again, and equal seeds give equal shops."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from penchant import columns as c
from penchant.errors import InputError
from penchant.sample.generator import (
    GeneratedShop,
    GeneratorSettings,
    generate_interactions,
    generate_shop,
)

SETTINGS = GeneratorSettings(
    n_products=400, n_customers=600, n_interactions=24_000, n_styles=8, dim=96, gift_share=0.2
)


@pytest.fixture(scope="module")
def shop() -> GeneratedShop:
    return generate_shop(np.random.default_rng(5), settings=SETTINGS)


def _rows(shop: GeneratedShop) -> tuple[np.ndarray, np.ndarray]:
    customer = np.searchsorted(shop.customer_ids, shop.interactions[c.CUSTOMER_ID].to_numpy())
    product = np.searchsorted(shop.product_ids, shop.interactions[c.PRODUCT_ID].to_numpy())
    return customer, product


def test_sizes_are_those_asked_for(shop: GeneratedShop) -> None:
    """Products, customers and vectors are exact; returns come on top of the interactions."""
    assert shop.products.height == len(shop.product_ids) == 400
    assert len(shop.customer_ids) == 600
    assert shop.embeddings.shape == (400, 96)
    assert shop.embeddings.dtype == np.float32
    assert 24_000 <= shop.interactions.height <= 24_400
    assert len(shop.is_gift) == shop.interactions.height
    assert shop.customer_styles.shape == (600, 8)


def test_ids_are_sorted_and_unique(shop: GeneratedShop) -> None:
    """Ids are in order of their text, and the product table follows them."""
    assert list(shop.product_ids) == sorted(set(shop.product_ids))
    assert list(shop.customer_ids) == sorted(set(shop.customer_ids))
    assert shop.products[c.PRODUCT_ID].to_list() == list(shop.product_ids)
    assert shop.interactions[c.INTERACTION_ID].is_unique().all()


def test_interactions_are_sorted_and_within_the_days(shop: GeneratedShop) -> None:
    """Times are UTC, in order, in the half year before the end."""
    times = shop.interactions[c.TIMESTAMP]
    assert times.dtype == pl.Datetime("us", "UTC")
    assert times.is_sorted()
    assert times[0] >= SETTINGS.end - timedelta(days=SETTINGS.days)
    assert times[-1] <= SETTINGS.end


def test_customers_keep_to_their_styles(shop: GeneratedShop) -> None:
    """Nine tenths of what steady customers do, gifts aside, lies in styles they have."""
    customer, product = _rows(shop)
    steady = ~shop.drifts[customer] & ~shop.is_gift
    own = shop.customer_styles[customer, shop.product_style[product]] > 0
    chance = (shop.customer_styles > 0).mean()
    assert own[steady].mean() > 0.88
    assert own[steady].mean() > 3 * chance


def test_shares_of_styles_match_the_truth(shop: GeneratedShop) -> None:
    """A busy customer's events fall on styles in about the planted shares."""
    customer, product = _rows(shop)
    busiest = int(np.bincount(customer[~shop.drifts[customer]]).argmax())
    mine = (customer == busiest) & ~shop.is_gift
    seen = np.bincount(shop.product_style[product[mine]], minlength=8) / mine.sum()
    assert np.abs(seen - shop.customer_styles[busiest]).max() < 0.15


def test_drifting_customers_change_half_way(shop: GeneratedShop) -> None:
    """Drifters follow other styles in the second half; the rest keep theirs."""
    assert np.array_equal(shop.customer_styles[~shop.drifts], shop.later_styles[~shop.drifts])
    moved = np.abs(shop.customer_styles - shop.later_styles).max(1) > 0
    assert moved[shop.drifts].all()
    assert abs(shop.drifts.mean() - SETTINGS.drift_share) < 0.04
    customer, product = _rows(shop)
    middle = SETTINGS.end - timedelta(days=SETTINGS.days / 2)
    late = (shop.interactions[c.TIMESTAMP] > middle).to_numpy() & shop.drifts[customer]
    style = shop.product_style[product]
    late &= ~shop.is_gift
    later = (shop.later_styles[customer, style] > 0)[late].mean()
    first = (shop.customer_styles[customer, style] > 0)[late].mean()
    assert later > 0.85
    assert first < 0.3


def test_gifts_are_the_asked_share_of_purchases_and_out_of_taste(shop: GeneratedShop) -> None:
    """A fifth of purchases are gifts, in styles their buyer does not have."""
    bought = (shop.interactions[c.INTERACTION_TYPE] == c.PURCHASE).to_numpy()
    assert abs(shop.is_gift[bought].mean() - 0.2) < 0.03
    customer, product = _rows(shop)
    gift = shop.is_gift & ~shop.drifts[customer]
    assert (shop.customer_styles[customer, shop.product_style[product]][gift] == 0).all()


def test_several_styles_are_as_common_as_asked() -> None:
    """The share of customers with more than one style follows the setting."""
    for share in (0.0, 0.6):
        settings = GeneratorSettings(
            n_products=60, n_customers=800, n_interactions=0, dim=4, multi_style_share=share
        )
        made = generate_shop(np.random.default_rng(1), settings=settings)
        many = ((made.customer_styles > 0).sum(1) > 1).mean()
        assert abs(many - share) < 0.06
        assert np.allclose(made.customer_styles.sum(1), 1)


def test_returns_follow_their_purchase(shop: GeneratedShop) -> None:
    """Each return is of a product its customer bought before."""
    first = (
        shop.interactions.filter(pl.col(c.INTERACTION_TYPE) == c.PURCHASE)
        .group_by(c.CUSTOMER_ID, c.PRODUCT_ID)
        .agg(pl.col(c.TIMESTAMP).min().alias("bought"))
    )
    back = shop.interactions.filter(pl.col(c.INTERACTION_TYPE) == c.RETURN)
    joined = back.join(first, on=[c.CUSTOMER_ID, c.PRODUCT_ID], how="left")
    assert back.height > 30
    assert joined["bought"].null_count() == 0
    assert (joined["bought"] < joined[c.TIMESTAMP]).all()


def test_orders_hold_every_purchase_once(shop: GeneratedShop) -> None:
    """Order items are the purchases; totals are the sums of their prices."""
    bought = shop.interactions.filter(pl.col(c.INTERACTION_TYPE) == c.PURCHASE)
    joined = shop.order_items.join(shop.orders, on=c.ORDER_ID)
    assert joined.height == bought.height
    pairs = [c.CUSTOMER_ID, c.PRODUCT_ID]
    assert joined.select(pairs).sort(pairs).equals(bought.select(pairs).sort(pairs))
    sums = shop.order_items.group_by(c.ORDER_ID).agg(pl.col(c.UNIT_PRICE).sum().alias("sum"))
    compared = shop.orders.join(sums, on=c.ORDER_ID)
    assert ((compared["sum"] - compared[c.TOTAL_AMOUNT]).abs() < 0.011).all()


def test_embeddings_lie_in_one_cone_with_the_style_inside(shop: GeneratedShop) -> None:
    """Vectors are non-negative and all alike; same style is nearer, same design nearest."""
    rows = shop.embeddings / np.linalg.norm(shop.embeddings, axis=1, keepdims=True)
    cosine = rows @ rows.T
    style = shop.product_style[:, None] == shop.product_style
    group = shop.products[c.GROUP_ID].to_numpy()
    design = (group[:, None] == group) & ~np.eye(400, dtype=bool)
    other = style & (group[:, None] != group)
    assert shop.embeddings.min() >= 0
    assert cosine[~style].mean() > 0.6
    assert cosine[~style].mean() + 0.03 < cosine[other].mean() < cosine[design].mean() - 0.03


def test_style_is_found_by_the_nearest_mean(shop: GeneratedShop) -> None:
    """A plain nearest-mean rule on centred vectors recovers planted styles of unseen products."""
    centred = shop.embeddings - shop.embeddings.mean(0)
    known = np.arange(400) % 2 == 0
    means = np.stack([centred[known & (shop.product_style == s)].mean(0) for s in range(8)])
    guess = (centred[~known] @ means.T).argmax(1)
    assert (guess == shop.product_style[~known]).mean() > 0.8


def test_popularity_skew_concentrates_interactions() -> None:
    """A skew of one gives the first tenth of products far more than no skew does."""
    top = []
    for skew in (0.0, 1.0):
        settings = GeneratorSettings(
            n_products=200, n_customers=50, n_interactions=8000, dim=4, popularity_skew=skew
        )
        made = generate_shop(np.random.default_rng(2), settings=settings)
        counts = made.interactions[c.PRODUCT_ID].value_counts()["count"].sort(descending=True)
        top.append(counts[:20].sum() / made.interactions.height)
    assert top[0] < 0.3
    assert top[1] > 0.45


def test_equal_seeds_give_equal_shops() -> None:
    """Everything repeats with the seed, and changes with it."""
    settings = GeneratorSettings(n_products=50, n_customers=20, n_interactions=500, dim=8)
    first, again, other = (
        generate_shop(np.random.default_rng(seed), settings=settings) for seed in (3, 3, 4)
    )
    assert first.interactions.equals(again.interactions)
    assert first.products.equals(again.products)
    assert np.array_equal(first.embeddings, again.embeddings)
    assert not first.interactions.equals(other.interactions)


def test_group_vectors_do_not_depend_on_the_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Products of one design share their shape even where a chunk ends between them."""
    settings = GeneratorSettings(n_products=90, n_customers=1, n_interactions=0, dim=64)
    monkeypatch.setattr("penchant.sample.planting._CHUNK", 7)
    made = generate_shop(np.random.default_rng(0), settings=settings)
    rows = made.embeddings / np.linalg.norm(made.embeddings, axis=1, keepdims=True)
    group = made.products[c.GROUP_ID].to_numpy()
    same = (group[:, None] == group) & ~np.eye(90, dtype=bool)
    assert (rows @ rows.T)[same].min() > 0.88


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"n_products": 10}, "n_products is 10, must be >= 3 * n_styles"),
        ({"gift_share": 1.5}, "gift_share is 1.5, must be in"),
        ({"n_customers": 0}, "n_customers is 0"),
        ({"n_interactions": -1}, "n_interactions is -1"),
        ({"end": datetime(2026, 1, 1)}, "without a time zone"),  # noqa: DTZ001
    ],
)
def test_impossible_settings_are_refused(change: dict[str, object], words: str) -> None:
    """The message names the setting and its value."""
    with pytest.raises(InputError, match="is") as caught:
        GeneratorSettings(**change)  # type: ignore[arg-type]
    assert words in str(caught.value)


def test_interactions_for_given_products_favour_categories() -> None:
    """With given products, most customers keep to one to three categories of six."""
    ids = [f"p{i}" for i in range(120)]
    categories = [f"cat{i % 6}" for i in range(120)]
    made = generate_interactions(
        np.random.default_rng(8),
        product_ids=ids,
        categories=categories,
        n_customers=40,
        n_interactions=4000,
        end=datetime(2026, 6, 30, tzinfo=UTC),
    )
    of = dict(zip(ids, categories, strict=True))
    named = made.with_columns(pl.col(c.PRODUCT_ID).replace_strict(of).alias("category"))
    top = (
        named.group_by(c.CUSTOMER_ID, "category")
        .len()
        .sort("len", descending=True)
        .group_by(c.CUSTOMER_ID)
        .agg(pl.col("len").head(3).sum() / pl.col("len").sum())
    )
    assert 4000 <= made.height <= 4100
    assert set(made[c.PRODUCT_ID]) <= set(ids)
    assert top["len"].mean() > 0.9


def test_interactions_need_matching_products() -> None:
    """No products, or a wrong number of categories, is refused."""
    rng, end = np.random.default_rng(0), datetime(2026, 6, 30, tzinfo=UTC)
    for ids, categories in (([], []), (["a"], ["x", "y"])):
        with pytest.raises(InputError, match="same number"):
            generate_interactions(
                rng,
                product_ids=ids,
                categories=categories,
                n_customers=1,
                n_interactions=1,
                end=end,
            )
