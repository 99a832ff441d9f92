"""Hostile files cost a row or a clear refusal, never a crash, a hang or a wrong neighbour row."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from penchant.errors import InputError, PenchantError
from penchant.tables import TableLoad, read_table

AS_OF = datetime(2026, 3, 1, tzinfo=UTC)
HEADER = "customer_id,product_id,interaction_type,timestamp\n"
GOOD = "good,p,view,2026-01-01\n"


def load(folder: Path, data: str | bytes, table: str = "interactions") -> TableLoad:
    path = folder / "hostile.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_table(table, path, as_of=AS_OF)


def customers(result: TableLoad) -> list[str]:
    return result.frame["customer_id"].to_list()


def test_nul_bytes_leave_ids_and_are_counted(tmp_path):
    result = load(tmp_path, HEADER + "a\0b,p\0,view,2026-01-01\n" + GOOD)
    assert result.frame.select("customer_id", "product_id").rows() == [("ab", "p"), ("good", "p")]
    assert [f.count for f in result.report.findings if f.code == "control_characters"] == [1, 1]


def test_a_cell_of_a_megabyte_costs_its_row_only(tmp_path):
    result = load(tmp_path, HEADER + "x" * 1_000_000 + ",p,view,2026-01-01\n" + GOOD)
    assert customers(result) == ["good"]
    assert result.rejects["line"].to_list() == [2]
    assert "at most 131,072" in result.rejects["reason"][0]


def test_a_quoted_cell_of_a_megabyte_costs_its_row_only(tmp_path):
    result = load(tmp_path, HEADER + '"' + "x" * 1_000_000 + '",p,view,2026-01-01\n' + GOOD)
    assert customers(result) == ["good"]
    assert result.rejects.height == 1


def test_a_quoted_cell_of_a_million_lines_never_ends_and_costs_only_those_lines(tmp_path):
    result = load(tmp_path, HEADER + '"' + "x\n" * 20_000 + GOOD + '",p,view,2026-01-01\n' + GOOD)
    assert customers(result) == ["good"]
    assert result.report.rows_read == 20_003
    assert result.report.rows_dropped == 1


def test_formula_cells_are_text(tmp_path):
    cells = ['=HYPERLINK("http://x")', "+1+1", "@SUM(A1)", "-2+3"]
    rows = "".join(f'"{cell.replace(chr(34), chr(34) * 2)}",p,view,2026-01-01\n' for cell in cells)
    assert customers(load(tmp_path, HEADER + rows)) == sorted(cells)


def test_an_unbalanced_quote_costs_its_row_only(tmp_path):
    bad = 'bad,"p,view,2026-01-01\n'
    result = load(tmp_path, HEADER + GOOD + bad + "good2,p,view,2026-01-01\n" * 3 + bad + GOOD)
    assert customers(result) == ["good", "good2"]
    assert result.rejects["line"].to_list() == [3, 7]
    assert result.rejects["customer_id"].to_list() == [bad.strip()] * 2


def test_every_line_with_an_open_quote_is_fast_and_fully_reported(tmp_path):
    n_rows = 20_000
    result = load(tmp_path, HEADER + GOOD + '"open,p,view,2026-01-01\n' * n_rows)
    assert customers(result) == ["good"]
    assert result.report.rows_rejected == n_rows


def test_deeply_ragged_rows_cost_themselves(tmp_path):
    ragged = "".join("a," * width + "\n" for width in [*range(200), 5_000])
    result = load(tmp_path, HEADER + ragged + GOOD)
    assert customers(result) == ["good"]
    assert result.report.rows_rejected == 200


@pytest.mark.parametrize("seed", range(5))
def test_random_bytes_are_refused_in_one_sentence(tmp_path, seed):
    data = random.Random(seed).randbytes(5_000)  # noqa: S311
    with pytest.raises(InputError) as caught:
        load(tmp_path, data)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "data",
    [b"\0", b'"', b",", b"\n,\n", b'"""', b"sep=;", b"sep=;\n", b"\xff\xfe", b"\xef\xbb\xbf",
     b"\xff\xfea", b"PAR1", b"\r", b"\x00\x00\x00\x00", b"<html>\n<b>,</b>", b'{"a": [1, 2]}',
     b"\xef\xbb\xbf\n\n"],
)  # fmt: skip
def test_tiny_rubbish_is_refused_in_one_sentence(tmp_path, data):
    with pytest.raises(PenchantError):
        load(tmp_path, data)


