"""The conditional logit: its gradient, planted weights, and its limits."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from penchant.errors import InputError
from penchant.ranking.logit import choice_loss, fit_conditional_logit


def choices_of(weights, *, n, seed=0):
    """Options of uneven numbers, each choice drawn with the odds the weights give."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(2, 30, n)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    features = rng.normal(size=(starts[-1], len(weights)))
    luck = rng.gumbel(size=len(features)) + features @ np.asarray(weights)
    chosen = [a + int(np.argmax(luck[a:b])) for a, b in pairwise(starts)]
    return features, starts, np.array(chosen)


def slow_loss(weights, features, starts, chosen, ridge):
    total = 0.0
    for a, b, one in zip(starts[:-1], starts[1:], chosen, strict=True):
        odds = [np.exp(float(weights @ features[row])) for row in range(a, b)]
        total -= np.log(odds[one - a] / sum(odds))
    return total / len(chosen) + ridge * sum(weights**2)


@given(arrays(float, 3, elements=st.floats(-2, 2)), st.integers(0, 99))
def test_the_loss_and_its_gradient_agree_with_the_formula_written_out(weights, seed):
    """The fast loss is the slow one, its gradient what small steps give."""
    case = (*choices_of([1.0, 0.0, 0.5], n=5, seed=seed), 0.1)
    loss, gradient = choice_loss(weights, *case)
    assert loss == pytest.approx(slow_loss(weights, *case))
    for axis, step in enumerate(np.eye(3) * 1e-5):
        rise = slow_loss(weights + step, *case) - slow_loss(weights - step, *case)
        assert gradient[axis] == pytest.approx(rise / 2e-5, abs=1e-6)


def test_planted_weights_are_found_again():
    """With choices enough the fit is close to what the choices were drawn from."""
    found = fit_conditional_logit(*choices_of([1.0, 0.3, 0.0], n=4000), ridge=0.0)
    assert found == pytest.approx([1.0, 0.3, 0.0], abs=0.05)


def test_no_weight_is_negative():
    """A feature that speaks against gets 0, the others are fitted without it."""
    features, starts, chosen = choices_of([1.0, -1.0], n=2000)
    found = fit_conditional_logit(features, starts, chosen)
    alone = fit_conditional_logit(features[:, :1], starts, chosen)
    assert found == pytest.approx([alone[0], 0.0], abs=1e-3)


def test_the_fit_is_no_worse_than_any_point_of_a_grid():
    """Brute force over weights finds nothing more likely."""
    case = (*choices_of([0.6, 0.2], n=40), 1e-3)
    best = choice_loss(fit_conditional_logit(*case[:3]), *case)[0]
    grid = np.linspace(0, 2, 41)
    others = [choice_loss(np.array([a, b]), *case)[0] for a in grid for b in grid]
    assert best <= min(others) + 1e-6


def test_a_feature_that_tells_all_keeps_a_finite_weight():
    """The ridge holds it."""
    features = np.array([[1.0], [0.0], [1.0], [0.0]])
    found = fit_conditional_logit(features, np.array([0, 2, 4]), np.array([0, 2]))
    assert 1.0 < found[0] < 20.0


@pytest.mark.parametrize("chosen", [[], [2]])
def test_a_choice_must_be_among_its_options(chosen):
    """None at all, or one of other options, is refused."""
    with pytest.raises(InputError, match="among its own options"):
        fit_conditional_logit(np.ones((3, 1)), np.arange(len(chosen) + 1) * 2, np.array(chosen))
