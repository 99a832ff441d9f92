import numpy as np
import pytest

from penchant.errors import InputError
from penchant.space.catalogue import Catalogue
from penchant.space.photo import MIN_PRODUCTS_FOR_AXES, fit_photo
from penchant.space.raw import RawChannel


def embeddings_of(n, dim, seed=0, *, signed=False):
    values = np.random.default_rng(seed).standard_normal((n, dim)).astype(np.float32)
    values = values + values[:1] * 2
    return values if signed else np.abs(values)


def unit(rows):
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)


def naive_similarities(embeddings, dim, *, root=True, power=0.25):
    """The formulas in float64, axes by SVD; similarities do not depend on the axes' signs."""
    rows = unit(np.sqrt(embeddings.astype(np.float64)) if root else embeddings.astype(np.float64))
    centred = rows - rows.mean(axis=0)
    _, values, axes = np.linalg.svd(centred, full_matrices=False)
    variances = values[:dim] ** 2 / len(rows)
    placed = unit(centred @ axes[:dim].T / variances**power)
    return placed @ placed.T


def transform(channel, embeddings):
    return channel.transform(Catalogue(len(embeddings), embeddings=embeddings))


@pytest.mark.parametrize("signed", [False, True])
def test_large_catalogues_follow_the_formulas(signed):
    embeddings = embeddings_of(MIN_PRODUCTS_FOR_AXES + 60, 40, signed=signed)
    channel = fit_photo(embeddings, max_dim=25, whiten_power=0.5)
    placed = transform(channel, embeddings)
    assert channel.power == ("identity" if signed else "sqrt")
    assert placed.shape[1] == channel.dim == 25
    expected = naive_similarities(embeddings, 25, root=not signed)
    np.testing.assert_allclose(placed @ placed.T, expected, atol=2e-4)


@pytest.mark.parametrize(("whiten_power", "power"), [(0.0, 0.0), (1.0, 0.5)])
def test_whitening_goes_from_none_to_all(whiten_power, power):
    embeddings = embeddings_of(MIN_PRODUCTS_FOR_AXES, 16)
    channel = fit_photo(embeddings, max_dim=8, whiten_power=whiten_power)
    placed = transform(channel, embeddings)
    expected = naive_similarities(embeddings, 8, power=power)
    np.testing.assert_allclose(placed @ placed.T, expected, atol=5e-4)


def test_axes_are_at_most_half_the_products_and_the_width():
    wide = fit_photo(embeddings_of(MIN_PRODUCTS_FOR_AXES, 300), max_dim=512, whiten_power=0.5)
    narrow = fit_photo(embeddings_of(MIN_PRODUCTS_FOR_AXES, 30), max_dim=512, whiten_power=0.5)
    assert wide.dim == MIN_PRODUCTS_FOR_AXES // 2
    assert narrow.dim <= 30


@pytest.mark.parametrize("n", [2, 3, 50, MIN_PRODUCTS_FOR_AXES - 1])
def test_small_catalogues_are_rooted_and_centred_only(n):
    embeddings = embeddings_of(n, 12)
    rows = unit(np.sqrt(embeddings.astype(np.float64)))
    channel = fit_photo(embeddings, max_dim=512, whiten_power=0.5)
    assert channel.axes is None
    np.testing.assert_allclose(
        transform(channel, embeddings), unit(rows - rows.mean(axis=0)), atol=1e-5
    )


def test_products_without_a_usable_photo_are_rows_of_zeros_and_do_not_shape_the_rest():
    embeddings = embeddings_of(260, 20)
    spoilt = np.insert(embeddings, [0, 100, 200], np.zeros(20, np.float32), axis=0)
    holes = np.flatnonzero(~spoilt.any(axis=1))
    spoilt[holes[1], 3] = np.nan
    spoilt[holes[2], 5] = -np.inf
    clean = fit_photo(embeddings, max_dim=8, whiten_power=0.5)
    channel = fit_photo(spoilt, max_dim=8, whiten_power=0.5)
    assert channel.power == "sqrt"
    placed = transform(channel, spoilt)
    assert not placed[holes].any()
    np.testing.assert_array_equal(np.delete(placed, holes, axis=0), transform(clean, embeddings))


def test_new_products_land_where_the_catalogue_would_put_them():
    embeddings = embeddings_of(250, 20)
    channel = fit_photo(embeddings, max_dim=10, whiten_power=0.5)
    some = transform(channel, embeddings[40:60])
    np.testing.assert_allclose(some, transform(channel, embeddings)[40:60], atol=1e-6)


@pytest.mark.parametrize("n", [2, 60, MIN_PRODUCTS_FOR_AXES + 5])
def test_photos_that_are_all_the_same_tell_nothing(n):
    same = np.repeat(embeddings_of(1, 12), n, axis=0)
    assert fit_photo(same, max_dim=8, whiten_power=0.5) is None
    assert fit_photo(same * np.linspace(1, 2, n)[:, None], max_dim=8, whiten_power=0.5) is None


def test_one_photo_or_none_gives_no_channel():
    assert fit_photo(embeddings_of(1, 4), max_dim=8, whiten_power=0.5) is None
    assert fit_photo(np.zeros((5, 4), np.float32), max_dim=8, whiten_power=0.5) is None


def test_two_looks_only_still_make_axes():
    looks = embeddings_of(2, 12)[np.arange(MIN_PRODUCTS_FOR_AXES) % 2]
    channel = fit_photo(looks, max_dim=8, whiten_power=0.5)
    placed = transform(channel, looks)
    assert placed[0] @ placed[2] == pytest.approx(1, abs=1e-5)
    assert placed[0] @ placed[1] == pytest.approx(-1, abs=1e-5)


def test_a_catalogue_without_embeddings_is_all_zeros():
    channel = fit_photo(embeddings_of(20, 6), max_dim=8, whiten_power=0.5)
    assert not channel.transform(Catalogue(3)).any()


@pytest.mark.parametrize(
    "channel", [RawChannel(6), fit_photo(embeddings_of(9, 6), max_dim=4, whiten_power=0.5)]
)
def test_embeddings_of_another_width_are_refused(channel):
    with pytest.raises(InputError, match=r"embeddings has shape \(3, 7\).* needs \(n, 6\)"):
        transform(channel, embeddings_of(3, 7))


def test_the_raw_channel_is_plain_cosine_with_unusable_rows_set_aside():
    embeddings = embeddings_of(5, 6, signed=True)
    embeddings[2] = 0
    embeddings[3, 1] = np.inf
    placed = transform(RawChannel(6), embeddings)
    assert not placed[[2, 3]].any()
    keep = [0, 1, 4]
    np.testing.assert_allclose(placed[keep], unit(embeddings[keep]), atol=1e-6)
    assert not RawChannel(6).transform(Catalogue(2)).any()
