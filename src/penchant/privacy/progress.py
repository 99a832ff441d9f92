"""Progress of erasing: what was found of whom, kept beside the shop until all is done.

It is written before anything is removed, so that a run that was killed loses no count: what is
found again counts as it did, what is gone stays counted. It holds no customer_id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from penchant.errors import BuildError
from penchant.files import json_bytes, read_json, write_atomically
from penchant.shop_directory import ShopDirectory

FILE: Final = ".erasing.json"

WHOLE_FILES: Final = frozenset(
    ("builds", "inbox_done", "inbox_waiting", "unreadable_builds_removed",
     "unreadable_evaluations_removed")
)  # fmt: skip
"""Places that count files and builds, each once, whatever a person is called in it."""


class Progress:
    """What was erased so far, by receipt, place and file.

    Args of the constructor:
        shop: The shop; its lock is held.
        receipts: {customer_id: receipt_id} of the persons who are erased.
    """

    def __init__(self, shop: ShopDirectory, receipts: Mapping[str, str]) -> None:
        self._path = progress_file(shop)
        self._receipts = receipts
        self._found: dict[str, dict[str, dict[str, int]]] = _read(self._path)

    def begin(self) -> None:
        """Mark that persons are erased, before anything is: until `remove`, something is to do.

        Raises:
            BuildError: if the disk is full.
        """
        write_atomically(self._path, json_bytes(self._found))

    def note(self, place: str, file: str, counts: Mapping[str, int]) -> None:
        """Write down what was found, before it is removed.

        Args:
            place: As the receipt calls it.
            file: Names the file or build, so that it counts once.
            counts: {customer_id: rows or files found there}; none: nothing is written.

        Raises:
            BuildError: if the disk is full.
        """
        by_receipt: Counter[str] = Counter()
        for name, count in counts.items():
            by_receipt[self._receipts[name]] += count
        for receipt_id, count in by_receipt.items():
            files = self._found.setdefault(receipt_id, {}).setdefault(place, {})
            files[file] = 1 if place in WHOLE_FILES else max(count, files.get(file, 0))
        if by_receipt:
            write_atomically(self._path, json_bytes(self._found))

    def counts(self, receipt_id: str) -> dict[str, int]:
        """Give the counts of a receipt, by place.

        Args:
            receipt_id: Of one of the persons.
        """
        places = self._found.get(receipt_id, {})
        return {place: sum(files.values()) for place, files in sorted(places.items())}

    def remove(self) -> None:
        """Forget all of it: the receipts are finished."""
        self._path.unlink(missing_ok=True)


def progress_file(shop: ShopDirectory) -> Path:
    """Give the file progress is kept in; it is there only while persons are erased.

    Args:
        shop: The shop.
    """
    return shop.path / FILE


def _read(path: Path) -> dict[str, dict[str, dict[str, int]]]:
    try:
        return read_json(path)
    except BuildError:
        return {}  # counts are worth less than that the person is erased
