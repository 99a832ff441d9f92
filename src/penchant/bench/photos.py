"""How fast photos are embedded, as a share of what the bare model can do on the same machine."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from penchant.encoders import EmbeddingCache, Encoder, ProductPhotos, embed_products
from penchant.errors import InputError
from penchant.images import load_photo
from penchant.types import Pixels


def bench_photos(
    paths: Sequence[Path], encoder: Encoder, *, workers: int = 2, rounds: int = 3
) -> dict[str, float]:
    """Compare a whole embedding run (read, hash, decode, embed, write) with the bare model.

    The bare model gets the same photos, decoded beforehand, on as many threads; the plain loop
    decodes and embeds them and does nothing else. Rounds alternate, so that a busy machine slows
    all; the best round of each counts.

    Args:
        paths: Photos with different contents, at least one.
        encoder: Thread-safe.
        workers: Threads, >= 1.
        rounds: How often to measure each, >= 1.

    Returns:
        `photos`, `workers`, `photos_per_second` (end to end), `bare_photos_per_second`, `share`
        (the one divided by the other), `cpu_share` (the same in processor time), and
        `share_of_plain_loop`: what is lost to anything but decoding.

    Raises:
        InputError: if there are no photos.
    """
    if not paths:
        raise InputError("paths is empty, at least one photo is needed.")
    pixels = np.stack([load_photo(path, size=encoder.size, fit=encoder.fit) for path in paths])
    bare, whole, plain = [], [], []
    for _ in range(rounds):
        bare.append(_timed(lambda: _bare(encoder, pixels, workers)))
        plain.append(_timed(lambda: _plain(encoder, paths, workers))[0])
        whole.append(_timed(lambda: _whole(encoder, paths, workers)))
    bare_wall, bare_cpu = np.min(bare, axis=0).tolist()
    wall, cpu = np.min(whole, axis=0).tolist()
    return {
        "photos": float(len(paths)),
        "workers": float(workers),
        "photos_per_second": round(len(paths) / wall, 1),
        "bare_photos_per_second": round(len(paths) / bare_wall, 1),
        "share": round(bare_wall / wall, 3),
        "cpu_share": round(bare_cpu / cpu, 3),
        "share_of_plain_loop": round(min(plain) / wall, 3),
    }


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Measure wall seconds and processor seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def _bare(encoder: Encoder, pixels: Pixels, workers: int) -> None:
    pieces = [pixels[start : start + 16] for start in range(0, len(pixels), 16)]
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(encoder.embed, pieces))


def _plain(encoder: Encoder, paths: Sequence[Path], workers: int) -> None:
    def work(path: Path) -> None:
        encoder.embed(load_photo(path, size=encoder.size, fit=encoder.fit)[None])

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, paths))


def _whole(encoder: Encoder, paths: Sequence[Path], workers: int) -> None:
    products = [ProductPhotos(str(number), (str(path),)) for number, path in enumerate(paths)]
    with tempfile.TemporaryDirectory() as folder:
        embed_products(products, encoder, EmbeddingCache(Path(folder)), workers=workers)
