import numpy as np
import pytest

from penchant.errors import InputError
from penchant.maths.rows import row_lengths, unit_rows
from penchant.settings import SpaceSettings
from penchant.space import Catalogue, fit_space
from penchant.space.baskets import Baskets
from penchant.space.fit import choose_map


def catalogue_of(n, seed=0):
    rng = np.random.default_rng(seed)
    words = np.array(["silver", "gold", "heart", "star", "leaf", "pearl", "opal", "ruby"])
    return Catalogue(
        n,
        embeddings=np.abs(rng.standard_normal((n, 24))).astype(np.float32),
        attributes={
            "color": tuple(rng.choice(["silver", "gold", "rose"], n)),
            "material": tuple(rng.choice(["steel", "brass"], n)),
        },
        texts=tuple(" ".join(rng.choice(words, 2, replace=False)) for _ in range(n)),
        prices=np.exp(rng.normal(4, 1, n)),
    )


def baskets_of(n_baskets, n_products, seed=0):
    rng = np.random.default_rng(seed)
    rows = [np.sort(rng.choice(n_products, 3, replace=False)) for _ in range(n_baskets)]
    return Baskets(
        np.arange(n_baskets + 1, dtype=np.int64) * 3, np.concatenate(rows).astype(np.int32)
    )


MAPS = {"identity": 0, "closed-form": 150, "softmax": 200}


@pytest.mark.parametrize(("kind", "n_baskets"), MAPS.items())
def test_the_same_input_gives_the_same_bytes(kind, n_baskets):
    catalogue = catalogue_of(260)
    baskets = baskets_of(n_baskets, 260) if n_baskets else None
    few = SpaceSettings(min_softmax_baskets=200, dim=32)
    spaces = [
        fit_space(catalogue, baskets, settings=few) if baskets else fit_space(catalogue)
        for _ in range(2)
    ]
    placed = [space.place(catalogue).vectors for space in spaces]
    assert spaces[0].about["map"] == kind
    assert placed[0].tobytes() == placed[1].tobytes()
    np.testing.assert_allclose(row_lengths(placed[0]), 1, atol=1e-5)


def test_the_seed_of_the_settings_moves_the_softmax_map():
    catalogue, baskets = catalogue_of(80), baskets_of(60, 80)
    maps = [
        fit_space(catalogue, baskets, settings=SpaceSettings(map="softmax", seed=seed)).map
        for seed in (0, 0, 1)
    ]
    assert maps[0].tobytes() == maps[1].tobytes()
    assert maps[0].tobytes() != maps[2].tobytes()


@pytest.mark.parametrize("n", [1, 2, 3, 11, 12, 50])
def test_a_tiny_catalogue_can_be_placed(n):
    catalogue = catalogue_of(n)
    vectors = fit_space(catalogue).place(catalogue).vectors
    assert np.isfinite(vectors).all()
    np.testing.assert_allclose(row_lengths(vectors), 1, atol=1e-5)


@pytest.mark.parametrize("n", [1, 7, 230])
def test_photos_that_are_all_the_same_place_all_products_together(n):
    photo = np.abs(np.random.default_rng(0).standard_normal((1, 16))).astype(np.float32)
    catalogue = Catalogue(n, embeddings=np.repeat(photo, n, axis=0))
    space = fit_space(catalogue)
    placed = space.place(catalogue).vectors
    assert space.about["channels"] == {"raw": 16}
    np.testing.assert_allclose(placed @ placed.T, 1, atol=1e-5)


def test_a_product_without_anything_known_is_not_placed():
    catalogue = Catalogue(
        4,
        embeddings=np.array([[1, 0], [0, 1], [1, 1], [0, 0]], np.float32),
        prices=np.full(4, np.nan),
        texts=("",) * 4,
    )
    assert row_lengths(fit_space(catalogue).place(catalogue).vectors).tolist()[3] == 0


@pytest.mark.parametrize(
    "catalogue",
    [
        Catalogue(0),
        Catalogue(5),
        Catalogue(3, embeddings=np.zeros((3, 4), np.float32)),
        Catalogue(3, prices=np.array([1.0, 2.0, 3.0]), texts=("a", "b", "c")),
    ],
)
def test_a_catalogue_that_says_nothing_has_a_space_without_a_dimension(catalogue):
    space = fit_space(catalogue)
    placed = space.place(catalogue)
    assert space.dim == 0
    assert placed.vectors.shape == placed.channels.shape == (catalogue.n_products, 0)
    assert "There is nothing to place products by" in space.about["reason"]


