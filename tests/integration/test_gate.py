"""The gate on a real shop directory: what is refused, what passes, and why."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from penchant import columns as c
from penchant.errors import RefusedError
from penchant.evaluation.keep import load_trial
from penchant.evaluation.of_shop import evaluate_shop
from penchant.gate import gate_of
from penchant.pipeline import build_shop
from penchant.publishing import Published, publish_build
from penchant.rollback import roll_back
from penchant.sample.generator import GeneratedShop, GeneratorSettings, generate_shop
from penchant.shop_directory import ShopDirectory
from penchant.store.ingest import ingest

END = datetime(2026, 6, 30, tzinfo=UTC)
SIZE = GeneratorSettings(
    n_products=200,
    n_customers=700,
    n_interactions=14_000,
    n_styles=8,
    dim=16,
    popularity_skew=0.2,
    end=END,
)


def give(shop: ShopDirectory, **tables: pl.DataFrame) -> None:
    """Ingest tables."""
    ingest(shop, tables, as_of=END, settings=shop.settings({}).tables)


def give_vectors(shop: ShopDirectory, made: GeneratedShop, order: np.ndarray) -> None:
    """Write the vectors of photos; in another order, each product has another one's photo."""
    ids, vectors = np.array(made.product_ids), made.embeddings[order]
    np.savez(shop.path / "vectors.npz", ids=ids, vectors=vectors)


def publish(shop: ShopDirectory, **more: str) -> Published:
    """Build and publish by the shop's own gate."""
    settings = shop.settings({})
    built = build_shop(shop, settings=settings)
    gate = gate_of(shop, settings)
    return publish_build(shop, built.manifest.build_id, gate=gate, at=END, **more)


@pytest.fixture(scope="module")
def made() -> GeneratedShop:
    return generate_shop(np.random.default_rng(4), settings=SIZE)


