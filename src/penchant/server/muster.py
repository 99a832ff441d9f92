"""The muster: workers of one machine tell each other that something changed, and how far they are.

A product is added by one worker and asked for at another: whoever added it is answered when all of
them know it. Files in a folder of the command's own are enough for that.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Final

NUDGE: Final = "nudge"

PAUSE_SECONDS: Final = 0.01


class Muster:
    """The workers of one command; one that is alone waits for nobody.

    Args of the constructor:
        folder: Where they leave word; None: there is only one worker.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._seen = self._nudged_at()

    def nudge(self) -> None:
        """Tell all others to look."""
        if self._folder is not None:
            (self._folder / NUDGE).write_text(f"{time.monotonic_ns()}")

    def nudged(self) -> bool:
        """Say whether somebody told to look since this was asked last."""
        now = self._nudged_at()
        changed = now != self._seen
        self._seen = now
        return changed

    def report(self, version: int) -> None:
        """Tell how far this worker is.

        Args:
            version: Of the products it answers with.
        """
        if self._folder is not None:
            own = self._folder / f"{os.getpid()}-{threading.get_ident()}.tmp"
            own.write_text(str(version))
            own.replace(self._folder / f"{os.getpid()}.at")

    def wait(self, version: int, seconds: float) -> bool:
        """Wait until all workers that are alive are as far.

        Args:
            version: Of the products.
            seconds: At most.

        Returns:
            Whether they are.
        """
        until = time.monotonic() + seconds
        while behind := self._behind(version):
            if time.monotonic() > until:
                return not behind
            time.sleep(PAUSE_SECONDS)
        return True

    def leave(self) -> None:
        """Nobody need wait for this worker any more."""
        if self._folder is not None:
            (self._folder / f"{os.getpid()}.at").unlink(missing_ok=True)

    def _behind(self, version: int) -> bool:
        files = () if self._folder is None else self._folder.glob("*.at")
        return any(is_alive(int(one.stem)) and _version_in(one) < version for one in files)

    def _nudged_at(self) -> str:
        try:
            return "" if self._folder is None else (self._folder / NUDGE).read_text()
        except OSError:
            return ""


def _version_in(file: Path) -> int:
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return 0


def is_alive(pid: int) -> bool:
    """Say whether a process of this machine is there.

    Args:
        pid: Its number.
    """
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
