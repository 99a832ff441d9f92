"""Keep an embedding run on disk: `vectors.npy`, `product_ids.json`, `photos.parquet`, `run.json`.

The bytes depend on the run alone. `run.json` is written last and holds the digests of the others,
so that a half-written run is noticed.
"""

from __future__ import annotations

import io
import json
from dataclasses import fields
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np

from penchant.encoders.records import EmbeddingRun, PhotoRecord
from penchant.errors import BuildError, NotFoundError
from penchant.files import Content, disk_error, json_bytes, npy_parts, parts_of, write_together

_FORMAT: Final = 1
_RUN: Final = "run.json"
_VECTORS: Final = "vectors.npy"
_PRODUCTS: Final = "product_ids.json"
_PHOTOS: Final = "photos.parquet"
_COLUMNS: Final = tuple(field.name for field in fields(PhotoRecord) if field.name != "cached")


def save_run(run: EmbeddingRun, directory: Path) -> None:
    """Write a run.

    Args:
        run: What to write.
        directory: Made if it does not exist; an earlier run in it is replaced.

    Raises:
        BuildError: if it cannot be written.
    """
    parts: dict[str, Content] = {
        _VECTORS: npy_parts(run.vectors),
        _PRODUCTS: json_bytes(list(run.product_ids)),
        _PHOTOS: _photos_bytes(run),
    }
    head = {
        "format": _FORMAT,
        "fingerprint": run.fingerprint,
        "dim": run.dim,
        "n_products": len(run.product_ids),
        "photos": run.counts,
        "sha256": {name: _digest(content) for name, content in parts.items()},
    }
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise disk_error(error, directory) from error
    parts[_RUN] = json_bytes(head)
    write_together({directory / name: content for name, content in parts.items()})


def load_run(directory: Path) -> EmbeddingRun:
    """Read a run that `save_run` wrote.

    Args:
        directory: Where it lies.

    Returns:
        The run; its photos count as cached.

    Raises:
        NotFoundError: if there is no run.
        BuildError: if its files are damaged or do not belong together.
    """
    if not (directory / _RUN).is_file():
        raise NotFoundError(
            "embedding run in", str(directory), hint="Make one with: penchant embed"
        )
    try:
        return _read(directory)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BuildError(
            f"The embeddings in {directory} are damaged: {error}. Embed again; known photos are "
            "quick."
        ) from error


def _read(directory: Path) -> EmbeddingRun:
    head = json.loads((directory / _RUN).read_bytes())
    if head["format"] != _FORMAT:
        raise ValueError(f"format {head['format']} is not known")
    products, photos = ((directory / name).read_bytes() for name in (_PRODUCTS, _PHOTOS))
    # mapped, not read: a catalogue's vectors may be the better part of a gigabyte
    vectors = np.load(directory / _VECTORS, mmap_mode="r", allow_pickle=False)
    parts: dict[str, Content] = {
        _VECTORS: npy_parts(vectors),
        _PRODUCTS: products,
        _PHOTOS: photos,
    }
    for name, content in parts.items():
        if _digest(content) != head["sha256"][name]:
            raise ValueError(f"{name} has another digest than {_RUN} says")
    return EmbeddingRun(
        product_ids=tuple(json.loads(products)),
        vectors=vectors,
        photos=_photos_of(photos),
        fingerprint=head["fingerprint"],
    )


def _digest(content: Content) -> str:
    digest = sha256()
    for part in parts_of(content):
        digest.update(part)
    return digest.hexdigest()


def _photos_bytes(run: EmbeddingRun) -> bytes:
    import polars as pl

    rows: dict[str, list[Any]] = {
        name: [getattr(photo, name) for photo in run.photos] for name in _COLUMNS
    }
    numbers = {"width": pl.Int32, "height": pl.Int32, "std": pl.Float64}
    table = pl.DataFrame(rows, schema={name: numbers.get(name, pl.String) for name in _COLUMNS})
    buffer = io.BytesIO()
    table.write_parquet(buffer, compression="zstd", statistics=False)
    return buffer.getvalue()


def _photos_of(data: bytes) -> tuple[PhotoRecord, ...]:
    import polars as pl

    table = pl.read_parquet(io.BytesIO(data), columns=list(_COLUMNS))
    return tuple(PhotoRecord(**row, cached=True) for row in table.iter_rows(named=True))
