"""The photo bench measures what it says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from penchant.bench.photos import bench_photos
from penchant.errors import InputError


class Slow:
    """An encoder that takes its time, so that reading hardly matters."""

    name, dim, fingerprint, size, fit, thread_safe = "slow", 3, "e" * 16, 8, "squash", True

    def __init__(self) -> None:
        self.shown = 0

    def embed(self, pixels: np.ndarray) -> np.ndarray:
        self.shown += len(pixels)
        heavy = np.random.default_rng(0).normal(size=(300, 300))
        for _ in range(len(pixels) * 4):
            heavy = np.tanh(heavy)
        return pixels.mean(axis=(1, 2)).astype(np.float32) + 1


def test_end_to_end_is_compared_with_the_bare_model(tmp_path: Path) -> None:
    for number in range(6):
        Image.new("RGB", (9, 9), (number, 9, 9)).save(tmp_path / f"{number}.png")
    encoder = Slow()
    found = bench_photos(sorted(tmp_path.glob("*.png")), encoder, workers=1, rounds=2)
    assert encoder.shown == 6 * 2 * 3
    assert (found["photos"], found["workers"]) == (6.0, 1.0)
    ratio = found["photos_per_second"] / found["bare_photos_per_second"]
    assert found["share"] == pytest.approx(ratio, rel=0.02)
    assert found["cpu_share"] > 0
    assert found["share_of_plain_loop"] > 0


def test_no_photos_are_refused() -> None:
    with pytest.raises(InputError, match="at least one photo"):
        bench_photos([], Slow())
