"""Writing a campaign to Parquet or CSV: the file appears whole or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from penchant.campaign.campaign import SCHEMA, Campaign
from penchant.errors import InputError
from penchant.files import new_file

ROW_GROUP = 100_000
"""Rows written together, at least."""

Progress = Callable[[int, int], None]


class Sink(Protocol):
    """Takes rows."""

    def write_table(self, table: pa.Table) -> None:
        """Write some rows.

        Args:
            table: Of `SCHEMA`.
        """


@dataclass(frozen=True, slots=True)
class CampaignSummary:
    """What a campaign came to.

    Attributes:
        file: Where the rows are.
        build_id: From which build.
        surface: Which.
        customers: Who got at least one slot.
        rows: Slots in all.
        skipped: {reason: customers left out}: "no_marketing_consent", "nothing_eligible", also
            those to whom nothing is to be shown, and, where there are any, "erased_or_merged".
        steps: {rung of the ladder: customers}.
    """

    file: str
    build_id: str
    surface: str
    customers: int
    rows: int
    skipped: Mapping[str, int]
    steps: Mapping[str, int]

    def to_dict(self) -> dict[str, Any]:
        """Give the summary as JSON-ready values."""
        return asdict(self)


def write_campaign(
    campaign: Campaign, path: Path, *, on_progress: Progress | None = None
) -> CampaignSummary:
    """Go through a campaign and write its rows.

    Args:
        campaign: Who gets what.
        path: A .parquet or .csv file in a folder that exists; one that is there is replaced at the
            end.
        on_progress: Told (customers done, customers in all).

    Returns:
        What it came to. The same campaign gives the same rows.

    Raises:
        InputError: if the name ends otherwise, or the folder does not exist.
        BuildError: if it cannot be written; then what was there before stays.
    """
    check_path(path)
    steps: Counter[str] = Counter()
    rows = done = 0

    def counted() -> Iterator[pa.Table]:
        nonlocal rows, done
        for table in campaign:
            first = table.filter(pc.equal(table["slot"], 1))
            steps.update(first["step"].to_pylist())
            rows, done = rows + len(table), min(done + campaign.chunk, len(campaign))
            if on_progress:
                on_progress(done, len(campaign))
            yield table

    with new_file(path) as temporary, open_sink(temporary, path.suffix) as sink:
        for table in _row_groups(counted()):
            sink.write_table(table)
    customers = steps.total()
    skipped = {
        "no_marketing_consent": campaign.refused,
        "nothing_eligible": len(campaign) - customers,
    }
    if campaign.audience.gone:
        skipped["erased_or_merged"] = campaign.audience.gone
    return CampaignSummary(
        str(path), campaign.shop.build_id, campaign.surface, customers, rows, skipped,
        dict(sorted(steps.items())),
    )  # fmt: skip


def check_path(path: Path) -> None:
    """Refuse a file that could not be written, before any work is done.

    Args:
        path: Where the rows shall go.

    Raises:
        InputError: if its name ends otherwise than .parquet or .csv, or its folder does not exist.
    """
    if path.suffix not in (".parquet", ".csv"):
        raise InputError(f"{path} must end in .parquet or .csv: that decides the format.")
    if not path.absolute().parent.is_dir():
        raise InputError(f"{path.parent} is no folder: make it, or name another file.")


def open_sink(path: Path, suffix: str, schema: pa.Schema = SCHEMA) -> AbstractContextManager[Sink]:
    """Open a file that rows of a campaign are written to.

    Args:
        path: The file.
        suffix: ".csv" or ".parquet": the format, whatever the file is called.
        schema: Of the rows.
    """
    import pyarrow.csv
    import pyarrow.parquet

    sink: AbstractContextManager[Sink] = (
        pyarrow.csv.CSVWriter(path, schema)
        if suffix == ".csv"
        else pyarrow.parquet.ParquetWriter(path, schema, compression="zstd")
    )
    return sink


def _row_groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Join tables until they are worth a row group of their own."""
    held: list[pa.Table] = []
    for table in tables:
        held.append(table)
        if sum(len(one) for one in held) >= ROW_GROUP:
            yield pa.concat_tables(held)
            held = []
    if held:
        yield pa.concat_tables(held)
