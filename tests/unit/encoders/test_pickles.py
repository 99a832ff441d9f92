"""The pickle reader builds plain values, agrees with the standard library, and runs nothing."""

from __future__ import annotations

import contextlib
import io
import os
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.encoders.pickles import read_pickle
from penchant.errors import InputError

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner) | st.tuples(inner, inner, inner, inner) | st.dictionaries(st.text(), inner)
    ),
    max_leaves=20,
)


def refuse(*_: object) -> object:
    raise InputError("refused")


def read(data: bytes) -> object:
    return read_pickle(io.BytesIO(data), lookup=refuse, call=refuse, storage=refuse)


@given(TREES, st.integers(2, 4))
def test_plain_values_come_back_as_the_standard_library_gives_them(
    tree: object, version: int
) -> None:
    assert read(pickle.dumps(tree, protocol=version)) == tree


def test_the_stream_is_left_behind_the_pickle() -> None:
    stream = io.BytesIO(pickle.dumps([1], 2) + b"rest")
    assert read_pickle(stream, lookup=refuse, call=refuse, storage=refuse) == [1]
    assert stream.read() == b"rest"


def test_a_value_that_contains_itself_does_not_hang() -> None:
    endless: list[object] = []
    endless.append(endless)
    found = read(pickle.dumps(endless, 2))
    assert isinstance(found, list)
    assert found[0] is found


@pytest.mark.parametrize("version", range(5))
def test_names_are_never_imported(version: int) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, ("must-not-exist",)

    with pytest.raises(InputError):
        read(pickle.dumps(Evil(), version))


@given(st.binary(max_size=80))
def test_any_bytes_give_a_value_or_an_input_error(data: bytes) -> None:
    with contextlib.suppress(InputError):
        read(b"\x80\x02" + data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b".",
        b"(.",
        b"\x80\x02(",
        b"\x80\x02h\x05.",
        b"\x80\x02a.",
        b"\x80\x02Ns.",
        b"\x80\x02t.",
        b"(ios\nsystem\n.",
        b"\x80\x02\x82\x01.",
        b"X\xff\xff\xff\xff.",
        b"\x80\x02]q\x00r\xff\xff\xff\x7fNa.",
    ],
)
def test_damaged_pickles_are_refused_or_harmless(data: bytes) -> None:
    try:
        value = read(data)
    except InputError:
        return
    assert value == [None]


def test_a_memo_number_of_two_billion_costs_no_memory() -> None:
    assert read(b"\x80\x02]r\xff\xff\xff\x7f.") == []


def test_keys_that_are_slow_to_hash_are_refused() -> None:
    with pytest.raises(InputError, match="dict key"):
        read(pickle.dumps({(1, 2): 3}))
