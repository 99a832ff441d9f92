"""Tables come from paths and frames of every library."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from penchant.errors import InputError, NotFoundError
from penchant.tables.source import read_source


def test_a_missing_file_is_named_with_a_close_one(tmp_path):
    (tmp_path / "products.csv").write_text("sku\n1\n")
    with pytest.raises(
        NotFoundError, match=r'No file ".*product\.csv"\. Did you mean ".*products\.csv"'
    ):
        read_source("products", tmp_path / "product.csv")


def test_a_folder_is_no_table(tmp_path):
    with pytest.raises(InputError, match="is a folder"):
        read_source("products", tmp_path)


def test_the_content_tells_parquet_from_csv(tmp_path):
    pl.DataFrame({"sku": ["1"]}).write_parquet(tmp_path / "odd.csv")
    raw = read_source("products", tmp_path / "odd.csv")
    assert (raw.frame.rows(), raw.unit, raw.folder) == ([("1",)], "row", tmp_path)


@pytest.mark.parametrize("data", [b"PAR1 and then rubbish", b"not parquet at all"])
def test_damaged_parquet_is_refused_in_one_sentence(tmp_path, data):
    (tmp_path / "a.parquet").write_bytes(data)
    with pytest.raises(InputError, match=r"a\.parquet is not a readable Parquet file") as caught:
        read_source("products", tmp_path / "a.parquet")
    assert "\n" not in str(caught.value)


def test_an_empty_parquet_file_is_refused(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"")
    with pytest.raises(InputError, match=r"a\.parquet is empty"):
        read_source("products", tmp_path / "a.parquet")


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pl.LazyFrame, pa.table])
def test_frames_of_every_library_are_taken(make):
    raw = read_source("products", make({"sku": ["1", None], "price": [1.5, 2.0]}))
    assert raw.frame.to_dicts() == [{"sku": "1", "price": 1.5}, {"sku": None, "price": 2.0}]
    assert (raw.name, raw.numbers.to_list(), raw.folder) == ("DataFrame", [1, 2], None)


def test_pandas_columns_of_mixed_objects_become_text():
    raw = read_source("products", pd.DataFrame({"sku": ["a", 1, None, float("nan"), 2.5]}))
    assert raw.frame["sku"].to_list() == ["a", "1", None, None, "2.5"]


def test_categories_bytes_and_decimals_become_plain():
    frame = pl.DataFrame(
        {
            "a": pl.Series(["x"], dtype=pl.Categorical),
            "b": pl.Series([b"y"]),
            "c": pl.Series(["1.5"]).cast(pl.Decimal(10, 2)),
            "d": [{"k": 1}],
            "e": [[1, 2]],
        }
    )
    assert read_source("products", frame).frame.row(0)[:3] == ("x", "y", 1.5)
    assert read_source("products", frame).frame["e"].to_list() == [["1", "2"]]
    assert read_source("products", frame).frame["d"].dtype == pl.String


def test_times_keep_their_type():
    frame = pd.DataFrame({"ts": pd.to_datetime(["2026-03-01T10:00:00+02:00"])})
    assert isinstance(read_source("interactions", frame).frame["ts"].dtype, pl.Datetime)
    assert read_source("interactions", frame).frame["ts"].dt.convert_time_zone("UTC")[0].replace(
        tzinfo=None
    ) == datetime(2026, 3, 1, 8)  # noqa: DTZ001


def test_a_file_whose_rows_never_fit_its_header_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("sku,title,price\n" + "1;Ring;5\n" * 3)
    with pytest.raises(InputError, match=r"No row of a\.csv fits.*1 field, the header has 3"):
        read_source("products", path)


def test_what_is_no_frame_is_refused():
    with pytest.raises(InputError, match="cannot be read from int"):
        read_source("products", 5)  # type: ignore[arg-type]


def test_repeated_frame_columns_are_refused():
    with pytest.raises(InputError, match="two columns of one name"):
        read_source("products", pd.DataFrame([["1", "2"]], columns=["sku", "sku"]))
    with pytest.raises(InputError, match="two columns of one name"):
        read_source("products", pa.table([["1"], ["2"]], names=["sku", "sku"]))


def test_repairs_of_the_whole_file_are_found(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("sku;title\n1;Ring\n\n2;Kette;\n3;für\n".encode("utf-8-sig")[:-3] + b"\xfcr\n")
    codes = {f.code: f.count for f in read_source("products", path).findings}
    assert codes["byte_order_mark"] == 1
    assert codes["delimiter"] == 1
    assert codes["blank_line"] == 1
    assert codes["trailing_separator"] == 1
    assert codes["encoding"] >= 1
