"""The line: questions to all fronts of a command wait in one, and whoever is free takes the next.

A connection stays with the front that took it, so that questions would wait at one of them while
another has nothing to do. So they are put into a pipe all of them share; processes that do nothing
but answer read from it, and send what they found to the front that asked. What cannot go this way -
there is nobody to answer, the line is full, the question or the answer is too long, it fails, it
takes too long - is answered by the front itself.
"""

from __future__ import annotations

import asyncio
import fcntl
import itertools
import json
import os
import secrets
import selectors
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from select import PIPE_BUF
from typing import Final

from penchant.question import Question

PIPE: Final = "line"

DOOR: Final = ".door"
"""Ends the name of the socket at which a front is answered."""

LENGTH: Final = PIPE_BUF
"""Bytes of each question in the pipe, filled up with blanks: so many are written and read as one,
whoever else writes and reads.
"""

MOST: Final = 128
"""Questions that wait in the pipe."""

NUMBER: Final = 8
"""Bytes at the begin of an answer that tell which question it is to."""

USUAL_BYTES: Final = 1 << 16
"""What an answer may well have; where a system lets no message of so many through, none is sent."""

MOST_BYTES: Final = 1 << 18
"""Of an answer that is sent; one that is longer is made where it was asked."""

PATIENCE: Final = 1.0
"""Seconds until a question is taken back: whoever had it was killed, or too many wait."""

PAUSE_SECONDS: Final = 0.001
"""Until a front that has many answers to take in is tried again."""


@dataclass(frozen=True, slots=True)
class Made:
    """An answer that was made.

    Attributes:
        content: As it is sent.
        keep: Writes down that it was given; called if it could be.
    """

    content: bytes
    keep: Callable[[], None]


class Line:
    """The line as a front sees it; only the event loop asks.

    Args of the constructor:
        folder: Where the processes of the command leave word; None: there is only this one, and
            nobody else answers.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._name = secrets.token_hex(8)  # not of its process: numbers of those come back
        self._numbers = itertools.count()
        self._asked: dict[int, asyncio.Future[bytes]] = {}
        self._pipe: int | None = None
        self._door: socket.socket | None = None

    def open(self) -> None:
        """Be ready to be answered; called in the event loop."""
        if self._folder is None:
            return
        own, door = _door(self._folder, self._name), _socket()
        try:
            door.bind(own)
            door.sendto(bytes(USUAL_BYTES), own)
            door.recv(USUAL_BYTES)
        except OSError:  # a path too long, or next to nothing passes: each answers its own then
            door.close()
            return
        self._door = door
        asyncio.get_running_loop().add_reader(door.fileno(), self._take_in, door)

    def close(self) -> None:
        """Ask no more."""
        if self._folder is not None and self._door is not None:
            asyncio.get_running_loop().remove_reader(self._door.fileno())
            self._door.close()
            self._door = None
            Path(_door(self._folder, self._name)).unlink(missing_ok=True)
        self._hang_up()

    async def ask(self, question: Question) -> bytes | None:
        """Let somebody answer.

        Args:
            question: Without a time or request_id: whoever answers gives them.

        Returns:
            The answer; None: it has to be made here.
        """
        number = next(self._numbers)
        ticket, pipe = self._ticket(question, number), self._reached()
        if len(ticket) > LENGTH or pipe is None:
            return None
        loop = asyncio.get_running_loop()
        answer = self._asked[number] = loop.create_future()
        timer = loop.call_later(PATIENCE, self._give_up, number)
        try:
            os.write(pipe, ticket.ljust(LENGTH))
            return await answer or None
        except BlockingIOError:  # as many wait as may
            return None
        except BrokenPipeError:  # nobody reads from it any more
            self._hang_up()
            return None
        finally:
            timer.cancel()
            del self._asked[number]

    def _ticket(self, question: Question, number: int) -> bytes:
        about = question.customer_id, question.surface, question.products, question.k
        return json.dumps((self._name, number, time.monotonic() + PATIENCE, *about)).encode()

    def _reached(self) -> int | None:
        """Give the pipe; None while nobody reads from it."""
        if self._pipe is None and self._folder is not None and self._door is not None:
            with suppress(OSError):
                self._pipe = os.open(self._folder / PIPE, os.O_WRONLY | os.O_NONBLOCK)
        return self._pipe

    def _give_up(self, number: int) -> None:
        """Wait no more; and ask no more if the folder was taken away: no answer finds its way."""
        self._settle(number, b"")
        if self._folder is not None and not Path(_door(self._folder, self._name)).exists():
            self.close()

    def _hang_up(self) -> None:
        if self._pipe is not None:
            os.close(self._pipe)
            self._pipe = None

    def _take_in(self, door: socket.socket) -> None:
        """Give everybody their answers that came."""
        with suppress(BlockingIOError):
            while True:
                told = door.recv(MOST_BYTES)
                self._settle(int.from_bytes(told[:NUMBER]), told[NUMBER:])

    def _settle(self, number: int, content: bytes) -> None:
        answer = self._asked.get(number)
        if answer is not None and not answer.done():
            answer.set_result(content)


def serve_line(folder: Path, make: Callable[[Question], Made], until: int) -> None:
    """Answer what waits in the line.

    Args:
        folder: Where the processes of the command leave word.
        make: Answers; where it raises, who asked answers itself, and tells what is wrong.
        until: File descriptor that can be read from when it is time to end.
    """
    pipe = _reading_end(folder)
    with _socket() as out, selectors.DefaultSelector() as ready:
        ready.register(pipe, selectors.EVENT_READ)
        ready.register(until, selectors.EVENT_READ)
        while all(key.fd != until for key, _ in ready.select()):
            try:
                ticket = os.read(pipe, LENGTH)
            except BlockingIOError:  # somebody else was quicker
                continue
            _answer(ticket, folder, make, out)
    os.close(pipe)


def _answer(
    ticket: bytes, folder: Path, make: Callable[[Question], Made], out: socket.socket
) -> None:
    name, number, until, *asked = json.loads(ticket)
    if time.monotonic() > until:
        return
    head, door = number.to_bytes(NUMBER), _door(folder, name)
    try:
        made = make(Question(*asked))
    except Exception:
        _sent(out, head, door, until)
        return
    if len(head) + len(made.content) <= MOST_BYTES and _sent(out, head + made.content, door, until):
        made.keep()
    else:
        _sent(out, head, door, until)


def _sent(out: socket.socket, content: bytes, door: str, until: float) -> bool:
    """Send an answer; say whether its front got it in time. Without content, it makes its own."""
    while time.monotonic() <= until:
        try:
            out.sendto(content, door)
        except BlockingIOError:  # it has some to take in first; the socket cannot be waited for
            time.sleep(PAUSE_SECONDS)
        except OSError:  # its front is gone, or the system lets less through
            return False
        else:
            return True
    return False


def _socket() -> socket.socket:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    made.setblocking(False)
    for way in (socket.SO_SNDBUF, socket.SO_RCVBUF):
        made.setsockopt(socket.SOL_SOCKET, way, MOST_BYTES)
    return made


def _door(folder: Path, name: str) -> str:
    return str(folder / f"{name}{DOOR}")


def _reading_end(folder: Path) -> int:
    """Open the pipe; it is kept open for writing as well, or it would end with the last front."""
    with suppress(FileExistsError):
        os.mkfifo(folder / PIPE)
    pipe = os.open(folder / PIPE, os.O_RDWR | os.O_NONBLOCK)
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):  # more than this user may have: fewer wait then
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, MOST * LENGTH)
    return pipe
