"""Vectors a shop made itself: read from a file, checked, looked up by product.

Ids always travel with the vectors: in the file, or in a file of ids beside it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from penchant.columns import PRODUCT_ID
from penchant.encoders.base import fingerprint_of
from penchant.errors import InputError, NotFoundError
from penchant.types import Embeddings, Mask

_ID_NAMES: Final = (PRODUCT_ID, "product_ids", "ids", "id")
_VECTOR_NAMES: Final = ("embedding", "embeddings", "vectors", "vector")


@dataclass(frozen=True, slots=True)
class VectorProblem:
    """A product whose vector cannot be used: `not_finite`, `all_zero` or `duplicate_id`."""

    product_id: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class PrecomputedVectors:
    """Embeddings by product, made elsewhere.

    Attributes:
        name: `precomputed:` and the file's name.
        dim: Length of an embedding.
        fingerprint: Over ids and values, whatever the file's format.
        product_ids: Usable products, sorted.
        vectors: Shape (n, dim), float32, row i for `product_ids[i]`.
        problems: Products left out, sorted.
    """

    name: str
    dim: int
    fingerprint: str
    product_ids: tuple[str, ...]
    vectors: Embeddings
    problems: tuple[VectorProblem, ...] = ()
    _rows: dict[str, int] = field(default_factory=dict, repr=False)

    def vectors_for(self, product_ids: Sequence[str]) -> tuple[Embeddings, Mask]:
        """Look up products.

        Args:
            product_ids: In any order, repeats allowed.

        Returns:
            Embeddings of shape (n, dim), row i for `product_ids[i]` and zeros where there is none,
            and a mask of shape (n,) that is True where there is one.
        """
        rows = [self._rows.get(product_id, -1) for product_id in product_ids]
        found = np.array([row >= 0 for row in rows], dtype=np.bool_)
        out = np.zeros((len(rows), self.dim), dtype=np.float32)
        out[found] = self.vectors[[row for row in rows if row >= 0]]
        return out, found


def precomputed_vectors(path: Path, *, ids: Sequence[str] | None = None) -> PrecomputedVectors:
    """Read vectors from a file.

    - `.npy`: shape (n, dim); ids one a line in `FILE.ids.txt`, as a list in `FILE.ids.json`, or
      given.
    - `.npz`: an array `ids` (text) and an array `vectors`.
    - `.parquet`: a column `product_id` and a column `embedding` of lists.

    Args:
        path: The file.
        ids: Product of each row of a `.npy`, where no file beside it says so.

    Returns:
        The usable vectors. Rows with NaN, infinity or only zeros, and repeated ids (the first row
        counts), are left out and named in `problems`.

    Raises:
        NotFoundError: if there is no such file, or no ids for it.
        InputError: if the file is damaged, or ids and vectors do not fit together.
    """
    if not path.is_file():
        raise NotFoundError("file of vectors", str(path))
    readers = {".npy": _read_npy, ".npz": _read_npz, ".parquet": _read_parquet}
    if path.suffix.lower() not in readers:
        raise InputError(f'"{path}" has an unknown ending, expected one of {", ".join(readers)}.')
    found, raw = readers[path.suffix.lower()](path, ids)
    return vectors_of(found, _checked(raw, len(found), path), name=f"precomputed:{path.name}")


def vectors_of(product_ids: Sequence[str], vectors: Embeddings, *, name: str) -> PrecomputedVectors:
    """Sort vectors by product and set aside those that cannot be used.

    Args:
        product_ids: One per row.
        vectors: Shape (n, dim), float32; not changed.
        name: For reports.

    Returns:
        The usable vectors.

    Example:
        >>> some = vectors_of(["b", "a"], np.array([[1, 2], [0, 0]], np.float32), name="mine")
        >>> some.product_ids, some.problems
        (('b',), (VectorProblem(product_id='a', reason='all_zero'),))
    """
    problems = {
        f"{key}": "duplicate_id" for key, count in Counter(product_ids).items() if count > 1
    }
    finite: Mask = np.asarray(np.isfinite(vectors).all(axis=1))
    zero: Mask = np.asarray(~vectors.any(axis=1))
    rows: dict[str, int] = {}
    for row, product_id in enumerate(product_ids):
        if not finite[row] or zero[row]:
            problems.setdefault(product_id, "all_zero" if finite[row] else "not_finite")
        elif product_id not in rows:
            rows[product_id] = row
    kept = sorted(rows)
    chosen = np.ascontiguousarray(vectors[[rows[product_id] for product_id in kept]])
    digest = hashlib.sha256(json.dumps(kept).encode())
    digest.update(chosen.astype("<f4").tobytes())
    parts = {"kind": "precomputed/1", "vectors": digest.hexdigest(), "dim": vectors.shape[1]}
    return PrecomputedVectors(
        name=name,
        dim=int(vectors.shape[1]),
        fingerprint=fingerprint_of(parts),
        product_ids=tuple(kept),
        vectors=chosen,
        problems=tuple(VectorProblem(key, problems[key]) for key in sorted(problems)),
        _rows={product_id: row for row, product_id in enumerate(kept)},
    )


def _checked(raw: NDArray[Any], n_ids: int, path: Path) -> Embeddings:
    if raw.ndim != 2 or raw.shape[1] == 0 or raw.dtype.kind not in "fiu":
        raise InputError(
            f'"{path}" holds vectors of shape {raw.shape} and type {raw.dtype}, must be (n, dim) '
            "numbers."
        )
    if len(raw) != n_ids:
        raise InputError(
            f'"{path}" has {len(raw)} vectors but {n_ids} ids; must be one id per vector.'
        )
    with np.errstate(
        over="ignore"
    ):  # values beyond float32 become infinite and are reported as such
        return np.asarray(raw, dtype=np.float32)


def _read_npy(path: Path, ids: Sequence[str] | None) -> tuple[list[str], NDArray[Any]]:
    try:
        with path.open("rb") as file:
            raw = np.load(file, allow_pickle=False)
    except Exception as error:  # damaged files raise value, OS, end-of-file and zip errors alike
        raise _unreadable(path, error) from error
    if not isinstance(raw, np.ndarray):
        raise InputError(f'"{path}" is an archive of several arrays; name it .npz.')
    return _ids_beside(path) if ids is None else [str(key) for key in ids], raw


def _unreadable(path: Path, error: Exception) -> InputError:
    return InputError(
        f'"{path}" cannot be read as numpy arrays: {error}. Save it again with numpy.'
    )


def _ids_beside(path: Path) -> list[str]:
    for stem in (path.with_suffix(""), path):
        text, listed = Path(f"{stem}.ids.txt"), Path(f"{stem}.ids.json")
        if text.is_file():
            return _read_text(text).splitlines()
        if listed.is_file():
            return _parse_list(listed)
    wanted = f"{path.stem}.ids.txt"
    raise NotFoundError(
        "file of ids for",
        str(path),
        hint=f'Put one product_id a line, in order of the rows, into "{wanted}".',
    )


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f'"{path}" is not UTF-8 text; save it as UTF-8, one product_id a line.'
        ) from error


def _parse_list(path: Path) -> list[str]:
    try:
        values = json.loads(_read_text(path))
    except (ValueError, RecursionError) as error:
        raise InputError(
            f'"{path}" is not JSON: {error}. Expected a list of product ids.'
        ) from error
    if not isinstance(values, list) or not all(isinstance(value, (str, int)) for value in values):
        raise InputError(f'"{path}" is not a list of product ids.')
    return [str(value) for value in values]


def _read_npz(path: Path, _: Sequence[str] | None) -> tuple[list[str], NDArray[Any]]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            names = list(archive.files)
            keys, values = _first_of(names, _ID_NAMES, path), _first_of(names, _VECTOR_NAMES, path)
            found, raw = archive[keys], archive[values]
    except InputError:
        raise
    except Exception as error:  # damaged files raise value, OS, end-of-file and zip errors alike
        raise _unreadable(path, error) from error
    if found.ndim != 1 or found.dtype.kind not in "Uiu":
        raise InputError(f'"{path}" has ids of type {found.dtype}, must be a row of text.')
    return found.astype(str).tolist(), raw


def _first_of(names: Sequence[str], wanted: Sequence[str], path: Path) -> str:
    for name in wanted:
        if name in names:
            return name
    raise InputError(
        f'"{path}" has {", ".join(names) or "nothing"}; expected one of {", ".join(wanted)}.'
    )


def _read_parquet(path: Path, _: Sequence[str] | None) -> tuple[list[str], NDArray[Any]]:
    import polars as pl

    try:
        names = pl.read_parquet_schema(path)
        keys = _first_of(list(names), _ID_NAMES, path)
        values = _first_of(list(names), _VECTOR_NAMES, path)
        table = pl.read_parquet(path, columns=[keys, values])
        found = table[keys].cast(pl.String, strict=True).to_list()
        lists = table[values].cast(pl.List(pl.Float64)).to_list()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f'"{path}" cannot be read as a table of vectors: {error}') from error
    if any(key is None for key in found):
        raise InputError(f'"{path}" has a row without {keys}; every vector needs its product.')
    return found, _matrix(lists, path)


def _matrix(lists: Sequence[Sequence[float | None] | None], path: Path) -> NDArray[np.float64]:
    lengths = {len(values) for values in lists if values is not None}
    if len(lengths) != 1:
        raise InputError(
            f'"{path}" has vectors of {sorted(lengths)} numbers, must all have the same.'
        )
    (dim,) = lengths
    empty = [np.nan] * dim
    return np.array([empty if values is None else values for values in lists], dtype=np.float64)
