import math
from collections import Counter

import numpy as np
import pytest

from penchant.space.attributes import fit_attributes
from penchant.space.catalogue import Catalogue


def naive_rows(columns):
    """Dicts and loops: one weight per value, unit, centred over rows that say something, unit."""
    n = len(next(iter(columns.values())))
    rows = [{} for _ in range(n)]
    for name, labels in columns.items():
        counts = Counter(label for label in labels if label)
        for row, label in zip(rows, labels, strict=True):
            if label and counts[label] >= 3 and len(counts) > 1:
                row[name, label] = math.sqrt(math.log(n / counts[label]))
    axes = sorted({key for row in rows for key in row})
    matrix = np.array([[row.get(axis, 0.0) for axis in axes] for row in rows])
    present = matrix.any(axis=1)
    matrix[present] /= np.linalg.norm(matrix[present], axis=1, keepdims=True)
    matrix[present] -= matrix[present].mean(axis=0)
    matrix[present] /= np.linalg.norm(matrix[present], axis=1, keepdims=True)
    return matrix


def sample_columns(n=60, seed=0):
    rng = np.random.default_rng(seed)

    def pick(*choices):
        return tuple(choices[i] for i in rng.integers(0, len(choices), n))

    return {
        "color": pick("silver", "gold", "rose", None),
        "category": pick("ring", "watch", "ring", "", None),
        "brand": tuple(f"brand {i // 2}" for i in range(n)),  # each seen twice: too rare
        "gender": ("unisex",) * n,  # tells nothing apart
        "Größe": pick("ä", "b\x1fc", None, None),
    }


def fitted(columns):
    catalogue = Catalogue(len(next(iter(columns.values()))), attributes=columns)
    return catalogue, fit_attributes(catalogue)


def test_rows_follow_the_formulas():
    catalogue, channel = fitted(sample_columns())
    expected = naive_rows(sample_columns())
    found = channel.transform(catalogue)
    assert channel.dim == expected.shape[1] == 7
    np.testing.assert_allclose(found @ found.T, expected @ expected.T, atol=1e-5)


def test_a_rare_shared_value_binds_more_than_a_common_one():
    color = ("silver",) * 30 + ("rose",) * 3 + (None,) * 7
    shape = (None,) * 27 + ("heart",) * 6 + ("oval",) * 7
    _, channel = fitted({"color": color, "shape": shape})
    weight = dict(zip(channel.axes, channel.value_weights, strict=True))
    assert weight["color\x1frose"] == pytest.approx(math.sqrt(math.log(40 / 3)))
    assert weight["color\x1fsilver"] == pytest.approx(math.sqrt(math.log(40 / 30)))


def test_products_that_say_nothing_known_are_rows_of_zeros():
    columns = sample_columns()
    catalogue, channel = fitted(columns)
    silent = [
        i for i in range(60) if not any(columns[n][i] for n in ("color", "category", "Größe"))
    ]
    placed = channel.transform(catalogue)
    assert silent
    assert not placed[silent].any()
    new = Catalogue(2, attributes={"color": ("purple", None), "unheard": ("of", "it")})
    assert not channel.transform(new).any()


def test_new_products_land_where_the_catalogue_would_put_them():
    catalogue, channel = fitted(sample_columns())
    rows = np.array([50, 3, 3])
    np.testing.assert_array_equal(
        channel.transform(catalogue.take(rows)), channel.transform(catalogue)[rows]
    )


@pytest.mark.parametrize(
    "columns",
    [
        {"color": ("a", "a", "b", "b", None)},  # all too rare
        {"gender": ("unisex",) * 9},  # one value only
        {"gender": (None, "") * 5},
    ],
)
def test_columns_that_tell_nothing_apart_give_no_channel(columns):
    assert fitted(columns)[1] is None


def test_no_attributes_give_no_channel():
    assert fit_attributes(Catalogue(4)) is None


def test_when_all_known_values_are_equal_no_product_gets_a_random_direction():
    catalogue, channel = fitted({"color": ("silver",) * 9 + ("x",), "size": ("m",) * 9 + ("l",)})
    assert not channel.transform(catalogue).any()
