"""The embedding run: right vectors, each content once, unstoppable, and resumed after a crash."""

from __future__ import annotations

import errno
import signal
import subprocess
import sys
import textwrap
import threading
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from penchant import files
from penchant.encoders import (
    CallableEncoder,
    EmbeddingCache,
    EmbeddingRun,
    ProductPhotos,
    embed_products,
    load_run,
    save_run,
)
from penchant.encoders.run import product_vector
from penchant.errors import BuildError, FingerprintError, InputError
from penchant.images import load_photo

SIZE = 16


class Colours:
    """An encoder that gives mean colour and position of brightness, and counts what it is shown."""

    name, dim, fingerprint, size, fit, thread_safe = "colours", 5, "c" * 16, SIZE, "squash", True

    def __init__(self) -> None:
        self.seen: Counter[bytes] = Counter()
        self.lock = threading.Lock()

    def embed(self, pixels: np.ndarray) -> np.ndarray:
        with self.lock:
            self.seen.update(photo.tobytes() for photo in pixels)
        return np.stack([self.one(photo) for photo in pixels])

    @staticmethod
    def one(photo: np.ndarray) -> np.ndarray:
        colours = photo.reshape(-1, 3).mean(axis=0)
        halves = photo[:, : SIZE // 2].mean(), photo[: SIZE // 2].mean()
        return np.array([*colours, *halves], dtype=np.float32) + 1


def draw(path: Path, seed: int) -> str:
    pixels = np.random.default_rng(seed).integers(0, 255, (24, 20, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path, "PNG", compress_level=0)
    return str(path)


@pytest.fixture
def shop(tmp_path: Path) -> list[ProductPhotos]:
    """Forty products: one or two photos, some shared, some not usable."""
    folder = tmp_path / "photos"
    folder.mkdir()
    products = [ProductPhotos(f"P{i:02}", (draw(folder / f"{i}.png", i),)) for i in range(30)]
    shared = draw(folder / "shared.png", 99)
    products += [ProductPhotos(f"S{i}", (shared, products[i].paths[0])) for i in range(4)]
    copy = folder / "copy.png"
    copy.write_bytes(Path(shared).read_bytes())
    (folder / "empty.jpg").touch()
    (folder / "page.jpg").write_bytes(b"<html>")
    (folder / "cut.png").write_bytes(Path(shared).read_bytes()[:700])
    return [
        *products,
        ProductPhotos("copy", (str(copy),)),
        ProductPhotos(
            "bad", tuple(str(folder / name) for name in ("empty.jpg", "page.jpg", "no.jpg"))
        ),
        ProductPhotos("half", (str(folder / "cut.png"), shared)),
        ProductPhotos(
            "web", ("https://shop.example/a.jpg", "//cdn/b.jpg", "data:image/png;base64,AA")
        ),
        ProductPhotos("none", ()),
        ProductPhotos("blank", ("",)),
    ]


def slow_run(products: list[ProductPhotos]) -> dict[str, np.ndarray]:
    """The obvious way: photo by photo."""
    vectors = {}
    for product in products:
        rows = []
        for path in product.paths:
            try:
                photo = load_photo(Path(path), size=SIZE) if path else None
            except InputError:
                continue
            if photo is not None:
                rows.append(Colours.one(photo).astype(float))
        unit = [row / np.linalg.norm(row) for row in rows]
        length = np.mean([np.linalg.norm(row) for row in rows]) if rows else 0.0
        vectors[product.product_id] = np.mean(unit, axis=0) * length if rows else np.zeros(5)
    return vectors


def assert_equal(first: EmbeddingRun, second: EmbeddingRun) -> None:
    assert first.product_ids == second.product_ids
    assert first.vectors.tobytes() == second.vectors.tobytes()
    assert [p.sha256 + p.status for p in first.photos] == [
        p.sha256 + p.status for p in second.photos
    ]


def test_vectors_agree_with_the_slow_twin(shop: list[ProductPhotos], tmp_path: Path) -> None:
    run = embed_products(shop, Colours(), EmbeddingCache(tmp_path / "cache"))
    expected = slow_run(shop)
    assert run.product_ids == tuple(sorted(expected))
    assert run.vectors.dtype == np.float32
    np.testing.assert_allclose(
        run.vectors, np.stack([expected[product] for product in run.product_ids]), rtol=1e-5
    )
    assert run.without_photo == ("bad", "blank", "none", "web")


def test_one_photo_keeps_its_raw_vector(shop: list[ProductPhotos], tmp_path: Path) -> None:
    run = embed_products(shop, Colours(), EmbeddingCache(tmp_path / "cache"))
    row = run.product_ids.index("P07")
    raw = Colours.one(load_photo(Path(shop[7].paths[0]), size=SIZE))
    assert run.vectors[row].tobytes() == raw.tobytes()


def test_every_photo_has_a_record(shop: list[ProductPhotos], tmp_path: Path) -> None:
    run = embed_products(shop, Colours(), EmbeddingCache(tmp_path / "cache"))
    status = {(photo.product_id, Path(photo.path).name): photo.status for photo in run.photos}
    assert len(status) == sum(len(product.paths) for product in shop)
    assert status["bad", "empty.jpg"] == "empty_file"
    assert status["bad", "page.jpg"] == "not_an_image"
    assert status["bad", "no.jpg"] == "missing"
    assert status["half", "cut.png"] == "truncated"
    assert status["half", "shared.png"] == "ok"
    assert status["blank", ""] == "missing"
    assert {photo.status for photo in run.photos if photo.product_id == "web"} == {"not_local"}
    assert all(photo.message for photo in run.photos if photo.status != "ok")
    good = next(photo for photo in run.photos if photo.product_id == "P00")
    assert (good.width, good.height, good.cached) == (20, 24, False)
    assert good.std > 1
    assert run.counts == dict(Counter(sorted(photo.status for photo in run.photos)))
    assert len(run.facts()) == run.counts["ok"]


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("batch_size", [1, 3, 64])
def test_threads_batches_and_order_do_not_matter(
    shop: list[ProductPhotos], tmp_path: Path, workers: int, batch_size: int
) -> None:
    expected = embed_products(shop, Colours(), EmbeddingCache(tmp_path / "a"))
    cache = EmbeddingCache(tmp_path / "b", shard_size=4)
    assert_equal(
        embed_products(shop[::-1], Colours(), cache, workers=workers, batch_size=batch_size),
        expected,
    )


def test_each_content_is_embedded_once(shop: list[ProductPhotos], tmp_path: Path) -> None:
    encoder = Colours()
    embed_products(shop, encoder, EmbeddingCache(tmp_path / "cache"), workers=4, batch_size=2)
    assert set(encoder.seen.values()) == {1}
    assert len(encoder.seen) == 31


def test_a_second_run_embeds_nothing_and_says_so(shop: list[ProductPhotos], tmp_path: Path) -> None:
    first = embed_products(shop, Colours(), EmbeddingCache(tmp_path / "cache"))
    encoder = Colours()
    second = embed_products(shop, encoder, EmbeddingCache(tmp_path / "cache"))
    assert not encoder.seen
    assert_equal(first, second)
    assert all(photo.cached for photo in second.photos if photo.status == "ok")


def test_progress_counts_paths_up_to_all(shop: list[ProductPhotos], tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    embed_products(
        shop,
        Colours(),
        EmbeddingCache(tmp_path / "cache"),
        batch_size=7,
        on_progress=lambda done, total: calls.append((done, total)),
    )
    paths = {path for product in shop for path in product.paths}
    assert calls[-1] == (len(paths), len(paths))
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)


def test_nothing_to_do_is_fine(tmp_path: Path) -> None:
    run = embed_products([], Colours(), EmbeddingCache(tmp_path / "cache"))
    assert run.vectors.shape == (0, 5)
    assert run.photos == ()


def test_a_product_given_twice_is_refused(shop: list[ProductPhotos], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="P00"):
        embed_products([*shop, shop[0]], Colours(), EmbeddingCache(tmp_path / "cache"))


@pytest.mark.parametrize("numbers", [{"workers": 0}, {"batch_size": 0}])
def test_numbers_below_one_are_refused(tmp_path: Path, numbers: dict[str, int]) -> None:
    with pytest.raises(InputError, match="at least 1"):
        embed_products([], Colours(), EmbeddingCache(tmp_path / "cache"), **numbers)


def test_an_encoder_that_fails_on_one_photo_loses_only_that(
    shop: list[ProductPhotos], tmp_path: Path
) -> None:
    spoilt = load_photo(Path(shop[3].paths[0]), size=SIZE).tobytes()
    zero = load_photo(Path(shop[5].paths[0]), size=SIZE).tobytes()

    def embed(pixels: np.ndarray) -> np.ndarray:
        rows = Colours().embed(pixels)
        for row, photo in enumerate(pixels):
            rows[row] *= {spoilt: np.nan, zero: 0.0}.get(photo.tobytes(), 1.0)
        return rows

    encoder = CallableEncoder(embed, name="mine", size=SIZE, takes="pixels")
    run = embed_products(shop[:10], encoder, EmbeddingCache(tmp_path / "cache"))
    assert run.without_photo == ("P03", "P05")
    failed = [photo for photo in run.photos if photo.status == "encoder_failed"]
    assert [photo.product_id for photo in failed] == ["P03", "P05"]
    assert "NaN" in failed[0].message
    assert "zeros" in failed[1].message


def test_encoders_that_are_not_thread_safe_stay_in_one_thread(
    shop: list[ProductPhotos], tmp_path: Path
) -> None:
    threads: set[int] = set()

    def embed(pixels: np.ndarray) -> np.ndarray:
        threads.add(threading.get_ident())
        return Colours().embed(pixels)

    encoder = CallableEncoder(embed, name="mine", size=SIZE, takes="pixels")
    run = embed_products(shop, encoder, EmbeddingCache(tmp_path / "cache"), workers=4, batch_size=2)
    assert threads == {threading.get_ident()}
    assert run.counts["ok"] > 30


def test_a_cache_of_another_encoder_is_refused(shop: list[ProductPhotos], tmp_path: Path) -> None:
    embed_products(shop[:2], Colours(), EmbeddingCache(tmp_path / "cache"))
    other = Colours()
    other.fingerprint = "d" * 16
    with pytest.raises(FingerprintError, match="cccccccccccccccc"):
        embed_products(shop[:2], other, EmbeddingCache(tmp_path / "cache"))


def test_a_full_disk_stops_the_run_and_keeps_what_was_done(
    shop: list[ProductPhotos], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, written = files.write_synced, []

    def fills_up(path: Path, content: files.Content) -> None:
        if ".npy" in path.name and len(written) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        if ".npy" in path.name:
            written.append(path)
        real(path, content)

    monkeypatch.setattr(files, "write_synced", fills_up)
    with pytest.raises(BuildError, match=r"disk is full.* run the command again.* 12 photos"):
        embed_products(
            shop, Colours(), EmbeddingCache(tmp_path / "cache", shard_size=4), batch_size=4
        )
    monkeypatch.undo()
    encoder = Colours()
    run = embed_products(shop, encoder, EmbeddingCache(tmp_path / "cache"))
    assert len(encoder.seen) == 31 - 12
    assert_equal(run, embed_products(shop, Colours(), EmbeddingCache(tmp_path / "fresh")))


SCRIPT = """
import os, signal, sys
from pathlib import Path
import numpy as np
from penchant.encoders import EmbeddingCache, ProductPhotos, embed_products, save_run

class Colours:
    name, dim, fingerprint, size, fit, thread_safe = "colours", 5, "c" * 16, 16, "squash", True
    shown = 0
    def embed(self, pixels):
        Colours.shown += len(pixels)
        if Colours.shown > int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)
        out = [[*p.reshape(-1, 3).mean(axis=0), p[:, :8].mean(), p[:8].mean()] for p in pixels]
        return np.array(out, dtype=np.float32) + 1

folder, out = Path(sys.argv[1]), Path(sys.argv[2])
photos = sorted(folder.glob("*.png"))
shop = [ProductPhotos(p.stem, (str(p), str(folder / "0.png"))) for p in photos]
cache = EmbeddingCache(out / "cache", shard_size=4)
save_run(embed_products(shop, Colours(), cache, workers=2, batch_size=3), out / "run")
"""


def test_a_killed_run_goes_on_and_ends_with_the_same_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for seed in range(30):
        draw(folder / f"{seed}.png", seed)

    def start(out: str, kill_after: int) -> int:
        command = [sys.executable, "-c", textwrap.dedent(SCRIPT), str(folder), str(tmp_path / out)]
        return subprocess.run([*command, str(kill_after)], check=False).returncode

    assert start("whole", 10**6) == 0
    assert start("killed", 24) == -signal.SIGKILL
    kept = len(list((tmp_path / "killed" / "cache").glob("shard-*.json")))
    assert 3 <= kept <= 6
    assert not (tmp_path / "killed" / "run").exists()
    # what is left to do is less than all, so going on with a budget below 30 proves the reuse
    assert start("killed", 30 - 4 * kept) == 0
    names = sorted(path.name for path in (tmp_path / "whole" / "run").iterdir())
    assert names == ["photos.parquet", "product_ids.json", "run.json", "vectors.npy"]
    for name in names:
        whole, resumed = (tmp_path / out / "run" / name for out in ("whole", "killed"))
        assert whole.read_bytes() == resumed.read_bytes(), name


def test_the_vector_of_several_photos_is_the_mean_direction_at_the_mean_length() -> None:
    rows = np.array([[3.0, 0.0], [0.0, 5.0]], dtype=np.float32)
    assert product_vector(rows).tolist() == [2.0, 2.0]
    assert product_vector(rows[:1]).tolist() == [3.0, 0.0]
    assert product_vector(rows).min() >= 0


def test_a_run_comes_back_from_disk(shop: list[ProductPhotos], tmp_path: Path) -> None:
    run = embed_products(shop, Colours(), EmbeddingCache(tmp_path / "cache"))
    save_run(run, tmp_path / "run")
    found = load_run(tmp_path / "run")
    assert_equal(found, run)
    assert found.fingerprint == "c" * 16
    assert [(p.path, p.message, p.std, p.dhash, p.width) for p in found.photos] == [
        (p.path, p.message, p.std, p.dhash, p.width) for p in run.photos
    ]
    before = {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()}
    save_run(found, tmp_path / "run")
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()}


@pytest.mark.parametrize("name", ["vectors.npy", "product_ids.json", "photos.parquet", "run.json"])
@pytest.mark.parametrize("damage", ["cut", "flip", "gone"])
def test_a_damaged_run_is_noticed(
    shop: list[ProductPhotos], tmp_path: Path, name: str, damage: str
) -> None:
    save_run(embed_products(shop, Colours(), EmbeddingCache(tmp_path / "cache")), tmp_path / "run")
    path = tmp_path / "run" / name
    data = bytearray(path.read_bytes())
    if damage == "gone":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(data[: len(data) // 2])
    else:
        data[len(data) // 2] ^= 0xFF
        path.write_bytes(data)
    with pytest.raises(Exception, match=r"damaged|No embedding run") as caught:
        load_run(tmp_path / "run")
    assert caught.value.code in ("build_failed", "not_found")


def test_ids_with_any_character_survive(tmp_path: Path) -> None:
    path = draw(tmp_path / "a.png", 1)
    names = ["a/b", "ü", "\u2028", '"', " 007", "7.0", "\n"]
    run = embed_products(
        [ProductPhotos(name, (path,)) for name in names], Colours(), EmbeddingCache(tmp_path / "c")
    )
    save_run(run, tmp_path / "run")
    assert load_run(tmp_path / "run").product_ids == tuple(sorted(names))
