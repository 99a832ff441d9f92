import math
import re
from collections import Counter

import numpy as np
import pytest

from penchant.errors import InputError
from penchant.space.catalogue import Catalogue
from penchant.space.text import fit_text

WORDS = (
    "silver", "gold", "ring", "watch", "heart", "star", "leaf", "pearl",
    "opal", "ruby", "chain", "cuff", "band", "drop", "hoop",
)  # fmt: skip


def texts_of(n=80, seed=0):
    rng = np.random.default_rng(seed)
    return tuple(" ".join(rng.choice(WORDS, size=rng.integers(2, 6))) for _ in range(n))


def naive_similarities(texts):
    """TF-IDF with counters, a full SVD, scores times singular value ** 0.5, unit, centred, unit."""
    documents = [Counter(re.findall(r"(?u)\b\w\w+\b", text.lower())) for text in texts]
    seen = Counter(word for document in documents for word in document)
    n = len(texts)
    words = sorted(word for word, count in seen.items() if 3 <= count <= 0.3 * n)
    idf = {word: math.log((1 + n) / (1 + seen[word])) + 1 for word in words}
    rows = np.array(
        [[(1 + math.log(d[w])) * idf[w] if d[w] else 0.0 for w in words] for d in documents]
    )
    rows = unit(rows)
    dim = min(256, len(words) - 1, n // 2)
    _, values, axes = np.linalg.svd(rows, full_matrices=False)
    scores = unit(rows @ axes[:dim].T / np.sqrt(values[:dim]))
    present = scores.any(axis=1)
    scores[present] = unit(scores[present] - scores[present].mean(axis=0))
    return scores @ scores.T


def unit(rows):
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)


def transform(channel, texts):
    return channel.transform(Catalogue(len(texts), texts=texts))


def fit(texts):
    return fit_text(Catalogue(len(texts), texts=texts))


def test_rows_follow_the_formulas():
    texts = (*texts_of(), "", "unknown words only")
    placed = transform(fit(texts), texts)
    np.testing.assert_allclose(placed @ placed.T, naive_similarities(texts), atol=1e-4)


def test_products_without_a_known_word_are_rows_of_zeros():
    channel = fit(texts_of())
    assert not transform(channel, ("", "   ", "Nichts davon", "12 34 !?")).any()
    assert not channel.transform(Catalogue(2)).any()


def test_new_products_land_where_the_catalogue_would_put_them():
    texts = texts_of()
    channel = fit(texts)
    np.testing.assert_allclose(
        transform(channel, texts[5:9]), transform(channel, texts)[5:9], atol=1e-6
    )


@pytest.mark.parametrize(
    "texts",
    [
        texts_of(19),  # too few
        (*texts_of(19), *[""] * 50),  # too few that say anything
        tuple(f"word{i}" for i in range(40)),  # nothing shared
        ("the same words",) * 40,  # nothing tells apart
        ("a b c",) * 40,  # no word of two letters
    ],
)
def test_texts_without_a_vocabulary_give_no_channel(texts):
    assert fit(texts) is None


def test_no_texts_give_no_channel():
    assert fit_text(Catalogue(50)) is None


def test_ready_made_features_are_centred_and_win_over_texts():
    features = np.random.default_rng(0).standard_normal((30, 5)).astype(np.float32) + 1
    features[3] = 0
    features[4, 2] = np.nan
    catalogue = Catalogue(30, texts=texts_of(30), text_vectors=features)
    channel = fit_text(catalogue)
    placed = channel.transform(catalogue)
    rest = np.delete(features, [3, 4], axis=0).astype(np.float64)
    expected = unit(unit(rest) - unit(rest).mean(axis=0))
    assert not placed[[3, 4]].any()
    np.testing.assert_allclose(np.delete(placed, [3, 4], axis=0), expected, atol=1e-5)
    assert not channel.transform(Catalogue(2)).any()


def test_features_that_are_all_zero_give_no_channel():
    assert fit_text(Catalogue(4, text_vectors=np.zeros((4, 3), np.float32))) is None


def test_features_of_another_width_are_refused():
    channel = fit_text(Catalogue(4, text_vectors=np.eye(4, dtype=np.float32)))
    with pytest.raises(InputError, match=r"text_vectors has shape \(2, 3\).* needs \(n, 4\)"):
        channel.transform(Catalogue(2, text_vectors=np.ones((2, 3), np.float32)))
