"""Vectors made elsewhere are read from every format, looked up, and checked row by row."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from penchant.encoders import PrecomputedVectors, VectorProblem, get_encoder
from penchant.encoders.precomputed import precomputed_vectors
from penchant.errors import InputError, NotFoundError

IDS = ["b", "a", "c"]
ROWS = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])


def npy_with_text(path: Path, ids: list[str], rows: np.ndarray) -> Path:
    np.save(path / "v.npy", rows)
    (path / "v.ids.txt").write_text("\n".join(ids) + "\n", encoding="utf-8")
    return path / "v.npy"


def npy_with_json(path: Path, ids: list[str], rows: np.ndarray) -> Path:
    np.save(path / "v.npy", rows)
    (path / "v.npy.ids.json").write_text(json.dumps(ids), encoding="utf-8")
    return path / "v.npy"


def npz(path: Path, ids: list[str], rows: np.ndarray) -> Path:
    np.savez(path / "v.npz", ids=np.array(ids), vectors=rows)
    return path / "v.npz"


def parquet(path: Path, ids: list[str], rows: np.ndarray) -> Path:
    pl.DataFrame({"product_id": ids, "embedding": rows.tolist(), "title": ids}).write_parquet(
        path / "v.parquet"
    )
    return path / "v.parquet"


def parquet_array(path: Path, ids: list[str], rows: np.ndarray) -> Path:
    column = pl.Series("embedding", rows.astype(np.float32))
    pl.DataFrame([pl.Series("product_id", ids), column]).write_parquet(path / "v.parquet")
    return path / "v.parquet"


WRITERS = [npy_with_text, npy_with_json, npz, parquet, parquet_array]
Writer = Callable[[Path, list[str], np.ndarray], Path]


@pytest.mark.parametrize("write", WRITERS)
def test_every_format_gives_the_same_vectors(write: Writer, tmp_path: Path) -> None:
    vectors = get_encoder(f"precomputed:{write(tmp_path, IDS, ROWS)}")
    assert isinstance(vectors, PrecomputedVectors)
    assert vectors.product_ids == ("a", "b", "c")
    assert vectors.vectors.tolist() == [[3, 4], [1, 2], [5, 6]]
    assert vectors.vectors.dtype == np.float32
    assert (vectors.dim, vectors.problems) == (2, ())


@pytest.mark.parametrize("write", WRITERS)
def test_lookup_keeps_the_callers_order(write: Writer, tmp_path: Path) -> None:
    vectors = precomputed_vectors(write(tmp_path, IDS, ROWS))
    rows, found = vectors.vectors_for(["c", "nobody", "a", "c"])
    assert rows.tolist() == [[5, 6], [0, 0], [3, 4], [5, 6]]
    assert found.tolist() == [True, False, True, True]
    rows, found = vectors.vectors_for([])
    assert rows.shape == (0, 2)
    assert found.shape == (0,)


def test_the_fingerprint_follows_the_content_not_the_format_or_order(tmp_path: Path) -> None:
    prints = set()
    for number, write in enumerate(WRITERS):
        (tmp_path / str(number)).mkdir()
        order = slice(None, None, -1) if number % 2 else slice(None)
        path = write(tmp_path / str(number), IDS[order], ROWS[order])
        prints.add(precomputed_vectors(path).fingerprint)
    assert len(prints) == 1
    changed = [
        precomputed_vectors(npz(tmp_path, IDS, ROWS + 1)).fingerprint,
        precomputed_vectors(npz(tmp_path, ["x", "a", "c"], ROWS)).fingerprint,
    ]
    assert len({*prints, *changed}) == 3


@pytest.mark.parametrize("write", WRITERS)
def test_rows_that_cannot_be_used_are_named(write: Writer, tmp_path: Path) -> None:
    rows = np.array([[1, 2], [np.nan, 1], [0, 0], [np.inf, 1], [1e300, 1], [7, 8], [9, 9]])
    ids = ["ok", "nan", "zero", "inf", "huge", "twice", "twice"]
    with np.errstate(over="ignore"):
        vectors = precomputed_vectors(write(tmp_path, ids, rows))
    assert vectors.product_ids == ("ok", "twice")
    assert vectors.vectors.tolist() == [[1, 2], [7, 8]]
    assert vectors.problems == (
        VectorProblem("huge", "not_finite"),
        VectorProblem("inf", "not_finite"),
        VectorProblem("nan", "not_finite"),
        VectorProblem("twice", "duplicate_id"),
        VectorProblem("zero", "all_zero"),
    )
    assert vectors.vectors_for(["nan"])[1].tolist() == [False]


def test_whole_numbers_become_float32(tmp_path: Path) -> None:
    vectors = precomputed_vectors(npz(tmp_path, IDS, ROWS.astype(np.int64)))
    assert vectors.vectors.tolist() == [[3, 4], [1, 2], [5, 6]]


def test_ids_may_be_given_for_a_bare_file(tmp_path: Path) -> None:
    np.save(tmp_path / "v.npy", ROWS)
    assert precomputed_vectors(tmp_path / "v.npy", ids=IDS).product_ids == ("a", "b", "c")
    with pytest.raises(NotFoundError, match=r"v\.ids\.txt"):
        precomputed_vectors(tmp_path / "v.npy")


@pytest.mark.parametrize(
    "rows",
    [np.ones(3), np.ones((3, 2, 2)), np.ones((3, 0)), np.ones((3, 2), complex), np.ones((2, 2))],
)
@pytest.mark.parametrize("write", [npy_with_text, npz])
def test_arrays_of_the_wrong_shape_are_refused(
    write: Writer, tmp_path: Path, rows: np.ndarray
) -> None:
    with pytest.raises(InputError, match="must be"):
        precomputed_vectors(write(tmp_path, IDS, rows))


def test_vectors_of_different_lengths_are_refused(tmp_path: Path) -> None:
    table = pl.DataFrame({"product_id": ["a", "b"], "embedding": [[1.0, 2.0], [1.0]]})
    table.write_parquet(tmp_path / "v.parquet")
    with pytest.raises(InputError, match=r"\[1, 2\] numbers"):
        precomputed_vectors(tmp_path / "v.parquet")


def test_a_missing_vector_in_a_table_is_named(tmp_path: Path) -> None:
    table = pl.DataFrame({"product_id": [1, 2], "embedding": [[1.0, 2.0], None]})
    table.write_parquet(tmp_path / "v.parquet")
    vectors = precomputed_vectors(tmp_path / "v.parquet")
    assert vectors.product_ids == ("1",)
    assert vectors.problems == (VectorProblem("2", "not_finite"),)


@pytest.mark.parametrize("name", ["v.npy", "v.npz", "v.parquet"])
@pytest.mark.parametrize("data", [b"", b"<html>", b"\x93NUMPY\x01\x00", b"PK\x03\x04" + bytes(40)])
def test_damaged_files_are_refused(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    (tmp_path / "v.ids.txt").write_text("a\n", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read"):
        precomputed_vectors(tmp_path / name)


@pytest.mark.parametrize("name", ["v.npy", "v.npz"])
def test_pickled_objects_are_refused(tmp_path: Path, name: str) -> None:
    hidden = np.array([object()], dtype=object)
    if name == "v.npy":
        np.save(tmp_path / name, hidden, allow_pickle=True)
    else:
        np.savez(tmp_path / name, ids=hidden, vectors=ROWS)
    (tmp_path / "v.ids.txt").write_text("a\n", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read"):
        precomputed_vectors(tmp_path / name)


def test_columns_of_other_names_are_listed(tmp_path: Path) -> None:
    pl.DataFrame({"sku": ["a"], "vec": [[1.0]]}).write_parquet(tmp_path / "v.parquet")
    with pytest.raises(InputError, match="sku, vec; expected one of product_id"):
        precomputed_vectors(tmp_path / "v.parquet")


@pytest.mark.parametrize("text", ["{}", "[1.5]", "[", '["a", ["b"]]'])
def test_a_list_of_ids_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    np.save(tmp_path / "v.npy", ROWS)
    (tmp_path / "v.ids.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="list of product ids"):
        precomputed_vectors(tmp_path / "v.npy")


def test_an_unknown_ending_and_a_missing_file_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "v.txt").touch()
    with pytest.raises(InputError, match=r"expected one of \.npy"):
        precomputed_vectors(tmp_path / "v.txt")
    with pytest.raises(NotFoundError):
        precomputed_vectors(tmp_path / "none.npy")
