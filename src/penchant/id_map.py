"""The bridge between the shop's own ids and row numbers.

Ids are kept sorted in one UTF-8 blob with offsets: two flat arrays that open by memory map and
are searched in microseconds, whatever the number of customers.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError, NotFoundError
from penchant.files import open_array


@dataclass(frozen=True, slots=True, eq=False)
class IdMap:
    """Sorted, distinct ids; `row` is the place of an id in that order, and behind them later ones.

    Attributes:
        kind: What the ids name, for messages: "product" or "customer".
        blob: Shape (n_bytes,), the ids' UTF-8 bytes one after another.
        offsets: Shape (n + 1,), int64: id i is blob[offsets[i]:offsets[i + 1]].
        later: Those that came later: rows n, n + 1, ... in the order they came.
        later_rows: {id: row} of these.

    Example:
        >>> ids = IdMap.from_ids("product", ["b", "a"])
        >>> ids.row("b"), ids[0], len(ids)
        (1, 'a', 2)
    """

    kind: str
    blob: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    later: tuple[str, ...] = ()
    later_rows: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def from_ids(cls, kind: str, ids: Iterable[str]) -> IdMap:
        """Sort ids into a map.

        Args:
            kind: What the ids name.
            ids: Distinct strings in any order.

        Raises:
            InputError: if an id appears twice, or is not a string that UTF-8 can hold.
        """
        encoded = sorted(_encoded(kind, name) for name in ids)
        for one, other in itertools.pairwise(encoded):
            if one == other:
                raise InputError(f'{kind}_id "{one.decode()}" appears twice; ids must be distinct.')
        lengths = np.fromiter((len(name) for name in encoded), np.int64, len(encoded))
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        return cls(kind, np.frombuffer(b"".join(encoded), np.uint8), offsets)

    def extended(self, names: Sequence[str]) -> IdMap:
        """Give the same ids with more behind them; rows stay what they are.

        Args:
            names: Distinct, none there yet.

        Raises:
            InputError: if one is there already, or no text that UTF-8 can hold.

        Example:
            >>> more = IdMap.from_ids("product", ["b", "d"]).extended(["c", "a"])
            >>> list(more), more.row("a"), more[2]
            (['b', 'd', 'c', 'a'], 3, 'c')
        """
        rows = dict(self.later_rows)
        for name in names:
            _encoded(self.kind, name)
            if name in rows or self.find(name) is not None:
                raise InputError(f'{self.kind}_id "{name}" appears twice; ids must be distinct.')
            rows[name] = self._n_sorted + len(rows)
        return replace(self, later=tuple(rows), later_rows=rows)

    @property
    def _n_sorted(self) -> int:
        return len(self.offsets) - 1

    def __len__(self) -> int:
        return self._n_sorted + len(self.later)

    def __getitem__(self, row: int) -> str:
        if row >= self._n_sorted:
            return self.later[row - self._n_sorted]
        return self._bytes(row).decode()

    def __iter__(self) -> Iterator[str]:
        text, ends = self.blob.tobytes(), self.offsets.tolist()
        ordered = (text[start:end].decode() for start, end in itertools.pairwise(ends))
        return itertools.chain(ordered, self.later)

    def __contains__(self, name: str) -> bool:
        return self.find(name) is not None

    def find(self, name: str) -> int | None:
        """Give the row of an id, or None.

        Args:
            name: The shop's own id.

        Raises:
            InputError: if it is not a string.
        """
        try:
            wanted = _checked(self.kind, name).encode()
        except UnicodeEncodeError:  # half a surrogate pair, as JSON may carry: nobody's id
            return None
        row = bisect_left(range(self._n_sorted), wanted, key=self._bytes)
        if row < self._n_sorted and self._bytes(row) == wanted:
            return row
        return self.later_rows.get(name)

    def row(self, name: str) -> int:
        """Give the row of an id.

        Args:
            name: The shop's own id.

        Raises:
            NotFoundError: if there is no such id; one that starts alike is suggested, else any.
            InputError: if it is not a string.
        """
        found = self.find(name)
        if found is None:
            like = f'Ids of this shop look like "{self[0]}".' if len(self) else "There are none."
            raise NotFoundError(self.kind, name, self._near(name), hint=like)
        return found

    def rows(self, names: Sequence[str]) -> NDArray[np.int32]:
        """Give the rows of many ids, -1 where there is none.

        Args:
            names: Ids, repeats allowed.

        Returns:
            Shape (len(names),), int32, in the order of `names`.

        Raises:
            InputError: if one is not a string.
        """
        for name in names:
            _checked(self.kind, name)
        if len(names) < len(self) / 50:
            found = (self.find(name) for name in names)
            return np.array([-1 if row is None else row for row in found], np.int32)
        lookup = {name: row for row, name in enumerate(self)}
        return np.fromiter((lookup.get(name, -1) for name in names), np.int32, len(names))

    def save(self, directory: Path, name: str) -> None:
        """Write `<name>.blob.npy` and `<name>.offsets.npy`; later ids are not kept.

        Args:
            directory: An existing folder.
            name: Stem of the two files.
        """
        np.save(directory / f"{name}.blob.npy", self.blob)
        np.save(directory / f"{name}.offsets.npy", self.offsets)

    @classmethod
    def load(cls, directory: Path, name: str, *, kind: str) -> IdMap:
        """Open what `save` wrote, by memory map.

        Args:
            directory: The folder.
            name: Stem of the two files.
            kind: What the ids name.
        """
        blob = open_array(directory / f"{name}.blob.npy")
        offsets = open_array(directory / f"{name}.offsets.npy")
        return cls(kind, blob, offsets)

    def _bytes(self, row: int) -> bytes:
        return self.blob[self.offsets[row] : self.offsets[row + 1]].tobytes()

    def _near(self, name: str) -> list[str]:
        """Give a few ids that share the beginning, enough for a suggestion."""
        stem = name[: max(1, len(name) - 2)].encode(errors="replace")
        first = bisect_left(range(self._n_sorted), stem, key=self._bytes)
        near = range(first, min(first + 200, self._n_sorted))
        return [self[row] for row in near if self._bytes(row).startswith(stem)]


class RowFinder:
    """Finds rows of ids that are asked for again and again; threads may share it.

    Args of the constructor:
        ids: The ids.
        most: How many it remembers.

    Example:
        >>> find = RowFinder(IdMap.from_ids("product", ["b", "a"]))
        >>> find("b"), find("c")
        (1, -1)
    """

    def __init__(self, ids: IdMap, most: int = 100_000) -> None:
        self._ids = ids
        self._most = most
        self._known: dict[str, int] = {}

    def __call__(self, name: str) -> int:
        """Give the row of an id, -1 where there is none."""
        row = self._known.get(name)
        if row is None:
            found = self._ids.find(name)
            row = -1 if found is None else found
            if len(self._known) >= self._most:
                self._known.clear()
            self._known[name] = row
        return row


def _encoded(kind: str, name: str) -> bytes:
    try:
        return _checked(kind, name).encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{kind}_id {name!r} is not valid text: {error.reason}.") from error


def _checked(kind: str, name: str) -> str:
    if not isinstance(name, str):
        raise InputError(
            f"{kind}_id {name!r} is {type(name).__name__}, must be str: ids are strings end to end."
        )
    return name
