"""Frames of any library, and Parquet files, to one polars frame with plain dtypes.

Numbers, times, Booleans and lists of text stay what they are; every other dtype becomes text.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from penchant.errors import InputError
from penchant.tables.repair import as_text

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame


def frame_from(source: IntoFrame) -> pl.DataFrame:
    """Give a pandas, polars, pyarrow or DuckDB frame as polars.

    Raises:
        InputError: if it is no frame, or two columns have the same name.

    Example:
        >>> frame_from(pl.DataFrame({"product_id": [1]})).to_dicts()
        [{'product_id': 1}]
    """
    import narwhals as nw

    try:
        frame = nw.from_native(source)
    except TypeError as error:
        raise InputError(
            f"A table cannot be read from {type(source).__name__}. Give a CSV or Parquet path, or "
            "a pandas, polars or pyarrow frame."
        ) from error
    except nw.exceptions.DuplicateError as error:
        raise InputError("The frame has two columns of one name. Rename or remove one.") from error
    if isinstance(frame, nw.LazyFrame):
        return _plain(frame.collect(backend="polars").to_native())
    return _plain(_to_polars(frame))


def read_parquet(path: Path) -> pl.DataFrame:
    """Read a Parquet file.

    Raises:
        InputError: if the file is damaged or not Parquet.
    """
    try:
        return _plain(pl.read_parquet(path))
    except (pl.exceptions.PolarsError, OSError) as error:
        detail = str(error).splitlines()[0]
        raise InputError(
            f"{path.name} is not a readable Parquet file ({detail}). Write or copy it again."
        ) from error


def _to_polars(frame: Any) -> pl.DataFrame:
    try:
        return pl.DataFrame(frame.to_polars())
    except Exception as error:
        if not frame.implementation.is_pandas_like():
            raise InputError(f"The frame could not be converted: {error}.") from error
        native = frame.to_native()
        return pl.DataFrame({str(name): _series(name, native[name]) for name in native.columns})


def _series(name: object, values: Any) -> pl.Series:
    """Convert a pandas column on its own; one of mixed Python objects becomes text."""
    try:
        return pl.Series(str(name), pl.from_pandas(values))
    except Exception:
        texts = [None if _is_missing(value) else str(value) for value in values]
        return pl.Series(str(name), texts, dtype=pl.String)


def _is_missing(value: Any) -> bool:
    if isinstance(value, float):
        return math.isnan(value)
    return value is None or type(value).__name__ in ("NAType", "NaTType")


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame([_plain_series(frame[name]) for name in frame.columns])


def _plain_series(values: pl.Series) -> pl.Series:
    dtype = values.dtype
    if isinstance(dtype, pl.Decimal):
        return values.cast(pl.Float64)
    if isinstance(dtype, pl.List | pl.Array):
        return _text_list(values)
    if dtype.is_numeric() or dtype in (pl.Boolean, pl.Date) or isinstance(dtype, pl.Datetime):
        return values
    if dtype == pl.Binary:
        texts = [None if v is None else v.decode("utf-8", "replace") for v in values]
        return pl.Series(values.name, texts, dtype=pl.String)
    return as_text(values)


def _text_list(values: pl.Series) -> pl.Series:
    try:
        return values.cast(pl.List(pl.String))
    except pl.exceptions.PolarsError:
        return as_text(values)
