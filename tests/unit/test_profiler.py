import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from penchant import CustomerStyleProfiler
from penchant.errors import InputError, MissingColumnError, NotFoundError
from penchant.settings import TasteSettings

WEIGHTS = {
    "purchase": 10, "add_to_wishlist": 5, "add_to_cart": 3, "view": 1, "click": 0.5, "hide": -5,
}  # fmt: skip
AS_OF = datetime(2026, 3, 1, tzinfo=UTC)


def embeddings_of(n, dim=1280, seed=0):
    rng = np.random.default_rng(seed)
    return {f"P{number:03}": rng.random(dim) + 0.1 for number in range(n)}


def rows_of(n_customers, n_products, seed=0):
    rng = np.random.default_rng(seed)
    actions = list(WEIGHTS)[:5]
    return [
        (
            f"C1000{customer}",
            f"P{rng.integers(n_products):03}",
            actions[rng.integers(len(actions))],
            AS_OF - timedelta(hours=int(rng.integers(0, 2400))),
        )
        for customer in range(n_customers)
        for _ in range(3 + 3 * customer)
    ]


NAMES = ("customer_id", "product_id", "interaction_type", "timestamp")


def columns_of(rows):
    return {name: [row[n] for row in rows] for n, name in enumerate(NAMES)}


FRAMES = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}


def naive_profiles(embeddings, rows, *, as_of=AS_OF, half_life=30.0, needed=3):
    """The 20-line twin: dicts and loops over plain cosine."""
    unit = {name: np.array(v, np.float64) / np.linalg.norm(v) for name, v in embeddings.items()}
    sums, masses, liked = {}, {}, {}
    for customer, product, action, moment in rows:
        if product not in unit or moment > as_of:
            continue
        days = (as_of - moment).total_seconds() / 86_400
        weight = WEIGHTS[action] * 0.5 ** (days / half_life)
        sums[customer] = sums.get(customer, 0) + weight * unit[product]
        masses[customer] = masses.get(customer, 0) + abs(weight)
        if weight > 0:
            liked.setdefault(customer, set()).add(product)
    warm = [name for name in sorted(sums) if len(liked.get(name, ())) >= needed]
    profiles = {name: sums[name] / np.linalg.norm(sums[name]) for name in warm}
    diversity = {name: 1 - np.linalg.norm(sums[name]) / masses[name] for name in warm}
    return profiles, diversity


def ranked(profile, vectors, n):
    pairs = [(name, float(profile @ (v / np.linalg.norm(v)))) for name, v in vectors.items()]
    return sorted(pairs, key=lambda pair: (-round(pair[1], 9), pair[0]))[:n]


def assert_same(found, expected):
    assert [name for name, _ in found] == [name for name, _ in expected]
    np.testing.assert_allclose([s for _, s in found], [s for _, s in expected], atol=1e-6)


@pytest.mark.parametrize("kind", FRAMES)
def test_the_documented_snippet_works_with_every_frame(kind):
    product_embeddings = embeddings_of(40)
    rows = [*rows_of(3, 40), *[("C10001", f"P{n:03}", "purchase", AS_OF) for n in range(5)]]
    interactions_df = FRAMES[kind](columns_of(rows))
    owned = [f"P{n:03}" for n in range(5)]

    profiler = CustomerStyleProfiler(product_embeddings)
    profiles = profiler.build_all_profiles(interactions_df)
    found = profiler.recommend_by_style(
        customer_id="C10001", top_n=10, exclude_products=owned, min_similarity=0.5
    )
    neighbors = profiler.find_style_neighbors("C10001", top_n=5)
    diversity = profiler.get_style_diversity_score("C10001")

    expected, diversities = naive_profiles(product_embeddings, rows)
    allowed = {name: v for name, v in product_embeddings.items() if name not in owned}
    assert list(profiles) == list(expected)
    assert_same(found, ranked(expected["C10001"], allowed, 10))
    assert all(similarity >= 0.5 for _, similarity in found)
    others = {name: v for name, v in expected.items() if name != "C10001"}
    assert_same(neighbors, ranked(expected["C10001"], others, 5))
    assert diversity == pytest.approx(diversities["C10001"], abs=1e-6)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_profiles_and_answers_equal_the_naive_twin(seed):
    embeddings, rows = embeddings_of(30, 16, seed), rows_of(6, 30, seed)
    profiler = CustomerStyleProfiler(embeddings, as_of=AS_OF, recency_half_life_days=10.0)
    profiles = profiler.build_all_profiles(pl.DataFrame(columns_of(rows)))
    expected, diversities = naive_profiles(embeddings, rows, half_life=10.0)
    assert list(profiles) == list(expected)
    for name, profile in expected.items():
        np.testing.assert_allclose(profiles[name], profile, atol=1e-6)
        assert_same(profiler.recommend_by_style(name, 30), ranked(profile, embeddings, 30))
        others = {other: v for other, v in expected.items() if other != name}
        assert_same(profiler.find_style_neighbors(name), ranked(profile, others, 5))
        found = profiler.get_style_diversity_score(name)
        assert found == pytest.approx(diversities[name], abs=1e-6)
        assert 0 <= found <= 1