@pytest.fixture(scope="module")
def first(made: GeneratedShop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop that serves its first build, of all but the last two weeks."""
    path = tmp_path_factory.mktemp("gate") / "shop"
    changes = {
        "encoder": {"spec": f"precomputed:{path / 'vectors.npz'}"},
        "space": {"kind": "channels", "attribute_columns": []},
    }
    shop = ShopDirectory.create(path, changes)
    give_vectors(shop, made, np.arange(len(made.product_ids)))
    before = made.interactions.filter(pl.col(c.TIMESTAMP) < datetime(2026, 6, 16, tzinfo=UTC))
    give(shop, products=made.products, interactions=before)
    publish(shop)
    return path


@pytest.fixture
def shop(first: Path, tmp_path: Path) -> Iterator[ShopDirectory]:
    """A copy of it, in its place, so that settings hold."""
    kept = tmp_path / "kept"
    shutil.copytree(first, kept)
    yield ShopDirectory.open(first)
    shutil.rmtree(first)
    shutil.copytree(kept, first)


def serving(shop: ShopDirectory) -> str:
    """Name of the build that serves."""
    return shop.pointed_build().name


def test_the_first_build_serves_by_proof_and_leaves_its_trial_and_a_page(first: Path) -> None:
    shop = ShopDirectory.open(first)
    trial = load_trial(shop, serving(shop))
    assert trial is not None
    assert len(trial.table) >= 100
    assert (shop.evaluations / serving(shop) / "report.html").stat().st_size > 10_000


def test_two_more_weeks_pass_and_are_compared_with_what_serves(
    shop: ShopDirectory, made: GeneratedShop
) -> None:
    before = serving(shop)
    give(shop, interactions=made.interactions)
    published = publish(shop)
    assert (published.previous, published.build_id) == (before, serving(shop))
    assert published.verdict is not None
    assert published.verdict.passed
    assert set(published.verdict.measures["ndcg"]) == {"popularity", "penchant", "looks alone"}


def test_photos_shuffled_among_products_are_refused(
    shop: ShopDirectory, made: GeneratedShop
) -> None:
    before = serving(shop)
    give_vectors(shop, made, np.random.default_rng(0).permutation(len(made.product_ids)))
    with pytest.raises(RefusedError, match="by looks alone is clearly worse than before"):
        publish(shop)
    assert serving(shop) == before


def test_half_an_interactions_file_is_refused(shop: ShopDirectory, made: GeneratedShop) -> None:
    before = serving(shop)
    give(shop, interactions=made.interactions.head(len(made.interactions) // 2))
    with pytest.raises(RefusedError, match=r"interactions, the build that serves has .* % less"):
        publish(shop)
    assert serving(shop) == before
    assert publish(shop, force="the other half is on its way").force
    assert serving(shop) != before


def test_tables_that_changed_after_the_build_are_refused(
    shop: ShopDirectory, made: GeneratedShop
) -> None:
    give(shop, interactions=made.interactions)
    settings = shop.settings({})
    built = build_shop(shop, settings=settings).manifest.build_id
    give(shop, interactions=made.interactions.head(13_000))
    with pytest.raises(RefusedError, match="have changed since it was built: build it again"):
        publish_build(shop, built, gate=gate_of(shop, settings), at=END)


def test_a_build_that_was_rolled_back_is_published_again_by_force_alone(
    shop: ShopDirectory, made: GeneratedShop
) -> None:
    give(shop, interactions=made.interactions)
    newer = publish(shop).build_id
    roll_back(shop, at=END)
    with pytest.raises(RefusedError, match="It was rolled back on 2026-06-30"):
        publish(shop)
    assert publish(shop, force="it was another's fault").build_id == newer


def test_who_refused_since_does_not_count_against_a_build(
    shop: ShopDirectory, made: GeneratedShop
) -> None:
    """A tenth of those who were asked refuse now; the build that obeys them is no worse for it."""
    trial = load_trial(shop, serving(shop))
    some = trial.table[c.CUSTOMER_ID].gather_every(10).to_list()
    give(
        shop,
        customers=pl.DataFrame(
            {c.CUSTOMER_ID: some, c.PERSONALIZATION_CONSENT: ["no"] * len(some)}
        ),
    )
    verdict = publish(shop).verdict
    assert verdict is not None
    gap = verdict.measures["ndcg"]["looks alone"]
    assert gap["n"] == len(trial.table) - len(some)


def test_a_cut_of_ones_own_leaves_what_later_builds_are_compared_with(shop: ShopDirectory) -> None:
    before = load_trial(shop, serving(shop))
    at = datetime(2026, 6, 10, tzinfo=UTC)
    _, folder = evaluate_shop(shop, settings=shop.settings({}), at=at)
    assert folder.name == f"{serving(shop)}-cut-20260610T0000"
    assert load_trial(shop, serving(shop)).table.equals(before.table)


def test_what_is_kept_of_the_build_that_serves_must_be_whole(
    shop: ShopDirectory, made: GeneratedShop
) -> None:
    (shop.evaluations / serving(shop) / "trial.json").write_text("{")
    give(shop, interactions=made.interactions)
    with pytest.raises(RefusedError, match="It cannot be compared with what serves"):
        publish(shop)
    assert publish(shop, force="the disk was mended").force


def test_a_gate_that_cannot_compare_is_overruled_by_force(
    shop: ShopDirectory, made: GeneratedShop
) -> None:
    """All product ids are new: nothing that was bought then is there now."""
    renamed = pl.concat_str(pl.lit("N"), pl.col(c.PRODUCT_ID)).alias(c.PRODUCT_ID)
    np.savez(
        shop.path / "vectors.npz",
        ids=np.array([f"N{one}" for one in made.product_ids]),
        vectors=made.embeddings,
    )
    give(shop, products=made.products.with_columns(renamed),
         interactions=made.interactions.with_columns(renamed))  # fmt: skip
    with pytest.raises(RefusedError, match="It cannot be compared with what serves"):
        publish(shop)
    assert publish(shop, force="new article numbers").force


def test_too_few_customers_prove_nothing(shop: ShopDirectory, made: GeneratedShop) -> None:
    text = shop.settings_file.read_text().replace("# min_customers = 100", "min_customers = 100000")
    shop.settings_file.write_text(text)
    give(shop, interactions=made.interactions)
    with pytest.raises(RefusedError, match="proof takes 100000"):
        publish(shop)
