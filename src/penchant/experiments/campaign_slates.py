"""The answers of a campaign that is compared, read from its file, as the database keeps them.

So an opened mail can be reported by the request_id of its rows, as a page reports what it showed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from penchant import columns as c
from penchant.campaign.campaign import SCHEMA
from penchant.store.database.values import ServedSlate, ServedSlot

if TYPE_CHECKING:
    import pyarrow.dataset as ds

NEEDED: Final = (
    c.CUSTOMER_ID, "surface", "step", "build_id", "request_id", "slot", c.PRODUCT_ID, "score",
    "source", "propensity", "experiments",
)  # fmt: skip


def slates_in(file: Path, policies: Mapping[str, str], made_us: int) -> Iterator[ServedSlate]:
    """Give the answers of those who take part in an experiment; of others there is no need.

    Args:
        file: Of the campaign, Parquet or CSV; a batch of it is in memory at once.
        policies: {experiments as the file tells them: name of the way of choosing}.
        made_us: When the campaign was made.
    """
    import pyarrow.dataset as ds

    told = ds.field("experiments")
    data = ds.dataset(str(file), format=_format(file))
    batches = data.to_batches(columns=list(NEEDED), filter=told.is_valid() & (told != ""))
    rows = (row for batch in batches for row in batch.to_pylist())
    for request_id, own in groupby(rows, key=lambda row: row["request_id"]):
        if request_id:
            slots = list(own)
            yield _slate(slots, policies[slots[0]["experiments"]], made_us)


def _slate(rows: list[dict[str, Any]], policy: str, made_us: int) -> ServedSlate:
    first = rows[0]
    return ServedSlate(
        request_id=first["request_id"],
        customer_id=first[c.CUSTOMER_ID],
        surface=first["surface"],
        step=first["step"],
        policy=policy,
        build_id=first["build_id"],
        made_us=made_us,
        slots=tuple(
            ServedSlot(
                one["slot"], one[c.PRODUCT_ID], one["source"], one["score"], one["propensity"]
            )
            for one in rows
        ),
    )


def _format(file: Path) -> ds.FileFormat | str:
    import pyarrow.dataset as ds
    from pyarrow import csv

    if file.suffix != ".csv":
        return "parquet"
    types = {one.name: one.type for one in SCHEMA}
    return ds.CsvFileFormat(
        convert_options=csv.ConvertOptions(column_types=types, strings_can_be_null=False)
    )