def frame(*rows):
    moment = AS_OF - timedelta(days=1)
    return pl.DataFrame(columns_of([(*row, moment)[:4] for row in rows]))


PLANE = {"east": [2.0, 0.0], "north": [0.0, 0.5], "west": [-1.0, 0.0], "north-east": [1.0, 1.0]}


def test_taste_points_where_the_weights_say():
    profiler = CustomerStyleProfiler(PLANE)
    events = frame(("C1", "east", "view"), ("C1", "north", "add_to_cart"))
    profiles = profiler.build_all_profiles(events, min_interactions=2)
    np.testing.assert_allclose(profiles["C1"], np.array([1, 3]) / math.sqrt(10), atol=1e-7)
    best = profiler.recommend_by_style("C1", top_n=4)
    assert [name for name, _ in best] == ["north", "north-east", "east", "west"]
    assert best[0][1] == pytest.approx(3 / math.sqrt(10), abs=1e-6)


def test_own_weights_win_over_the_defaults_by_argument_or_by_subclass():
    class Viewers(CustomerStyleProfiler):
        INTERACTION_WEIGHTS = {"view": 1.0}  # noqa: RUF012

    events = frame(("C1", "east", "view"), ("C1", "north", "purchase"))
    for profiler in (
        CustomerStyleProfiler(PLANE, INTERACTION_WEIGHTS={"purchase": 0.0}, min_interactions=1),
        Viewers(PLANE, min_interactions=1),
    ):
        assert profiler.build_all_profiles(events)["C1"].tolist() == [1.0, 0.0]
    assert CustomerStyleProfiler.INTERACTION_WEIGHTS["purchase"] == 10.0


def test_a_weight_that_is_not_named_keeps_its_default():
    profiler = CustomerStyleProfiler(PLANE, INTERACTION_WEIGHTS={"purchase": 7.0})
    assert profiler.settings.weights == {**TasteSettings().weights, "purchase": 7.0}


def test_one_row_of_the_far_future_does_not_erase_everybody():
    events = [("C1", "east", "view"), ("C1", "north", "view")]
    far = frame(*events, ("C2", "east", "view"))
    far = far.with_columns(
        pl.when(pl.col("customer_id") == "C2")
        .then(pl.lit("2200-01-01"))
        .otherwise(pl.col("timestamp").cast(pl.String))
        .alias("timestamp")
    )
    profiler = CustomerStyleProfiler(PLANE, min_interactions=1)
    assert set(profiler.build_all_profiles(far)) == {"C1"}
    assert profiler.report.rows_rejected == 1
    assert any("future" in finding.message for finding in profiler.report.findings)


def test_interactions_with_unknown_products_are_told():
    profiler = CustomerStyleProfiler(PLANE, min_interactions=1)
    profiler.build_all_profiles(frame(("C1", "east", "view"), ("C1", "nowhere", "view")))
    found = [one for one in profiler.report.findings if one.code == "no_embedding"]
    assert [(one.count, one.examples) for one in found] == [(1, ("nowhere",))]


def test_wrong_kinds_of_argument_are_one_sentence():
    with pytest.raises(InputError, match=r"exclude_products is \"east\", must be a list"):
        built().recommend_by_style("C10001", exclude_products="east")
    with pytest.raises(InputError, match="product_id 1 is int"):
        built().recommend_by_style("C10001", exclude_products=[1])
    with pytest.raises(InputError, match="top_n is None, must be a whole number"):
        built().recommend_by_style("C10001", None)
    with pytest.raises(InputError, match="must be a mapping"):
        CustomerStyleProfiler(pl.DataFrame({"a": [1.0]}))
    assert 1 not in built().profiles


def test_equal_products_come_in_order_of_their_ids_and_equal_customers_too():
    twins = {name: [1.0, 1.0] for name in ("b", "a", "c")}
    profiler = CustomerStyleProfiler(twins, min_interactions=1)
    profiler.build_all_profiles(frame(*[(who, "b", "view") for who in ("Z", "X", "Y")]))
    assert [name for name, _ in profiler.recommend_by_style("X")] == ["a", "b", "c"]
    assert [name for name, _ in profiler.find_style_neighbors("Y")] == ["X", "Z"]


