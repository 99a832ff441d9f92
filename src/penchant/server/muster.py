"""The muster: workers of one machine tell each other that something changed, and how far they are.

A product is added by one worker and asked for at another: whoever added it is answered when all of
them know it. Files in a folder of the command's own are enough for that.
"""

from __future__ import annotations

import os
import secrets
import select
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

AT: Final = ".at"
"""Ends the name of the file in which a worker tells how far it is."""

BELL: Final = ".bell"
"""Ends the name of the pipe by which a worker is woken."""

RINGS: Final = 4096
"""Bytes read at once from it; a byte is a ring."""

PAUSE_SECONDS: Final = 0.01


class Muster:
    """The workers of one command; one that is alone waits for nobody.

    Args of the constructor:
        folder: Where they leave word; None: there is only one worker.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._name = secrets.token_hex(8)  # not of its process: numbers of those come back
        self._bell: tuple[int, int] | None = None
        self._told: int | None = None
        self._telling = threading.Lock()

    def enter(self) -> None:
        """Be there to be told; where nobody could find it, a worker looks by itself alone."""
        if self._folder is not None:
            own = self._folder / f"{self._name}{BELL}"
            with suppress(OSError):  # the folder was taken away, or is of a kind without pipes
                os.mkfifo(own)
                both = os.open(own, os.O_RDWR | os.O_NONBLOCK)  # it stays open with nobody there
                self._bell = both, both
                return
        self._bell = os.pipe()

    def leave(self) -> None:
        """Nobody need wait for this worker any more, or tell it anything."""
        ends, self._bell = self._bell, None
        for end in set(ends or ()):
            os.close(end)
        with self._telling:  # who still looks has nobody left to tell
            folder, self._folder = self._folder, None
        if folder is not None:
            for own in (f"{os.getpid()}{AT}", f"{self._name}{BELL}"):
                with suppress(OSError):
                    (folder / own).unlink()

    def nudge(self) -> None:
        """Tell all to look, this worker too."""
        for bell in () if self._folder is None else self._folder.glob(f"*{BELL}"):
            with suppress(OSError):  # it was killed, or told so often already that it will look
                other = os.open(bell, os.O_WRONLY | os.O_NONBLOCK)
                try:
                    os.write(other, b".")
                finally:
                    os.close(other)

    def wake(self) -> None:
        """End the sleep of this worker, or its next one."""
        if self._bell is not None:
            with suppress(BlockingIOError):
                os.write(self._bell[1], b".")

    def sleep(self, seconds: float) -> bool:
        """Wait until somebody tells this worker to look; it has entered.

        Args:
            seconds: At most.

        Returns:
            Whether somebody did.
        """
        if self._bell is None:
            raise RuntimeError("Only who has entered can be told.")
        ear, _ = self._bell
        told = select.poll()
        told.register(ear, select.POLLIN)
        return bool(told.poll(1000 * seconds) and os.read(ear, RINGS))

    def report(self, version: int) -> None:
        """Tell how far this worker is.

        Args:
            version: Of the products it answers with.
        """
        with self._telling:
            if self._folder is None:
                return
            at = self._folder / f"{os.getpid()}{AT}"
            if version != self._told or not at.exists():
                own = at.with_suffix(".tmp")
                with suppress(FileNotFoundError):  # the folder was taken away
                    own.write_text(str(version))
                    own.replace(at)
                self._told = version

    def wait(self, version: int, seconds: float) -> bool:
        """Wait until all workers that are alive are as far.

        Args:
            version: Of the products.
            seconds: At most.

        Returns:
            Whether they are; False where their folder was taken away: nobody knows then.
        """
        until, folder = time.monotonic() + seconds, self._folder
        if folder is None:
            return True
        while _any_behind(folder, version):
            if time.monotonic() > until:
                return False
            time.sleep(PAUSE_SECONDS)
        return folder.is_dir()


def _any_behind(folder: Path, version: int) -> bool:
    files = folder.glob(f"*{AT}")
    return any(is_alive(int(one.stem)) and _version_in(one) < version for one in files)


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
