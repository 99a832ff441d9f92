"""Persons in files of campaigns: their rows are left out, wherever the file was written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from glob import escape
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from penchant import columns as c
from penchant.campaign.campaign import SCHEMA
from penchant.campaign.record import campaign_files
from penchant.errors import BuildError
from penchant.files import disk_error, new_file
from penchant.privacy.all_of_them import do_all
from penchant.privacy.in_tables import Note
from penchant.shop_directory import ShopDirectory

SCHEMAS = (SCHEMA, pa.schema(list(SCHEMA)[:-1]))
"""Of files as they are written now, and before campaigns told of experiments."""

Named = Callable[[pl.Series], pl.Series]
"""Gives for each customer_id the id again if the person is to be left out, else null."""


def forget_in_campaigns(shop: ShopDirectory, named: Named, note: Note) -> None:
    """Remove persons from all files that campaigns were written to.

    A file that is gone is passed over. One that is no campaign any more, as its columns tell, is
    somebody else's: it is left alone, and counted.

    Args:
        shop: The shop; its lock is held.
        named: Tells whom.
        note: Told what was found.

    Raises:
        BuildError: if a file cannot be read or written; it stays as it was.
    """
    files = (one for one in campaign_files(shop) if one.is_file())
    do_all([partial(remove_from_campaign, one, named, note) for one in files])


def remove_from_campaign(file: Path, named: Named, note: Note) -> None:
    """Remove persons from one file of a campaign; the others' rows stay as they are.

    Args:
        file: .parquet or .csv, as `write_campaign` writes them.
        named: Tells whom.
        note: Told what was found, under "campaign_rows" or, for a file of other columns,
            "campaign_files_left".

    Raises:
        BuildError: if it cannot be read or written; it stays as it was.
    """
    try:
        for leftover in file.parent.glob(f".{escape(file.name)}.*.tmp"):
            leftover.unlink()  # of a campaign that was killed
        if _schema_of(file) is None:
            note("campaign_files_left", str(file), {})
            return
        found: Counter[str] = Counter()
        for batch in _batches(file):
            names = named(pl.Series(batch[c.CUSTOMER_ID])).drop_nulls()
            found.update(names.to_list())
        note("campaign_rows", str(file), found)
        if found:
            _write_without(file, named)
    except (pa.ArrowException, ValueError) as error:
        raise BuildError(
            f"{file}, the file of a campaign, may name persons who are to be erased and cannot be "
            f"read: {str(error).splitlines()[0].rstrip('.')}. Remove or mend it."
        ) from error
    except OSError as error:
        raise disk_error(error, file) from error


def campaign_rows(file: Path, named: Named) -> list[dict[str, Any]]:
    """Give the rows of persons in one file of a campaign; none of what is no campaign any more.

    Args:
        file: .parquet or .csv.
        named: Tells whom.

    Raises:
        BuildError: if it cannot be read.
    """
    rows: list[dict[str, Any]] = []
    try:
        for batch in _batches(file) if _schema_of(file) is not None else ():
            kept = named(pl.Series(batch[c.CUSTOMER_ID])).is_not_null()
            rows += batch.filter(pa.array(kept.to_list(), pa.bool_())).to_pylist()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BuildError(
            f"{file}, the file of a campaign, cannot be read: {str(error).splitlines()[0]}."
        ) from error
    return rows


def _write_without(file: Path, named: Named) -> None:
    from penchant.campaign.write import open_sink

    schema = _schema_of(file)
    with new_file(file) as temporary, open_sink(temporary, file.suffix, schema) as sink:
        for batch in _batches(file):
            gone = named(pl.Series(batch[c.CUSTOMER_ID]))
            rest = batch.filter(pa.array(gone.is_null().to_list(), pa.bool_()))
            sink.write_table(pa.Table.from_batches([rest], schema))


def _schema_of(file: Path) -> pa.Schema | None:
    """Give the schema of a campaign; None: it is none."""
    import pyarrow.parquet as pq

    if file.suffix == ".parquet":
        schema: pa.Schema = pq.read_schema(file)
        return next((one for one in SCHEMAS if schema.equals(one)), None)
    with file.open(encoding="utf-8", errors="replace", newline="") as text:
        head = text.readline().strip()
    names = head.replace('"', "").split(",")
    return next((one for one in SCHEMAS if names == one.names), None)


def _batches(file: Path) -> Iterator[Any]:
    """Give a campaign's rows, some at a time."""
    from pyarrow import csv
    from pyarrow import parquet as pq

    if file.suffix == ".parquet":
        with closing(pq.ParquetFile(file)) as table:
            yield from table.iter_batches()
        return
    options = {
        "parse_options": csv.ParseOptions(newlines_in_values=True),
        "convert_options": csv.ConvertOptions(
            column_types=SCHEMA, strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    }
    if file.stat().st_size:
        with csv.open_csv(file, **options) as table:
            yield from table
