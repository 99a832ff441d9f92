"""The text channel: TF-IDF of title and description, reduced, evened out, unit rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError
from penchant.maths.axes import fixed_sign
from penchant.maths.rows import present_rows, unit_rows, usable_rows
from penchant.space.catalogue import Catalogue
from penchant.space.channel import Arrays, Words, centred_unit_rows

MAX_DIM = 256
MIN_DOCUMENTS = 3
MAX_DOCUMENT_SHARE = 0.3
MIN_TEXTS = 20
"""With fewer texts there is no vocabulary to speak of."""


@dataclass(frozen=True, slots=True, eq=False)
class TextChannel:
    """Words that products share, in at most 256 axes.

    Attributes:
        vocabulary: Words, sorted; empty when the vectors come from `Catalogue.text_vectors`.
        idf: Shape (n_words,), weight of each word.
        axes: Shape (n_words, dim), projection whose scores are scaled by singular value ** 0.5.
        mean: Shape (dim,), of the unit rows of the catalogue fitted on.
    """

    vocabulary: tuple[str, ...]
    idf: NDArray[np.float64]
    axes: NDArray[np.float32]
    mean: NDArray[np.float32]
    name: str = "text"

    @property
    def dim(self) -> int:
        """Columns of the vectors `transform` gives."""
        return len(self.mean)

    def transform(self, catalogue: Catalogue) -> NDArray[np.float32]:
        """Give unit rows of shape (n_products, dim); zeros without a known word.

        Args:
            catalogue: With texts, or text_vectors if the channel was fitted on those.
        """
        rows = self._rows(catalogue)
        return centred_unit_rows(rows, self.mean, present_rows(rows))

    def _rows(self, catalogue: Catalogue) -> NDArray[np.float32]:
        if not self.vocabulary:
            vectors = catalogue.text_vectors
            empty = np.zeros((catalogue.n_products, self.dim), np.float32)
            return empty if vectors is None else _vector_rows(vectors, self.dim)
        if catalogue.texts is None:
            return np.zeros((catalogue.n_products, self.dim), np.float32)
        return _reduced(catalogue.texts, self.vocabulary, self.idf, self.axes)

    def arrays(self) -> Arrays:
        """Give the fitted numbers, to be saved as .npy."""
        return {"idf": self.idf, "axes": self.axes, "mean": self.mean}

    def words(self) -> Words:
        """Give the fitted words and plain values, to be saved as JSON."""
        return {"vocabulary": list(self.vocabulary)}

    @classmethod
    def restore(cls, arrays: Arrays, words: Words) -> TextChannel:
        """Make the channel from what `arrays` and `words` gave.

        Args:
            arrays: Fitted numbers.
            words: Fitted words.
        """
        vocabulary = tuple(words["vocabulary"])
        return cls(vocabulary, arrays["idf"], arrays["axes"], arrays["mean"])


def fit_text(catalogue: Catalogue) -> TextChannel | None:
    """Fit the channel on a catalogue's texts, or on its ready-made text vectors.

    Args:
        catalogue: With texts or text_vectors.

    Returns:
        The channel, or None when there are too few texts, or no words that products share.
    """
    if catalogue.text_vectors is not None:
        dim = catalogue.text_vectors.shape[1]
        none = np.empty((0, dim), np.float32)
        return _centred((), np.empty(0), none, _vector_rows(catalogue.text_vectors, dim))
    texts = catalogue.texts
    if texts is None or sum(bool(text) for text in texts) < MIN_TEXTS:
        return None
    fitted = _fit_words(texts)
    if fitted is None:
        return None
    vocabulary, idf, axes = fitted
    return _centred(vocabulary, idf, axes, _reduced(texts, vocabulary, idf, axes))


def _centred(
    vocabulary: tuple[str, ...],
    idf: NDArray[np.float64],
    axes: NDArray[np.float32],
    rows: NDArray[np.float32],
) -> TextChannel | None:
    present = present_rows(rows)
    if not present.any():
        return None
    mean = rows[present].mean(axis=0, dtype=np.float64).astype(np.float32)
    return TextChannel(vocabulary, idf, axes, mean)


def _vector_rows(vectors: NDArray[np.float32], dim: int) -> NDArray[np.float32]:
    if vectors.shape[1] != dim:
        raise InputError(
            f"text_vectors has shape {vectors.shape}, this space needs (n, {dim}). Build again, "
            "or make the vectors the way the build's were made."
        )
    return unit_rows(usable_rows(vectors))


def _fit_words(
    texts: tuple[str, ...],
) -> tuple[tuple[str, ...], NDArray[np.float64], NDArray[np.float32]] | None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.utils.extmath import randomized_svd

    vectoriser = TfidfVectorizer(
        sublinear_tf=True, min_df=MIN_DOCUMENTS, max_df=MAX_DOCUMENT_SHARE, dtype=np.float64
    )
    try:
        rows = vectoriser.fit_transform(texts)
    except ValueError:  # scikit-learn's way to say that no word is left
        return None
    dim = min(MAX_DIM, rows.shape[1] - 1, len(texts) // 2)
    if dim < 2:
        return None
    _, values, axes = randomized_svd(rows, dim, n_iter=7, random_state=0)
    scaled = fixed_sign(axes.T) / np.sqrt(np.maximum(values, 1e-12))
    return tuple(vectoriser.get_feature_names_out()), vectoriser.idf_, scaled.astype(np.float32)


def _reduced(
    texts: tuple[str, ...],
    vocabulary: tuple[str, ...],
    idf: NDArray[np.float64],
    axes: NDArray[np.float32],
) -> NDArray[np.float32]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectoriser = TfidfVectorizer(sublinear_tf=True, vocabulary=vocabulary, dtype=np.float64)
    vectoriser.idf_ = idf
    return unit_rows((vectoriser.transform(texts) @ axes).astype(np.float32))
