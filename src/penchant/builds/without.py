"""A build without some of its customers: the same files, those by customer without their rows.

Arrays are read by memory map and written in pieces, so that a build larger than the memory can be
written anew. What is about products alone (style space, style vectors, links, popularity, weights)
names nobody and stays as it is: the very same files, linked, not copied.
"""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from penchant.builds.manifest import NAME, Manifest, file_digest
from penchant.errors import BuildError
from penchant.files import Content, open_array, write_synced
from penchant.id_map import IdMap
from penchant.types import Rows

CUSTOMERS: Final = "customer_ids"

BY_CUSTOMER: Final = (
    "opted_out.npy",
    "no_marketing.npy",
    "profiles.npy",
    "consistency.npy",
    "demand/popularity/segment_row.npy",
)
"""Arrays with a row for each customer."""

BY_INTERACTION: Final = (
    "histories/product_row.npy",
    "histories/action.npy",
    "histories/time_us.npy",
    "histories/trust.npy",
    "judgements/trust.npy",
    "judgements/reason.npy",
    "judgements/style.npy",
)
"""Arrays with a row for each interaction, customer after customer."""

STARTS: Final = "histories/starts.npy"
BLOB, OFFSETS = f"{CUSTOMERS}.blob.npy", f"{CUSTOMERS}.offsets.npy"
OF_PEOPLE: Final = (BLOB, OFFSETS, STARTS, *BY_CUSTOMER, *BY_INTERACTION)
"""Every file of a build that says anything of a customer."""


@dataclass(frozen=True, slots=True)
class Found:
    """Customers found in a build.

    Attributes:
        rows: {customer_id: customer_row}.
        interactions: {customer_id: how many interactions the build keeps}.
    """

    rows: Mapping[str, int]
    interactions: Mapping[str, int]


def find_customers(folder: Path, names: Sequence[str]) -> Found:
    """Look for customers in a build; only ids and the places of histories are read.

    Args:
        folder: The build's folder.
        names: Any customer_ids.

    Raises:
        BuildError: if the files are missing or damaged.
    """
    ids = IdMap.load(folder, CUSTOMERS, kind="customer")
    rows = {name: row for name in names if (row := ids.find(name)) is not None}
    starts = open_array(folder / STARTS)
    return Found(rows, {name: int(starts[row + 1] - starts[row]) for name, row in rows.items()})


def write_without(folder: Path, customer_rows: Rows, into: Path) -> Manifest:
    """Write a build again, without some customers, with a manifest that fits.

    Args:
        folder: The build's folder; it is not changed.
        customer_rows: Whom to leave out; at least one.
        into: An empty folder on the same disk.

    Returns:
        The new manifest: same build_id, same inputs, counts and checksums of what is left.

    Raises:
        BuildError: if a file that is written anew does not fit its checksum, or is missing.
        OSError: if the disk is full.
    """
    manifest = Manifest.read(folder)
    for name in OF_PEOPLE:
        about = manifest.files.get(name)
        if about is None or file_digest(folder / name) != about["sha256"]:
            raise BuildError(f"Build {folder.name} is damaged: {name} is missing or changed.")
    contents = _contents(folder, np.unique(customer_rows))
    files = dict(manifest.files)
    for name in manifest.files:
        target = into / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if name in contents:
            write_synced(target, contents[name])
            files[name] = {"sha256": file_digest(target), "bytes": target.stat().st_size}
        else:
            _link(folder / name, target)
    shutil.copymode(folder, into)
    smaller = replace(manifest, files=files, counts={**manifest.counts, **_counts(into)})
    smaller.write(into)
    made = (folder / NAME).stat().st_mtime_ns  # builds are told apart by when they were made
    os.utime(into / NAME, ns=(made, made))
    return smaller


def _contents(folder: Path, rows: NDArray[np.integer]) -> dict[str, Content]:
    """Give the new content of every file that says anything of a customer."""
    offsets, starts = open_array(folder / OFFSETS), open_array(folder / STARTS)
    events = [(int(starts[row]), int(starts[row + 1])) for row in rows]
    people = [(int(row), int(row) + 1) for row in rows]
    letters = [(int(offsets[row]), int(offsets[row + 1])) for row in rows]
    contents: dict[str, Content] = {
        BLOB: _without(folder / BLOB, letters),
        OFFSETS: _npy(_shifted(offsets, rows)),
        STARTS: _npy(_shifted(starts, rows)),
    }
    contents |= {name: _without(folder / name, people) for name in BY_CUSTOMER}
    contents |= {name: _without(folder / name, events) for name in BY_INTERACTION}
    return contents


def _shifted(bounds: NDArray[Any], rows: NDArray[np.integer]) -> NDArray[np.int64]:
    """Give the bounds of what is left: as if the lengths of `rows` had never been."""
    lengths = np.delete(np.diff(bounds), rows)
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])


def _without(path: Path, spans: Sequence[tuple[int, int]]) -> Content:
    """Give an array without some spans of its rows, in the format and bytes of `np.save`."""
    array = open_array(path)
    gone = sum(end - start for start, end in spans)
    kept = (len(array) - gone, *array.shape[1:])
    return [_header(array.dtype, kept), *_pieces(array, spans)]


def _pieces(array: NDArray[Any], spans: Sequence[tuple[int, int]]) -> Iterator[memoryview]:
    """Give what lies between ascending spans as bytes, without a copy."""
    first = 0
    for start, end in (*spans, (len(array), len(array))):
        part = array[first:start]
        if part.size:
            yield part.reshape(-1).view(np.uint8).data
        first = end


def _npy(array: NDArray[Any]) -> Content:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def _header(dtype: np.dtype[Any], shape: tuple[int, ...]) -> bytes:
    buffer = io.BytesIO()
    about = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(buffer, about)
    return buffer.getvalue()


def _counts(folder: Path) -> dict[str, int]:
    """Count what is left; of products nothing changes."""
    starts = open_array(folder / STARTS)
    return {
        "customers": len(starts) - 1,
        "profiles": int(np.isfinite(open_array(folder / "consistency.npy")).sum()),
        "interactions": int(starts[-1]),
    }


def _link(source: Path, target: Path) -> None:
    """Let a file have a second name; where the disk knows no such thing, copy it."""
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copy2(source, target)
