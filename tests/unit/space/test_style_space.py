import json

import numpy as np
import pytest

from penchant.errors import BuildError
from penchant.settings import SpaceSettings
from penchant.space import Catalogue, StyleSpace, fit_space
from penchant.space.baskets import Baskets


def catalogue_of(n, seed=0, *, features=False):
    rng = np.random.default_rng(seed)
    embeddings = np.abs(rng.standard_normal((n, 24))).astype(np.float32)
    embeddings[3] = 0
    words = np.array(["Silber", "größe", "heart", "star", "leaf", "pearl", "opal", "ruby"])
    return Catalogue(
        n,
        embeddings=embeddings,
        attributes={"Farbe": tuple(rng.choice(["silver", "gold", "roségold"], n))},
        texts=tuple(" ".join(rng.choice(words, 2, replace=False)) for _ in range(n)),
        text_vectors=rng.standard_normal((n, 5)).astype(np.float32) if features else None,
        prices=np.where(rng.random(n) < 0.1, np.nan, np.exp(rng.normal(4, 1, n))),
    )


def baskets_of(n_baskets, n_products):
    rng = np.random.default_rng(0)
    rows = [np.sort(rng.choice(n_products, 2, replace=False)) for _ in range(n_baskets)]
    return Baskets(
        np.arange(n_baskets + 1, dtype=np.int64) * 2, np.concatenate(rows).astype(np.int32)
    )


SPACES = {
    "raw": {"kind": "raw"},
    "photo": {"kind": "photo-only"},
    "channels": {"kind": "channels"},
    "closed form": {"map": "closed-form"},
    "softmax": {"map": "softmax", "dim": 16},
}


def space_of(name, n=260):
    catalogue = catalogue_of(n)
    settings = SpaceSettings(**SPACES[name])
    return catalogue, fit_space(catalogue, baskets_of(120, n), settings=settings)


@pytest.mark.parametrize("name", SPACES)
def test_a_similarity_splits_into_its_channels(name):
    catalogue, space = space_of(name)
    placed = space.place(catalogue)
    for product in (0, 3, 100):
        towards = placed.vectors[product]
        split = space.split(placed.channels, towards)
        assert split.shape == (260, len(space.channels))
        expected = placed.vectors.astype(np.float64) @ towards
        np.testing.assert_allclose(split.sum(axis=1), expected, rtol=0, atol=1e-6)


def test_each_part_of_a_split_is_its_channels_own_doing():
    catalogue, space = space_of("closed form")
    placed = space.place(catalogue)
    towards = placed.vectors[9]
    split = space.split(placed.channels, towards)
    first = 0
    for number, channel in enumerate(space.channels):
        alone = np.zeros_like(placed.channels, dtype=np.float64)
        columns = slice(first, first + channel.dim)
        alone[:, columns] = placed.channels[:, columns]
        whole = np.linalg.norm(placed.channels @ space.map, axis=1)
        expected = (alone @ space.map.astype(np.float64)) @ towards / whole
        np.testing.assert_allclose(split[:, number], expected, atol=1e-6)
        first += channel.dim
    assert not split[3, 0]  # product 3 has no photo


def test_a_product_that_is_not_placed_splits_into_zeros():
    catalogue = Catalogue(3, embeddings=np.array([[1, 0], [0, 1], [0, 0]], np.float32))
    space = fit_space(catalogue)
    placed = space.place(catalogue)
    assert space.split(placed.channels, placed.vectors[0])[2].tolist() == [0.0]


@pytest.mark.parametrize("n", [2, 40, 260])
@pytest.mark.parametrize("name", SPACES)
def test_a_saved_space_places_products_bit_for_bit_alike(tmp_path, name, n):
    if n == 2:
        catalogue = Catalogue(2, embeddings=np.eye(2, 24, dtype=np.float32))
        space = fit_space(catalogue, settings=SpaceSettings(**SPACES[name]))
    else:
        catalogue, space = space_of(name, n)
    space.save(tmp_path)
    again = StyleSpace.load(tmp_path)
    assert again.place(catalogue).vectors.tobytes() == space.place(catalogue).vectors.tobytes()
    assert again.weights == space.weights
    assert dict(again.about) == dict(space.about)
    assert again.dim == space.dim == space.place(catalogue).vectors.shape[1]


def test_a_space_of_ready_made_text_vectors_is_saved_and_opened(tmp_path):
    catalogue = catalogue_of(30, features=True)
    space = fit_space(catalogue)
    space.save(tmp_path)
    again = StyleSpace.load(tmp_path)
    assert again.place(catalogue).vectors.tobytes() == space.place(catalogue).vectors.tobytes()


def test_saving_twice_writes_the_same_bytes(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        space_of("softmax")[1].save(tmp_path / folder)
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "two").iterdir())
    for name in names:
        one, two = (tmp_path / folder / name for folder in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_nothing_is_pickled(tmp_path):
    space_of("softmax")[1].save(tmp_path)
    for path in tmp_path.glob("*.npy"):
        assert np.load(path, allow_pickle=False).dtype != object


@pytest.mark.parametrize(
    "text", ["", "[]", "null", '{"channels": 3}', '{"channels": [7]}', '{"channels": []}', "{"]
)
def test_a_damaged_description_is_a_build_error(tmp_path, text):
    (tmp_path / "space.json").write_text(text)
    with pytest.raises(BuildError, match="holds no readable style space"):
        StyleSpace.load(tmp_path)


def test_missing_or_foreign_files_are_a_build_error(tmp_path):
    with pytest.raises(BuildError):
        StyleSpace.load(tmp_path)
    space_of("channels", 40)[1].save(tmp_path)
    words = json.loads((tmp_path / "space.json").read_text())
    words["channels"][0]["name"] = "smell"
    (tmp_path / "space.json").write_text(json.dumps(words))
    with pytest.raises(BuildError):
        StyleSpace.load(tmp_path)


@pytest.mark.parametrize("name", ["photo.mean.npy", "text.axes.npy", "map.npy"])
def test_a_lost_or_cut_array_is_a_build_error(tmp_path, name):
    space_of("closed form", 260)[1].save(tmp_path)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[:100])
    with pytest.raises(BuildError):
        StyleSpace.load(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(BuildError):
        StyleSpace.load(tmp_path)


def test_an_array_file_that_would_run_code_is_refused(tmp_path):
    space_of("channels", 40)[1].save(tmp_path)
    np.save(tmp_path / "photo.mean.npy", np.array([print], object), allow_pickle=True)
    with pytest.raises(BuildError, match="allow_pickle"):
        StyleSpace.load(tmp_path)
