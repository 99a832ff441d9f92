"""What reading a table found: a `Finding` per kind of repair, reject or warning; a report.

Values only: nothing here reads a file or decides what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import polars as pl

Severity = Literal["repair", "reject", "warning"]

MAX_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was repaired, rejected or noticed, with how often and where.

    `code` is stable and made for programs; `message` is one plain sentence for people; `examples`
    (at most five) name the line or row: `line 17: "597941.0" -> "597941"`.

    Example:
        >>> Finding("products", "repair", "float_id", "product_id: ...", 2).count
        2
    """

    table: str
    kind: Severity
    code: str
    message: str
    count: int
    examples: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give the finding as JSON-ready values."""
        return {**asdict(self), "examples": list(self.examples)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Finding:
        """Make a finding from what `to_dict` gave."""
        return cls(**{**values, "examples": tuple(values["examples"])})


@dataclass(frozen=True, slots=True)
class TableReport:
    """How one table was read: rows in and out, what each header became, and every finding.

    `rows_read` counts data rows, not the header and not blank lines. `unknown_columns` are kept as
    text for products and left out for the other tables.
    """

    table: str
    source: str
    rows_read: int
    rows_kept: int
    rows_rejected: int
    columns: Mapping[str, str]
    unknown_columns: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def rows_dropped(self) -> int:
        """Exact copies of another row: neither kept nor rejected, counted as `duplicate_row`."""
        return self.rows_read - self.rows_kept - self.rows_rejected

    def to_dict(self) -> dict[str, Any]:
        """Give the report as JSON-ready values."""
        return {
            "table": self.table,
            "source": self.source,
            "rows_read": self.rows_read,
            "rows_kept": self.rows_kept,
            "rows_rejected": self.rows_rejected,
            "columns": dict(self.columns),
            "unknown_columns": list(self.unknown_columns),
            "findings": [finding.to_dict() for finding in self.findings],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TableReport:
        """Make a report from what `to_dict` gave."""
        return cls(
            **{
                **values,
                "unknown_columns": tuple(values["unknown_columns"]),
                "findings": tuple(Finding.from_dict(found) for found in values["findings"]),
            }
        )


@dataclass(frozen=True, slots=True, eq=False)
class TableLoad:
    """A clean table, the rows set aside, and the report.

    `frame` has the canonical columns and dtypes, sorted by key. `rejects` has `line` (Int64),
    `reason` and the original columns as text.
    """

    table: str
    frame: pl.DataFrame
    rejects: pl.DataFrame
    report: TableReport