def test_excluded_and_too_different_products_are_not_given():
    profiler = CustomerStyleProfiler(PLANE, min_interactions=1)
    profiler.build_all_profiles(frame(("C1", "east", "view")))
    given = profiler.recommend_by_style(
        "C1", exclude_products={"east", "no such product"}, min_similarity=0.0
    )
    assert [name for name, _ in given] == ["north-east", "north"]
    assert profiler.recommend_by_style("C1", exclude_products=list(PLANE)) == []
    assert profiler.recommend_by_style("C1", exclude_products=["east"], min_similarity=1.0) == []


def test_a_customer_is_never_their_own_neighbor():
    profiler = CustomerStyleProfiler(PLANE, min_interactions=1)
    profiler.build_all_profiles(frame(("only", "east", "view")))
    assert profiler.find_style_neighbors("only") == []


@pytest.mark.parametrize(
    "bad", [[math.nan, 1.0], [None, 1.0], [math.inf, 1.0], [0.0, 0.0], [1e300, 0.0]]
)
def test_unusable_vectors_are_set_aside(bad):
    profiler = CustomerStyleProfiler({**PLANE, "bad": bad}, min_interactions=1)
    events = frame(("C1", "east", "view"), ("C1", "bad", "purchase"), ("C2", "bad", "purchase"))
    profiles = profiler.build_all_profiles(events)
    assert list(profiles) == ["C1"]
    assert profiles["C1"].tolist() == [1.0, 0.0]
    assert "bad" not in dict(profiler.recommend_by_style("C1", 100))


def test_a_hidden_product_pushes_the_profile_away():
    profiler = CustomerStyleProfiler(PLANE, min_interactions=1)
    events = frame(("C1", "north", "purchase"), ("C1", "east", "hide"))
    profile = profiler.build_all_profiles(events)["C1"]
    np.testing.assert_allclose(profile, np.array([-5, 10]) / math.sqrt(125), atol=1e-6)


def test_diversity_is_zero_for_one_look_and_never_negative():
    profiler = CustomerStyleProfiler({n: [0.3, 0.1, 0.7] for n in "abcdefg"})
    profiler.build_all_profiles(frame(*[("C1", name, "view") for name in "abcdefg"]))
    assert 0 <= profiler.get_style_diversity_score("C1") < 1e-6


def test_as_of_is_the_newest_interaction_unless_given():
    rows = [
        ("C1", "east", "view", AS_OF - timedelta(days=30)),
        ("C1", "north", "view", AS_OF),
        ("C1", "west", "view", AS_OF + timedelta(days=5)),
    ]
    events = pl.DataFrame(columns_of(rows))
    early = CustomerStyleProfiler(PLANE, min_interactions=1, as_of=AS_OF)
    np.testing.assert_allclose(
        early.build_all_profiles(events)["C1"], np.array([0.5, 1]) / math.sqrt(1.25), atol=1e-6
    )
    newest = CustomerStyleProfiler(PLANE, min_interactions=1).build_all_profiles(events)
    given = early.build_all_profiles(events, as_of=AS_OF + timedelta(days=5))
    np.testing.assert_array_equal(newest["C1"], given["C1"])


def test_row_order_does_not_change_a_bit():
    rows = rows_of(4, 20)
    embeddings = embeddings_of(20, 8)
    one, other = (
        CustomerStyleProfiler(embeddings).build_all_profiles(pl.DataFrame(columns_of(part)))
        for part in (rows, rows[::-1])
    )
    assert one.vectors.tobytes() == other.vectors.tobytes()


def test_unknown_types_are_left_out_and_reported():
    profiler = CustomerStyleProfiler(PLANE, min_interactions=1)
    events = frame(("C1", "east", "view"), ("C1", "north", "stared at"))
    assert profiler.build_all_profiles(events)["C1"].tolist() == [1.0, 0.0]
    assert "stared at" in repr(profiler.report) or "stared at" in str(profiler.report.findings)


def test_the_callers_frame_and_vectors_are_left_alone():
    embeddings = {name: np.array(v) for name, v in PLANE.items()}
    events = frame(("C1", "east", "view"))
    before = events.clone()
    CustomerStyleProfiler(embeddings, min_interactions=1).build_all_profiles(events)
    assert events.equals(before)
    assert {name: v.tolist() for name, v in embeddings.items()} == PLANE


