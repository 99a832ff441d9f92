"""Files that may lie in the folder of a shop's experiments, and that nobody meant to be there."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

STARTED = b"\n[registered]\n"

NOT_TOML: Mapping[str, bytes] = MappingProxyType(
    {
        "half written": b"surfaces = [",
        "deep": b"a = " + b"[" * 20_000 + b"]" * 20_000,
        "deep by dots": b".".join([b"a"] * 100_000) + b" = 1" + STARTED,
        "a number of 5,000 digits": b"traffic = " + b"9" * 5_000 + STARTED,
        "a number of 400 digits": b"traffic = " + b"9" * 400 + STARTED,
        "zeros": b"\0" * 10,
        "no UTF-8": b"\xff\xfe" + STARTED,
        "too large": b"#" * 1_000_001,
    }
)


def written(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


ODD: Mapping[str, Callable[[Path], object]] = MappingProxyType(
    {
        **{name: written(content) for name, content in NOT_TOML.items()},
        "a folder": Path.mkdir,
        "a pipe": os.mkfifo,
        "a link to itself": lambda path: path.symlink_to(path),
        "a link to nothing": lambda path: path.symlink_to("/nowhere/at/all"),
        "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    }
)
"""{what: makes it at a path}."""
