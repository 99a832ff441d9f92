"""Styles: shares, members and faces add up, and one style stands when in doubt."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penchant.errors import InputError
from penchant.maths.rows import unit_rows
from penchant.settings import StyleSettings, TasteSettings
from penchant.taste.background import Background, find_background
from penchant.taste.histories import Histories, History
from penchant.taste.profile import build_profile
from penchant.taste.styles import find_styles, group_products
from penchant.taste.styles import styles_of as label_styles
from penchant.taste.weights import Weigher

DAY = 86_400_000_000
AS_OF = 100 * DAY
KINDS, EACH, DIM = 4, 20, 16
RNG = np.random.default_rng(3)
STYLES = unit_rows(
    np.repeat(np.eye(KINDS, DIM), EACH, axis=0) + 0.15 * RNG.standard_normal((KINDS * EACH, DIM))
)
WEIGHER = Weigher.from_settings(TasteSettings(), np.ones(len(STYLES), bool))
BACKGROUND = Background(np.arange(len(STYLES), dtype=np.int32), 0.25, 0.7)


def history(rows, action=3, days=None):
    n = len(rows)
    time_us = (np.arange(n) if days is None else np.array(days)) * DAY
    return History(
        np.array(rows, np.int32),
        np.full(n, action, np.int8),
        time_us.astype(np.int64),
        np.ones(n, np.float32),
    )


def styles_of(events, **kwargs):
    return find_styles(events, STYLES, WEIGHER, BACKGROUND, as_of_us=AS_OF, **kwargs)


@given(st.lists(st.integers(0, KINDS * EACH - 1), min_size=1, max_size=40))
@settings(max_examples=80, deadline=None)
def test_styles_share_out_the_profile(rows):
    """Shares sum to 1, every liked event is in one style, and the styles' sums make the profile."""
    events = history(rows)
    found = styles_of(events)
    assert sum(style.share for style in found) == pytest.approx(1, abs=1e-12)
    assert sorted(np.concatenate([s.members for s in found]).tolist()) == list(range(len(rows)))
    assert [s.share for s in found] == sorted((s.share for s in found), reverse=True)
    profile = build_profile(events, STYLES, WEIGHER, as_of_us=AS_OF, min_interactions=1)
    weights, total = WEIGHER.weigh(events, AS_OF), np.zeros(DIM)
    for style in found:
        part = weights[style.members] @ STYLES[events.product_row[style.members]].astype(float)
        np.testing.assert_allclose(style.vector, part / np.linalg.norm(part), atol=1e-5)
        assert style.share == pytest.approx(weights[style.members].sum() / weights.sum())
        total += part
    np.testing.assert_allclose(profile.vector, total / np.linalg.norm(total), atol=1e-5)


