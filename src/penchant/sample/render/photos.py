"""Photo files: draw designs and save them as JPEG, several at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from penchant.sample.design import Design
from penchant.sample.render.picture import photograph
from penchant.sample.render.scenes import scene

QUALITY: Final = 87


def draw(design: Design, directory: Path) -> Path:
    """Draw one design's photo into a directory, named after its product."""
    path = directory / f"{design.product_id}.jpg"
    photograph(scene(design)).save(path, quality=QUALITY, optimize=True)
    return path


def draw_all(chosen: Sequence[Design], directory: Path) -> Iterator[Path]:
    """Draw designs on all cores, giving each path when its photo is done."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    directory.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(draw, design, directory) for design in chosen]
        for job in jobs:
            yield job.result()