def test_profiles_are_a_mapping_of_the_warm_customers():
    profiler = CustomerStyleProfiler(PLANE, min_interactions=2)
    events = frame(("A", "east", "view"), ("A", "north", "view"), ("B", "east", "view"))
    profiles = profiler.build_all_profiles(events)
    assert len(profiles) == 1
    assert "A" in profiles
    assert "B" not in profiles
    assert profiles.get("B") is None
    assert dict(profiles).keys() == {"A"}


def built():
    profiler = CustomerStyleProfiler(PLANE, min_interactions=1)
    profiler.build_all_profiles(frame(("C10001", "east", "view"), ("C20002", "north", "view")))
    return profiler


@pytest.mark.parametrize(
    "ask",
    [
        lambda profiler, name: profiler.recommend_by_style(name),
        lambda profiler, name: profiler.find_style_neighbors(name),
        lambda profiler, name: profiler.get_style_diversity_score(name),
    ],
)
def test_a_stranger_and_a_missing_build_are_told_apart(ask):
    with pytest.raises(NotFoundError, match=r'No customer "C10002"\. Did you mean "C10001"\?'):
        ask(built(), "C10002")
    with pytest.raises(InputError, match="No profiles yet"):
        ask(CustomerStyleProfiler(PLANE), "C10001")


def test_a_failed_rebuild_leaves_no_stale_profiles():
    profiler = built()
    with pytest.raises(MissingColumnError, match="timestamp"):
        profiler.build_all_profiles(frame(("C1", "east", "view")).drop("timestamp"))
    with pytest.raises(InputError, match="No profiles yet"):
        profiler.recommend_by_style("C10001")


@pytest.mark.parametrize("top_n", [0, -3])
def test_asking_for_less_than_one_is_refused(top_n):
    with pytest.raises(InputError, match=f"top_n is {top_n}, must be >= 1"):
        built().recommend_by_style("C10001", top_n)
    with pytest.raises(InputError, match=f"top_n is {top_n}, must be >= 1"):
        built().find_style_neighbors("C10001", top_n)


@pytest.mark.parametrize("limit", [1.1, -1.1, math.nan])
def test_a_similarity_no_cosine_can_have_is_refused(limit):
    with pytest.raises(InputError, match=r"min_similarity is .*, must be in \[-1, 1\]"):
        built().recommend_by_style("C10001", min_similarity=limit)


@pytest.mark.parametrize("needed", [0, -1])
def test_fewer_than_one_interaction_needed_is_refused(needed):
    with pytest.raises(InputError, match=f"min_interactions is {needed}, must be >= 1"):
        CustomerStyleProfiler(PLANE, min_interactions=needed)
    with pytest.raises(InputError, match=f"min_interactions is {needed}, must be >= 1"):
        built().build_all_profiles(frame(("C1", "east", "view")), min_interactions=needed)


@pytest.mark.parametrize(
    ("embeddings", "message"),
    [
        ({}, "product_embeddings is empty"),
        (
            {"a": [1.0, 2.0], "b": [1.0]},
            r'product "b" has shape \(1,\), must be \(2,\) like the first',
        ),
        ({"a": [[1.0]]}, r'product "a" has shape \(1, 1\), must be \(dim,\)'),
        ({"a": 1.0, "b": 2.0}, r'product "a" has shape \(\), must be'),
        ({"a": []}, r'product "a" has shape \(0,\)'),
        ({"a": "photo.jpg"}, 'product "a" is not numbers'),
        ({597941: [1.0]}, "product_id 597941 is int, must be str"),
        ({"\ud800": [1.0]}, "is not valid text"),
    ],
)
def test_embeddings_that_cannot_be_used_are_named(embeddings, message):
    with pytest.raises(InputError, match=message):
        CustomerStyleProfiler(embeddings)


def test_unknown_or_negative_weights_are_refused():
    with pytest.raises(InputError, match='weights has the key "buy"'):
        CustomerStyleProfiler(PLANE, INTERACTION_WEIGHTS={"buy": 1.0})
    with pytest.raises(InputError, match=r"weights\.view is -1"):
        CustomerStyleProfiler(PLANE, INTERACTION_WEIGHTS={"view": -1.0})
    with pytest.raises(InputError, match="half_life_days is 0"):
        CustomerStyleProfiler(PLANE, recency_half_life_days=0)


def test_interactions_without_one_usable_row_are_refused():
    with pytest.raises(InputError, match="no usable row"):
        CustomerStyleProfiler(PLANE).build_all_profiles(frame(("C1", "east", "stared at")))


def test_when_nobody_is_warm_there_are_no_profiles():
    profiles = CustomerStyleProfiler(PLANE).build_all_profiles(frame(("C1", "east", "view")))
    assert len(profiles) == 0
    assert list(profiles) == []