@pytest.mark.parametrize("cell", ["x", '"x"'])
def test_thousands_of_columns_are_read(tmp_path, cell):
    header = "product_id," + ",".join(f"c{i}" for i in range(2_000))
    row = "p1," + ",".join([cell] * 2_000)
    result = load(tmp_path, f"{header}\n{row}\n", table="products")
    assert result.frame["c1999"].to_list() == ["x"]


def test_header_names_cannot_collide_with_our_own(tmp_path):
    names = [
        "product_id",
        "line",
        "reason",
        "collection",
        "text",
        "row",
        "path",
        "field_0",
        "title",
    ]
    text = ",".join(names) + "\n" + ",".join(names) + "\n,x,x,x,x,x,x,x,x\n"
    result = load(tmp_path, text, table="products")
    assert result.frame["reason"].to_list() == ["reason"]
    assert result.rejects["reason (original)"].to_list() == ["x"]
    assert result.rejects["reason"].to_list() == ["blank product_id"]


def test_many_different_unknown_words_are_fast(tmp_path):
    rows = "".join(f"c,p,{'zq' * 15}{i},2026-01-01\n" for i in range(20_000))
    result = load(tmp_path, HEADER + GOOD + rows)
    assert result.report.rows_rejected == 20_000


@pytest.mark.parametrize("text", ["9" * 400, "1e400", "-" * 300 + "1", "1." * 200, "٣٤", "1e-400"])
def test_monstrous_numbers_become_a_number_or_null(text):
    frame = pl.DataFrame({"product_id": ["a", "b"], "price": [text, "1,5"]})
    prices = read_table("products", frame, as_of=AS_OF).frame["price"].to_list()
    assert prices[1] == 1.5
    assert prices[0] in (None, 0.0)


@pytest.mark.parametrize(
    "text",
    ["9" * 19, "-" + "9" * 15, "0000-00-00", "9999-12-31T23:59:59Z", "99999999",
     "2026-01-01T00:00:00+99:99",
     "1e308", "00.00.0000", "31/31/2026", "2026-01-01" * 50],
)  # fmt: skip
def test_monstrous_times_cost_their_row_only(text):
    frame = pl.DataFrame(
        {
            "customer_id": ["bad", "good"],
            "product_id": ["p", "p"],
            "interaction_type": ["view", "view"],
            "timestamp": [text, "2026-01-01"],
        }
    )
    result = read_table("interactions", frame, as_of=AS_OF)
    assert "good" in customers(result)
    assert result.report.rows_read == 2


def test_float_times_of_any_size_do_not_stop_a_load():
    values = [1e300, -1e300, float("inf"), float("nan"), 1767225600.0, 0.0]
    frame = pl.DataFrame({"product_id": list("abcdef"), "created_date": values})
    read = read_table("products", frame, as_of=AS_OF).frame["created_date"].to_list()
    assert read == [None, None, None, None, datetime(2026, 1, 1, tzinfo=UTC), None]


def test_photo_paths_cannot_break_the_load():
    paths = [
        "../" * 500 + "etc/passwd",
        "\0",
        "file:///etc/passwd",
        "a" * 5_000,
        "\\\\server\\share",
    ]
    frame = pl.DataFrame({"product_id": list("abcde"), "image": paths})
    result = read_table("products", frame, as_of=AS_OF, photo_root=Path("/photos"))
    assert result.frame["image"].to_list()[:3] == ["/etc/passwd", None, "file:///etc/passwd"]
