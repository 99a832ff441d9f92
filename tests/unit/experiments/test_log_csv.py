"""Experiments run elsewhere: files read with care, and what came of each unit."""

from __future__ import annotations

from datetime import timedelta

import pytest

from penchant.errors import InputError, MissingColumnError
from penchant.experiments.statistics.metrics import UNIT_COLUMNS
from penchant.experiments.units.of_csv import read_log, units_of_csv
from tests.conftest import write_csv
from tests.experiment_logs import START, an_experiment

AS_OF = START + timedelta(days=30)
EXPOSED = "unit_id variant exposed_at exposures clicks surface"
SOLD = "order_id unit_id ordered_at revenue status bought returned"


@pytest.fixture
def files(tmp_path):
    exposures = [
        ("a", "control", "2026-03-02T10:00:00Z", 4, 1, "homepage"),
        ("a", "control", "2026-03-04T10:00:00Z", 3, 0, "cart"),
        ("a", "control", "2026-03-05T10:00:00Z", 9, 9, "cart"),  # 3 days later: not in the window
        ("b", "Bold", "2026-03-03", "", "", ""),
        ("both", "control", "2026-03-03", 1, 0, ""),
        ("both", "bold", "2026-03-06", 1, 0, ""),
        ("chosen", "bold", "2026-03-06", 1, 1, ""),
        ("early", "bold", "2026-02-03", 1, 0, ""),
    ]
    orders = [
        ("o1", "a", "2026-03-02T11:00:00Z", "20", "paid", 2, 1),
        ("o2", "a", "2026-03-02T09:00:00Z", "30", "", 1, ""),
        ("o3", "a", "2026-03-03", "40", "cancelled", 1, ""),
        ("o4", "a", "2026-03-03", "50", "pending", 1, ""),
        ("o5", "b", "2026-03-03", "1.234,50", "returned", 3, ""),
        ("o6", "b", "2026-03-06", "60", "", 1, ""),  # the end of that day is after the window
        ("o7", "a", "2026-02-20", "70", "", 1, ""),
    ]
    return (
        write_csv(tmp_path / "exposures.csv", EXPOSED, exposures),
        write_csv(tmp_path / "orders.csv", SOLD, orders),
    )


def test_files_become_one_row_per_unit(files):
    experiment = an_experiment(overrides={"chosen": "bold"})
    log = read_log(experiment, *files, as_of=AS_OF)
    units = units_of_csv(log, experiment, log.orders, as_of=AS_OF)
    rows = {
        unit: {name: value for name, value in zip(UNIT_COLUMNS, row, strict=True) if value}
        for unit, row in zip(units.unit_ids, units.values, strict=True)
    }
    assert rows == {
        "a": {
            "exposures": 7, "clicks": 1, "converted": 1, "orders": 1, "revenue": 20,
            "revenue_capped": 20, "revenue_before": 30, "converted_before": 1, "bought": 2,
            "returned": 1,
        },
        "b": {
            "exposures": 1, "converted": 1, "orders": 1, "revenue": 1234.5,
            "revenue_capped": 1234.5, "bought": 3, "returned": 3,
        },
        "both": {"exposures": 1},
    }  # fmt: skip
    assert (units.crossed, units.uncounted) == (1, 1)
    assert units.assigned == {"control": 2, "bold": 1}
    assert units.traits.rows() == [("returning", "homepage"), ("new", None), ("new", None)]
    assert units.notes == {"cancelled": 1, "open": 1, "dates_only": 3, "outside": 1}


def test_every_bad_row_is_told_by_line_and_reason(tmp_path):
    exposures = [
        ("a", "control", "2026-03-02T10:00:00Z"),
        ("b", "blue", "2026-03-02T10:00:00Z"),
        ("", "bold", "2026-03-02T10:00:00Z"),
        ("d", "bold", "soon"),
        ("e", "bold", "2027-01-01"),
    ]
    orders = [("o1", "a", "2026-03-03", "10"), ("o1", "a", "2026-03-04", "11"), ("o2", "b", "x", 1)]
    log = read_log(
        an_experiment(),
        write_csv(tmp_path / "exposures.csv", "unit_id variant exposed_at", exposures),
        write_csv(tmp_path / "orders.csv", "order_id unit_id ordered_at revenue", orders),
        as_of=AS_OF,
    )
    told = {row["line"]: row["reason"] for row in log.loads[0].rejects.iter_rows(named=True)}
    assert told == {
        3: 'unknown variant "blue".',
        4: "blank unit_id",
        5: 'exposed_at: not a date or time: "soon"',
        6: 'exposed_at: the time is in the future: "2027-01-01"',
    }
    sold = {row["line"]: row["reason"] for row in log.loads[1].rejects.iter_rows(named=True)}
    assert sold == {
        3: 'duplicate order_id "o1": first on line 2',
        4: 'ordered_at: not a date or time: "x"',
    }


def test_a_file_of_nobody_is_refused(tmp_path):
    path = write_csv(tmp_path / "x.csv", "unit_id variant exposed_at", [("a", "red", "2026-03-02")])
    with pytest.raises(InputError, match=r"x\.csv holds no row of this experiment"):
        read_log(an_experiment(), path, None, as_of=AS_OF)
    path = write_csv(tmp_path / "y.csv", "unit_id variant", [("a", "bold")])
    with pytest.raises(MissingColumnError, match='No column "exposed_at"'):
        read_log(an_experiment(), path, None, as_of=AS_OF)


def test_a_refund_in_a_file_is_paid_back_and_what_no_order_is_worth_is_set_aside(tmp_path):
    exposures = [("a", "control", "2026-03-02T10:00:00Z"), ("b", "bold", "2026-03-02T10:00:00Z")]
    orders = [
        ("o1", "a", "2026-03-02T11:00:00Z", "50", 1),
        ("o2", "a", "2026-03-02T12:00:00Z", "-50", -1),
        ("o3", "b", "2026-03-02T12:00:00Z", "-9", ""),
        ("o4", "b", "2026-03-02T12:00:00Z", "1e308", 1),
    ]
    experiment = an_experiment()
    log = read_log(
        experiment,
        write_csv(tmp_path / "exposures.csv", "unit_id variant exposed_at", exposures),
        write_csv(tmp_path / "orders.csv", "order_id unit_id ordered_at revenue bought", orders),
        as_of=AS_OF,
    )
    assert log.loads[1].rejects.select("line", "reason").rows() == [
        (5, 'revenue: beyond 1,000,000,000,000, which no order is worth: "1e308"')
    ]
    units = units_of_csv(log, experiment, log.orders, as_of=AS_OF)
    assert units.column("converted").tolist() == [1, 0]
    assert units.column("revenue").tolist() == [0, -9]
    assert units.column("bought").tolist() == [1, 0]
    assert units.notes["refunds"] == 2
