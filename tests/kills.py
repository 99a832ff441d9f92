"""Commands killed at a chosen event on a file or at a chosen moment, or out of disk."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

MAIN = """
import sys, penchant.doctor, penchant.gate, penchant.shelf
from penchant.cli.app import main
sys.stderr.write("ready\\n")
sys.stderr.flush()
main()
"""

KILLED_AT_FILE_EVENT = """
import os, signal, sys
root, wanted, seen = sys.argv[1], int(sys.argv[2]), 0
del sys.argv[1:3]
EVENTS = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree"}
def hook(event, arguments):
    global seen
    if event in EVENTS and (
        any(root in str(one) for one in arguments[:2])
        or (event in {"os.remove", "os.rmdir"} and arguments[1] >= 0)  # in a folder being removed
    ):
        seen += 1
        if seen == wanted:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
from penchant.cli.app import main
try:
    main()
finally:
    sys.stderr.write(f"events={seen}")
"""


def start(script: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a script in a process of its own."""
    words = [sys.executable, "-c", script, *(str(one) for one in arguments)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def kill_at_event(shop: Path, number: int, *words: object) -> bool:
    """Kill a command at its n-th event on a file of the shop; False if it ended before."""
    process = start(KILLED_AT_FILE_EVENT, shop, number, *words)
    _, err = process.communicate(timeout=60)
    assert process.returncode == -9 or "events=" in err, err
    return process.returncode == -9


def kill_after(seconds: float, *words: object) -> bool:
    """Kill a command some time after it has loaded its code; False if it ended before."""
    process = start(MAIN, *words)
    assert process.stderr is not None
    assert process.stderr.readline() == "ready\n"
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
    return process.returncode == -9


@contextmanager
def disk_full_from(call: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Let the n-th and every later attempt to force a file to disk fail as a full disk does."""
    calls: list[int] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        calls.append(handle)
        if len(calls) >= call:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        yield calls
