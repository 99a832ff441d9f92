"""Embed a catalogue's photos: in parallel, resumable, each content once; no photo can stop it."""

from __future__ import annotations

import os
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing

import numpy as np

from penchant.encoders.base import Encoder
from penchant.encoders.cache import EmbeddingCache
from penchant.encoders.records import (
    OK,
    EmbeddingRun,
    PhotoRecord,
    ProductPhotos,
    sorted_products,
)
from penchant.encoders.work import Chunk, Claims, Embedded, Failure, embed_chunk, read_chunk
from penchant.errors import InputError
from penchant.types import Embeddings, Vector

Progress = Callable[[int, int], None]


def embed_products(
    products: Sequence[ProductPhotos],
    encoder: Encoder,
    cache: EmbeddingCache,
    *,
    workers: int | None = None,
    batch_size: int = 16,
    on_progress: Progress | None = None,
) -> EmbeddingRun:
    """Embed every photo of every product and give one vector per product.

    A product with one usable photo has that photo's embedding as it is. With several, the vector is
    the mean of their unit vectors times the mean of their lengths, so that features that are never
    negative stay so; a photo listed twice counts once.

    The result does not depend on `workers`, `batch_size`, the order of `products`, or on whether an
    earlier run was cut short.

    Args:
        products: Each id once; paths of local files.
        encoder: Encoders that are not `thread_safe` are called from this thread only.
        cache: Opened here and closed at the end; finished embeddings are written every few hundred
            photos.
        workers: Threads, >= 1; as many as there are processors if not given.
        batch_size: Photos per piece of work, >= 1.
        on_progress: Called from this thread with (photos done, photos in all).

    Returns:
        Vectors by product and a record of every photo.

    Raises:
        InputError: if a product is given twice, or a number is out of range.
        FingerprintError: if the cache belongs to another encoder.
        BuildError: if the disk is full or the cache in use; run again to go on.
    """
    n_workers = _processors() if workers is None else workers
    if n_workers < 1 or batch_size < 1:
        raise InputError(
            f"workers is {n_workers} and batch_size {batch_size}; both must be at least 1."
        )
    ordered = sorted_products(products)
    paths = sorted({path for product in ordered for path in product.paths})
    chunks = [paths[start : start + batch_size] for start in range(0, len(paths), batch_size)]
    cache.open(fingerprint=encoder.fingerprint, dim=encoder.dim)
    try:
        known = _Known(cache)
        with warnings.catch_warnings():
            # Pillow warns of oddities in files (EXIF, palettes); what matters of them is recorded
            warnings.filterwarnings("ignore", module=r"PIL\b")
            with closing(_results(chunks, encoder, cache, n_workers)) as results:
                for chunk, embedded in results:
                    known.take(chunk, embedded)
                    if on_progress is not None:
                        on_progress(known.n_paths, len(paths))
        cache.flush()
        return _run(ordered, known, encoder)
    finally:
        cache.close()


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _results(
    chunks: Iterable[Sequence[str]], encoder: Encoder, cache: EmbeddingCache, n_workers: int
) -> Generator[tuple[Chunk, Embedded], None, None]:
    claims = Claims()

    def work(paths: Sequence[str]) -> tuple[Chunk, Embedded | None]:
        chunk = read_chunk(paths, encoder, cache=cache, claims=claims)
        return chunk, embed_chunk(chunk, encoder) if encoder.thread_safe else None

    with ThreadPoolExecutor(n_workers, thread_name_prefix="embed") as pool:
        for chunk, embedded in _in_order(pool, work, chunks, ahead=2 * n_workers):
            yield chunk, embed_chunk(chunk, encoder) if embedded is None else embedded


def _in_order(
    pool: ThreadPoolExecutor,
    work: Callable[[Sequence[str]], tuple[Chunk, Embedded | None]],
    chunks: Iterable[Sequence[str]],
    *,
    ahead: int,
) -> Generator[tuple[Chunk, Embedded | None], None, None]:
    """Give results in the order of the chunks, with at most `ahead` of them in memory."""
    waiting: deque[Future[tuple[Chunk, Embedded | None]]] = deque()
    try:
        for paths in chunks:
            waiting.append(pool.submit(work, paths))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


class _Known:
    """What the run has found out so far about paths and contents."""

    def __init__(self, cache: EmbeddingCache):
        self._cache = cache
        self._digests: dict[str, str] = {}
        self._unread: dict[str, Failure] = {}
        self._rejected: dict[str, Failure] = {}
        self._new: set[str] = set()
        self.n_paths = 0

    def take(self, chunk: Chunk, embedded: Embedded) -> None:
        """Add one chunk's results and put its vectors into the cache."""
        self.n_paths += chunk.n_paths
        self._digests.update(chunk.digests)
        self._unread.update(chunk.unread)
        self._rejected.update(chunk.rejected)
        self._rejected.update(embedded.rejected)
        for content, vector in embedded.vectors:
            self._cache.add(content, vector)
            self._new.add(content.sha256)

    def record(self, product_id: str, path: str) -> PhotoRecord:
        """Describe one photo of one product."""
        digest = self._digests.get(path, "")
        failure = self._rejected.get(digest) if digest else self._unread[path]
        if failure is not None:
            return PhotoRecord(product_id, path, digest, failure.reason, failure.message)
        content = self._cache.content(digest)
        return PhotoRecord(
            product_id,
            path,
            digest,
            OK,
            width=content.width,
            height=content.height,
            std=content.std,
            dhash=content.dhash,
            cached=digest not in self._new,
        )

    def vector(self, digest: str) -> Vector:
        """Give the embedding of a content."""
        return self._cache.vector(digest)


def _run(products: Sequence[ProductPhotos], known: _Known, encoder: Encoder) -> EmbeddingRun:
    photos: list[PhotoRecord] = []
    vectors = np.zeros((len(products), encoder.dim), dtype=np.float32)
    for row, product in enumerate(products):
        records = [known.record(product.product_id, path) for path in dict.fromkeys(product.paths)]
        photos += records
        usable = dict.fromkeys(record.sha256 for record in records if record.status == OK)
        if usable:
            vectors[row] = product_vector(np.stack([known.vector(digest) for digest in usable]))
    return EmbeddingRun(
        product_ids=tuple(product.product_id for product in products),
        vectors=vectors,
        photos=tuple(photos),
        fingerprint=encoder.fingerprint,
    )


def product_vector(rows: Embeddings) -> Vector:
    """Make one vector of the embeddings of a product's photos.

    Args:
        rows: Shape (n, dim), n >= 1, no row all zeros.

    Returns:
        Shape (dim,), float32: the row itself if there is one, else the mean of the unit rows times
        the mean of their lengths.

    Example:
        >>> product_vector(np.array([[2.0, 0.0], [0.0, 4.0]], dtype=np.float32)).tolist()
        [1.5, 1.5]
    """
    if len(rows) == 1:
        single: Vector = rows[0]
        return single
    wide = rows.astype(np.float64)
    lengths = np.sqrt((wide * wide).sum(axis=1))
    mean: Vector = ((wide / lengths[:, None]).mean(axis=0) * lengths.mean()).astype(np.float32)
    return mean
