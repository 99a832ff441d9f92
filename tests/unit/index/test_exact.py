import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penchant.errors import InputError
from penchant.index import ExactIndex, exact
from penchant.maths.rows import unit_rows


def vectors_of(n, dim, seed=0):
    return unit_rows(np.random.default_rng(seed).standard_normal((n, dim)))


def naive_query(vectors, queries, k, eligible=None, excluded=None):
    """Sort all float64 similarities; equal ones (to 1e-9) by row."""
    answers = []
    for number, query in enumerate(queries.astype(np.float64)):
        banned = set() if excluded is None else set(excluded[number].tolist())
        allowed = [
            row
            for row in range(len(vectors))
            if vectors[row].any() and (eligible is None or eligible[row]) and row not in banned
        ]
        similarity = {row: float(vectors[row].astype(np.float64) @ query) for row in allowed}
        allowed.sort(key=lambda row: (-round(similarity[row], 9), row))
        answers.append([(row, similarity[row]) for row in allowed[:k]])
    return answers


def check(vectors, queries, k, **masks):
    found = ExactIndex.over(vectors).query(queries, k, **masks)
    width = min(k, len(vectors))
    assert found.rows.shape == found.similarities.shape == (len(queries), width)
    assert np.array_equal(found.rows < 0, np.isnan(found.similarities))
    for number, expected in enumerate(naive_query(vectors, queries, k, **masks)):
        answer = found.of(number)
        assert [row for row, _ in answer] == [row for row, _ in expected]
        np.testing.assert_allclose(
            [s for _, s in answer], [s for _, s in expected], rtol=0, atol=1e-12
        )
    return found


@pytest.mark.parametrize(("n", "dim"), [(1, 1), (2, 3), (17, 5), (300, 64), (6001, 8)])
@pytest.mark.parametrize("k", [1, 10, 400])
def test_answers_equal_a_full_float64_sort(n, dim, k):
    check(vectors_of(n, dim), vectors_of(4, dim, seed=1), k)


@given(st.integers(0, 2**32), st.integers(1, 12), st.integers(1, 3), st.booleans(), st.booleans())
@settings(max_examples=80, deadline=None)
def test_ties_go_to_the_lower_row_whatever_the_masks(seed, k, n_kinds, masked, banned):
    rng = np.random.default_rng(seed)
    vectors = unit_rows(rng.standard_normal((n_kinds, 6)))[rng.integers(0, n_kinds, 120)]
    vectors[rng.random(120) < 0.1] = 0
    eligible = rng.random(120) < rng.choice([0.05, 0.5, 1.0]) if masked else None
    excluded = [rng.integers(0, 120, 30).astype(np.int32) for _ in range(3)] if banned else None
    queries = np.concatenate([vectors[:1], unit_rows(rng.standard_normal((2, 6)))])
    check(vectors, queries, k, eligible=eligible, excluded=excluded)


def test_more_ties_at_the_boundary_than_spare_candidates():
    vectors = np.repeat(vectors_of(3, 16), 5 * exact.SPARE, axis=0)
    order = np.random.default_rng(3).permutation(len(vectors))
    check(vectors[order], vectors_of(6, 16, seed=4), 90)


@pytest.mark.parametrize("seed", range(4))
def test_near_ties_below_float32_are_ordered_by_their_float64_similarity(seed):
    rng = np.random.default_rng(seed)
    query, base = rng.standard_normal((2, 1, 256))
    vectors = unit_rows(base + 3e-7 * rng.standard_normal((400, 256)))
    check(vectors, unit_rows(query), 10)


def test_a_tie_of_half_the_catalogue_takes_several_portions(monkeypatch):
    monkeypatch.setattr(exact, "PORTION", 7)
    vectors = np.repeat(vectors_of(2, 4), 60, axis=0)[np.random.default_rng(1).permutation(120)]
    check(vectors, vectors_of(3, 4, seed=2), 25)


@pytest.mark.parametrize("floats", [1, 1000, 30_000])
def test_chunks_and_single_queries_give_the_batch_answer(monkeypatch, floats):
    vectors = np.concatenate([vectors_of(400, 12), vectors_of(400, 12)])
    queries = vectors_of(23, 12, seed=7)
    whole = ExactIndex.over(vectors).query(queries, 9)
    monkeypatch.setattr(exact, "CHUNK_FLOATS", floats)
    index = ExactIndex.over(vectors)
    parts = index.query(queries, 9)
    np.testing.assert_array_equal(parts.rows, whole.rows)
    np.testing.assert_allclose(parts.similarities, whole.similarities, rtol=0, atol=1e-15)
    for number in range(23):
        alone = index.query(queries[number : number + 1], 9)
        np.testing.assert_array_equal(alone.rows[0], whole.rows[number])