def test_the_raw_space_needs_embeddings():
    with pytest.raises(InputError, match='"raw" needs embeddings'):
        fit_space(Catalogue(3), settings=SpaceSettings(kind="raw"))


@pytest.mark.parametrize(
    ("kind", "channels"),
    [
        ("raw", ["raw"]),
        ("photo-only", ["photo"]),
        ("channels", ["photo", "attributes", "text", "price"]),
        ("learned", ["photo", "attributes", "text", "price"]),
    ],
)
def test_each_kind_of_space_has_its_channels(kind, channels):
    space = fit_space(catalogue_of(60), baskets_of(200, 60), settings=SpaceSettings(kind=kind))
    assert [one.name for one in space.channels] == channels
    assert (space.map is not None) == (kind == "learned")
    assert space.about["kind"] == kind


def test_a_channel_of_weight_zero_is_left_out_and_others_keep_theirs():
    weights = {"photo": 1.0, "attributes": 0.0, "text": 2.0, "price": 0.5}
    space = fit_space(catalogue_of(60), settings=SpaceSettings(channel_weights=weights))
    assert [one.name for one in space.channels] == ["photo", "text", "price"]
    assert space.weights == (1.0, 2.0, 0.5)


def test_channels_are_weighted_side_by_side_and_scaled_to_length_one():
    catalogue = catalogue_of(60)
    space = fit_space(catalogue)
    parts = [
        weight * channel.transform(catalogue).astype(np.float64)
        for channel, weight in zip(space.channels, (1.0, 1.0, 1.0, 0.5), strict=True)
    ]
    expected = np.concatenate(parts, axis=1)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(space.place(catalogue).channels, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("n_baskets", "settings", "expected"),
    [
        (0, {}, "identity"),
        (49, {}, "identity"),
        (50, {}, "closed-form"),
        (999, {}, "closed-form"),
        (1000, {}, "softmax"),
        (10**6, {"kind": "raw"}, "identity"),
        (10**6, {"kind": "photo-only"}, "identity"),
        (10**6, {"kind": "channels", "map": "softmax"}, "identity"),
        (2, {"map": "softmax"}, "softmax"),
        (2, {"map": "closed-form"}, "closed-form"),
        (10**6, {"map": "identity"}, "identity"),
        (1, {"map": "softmax"}, "identity"),
        (5, {"min_baskets": 5}, "closed-form"),
        (7, {"min_baskets": 5, "min_softmax_baskets": 7}, "softmax"),
    ],
)
def test_the_map_is_chosen_by_the_number_of_baskets(n_baskets, settings, expected):
    kind, reason = choose_map(n_baskets, SpaceSettings(**settings))
    assert kind == expected
    assert reason.endswith(".")


def test_the_reason_for_the_map_names_the_numbers():
    assert choose_map(40, SpaceSettings())[1] == "40 baskets, a learned map needs 50."
    assert choose_map(400, SpaceSettings())[1] == "400 baskets, the softmax map needs 1000."


def test_new_products_are_placed_where_the_catalogue_would_put_them():
    catalogue = catalogue_of(260)
    space = fit_space(catalogue, baskets_of(150, 260))
    rows = np.array([200, 5, 77])
    np.testing.assert_allclose(
        space.place(catalogue.take(rows)).vectors, space.place(catalogue).vectors[rows], atol=1e-6
    )


def test_a_catalogue_that_lost_a_column_is_still_placed_by_the_rest():
    catalogue = catalogue_of(60)
    space = fit_space(catalogue)
    photos_only = Catalogue(60, embeddings=catalogue.embeddings)
    placed = space.place(photos_only)
    width = space.channels[0].dim
    np.testing.assert_allclose(
        placed.channels[:, :width], unit_rows(space.channels[0].transform(photos_only)), atol=1e-6
    )
    assert not placed.channels[:, width:].any()


@pytest.mark.parametrize("part", ["embeddings", "texts", "text_vectors", "prices"])
def test_parts_of_another_length_are_refused(part):
    parts = {
        "embeddings": np.ones((4, 2), np.float32),
        "texts": ("a",) * 4,
        "text_vectors": np.ones((4, 2), np.float32),
        "prices": np.ones(4),
    }
    with pytest.raises(InputError, match=f"{part} has 4 entries, .* each of 5 products"):
        Catalogue(5, **{part: parts[part]})
    with pytest.raises(InputError, match="attribute color has 1 entries"):
        Catalogue(5, attributes={"color": ("red",)})
