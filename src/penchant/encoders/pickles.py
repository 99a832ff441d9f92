"""Read the pickle inside a torch checkpoint without running it.

A pickle is a small program; the standard library executes it, names and calls included. Here each
instruction is looked at and only the ones that build plain values are carried out, so a hostile
file can ask for nothing: no import happens, nothing is called but what the reader below hands in.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from typing import BinaryIO, Final

from penchant.errors import InputError

_CONSTANTS: Final[dict[str, object]] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_LITERALS: Final = frozenset(
    (
        *("BININT", "BININT1", "BININT2", "INT", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
        *("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"),
        *("BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES"),
    )
)
_IGNORED: Final = frozenset(("PROTO", "FRAME"))
_PUTS: Final = frozenset(("PUT", "BINPUT", "LONG_BINPUT"))
_GETS: Final = frozenset(("GET", "BINGET", "LONG_BINGET"))
_TUPLES: Final = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_MARK: Final = object()
_MAX_STEPS: Final = 5_000_000

Lookup = Callable[[str, str], object]
Call = Callable[[object, tuple[object, ...]], object]
Storage = Callable[[object], object]


def read_pickle(stream: BinaryIO, *, lookup: Lookup, call: Call, storage: Storage) -> object:
    """Read one pickle from `stream` and leave the stream right behind it.

    Args:
        stream: A binary file at the start of a pickle.
        lookup: What a `module`, `name` pair stands for; raises `InputError` for names not allowed.
        call: What calling a looked-up value with arguments gives; raises `InputError` if not
            allowed.
        storage: What a persistent id stands for.

    Returns:
        Plain values: dict, list, tuple, str, bytes, numbers, None, and what the three functions
        gave.

    Raises:
        InputError: if the pickle is damaged, or does more than build plain values.

    Example:
        >>> import io, pickle
        >>> def refuse(*_: object) -> object:
        ...     raise InputError("not allowed")
        >>> read_pickle(io.BytesIO(pickle.dumps({"a": (1, 2)})), lookup=refuse, call=refuse,
        ...             storage=refuse)
        {'a': (1, 2)}
    """
    machine = _Machine(lookup=lookup, call=call, storage=storage)
    try:
        for step, (opcode, argument, _) in enumerate(pickletools.genops(stream)):
            if opcode.name == "STOP":
                return machine.pop()
            if step >= _MAX_STEPS:
                raise InputError(f"pickle has more than {_MAX_STEPS} instructions.")
            machine.step(opcode.name, argument)
    except InputError:
        raise
    except Exception as error:  # genops and malformed stacks raise many kinds
        raise InputError(f"pickle is damaged: {error}") from error
    raise InputError("pickle is damaged: it has no end.")


class _Machine:
    """The stack and memo of one pickle being read."""

    __slots__ = ("_call", "_lookup", "_memo", "_stack", "_storage")

    def __init__(self, *, lookup: Lookup, call: Call, storage: Storage):
        self._lookup, self._call, self._storage = lookup, call, storage
        self._stack: list[object] = []
        self._memo: dict[int, object] = {}

    def step(self, name: str, argument: object) -> None:
        """Carry out one instruction, or refuse it."""
        if name in _LITERALS:
            self._stack.append(argument)
        elif name in _CONSTANTS:
            self._stack.append(_CONSTANTS[name])
        elif name in _PUTS:
            self._memo[_whole(argument)] = self._stack[-1]
        elif name in _GETS:
            self._stack.append(self._memo[_whole(argument)])
        elif name not in _IGNORED:
            self._act(name, argument)

    def _act(self, name: str, argument: object) -> None:
        if name in _TUPLES:
            count = _TUPLES[name]
            self._stack[-count:] = [tuple(self._take(count))]
        elif name == "GLOBAL":
            module, _, what = str(argument).partition(" ")
            self._stack.append(self._lookup(module, what))
        elif name in _ACTIONS:
            _ACTIONS[name](self)
        else:
            raise InputError(f'pickle uses the instruction "{name}", which is not allowed.')

    def pop(self) -> object:
        """Take the top value."""
        value = self._stack.pop()
        if value is _MARK:
            raise InputError("pickle is damaged: a mark where a value belongs.")
        return value

    def _take(self, count: int) -> list[object]:
        values = self._stack[-count:]
        if len(values) < count or any(value is _MARK for value in values):
            raise InputError("pickle is damaged: too few values.")
        return values

    def _pop_to_mark(self) -> list[object]:
        values: list[object] = []
        while (value := self._stack.pop()) is not _MARK:
            values.append(value)
        values.reverse()
        return values

    def push_mark(self) -> None:
        self._stack.append(_MARK)

    def push_empty(self, value: object) -> None:
        self._stack.append(value)

    def tuple_to_mark(self) -> None:
        self._stack.append(tuple(self._pop_to_mark()))

    def memoize(self) -> None:
        self._memo[len(self._memo)] = self._stack[-1]

    def stack_global(self) -> None:
        what, module = self.pop(), self.pop()
        self._stack.append(self._lookup(str(module), str(what)))

    def persistent(self) -> None:
        self._stack.append(self._storage(self.pop()))

    def reduce(self) -> None:
        arguments, function = self.pop(), self.pop()
        if not isinstance(arguments, tuple):
            raise InputError("pickle is damaged: call without arguments.")
        self._stack.append(self._call(function, arguments))

    def build(self) -> None:
        # torch hangs bookkeeping (`_metadata`) on its dict; it is not needed and is dropped
        self.pop()

    def set_item(self) -> None:
        value, key = self.pop(), self.pop()
        _store(self._stack[-1], [key, value])

    def set_items(self) -> None:
        pairs = self._pop_to_mark()
        _store(self._stack[-1], pairs)

    def append(self) -> None:
        value = self.pop()
        _extend(self._stack[-1], [value])

    def append_all(self) -> None:
        values = self._pop_to_mark()
        _extend(self._stack[-1], values)


_ACTIONS: Final[dict[str, Callable[[_Machine], None]]] = {
    "MARK": _Machine.push_mark,
    "EMPTY_TUPLE": lambda machine: machine.push_empty(()),
    "EMPTY_LIST": lambda machine: machine.push_empty([]),
    "EMPTY_DICT": lambda machine: machine.push_empty({}),
    "TUPLE": _Machine.tuple_to_mark,
    "MEMOIZE": _Machine.memoize,
    "STACK_GLOBAL": _Machine.stack_global,
    "BINPERSID": _Machine.persistent,
    "REDUCE": _Machine.reduce,
    "BUILD": _Machine.build,
    "SETITEM": _Machine.set_item,
    "SETITEMS": _Machine.set_items,
    "APPEND": _Machine.append,
    "APPENDS": _Machine.append_all,
}


def _whole(argument: object) -> int:
    if not isinstance(argument, int):
        raise InputError("pickle is damaged: a memo number is missing.")
    return argument


def _store(target: object, pairs: list[object]) -> None:
    if not isinstance(target, dict) or len(pairs) % 2:
        raise InputError("pickle is damaged: items without a dict.")
    for key, value in zip(pairs[::2], pairs[1::2], strict=True):
        # a nested tuple as key can take exponential time to hash
        if not isinstance(key, (str, int, float, bytes)):
            raise InputError(
                f"pickle has a dict key of type {type(key).__name__}; only text is allowed."
            )
        target[key] = value


def _extend(target: object, values: list[object]) -> None:
    if not isinstance(target, list):
        raise InputError("pickle is damaged: values without a list.")
    target.extend(values)
