"""The whole way of a table: read, mapped, cleaned, sorted out and reported."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from penchant.errors import InputError, MissingColumnError
from penchant.tables import SCHEMAS, Finding, TableReport, empty_table, read_table

AS_OF = datetime(2026, 3, 1, tzinfo=UTC)


def load(table, source, **options):
    return read_table(table, source, as_of=options.pop("as_of", AS_OF), **options)


def csv(folder: Path, text: str, name: str = "shop.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def found(result, code: str) -> Finding:
    (finding,) = [finding for finding in result.report.findings if finding.code == code]
    return finding


def test_products_come_out_canonical_with_extra_columns_as_text(tmp_path):
    path = csv(
        tmp_path,
        "SKU;Name;Preis;Bild;Farbe;Stock;images;weight;Created At\n"
        "2.0;Kette;1.234,50 €;b.jpg;Gold;0;x.jpg|y.jpg;7;01.02.2026\n"
        "1.0; Ring ;12,5 €;https://x/a.jpg;;In stock;;;2026-01-01\n",
    )
    result = load("products", path)
    shown = ["product_id", "title", "price", "currency", "color", "stock_status"]
    assert result.frame.select(shown).rows() == [
        ("1", "Ring", 12.5, "EUR", None, "in_stock"),
        ("2", "Kette", 1234.5, "EUR", "Gold", "out_of_stock"),
    ]  # fmt: skip
    assert result.frame["image"].to_list() == ["https://x/a.jpg", f"{tmp_path}/b.jpg"]
    assert result.frame["additional_images"].to_list() == [
        None,
        [f"{tmp_path}/x.jpg", f"{tmp_path}/y.jpg"],
    ]
    assert result.frame["weight"].to_list() == [None, "7"]
    assert result.frame["created_date"].to_list() == [
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 2, 1, tzinfo=UTC),
    ]
    assert dict(result.frame.schema) == SCHEMAS["products"].dtypes() | {"weight": pl.String()}
    assert result.report.columns["Bild"] == "image"
    assert result.report.unknown_columns == ("weight",)
    told = found(result, "unknown_columns")
    assert (told.kind, told.count, told.examples) == ("warning", 1, ("weight",))
    assert "[tables] aliases, or [space] attribute_columns" in told.message
    assert found(result, "float_id").examples == ('line 2: "2.0" -> "2"', 'line 3: "1.0" -> "1"')


@pytest.mark.parametrize("table", SCHEMAS)
def test_missing_optional_columns_are_null_in_the_canonical_frame(table):
    schema = SCHEMAS[table]
    values = {
        "interaction_type": "view",
        "timestamp": "2026-01-01",
        "order_date": "2026-01-01",
    }
    row = {name: [values.get(name, "7")] for name in schema.required}
    frame = load(table, pl.DataFrame(row)).frame
    assert dict(frame.schema) == schema.dtypes()
    assert frame.schema == empty_table(table).schema
    given = {*schema.required, "trust"}
    assert all(frame[name].to_list() == [None] for name in frame.columns if name not in given)


def test_every_bad_row_is_set_aside_with_its_line_reason_and_text(tmp_path):
    path = csv(
        tmp_path,
        "customer_id,product_id,interaction_type,timestamp,line\n"
        "c1,p1,view,2026-01-01,a\n"
        "c1,p1,viewd,2026-01-01,b\n"
        ",p1,view,2026-01-01,c\n"
        "c1,p1,view,soon,d\n"
        "c1,p1\n"
        "c1,p1,view,2027-01-01,e\n"
        ",,view,,f\n",
    )
    result = load("interactions", path)
    assert result.rejects.select("line", "reason").rows() == [
        (3, 'unknown interaction_type "viewd". Did you mean "view"?'),
        (4, "blank customer_id"),
        (5, 'timestamp: not a date or time: "soon"'),
        (6, "the row has 2 fields, the header has 5"),
        (7, 'timestamp: the time is in the future: "2027-01-01"'),
        (8, "blank customer_id; blank product_id; blank timestamp"),
    ]
    assert result.rejects.columns == [
        "line", "reason", "customer_id", "product_id", "interaction_type", "timestamp",
        "line (original)",
    ]  # fmt: skip
    assert result.rejects["line (original)"].to_list() == ["b", "c", "d", None, "e", "f"]
    report = result.report
    assert (report.rows_read, report.rows_kept, report.rows_rejected) == (7, 1, 6)
    assert found(result, "broken_row").examples == (
        "line 6: the row has 2 fields, the header has 5",
    )
    assert found(result, "unknown_interaction_type").count == 1
    assert found(result, "unknown_columns").examples == ("line",)


@pytest.mark.parametrize(
    ("table", "key", "rest"),
    [("products", "product_id", {}), ("customers", "customer_id", {}),
     ("orders", "order_id", {"customer_id": "c", "order_date": "2026-01-01"})],
)  # fmt: skip
def test_of_rows_with_one_id_the_first_is_kept(table, key, rest):
    frame = pl.DataFrame({key: ["b", "a", "b.0", "b", "a"]} | {k: [v] * 5 for k, v in rest.items()})
    result = load(table, frame)
    assert result.frame[key].to_list() == ["a", "b", "b.0"]
    assert result.rejects.select("line", "reason").rows() == [
        (4, f'duplicate {key} "b": first on row 1'),
        (5, f'duplicate {key} "a": first on row 2'),
    ]
    assert found(result, "duplicate_id").count == 2


def test_a_rejected_row_does_not_shadow_a_good_one_with_its_id():
    frame = pl.DataFrame(
        {
            "order_id": ["a", "a", "b", "c"],
            "customer_id": ["c", "c", "c", "c"],
            "order_date": ["never", "2026-01-01", "2026-01-01", "2026-01-01"],
        }
    )
    result = load("orders", frame)
    assert result.frame["order_id"].to_list() == ["a", "b", "c"]
    assert result.rejects["line"].to_list() == [1]


def test_exact_copies_of_interactions_count_once_and_near_copies_all():
    row = {
        "customer_id": "c",
        "product_id": "p",
        "interaction_type": "view",
        "timestamp": "2026-01-01",
    }
    rows = [row, row | {"session_id": "s"}, row, row | {"timestamp": "2026-01-01T00:00:00Z"}]
    result = load("interactions", pl.DataFrame(rows, infer_schema_length=None))
    assert result.frame["session_id"].to_list() == [None, "s"]
    assert found(result, "duplicate_row").count == 2
    assert found(result, "duplicate_row").examples == ("row 3", "row 4")
    assert result.report.rows_dropped == 2


def test_gifts_are_not_trusted_and_everything_else_is():
    frame = pl.DataFrame(
        {
            "customer_id": ["a", "b", "c", "d", "e"],
            "product_id": ["p"] * 5,
            "interaction_type": ["purchase"] * 5,
            "timestamp": ["2026-01-01"] * 5,
            "is_gift": ["yes", "no", None, "1", None],
            "trust": ["0.5", "0.5", None, None, "7"],
        }
    )
    result = load("interactions", frame)
    assert result.frame["trust"].to_list() == [0.0, 0.5, 1.0, 0.0, 1.0]
    assert "is_gift" not in result.frame.columns


def test_a_stated_currency_is_kept_and_a_conflict_is_warned_about():
    frame = pl.DataFrame({"sku": ["a", "b"], "price": ["5 €", "5 €"], "currency": ["USD", None]})
    result = load("products", frame)
    assert result.frame["currency"].to_list() == ["USD", "EUR"]
    assert found(result, "currency_conflict").examples == ('row 1: "5 €"',)
    assert found(result, "currency_from_price").examples == ('row 2: "5 €" -> "EUR"',)


def test_a_little_into_the_future_is_kept_with_a_warning():
    frame = pl.DataFrame(
        {
            "customer_id": ["c"],
            "product_id": ["p"],
            "event": ["view"],
            "ts": ["2026-03-01T23:00:00Z"],
        }
    )
    result = load("interactions", frame)
    assert result.report.rows_kept == 1
    assert found(result, "near_future").kind == "warning"


def test_a_reference_time_without_zone_is_utc():
    frame = pl.DataFrame({"order_id": ["o"], "customer_id": ["c"], "date": ["2026-03-03"]})
    naive = load("orders", frame, as_of=datetime(2026, 3, 1))  # noqa: DTZ001
    assert naive.rejects.height == load("orders", frame).rejects.height == 1


def test_products_may_be_created_in_the_future():
    frame = pl.DataFrame({"sku": ["a"], "created_date": ["2030-01-01"]})
    assert load("products", frame).frame["created_date"].dt.year().to_list() == [2030]


def test_products_without_photo_are_counted():
    frame = pl.DataFrame({"sku": ["b", "a", "c"], "photo": ["x.jpg", None, " "]})
    assert found(load("products", frame), "no_photo").examples == ("row 2", "row 3")


def test_relative_photos_start_from_the_photo_root(tmp_path):
    frame = pl.DataFrame({"sku": ["a"], "photo": ["x.jpg"]})
    assert load("products", frame).frame["image"].to_list() == ["x.jpg"]
    rooted = load("products", frame, photo_root=tmp_path)
    assert rooted.frame["image"].to_list() == [f"{tmp_path}/x.jpg"]


def test_a_header_alone_gives_an_empty_table_with_a_warning(tmp_path):
    result = load("customers", csv(tmp_path, "customer_id,age\n"))
    assert_frame_equal(result.frame, empty_table("customers"))
    assert found(result, "no_rows").kind == "warning"


def test_a_required_column_without_one_usable_value_is_refused(tmp_path):
    text = "customer_id,product_id,event,ts\n" + "c,p,view,noonish\n" * 3
    with pytest.raises(InputError, match=r'"ts" in shop\.csv can be used as timestamp.*"noonish"'):
        load("interactions", csv(tmp_path, text))


def test_one_bad_row_alone_is_rejected_not_refused():
    frame = pl.DataFrame({"customer_id": [" "]})
    assert load("customers", frame).rejects["reason"].to_list() == ["blank customer_id"]


def test_a_missing_required_column_names_the_file(tmp_path):
    with pytest.raises(MissingColumnError, match=r'"product_id" in shop\.csv; it has: produkt_id'):
        load("products", csv(tmp_path, "produkt_id\n1\n"))


def test_an_unknown_table_is_refused():
    with pytest.raises(InputError, match=r'No table "product".*Did you mean "products"'):
        load("product", pl.DataFrame({"sku": ["1"]}))


def test_a_beaten_column_is_kept_under_another_name():
    frame = pl.DataFrame({"sku": ["a"], "title": ["old"], "Titel neu": ["new"]})
    result = load("products", frame, aliases={"titel_neu": "title"})
    assert result.frame.select("title", "title (unused)").rows() == [("new", "old")]


def test_reports_survive_json():
    frame = pl.DataFrame({"sku": ["1.0", ""], "price": ["-1", "x"], "extra": ["a", "b"]})
    report = load("products", frame).report
    assert TableReport.from_dict(json.loads(json.dumps(report.to_dict()))) == report


def test_findings_show_at_most_five_short_printable_examples(tmp_path):
    text = "product_id,price\n" + "".join(f"p{i},{'n' * 60}\x01\n" for i in range(7)) + "q,1\n"
    finding = found(load("products", csv(tmp_path, text)), "not_a_number")
    assert finding.count == 7
    assert len(finding.examples) == 5
    assert finding.examples[0] == f'line 2: "{"n" * 40}…" -> blank'


def test_age_and_consent_are_cleaned_for_customers():
    frame = pl.DataFrame(
        {
            "user_id": ["a", "b", "c"],
            "age": ["31", "old", "200"],
            "Marketing Consent": ["ja", "0", "?"],
        }
    )
    result = load("customers", frame)
    assert result.frame.select("age", "marketing_consent").rows() == [
        (31.0, True),
        (None, False),
        (None, False),
    ]
    assert {f.code for f in result.report.findings} == {
        "not_a_number",
        "impossible_age",
        "unknown_consent",
    }


def test_order_lines_may_repeat_a_product():
    frame = pl.DataFrame({"order_id": ["o", "o"], "sku": ["p", "p"], "qty": ["1", "1"]})
    assert load("order_items", frame).frame["quantity"].to_list() == [1.0, 1.0]
