"""Read a shop's tables from CSV, Parquet and frames; clean, check and join them."""

from penchant.tables.checks import cross_check
from penchant.tables.purchases import all_interactions, purchases_from_orders
from penchant.tables.read import read_table
from penchant.tables.report import Finding, TableLoad, TableReport
from penchant.tables.schema import Column, Kind, TableSchema
from penchant.tables.schemas import SCHEMAS, empty_table
from penchant.tables.source import Source

__all__ = [
    "SCHEMAS",
    "Column",
    "Finding",
    "Kind",
    "Source",
    "TableLoad",
    "TableReport",
    "TableSchema",
    "all_interactions",
    "cross_check",
    "empty_table",
    "purchases_from_orders",
    "read_table",
]
