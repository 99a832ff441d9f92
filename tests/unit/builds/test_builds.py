"""Builds: named by their input, saved and opened whole, guarded file by file."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from penchant.builds import Build, BuildInputs, Manifest, make_build
from penchant.builds.make import find_shop_baskets, read_catalogue
from penchant.builds.manifest import describe_files
from penchant.errors import BuildError, InputError
from penchant.settings import EncoderSettings, IndexSettings, Settings, SpaceSettings, TasteSettings
from penchant.tables import empty_table, read_table

MOMENT = datetime(2026, 6, 30, tzinfo=UTC)


def table(name: str, **columns: list[object]) -> pl.DataFrame:
    return read_table(name, pl.DataFrame(columns), as_of=MOMENT).frame


@pytest.fixture(scope="module")
def inputs() -> BuildInputs:
    n = 12
    rng = np.random.default_rng(0)
    products = table(
        "products",
        product_id=[f"P{i:02d}" for i in range(n)],
        category=[("ring", "chain")[i % 2] for i in range(n)],
    )
    who, what, how = zip(
        *[("A", 0, "purchase"), ("A", 2, "view"), ("A", 4, "view"), ("B", 1, "view")],
        *[("B", 3, "hide"), ("OUT", 0, "view"), ("OUT", 2, "view"), ("OUT", 4, "view")],
        *[("X", 99, "view")],
        strict=True,
    )
    interactions = table(
        "interactions",
        customer_id=list(who),
        product_id=[f"P{i:02d}" for i in what],
        interaction_type=list(how),
        timestamp=[f"2026-06-{1 + i:02d}T00:00:00Z" for i in range(len(who))],
    ).with_columns(trust=pl.lit(1.0))
    customers = table(
        "customers", customer_id=["OUT", "QUIET"], personalization_consent=["false", "true"]
    )
    embeddings = np.abs(rng.normal(size=(n, 6))).astype(np.float32)
    digests = {"products": "1", "interactions": "2"}
    return BuildInputs(
        products, customers, interactions, embeddings, "enc", Settings(), MOMENT, digests
    )


@pytest.fixture(scope="module")
def build(inputs: BuildInputs) -> Build:
    return make_build(inputs)


def save(build: Build, inputs: BuildInputs, folder: Path) -> Manifest:
    folder.mkdir(parents=True)
    build.save(folder)
    manifest = Manifest(
        build_id=inputs.build_id,
        as_of=inputs.as_of.isoformat(),
        version=__import__("penchant").__version__,
        inputs=inputs.digests,
        settings=inputs.settings_that_count,
        encoder=inputs.encoder,
        space=build.space.about,
        counts=build.counts,
        files=describe_files(folder),
    )
    manifest.write(folder)
    return manifest


def test_everyone_who_is_named_or_did_something_is_a_customer(build: Build) -> None:
    assert list(build.customer_ids) == ["A", "B", "OUT", "QUIET", "X"]
    assert build.opted_out.tolist() == [False, False, True, False, False]


def test_only_customers_with_enough_and_consent_have_a_profile(build: Build) -> None:
    assert np.isfinite(build.consistency).tolist() == [True, False, False, False, False]
    lengths = np.linalg.norm(build.profiles, axis=1)
    assert lengths == pytest.approx([1, 0, 0, 0, 0], abs=1e-6)


def test_popularity_is_the_sum_of_the_strongest_weights_a_purchase_being_one(build: Build) -> None:
    overall = build.demand.popularity.overall
    popular = {i: value for i, value in enumerate(overall.tolist()) if value}
    assert popular == pytest.approx({0: 1.0, 1: 0.1, 2: 0.1, 4: 0.1})  # not of those who refused


def test_what_comes_after_as_of_teaches_nothing(inputs: BuildInputs) -> None:
    early = dataclasses.replace(inputs, as_of=datetime(2026, 6, 2, 12, tzinfo=UTC))
    before = inputs.interactions.filter(pl.col("timestamp") <= early.as_of)
    wide = Settings(space=SpaceSettings(basket_actions=("view", "purchase")))
    early = dataclasses.replace(early, settings=wide)
    truncated = dataclasses.replace(early, interactions=before)
    expected, found = make_build(truncated).demand, make_build(early).demand
    for name in ("overall", "recent"):
        counts = getattr(found.popularity, name)
        np.testing.assert_array_equal(counts, getattr(expected.popularity, name))
    np.testing.assert_array_equal(found.links.weights, expected.links.weights)
    np.testing.assert_array_equal(found.complements.prior, expected.complements.prior)
    assert expected.popularity.overall.sum() == pytest.approx(1.1)
    for one in (early, truncated):
        baskets = find_shop_baskets(one)
        assert [baskets[number].tolist() for number in range(len(baskets))] == [[0, 2]]


def test_counts_are_those_of_the_arrays(build: Build) -> None:
    assert build.counts == {
        "products": 12,
        "placed_products": 12,
        "customers": 5,
        "profiles": 1,
        "interactions": 9,
    }


def test_an_interaction_with_an_unknown_product_is_kept_as_such(build: Build) -> None:
    history = build.histories.of(build.customer_ids.row("X"))
    assert history.product_row.tolist() == [-1]


def test_a_build_opens_as_it_was_saved(build: Build, inputs: BuildInputs, tmp_path: Path) -> None:
    save(build, inputs, tmp_path / "b")
    opened = Build.load(tmp_path / "b")
    for name in ("channels", "styles", "profiles", "consistency", "opted_out"):
        np.testing.assert_array_equal(getattr(opened, name), getattr(build, name))
    assert opened.products.equals(build.products)
    assert list(opened.product_ids) == list(build.product_ids)
    assert opened.counts == build.counts
    own, there = build.demand, opened.demand
    np.testing.assert_array_equal(there.popularity.overall, own.popularity.overall)
    np.testing.assert_array_equal(there.links.weights, own.links.weights)
    np.testing.assert_array_equal(there.complements.affinity, own.complements.affinity)
    again = opened.space.place(read_catalogue(inputs)).vectors
    np.testing.assert_array_equal(again, build.styles)
    with pytest.raises(ValueError, match="read-only"):
        opened.styles[0, 0] = 1.0


def test_the_same_input_has_the_same_name_and_any_other_another(inputs: BuildInputs) -> None:
    def name(**changes: object) -> str:
        return dataclasses.replace(inputs, **changes).build_id

    own = inputs.build_id
    assert own.startswith("20260630-")
    assert name(digests=dict(reversed(inputs.digests.items()))) == own
    assert name(settings=Settings(encoder=EncoderSettings(workers=3))) == own
    others = {
        name(digests={"products": "1"}),
        name(encoder="other"),
        name(settings=Settings(taste=TasteSettings(half_life_days=31))),
        name(as_of=datetime(2026, 6, 30, 1, tzinfo=UTC)),
    }
    assert len(others) == 4
    assert own not in others


def test_nothing_to_build_from(inputs: BuildInputs) -> None:
    with pytest.raises(InputError, match="no products"):
        make_build(dataclasses.replace(inputs, products=empty_table("products")))


def test_a_shop_with_nothing_to_look_at_builds_and_opens_and_says_what_it_lacks(
    inputs: BuildInputs, tmp_path: Path
) -> None:
    bare = inputs.products.with_columns(category=pl.lit(None, pl.String))
    blind = dataclasses.replace(inputs, products=bare, embeddings=None)
    save(make_build(blind), blind, tmp_path / "b")
    opened = Build.load(tmp_path / "b")
    assert opened.styles.shape == (len(bare), 0)
    assert "give photos" in str(opened.space.about["reason"])


def test_an_attribute_column_that_is_not_there(inputs: BuildInputs) -> None:
    settings = Settings(space=SpaceSettings(attribute_columns=("category", "cut")))
    with pytest.raises(InputError, match=r'names "cut", products have no such column'):
        make_build(dataclasses.replace(inputs, settings=settings))


def test_baskets_are_what_customers_took_together(inputs: BuildInputs) -> None:
    settings = Settings(space=SpaceSettings(basket_actions=("view", "purchase")))
    baskets = find_shop_baskets(dataclasses.replace(inputs, settings=settings))
    found = [baskets[number].tolist() for number in range(len(baskets))]
    assert found == [[0, 2, 4]], "who refused teaches no map"


def test_a_manifest_is_read_as_written(build: Build, inputs: BuildInputs, tmp_path: Path) -> None:
    manifest = save(build, inputs, tmp_path / "b")
    read = Manifest.read(tmp_path / "b")
    assert read.files == manifest.files
    assert (read.build_id, read.counts) == (inputs.build_id, build.counts)
    read.verify(tmp_path / "b")
    read.verify_quickly(tmp_path / "b")


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("settings", "taste", "half_life_days"), 60.0),
        (("as_of",), "2026-06-29T00:00:00+00:00"),
        (("as_of",), "soon"),
        (("inputs", "products"), "9"),
        (("encoder",), "other"),
        (("counts", "products"), "12"),
        (("files",), {}),
        (("files",), []),
        (("settings",), None),
        (("build_id",), "20260630-000000000000"),
        (("surprise",), 1),
        (("format",), 0),
    ],
)
def test_a_changed_manifest_is_refused(
    build: Build, inputs: BuildInputs, tmp_path: Path, place: tuple[str, ...], value: object
) -> None:
    save(build, inputs, tmp_path / "builds" / "b")
    path = tmp_path / "builds" / "b" / "manifest.json"
    values = json.loads(path.read_text())
    inner = values
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    path.write_text(json.dumps(values))
    with pytest.raises(BuildError, match=r"Build b (is damaged|was made by).*penchant build"):
        Manifest.read(tmp_path / "builds" / "b")


def test_large_arrays_are_compared_by_size_only_when_in_a_hurry(
    build: Build, inputs: BuildInputs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("penchant.builds.manifest.LARGE_BYTES", 10)
    manifest = save(build, inputs, tmp_path / "b")
    path = tmp_path / "b" / "styles.npy"
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    manifest.verify_quickly(tmp_path / "b")
    with pytest.raises(BuildError, match=r"styles\.npy is changed"):
        manifest.verify(tmp_path / "b")
    path.write_bytes(content[:-1])
    with pytest.raises(BuildError, match=r"styles\.npy is changed"):
        manifest.verify_quickly(tmp_path / "b")
    path.write_bytes(content)
    table = tmp_path / "b" / "products.parquet"  # tables are always read whole
    content = table.read_bytes()
    table.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
    with pytest.raises(BuildError, match=r"products\.parquet is changed"):
        manifest.verify_quickly(tmp_path / "b")


def test_arrays_of_another_build_do_not_fit(
    build: Build, inputs: BuildInputs, tmp_path: Path
) -> None:
    save(build, inputs, tmp_path / "b")
    for name, wrong in (
        ("styles", build.styles[:-1]),
        ("profiles", build.profiles[:, :-1]),
        ("demand/popularity/overall", build.demand.popularity.overall[:-1]),
        ("demand/popularity/segment_row", build.demand.popularity.segment_row[:-1]),
        ("demand/links/links.starts", build.demand.links.starts[:-1]),
        ("opted_out", np.zeros(99, bool)),
    ):
        path = tmp_path / "b" / f"{name}.npy"
        whole = path.read_bytes()
        np.save(path, wrong)
        with pytest.raises(BuildError, match=r"is damaged: .*penchant build"):
            Build.load(tmp_path / "b")
        path.write_bytes(whole)
    Build.load(tmp_path / "b")


def test_only_a_large_catalogue_gets_a_graph_which_comes_with_the_build(
    build: Build, inputs: BuildInputs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert build.graph is None
    settings = Settings(index=IndexSettings(exact_below=12))
    inputs = dataclasses.replace(inputs, settings=settings)
    large = make_build(inputs)
    monkeypatch.setattr("penchant.builds.manifest.LARGE_BYTES", 10)
    manifest, links = save(large, inputs, tmp_path / "b"), tmp_path / "b" / "graph" / "links.faiss"
    opened = Build.load(tmp_path / "b")
    assert large.graph is not None
    assert opened.graph is not None
    rows, _ = opened.graph.near(opened.styles[3], 12)
    assert sorted(rows.tolist()) == list(range(12))
    content = links.read_bytes()
    links.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    manifest.verify_quickly(tmp_path / "b")
    with pytest.raises(BuildError, match=r"graph/links\.faiss is changed"):
        manifest.verify(tmp_path / "b")
    links.write_bytes(content[:-50])
    with pytest.raises(BuildError, match="Build b is damaged: the graph cannot be read"):
        Build.load(tmp_path / "b")
