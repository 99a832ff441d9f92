"""The comparison with rivals: the same rows for all, ranked and measured as slow twins do."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.rivals import quality
from benchmarks.rivals.case import Case, read_case
from benchmarks.rivals.methods import METHODS, rank
from benchmarks.rivals.quality import measure, run_set, shown

N_CUSTOMERS, N_PRODUCTS, PHOTOS = 40, 30, 8
QUICK = ["popularity", "plain weighted mean", "item-kNN", "EASE"]


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """A small public set: pairs of three splits, and photo features."""
    rng = np.random.default_rng(4)
    folder = tmp_path_factory.mktemp("data") / "tiktok"
    folder.mkdir()
    pairs = rng.permutation(N_CUSTOMERS * N_PRODUCTS)[:400]
    arrays = {"shape": np.array([N_CUSTOMERS, N_PRODUCTS])}
    for split, some in zip(("train", "valid", "test"), np.split(pairs, (280, 340)), strict=True):
        arrays[f"{split}_row"], arrays[f"{split}_col"] = np.divmod(some, N_PRODUCTS)
    np.savez(folder / "interactions.npz", **arrays)
    np.save(folder / "image_features.npy", rng.normal(size=(N_PRODUCTS, PHOTOS)).astype("f4"))
    return folder.parent


def owned_of(case: Case, row: int) -> set[int]:
    return set(case.product_row[case.customer_row == row].tolist())


@pytest.mark.parametrize(
    ("name", "split", "known"),
    [("tiktok", "valid", 280), ("tiktok", "test", 340), ("tiktok_published", "test", 280)],
)
def test_a_shop_knows_yesterday_and_a_published_table_the_train_rows_alone(
    data: Path, name: str, split: str, known: int
) -> None:
    case = read_case(data, name, split)
    assert len(case.customer_row) == known
    assert case.in_stock.all()
    assert sum(map(len, case.wanted)) <= 60
    for row, wanted in zip(case.asked.tolist(), case.wanted, strict=True):
        assert owned_of(case, row)
        assert not owned_of(case, row) & set(wanted.tolist())


@pytest.mark.parametrize("method", QUICK)
def test_every_ranking_has_all_that_is_not_owned_and_is_in_stock_best_first(
    data: Path, method: str
) -> None:
    case = read_case(data, "tiktok", "test")
    case.in_stock[3] = False
    score = METHODS[method].fit(case, METHODS[method].grid[0])
    found = rank(case, score)
    for row, line in zip(case.asked.tolist(), found, strict=True):
        scores = score(np.array([row]))[0]
        free = [one for one in range(N_PRODUCTS) if one not in owned_of(case, row) | {3}]
        best = sorted(free, key=lambda one: (-scores[one], one))[:20]
        assert line[line >= 0].tolist() == best


def test_the_plain_weighted_mean_is_a_loop_over_purchases_that_lose_half_in_a_half_life(
    data: Path,
) -> None:
    case = read_case(data, "tiktok", "test")
    score = METHODS["plain weighted mean"].fit(case, {"half_life_days": 2})
    assert case.photos is not None
    assert set(case.age_days.tolist()) == {0.0, 1.0}
    for row in case.asked[:10].tolist():
        total = np.zeros(PHOTOS)
        for place in np.flatnonzero(case.customer_row == row).tolist():
            photo = case.photos[case.product_row[place]].astype(float)
            total += 0.5 ** (float(case.age_days[place]) / 2) * photo
        expected = case.photos @ (total / np.linalg.norm(total))
        np.testing.assert_allclose(score(np.array([row]))[0], expected, atol=1e-5)


def test_recall_and_ndcg_are_what_they_are_by_hand() -> None:
    found = np.full((2, 20), -1, np.int32)
    found[0, :3], found[1, :12] = (5, 7, 9), range(12)
    values = measure(found, (np.array([7, 8], np.int32), np.array([11], np.int32)))
    assert values["recall@10"].tolist() == [0.5, 0.0]
    assert values["recall@20"].tolist() == [0.5, 1.0]
    first = (1 / np.log2(3)) / (1 + 1 / np.log2(3))
    np.testing.assert_allclose(values["ndcg@10"], [first, 0.0])
    np.testing.assert_allclose(values["ndcg@20"], [first, 1 / np.log2(13)])


def test_settings_are_chosen_on_validation_rows_and_what_was_shown_is_kept(
    data: Path, tmp_path: Path, monkeypatch
) -> None:
    """With everything kept, nothing is fitted again."""
    rows, about = shown(data, tmp_path, "tiktok_published", "test", "item-kNN")
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "tiktok.valid.item-kNN.npz",
        "tiktok_published.test.item-kNN.npz",
    ]
    valid = read_case(data, "tiktok", "valid")
    recalls = [
        measure(rank(valid, METHODS["item-kNN"].fit(valid, one)), valid.wanted)["recall@20"].mean()
        for one in METHODS["item-kNN"].grid
    ]
    assert about["settings"] == METHODS["item-kNN"].grid[int(np.argmax(recalls))]
    monkeypatch.setattr(quality, "METHODS", {})
    again, same = shown(data, tmp_path, "tiktok_published", "test", "item-kNN")
    assert np.array_equal(again, rows)
    assert same == about


def test_leads_are_paired_and_what_needs_photos_says_so_without_them(
    data: Path, tmp_path: Path, monkeypatch
) -> None:
    ours = np.load(_kept(data, tmp_path, "item-kNN"))["rows"]
    about = json.dumps({"settings": {}, "fit_seconds": 1.0})
    np.savez(tmp_path / "tiktok.test.penchant.npz", rows=ours, about=about)
    monkeypatch.setattr(quality, "read_case", lambda *words: _without_photos(read_case(*words)))
    result = run_set(data, tmp_path, "tiktok", "test", ["penchant", *QUICK])
    rows = {row["method"]: row for row in result["rows"]}
    assert rows["plain weighted mean"] == {
        "method": "plain weighted mean",
        "skipped": "not run: the set has no photos",
    }
    assert rows["item-kNN"]["penchant - this, recall@10"]["value"] == 0.0
    gap = rows["popularity"]["penchant - this, recall@10"]["value"]
    alone = rows["penchant"]["recall@10"]["value"] - rows["popularity"]["recall@10"]["value"]
    assert gap == pytest.approx(alone, abs=2e-5)
    assert result["customers"] == rows["EASE"]["recall@20"]["n"]
    kept = run_set(data, tmp_path, "tiktok", "test", ["EASE", "BPR (cornac)"], kept=True)
    assert kept["rows"][0]["recall@10"] == rows["EASE"]["recall@10"]
    assert kept["rows"][1] == {"method": "BPR (cornac)", "skipped": "not run yet"}


def _kept(data: Path, lists: Path, method: str) -> Path:
    shown(data, lists, "tiktok", "test", method)
    return lists / f"tiktok.test.{method}.npz"


def _without_photos(case: Case) -> Case:
    from dataclasses import replace

    return replace(case, photos=None)