@given(st.lists(st.integers(0, KINDS * EACH - 1), min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_the_face_is_the_most_similar_member(rows):
    """No member is more similar to its style than the medoid."""
    events = history(rows)
    for style in styles_of(events):
        members = events.product_row[style.members]
        assert style.medoid in members
        assert STYLES[style.medoid] @ style.vector >= (STYLES[members] @ style.vector).max() - 1e-6


@given(st.lists(st.tuples(st.integers(0, 79), st.integers(-1, 3)), min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_styles_parted_together_equal_each_alone(labelled):
    """A style is what its members alone make, to the last bit; a number without any is none."""
    events, labels = history([row for row, _ in labelled]), np.array([n for _, n in labelled])
    weights = WEIGHER.weigh(events, AS_OF)
    labels[:1] = np.maximum(labels[:1], 0)
    found = label_styles(events, weights, labels.astype(np.int8), STYLES)
    assert sorted(np.concatenate([one.members for one in found]).tolist()) == list(
        range(len(labels))
    )
    for style in found:
        own = np.array(style.members)
        assert own.tolist() == sorted(own.tolist())
        assert len({n for n in labels[own].tolist() if n >= 0}) <= 1
        mass, rows = weights[own], events.product_row[own]
        middle = mass / float(mass.sum()) @ STYLES[rows].astype(np.float64)
        assert (
            style.vector.tolist() == (middle / np.sqrt(middle @ middle)).astype(np.float32).tolist()
        )
        assert style.share == float(mass.sum()) / float(weights.sum())


@pytest.mark.parametrize("n_kinds", [1, 2, 3])
def test_clear_tastes_are_told_apart(n_kinds):
    """Eight products of each kind give one style of each kind."""
    rows = [kind * EACH + i for kind in range(n_kinds) for i in range(8)]
    found = styles_of(history(rows))
    assert len(found) == n_kinds
    for style in found:
        kinds = {row // EACH for row in np.array(rows)[style.members].tolist()}
        assert len(kinds) == 1


def test_two_strays_are_no_style():
    """Fewer products than a style needs stay with the others."""
    assert len(styles_of(history([*range(10), EACH, EACH + 1]))) == 1


def test_repeats_are_no_evidence_but_carry_their_mass():
    """One product viewed often does not become a style."""
    assert len(styles_of(history([0, 1, 2, 3, 4, *[EACH] * 20]))) == 1


def test_a_shop_where_strangers_are_as_alike_as_that_has_one_style():
    """The same products are one style where everything is that much alike."""
    rows = np.array([*range(8), *range(EACH, EACH + 8)])
    calm = Background(BACKGROUND.product_row, -0.5, -0.4)
    assert group_products(STYLES[rows], np.ones(16), calm, settings=StyleSettings()).max() == 0
    assert (
        group_products(STYLES[rows], np.ones(16), BACKGROUND, settings=StyleSettings()).max() == 1
    )


def test_the_light_products_join_the_nearest_style():
    """With more products than may decide, the grouping of clear kinds stays the same."""
    rows = np.concatenate([np.arange(15), np.arange(EACH, EACH + 15)])
    mass = np.tile([1.0, 2.0, 3.0], 10)
    whole = group_products(STYLES[rows], mass, BACKGROUND, settings=StyleSettings())
    few = group_products(STYLES[rows], mass, BACKGROUND, settings=StyleSettings(max_products=12))
    np.testing.assert_array_equal(whole, few)
    assert set(whole.tolist()) == {0, 1}


def test_what_is_hidden_or_unknown_is_in_no_style():
    """A hide and an unknown product are no members; nothing liked gives no style."""
    hides = history([1, 2], action=7)
    assert styles_of(hides) == ()
    assert styles_of(History.empty()) == ()
    assert styles_of(history([-1, 3]))[0].members.tolist() == [1]


def naive_background(histories, pairs_of):
    """Mean cosine over the drawn pairs of different customers, one pair at a time."""
    owner = np.repeat(np.arange(len(histories)), np.diff(histories.starts))
    rows = histories.events.product_row
    drawn = [(a, b) for a in pairs_of for b in pairs_of if owner[a] != owner[b]]
    return np.mean([float(STYLES[rows[a]] @ STYLES[rows[b]]) for a, b in drawn])


def test_the_background_is_the_mean_over_strangers():
    """Similarity of strangers and of own products equal the loops over pairs."""
    rows = RNG.integers(0, len(STYLES), size=30)
    histories = Histories(np.array([0, 9, 10, 30]), history(rows.tolist()))
    found = find_background(histories, STYLES, rng=np.random.default_rng(1), sample=40)
    pairs_of = np.random.default_rng(1).choice(np.arange(30), size=40)
    assert found.product_row.tolist() == rows[pairs_of].tolist()
    assert found.similarity == pytest.approx(naive_background(histories, pairs_of), abs=1e-6)
    own = []
    for part in (rows[:9], rows[10:]):
        distinct = sorted(set(part.tolist()))
        own.append(np.mean([STYLES[a] @ STYLES[b] for a in distinct for b in distinct if a != b]))
    assert found.own_similarity == pytest.approx(np.mean(own), abs=1e-6)


def test_a_shop_without_customers_has_an_empty_background():
    """Nothing to draw from, nothing drawn; and too small a sample is refused."""
    empty = Histories(np.zeros(2, np.int64), History.empty())
    assert len(find_background(empty, STYLES, rng=RNG).product_row) == 0
    with pytest.raises(InputError, match="sample is 1, must be >= 2"):
        find_background(empty, STYLES, rng=RNG, sample=1)