def test_chunks_keep_each_querys_own_exclusions(monkeypatch):
    monkeypatch.setattr(exact, "CHUNK_FLOATS", 1)
    vectors = vectors_of(50, 6)
    excluded = [np.array([n, n + 10], np.int32) for n in range(5)]
    check(vectors, vectors[:5], 8, excluded=excluded)
    few = np.arange(50) % 7 == 0
    check(vectors, vectors[:5], 8, excluded=excluded, eligible=few)


@pytest.mark.parametrize("share", [0.0, 0.02, 0.19, 0.21, 0.9])
def test_few_or_many_eligible_rows_make_no_difference(share):
    eligible = np.random.default_rng(2).random(700) < share
    check(vectors_of(700, 10), vectors_of(3, 10, seed=9), 12, eligible=eligible)


def test_when_no_row_is_eligible_the_answer_is_empty_of_the_right_shape():
    found = ExactIndex.over(vectors_of(9, 4)).query(vectors_of(2, 4), 3, eligible=np.zeros(9, bool))
    assert found.rows.tolist() == [[-1] * 3] * 2
    assert np.isnan(found.similarities).all()
    assert found.of(0) == []


def test_excluding_everything_leaves_nothing():
    everything = [np.arange(9, dtype=np.int32)]
    check(vectors_of(9, 4), vectors_of(1, 4), 3, excluded=everything)


def test_minus_one_excludes_nothing():
    vectors = vectors_of(9, 4)
    found = check(vectors, vectors[8:], 2, excluded=[np.array([-1, 3], np.int32)])
    assert found.rows[0, 0] == 8


def test_an_empty_index_finds_nothing():
    found = ExactIndex.over(np.empty((0, 4), np.float32)).query(vectors_of(2, 4), 5)
    assert found.rows.shape == (2, 0)
    assert found.of(1) == []


def test_rows_of_zeros_are_never_found():
    vectors = -np.abs(vectors_of(5, 3))
    vectors[2] = 0  # similarity 0 would be the best
    found = check(vectors, np.abs(vectors_of(1, 3, seed=8)), 5)
    assert found.rows[0, -1] == -1
    assert 2 not in found.rows[0]


@pytest.mark.parametrize("n", [30, 9000])
def test_a_query_of_zeros_is_equally_near_to_all(n):
    found = check(vectors_of(n, 4), np.zeros((2, 4), np.float32), 3)
    assert found.of(1) == [(0, 0.0), (1, 0.0), (2, 0.0)]


def test_no_queries_have_no_answers():
    found = ExactIndex.over(vectors_of(5, 3)).query(np.empty((0, 3), np.float32), 2, excluded=[])
    assert found.rows.shape == (0, 2)


def test_a_query_finds_itself_first_with_similarity_one():
    vectors = vectors_of(200, 32)
    found = ExactIndex.over(vectors).query(vectors, 1)
    assert found.rows[:, 0].tolist() == list(range(200))
    np.testing.assert_allclose(found.similarities[:, 0], 1.0, atol=1e-6)


def test_the_query_changes_neither_index_nor_queries():
    vectors, queries = vectors_of(40, 4), vectors_of(3, 4, seed=1)
    before = vectors.copy(), queries.copy()
    ExactIndex.over(vectors).query(queries, 3, excluded=[np.array([1])] * 3)
    np.testing.assert_array_equal(vectors, before[0])
    np.testing.assert_array_equal(queries, before[1])


@pytest.mark.parametrize(
    ("queries", "k", "masks", "message"),
    [
        (
            np.zeros((1, 3), np.float32),
            2,
            {},
            r"queries has shape \(1, 3\), must be \(n_queries, 4\)",
        ),
        (np.zeros(4, np.float32), 2, {}, r"queries has shape \(4,\)"),
        (np.zeros((1, 4), np.float32), 0, {}, "k is 0, must be >= 1"),
        (np.zeros((1, 4), np.float32), -2, {}, "k is -2, must be >= 1"),
        (np.zeros((1, 4), np.float32), 2, {"eligible": np.ones(8, bool)}, r"must be \(9,\)"),
        (np.zeros((2, 4), np.float32), 2, {"excluded": [np.array([1])]}, "one for each of 2"),
    ],
)
def test_what_does_not_fit_the_index_is_refused(queries, k, masks, message):
    with pytest.raises(InputError, match=message):
        ExactIndex.over(vectors_of(9, 4)).query(queries, k, **masks)
