"""The line: questions to all workers of a command wait in one, and whoever is free takes the next.

A connection stays with the worker that took it, so that questions would wait at one worker while
another has nothing to do. So they are put into a pipe all of them share; processes that do nothing
but answer read from it, and send what they found to the worker that asked. What cannot go this way
- there is nobody to answer, the question or the answer is too long, it fails, it takes too long -
is answered by the worker itself.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import itertools
import json
import os
import selectors
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from select import PIPE_BUF
from typing import Final

from penchant.question import Question
from penchant.server.problems import overloaded

PIPE: Final = "line"

DOOR: Final = ".door"
"""Ends the name of the socket at which a worker is answered."""

LENGTH: Final = PIPE_BUF
"""Bytes of each question in the pipe, filled up with blanks: so many are written and read as one,
whoever else writes and reads.
"""

MOST: Final = 128
"""Questions of one worker that wait or are being answered, and of all of them that wait."""

NUMBER: Final = 8
"""Bytes at the begin of an answer that tell which question it is to."""

USUAL_BYTES: Final = 1 << 16
"""What an answer may well have; where a system lets no message of so many through, none is sent."""

MOST_BYTES: Final = 1 << 18
"""Of an answer that is sent; systems let fewer through, and then it is made where it was asked."""

PATIENCE: Final = 1.0
"""Seconds until a question is taken back: whoever had it was killed, or too many wait."""

SEND_SECONDS: Final = 1.0
"""For a worker to take an answer in."""


class Line:
    """The line as a worker sees it; only the event loop asks.

    Args of the constructor:
        folder: Where the workers of the command leave word; None: there is only one worker, and
            nobody else answers.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._numbers = itertools.count()
        self._asked: dict[int, asyncio.Future[bytes]] = {}
        self._pipe: int | None = None
        self._door: socket.socket | None = None

    def open(self) -> None:
        """Be ready to be answered; called in the event loop."""
        if self._folder is None:
            return
        own = _door(self._folder, os.getpid())
        Path(own).unlink(missing_ok=True)  # of a worker before that had this number
        door = _socket()
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
        if self._door is not None:
            asyncio.get_running_loop().remove_reader(self._door.fileno())
            self._door.close()
        self._hang_up()

    async def ask(self, question: Question) -> bytes | None:
        """Let somebody answer.

        Args:
            question: Without a time or request_id: whoever answers gives them.

        Returns:
            The answer; None: it has to be made here.

        Raises:
            ProblemError: if too much is to be done already.
        """
        number, until = next(self._numbers), time.monotonic() + PATIENCE
        ticket, pipe = _ticket(question, number, until), self._reached()
        if len(ticket) > LENGTH or pipe is None:
            return None
        if len(self._asked) >= MOST:
            raise overloaded()
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        try:
            os.write(pipe, ticket.ljust(LENGTH))
            async with asyncio.timeout(PATIENCE):
                return await answer or None
        except TimeoutError:
            return None
        except BlockingIOError:
            raise overloaded() from None
        except BrokenPipeError:  # nobody reads from it any more
            self._hang_up()
            return None
        finally:
            del self._asked[number]

    def _reached(self) -> int | None:
        """Give the pipe; None while nobody reads from it."""
        if self._pipe is None and self._folder is not None and self._door is not None:
            with suppress(OSError):
                self._pipe = os.open(self._folder / PIPE, os.O_WRONLY | os.O_NONBLOCK)
        return self._pipe

    def _hang_up(self) -> None:
        if self._pipe is not None:
            os.close(self._pipe)
            self._pipe = None

    def _take_in(self, door: socket.socket) -> None:
        """Give everybody their answers that came."""
        with suppress(BlockingIOError):
            while True:
                told = door.recv(MOST_BYTES)
                answer = self._asked.get(int.from_bytes(told[:NUMBER]))
                if answer is not None and not answer.done():
                    answer.set_result(told[NUMBER:])


def serve_line(folder: Path, work: Callable[[Question], bytes], until: int) -> None:
    """Answer what waits in the line.

    Args:
        folder: Where the workers of the command leave word.
        work: Answers; where it raises, who asked answers itself, and tells what is wrong.
        until: File descriptor that can be read from when it is time to end.
    """
    pipe = _reading_end(folder)
    with _socket() as out, selectors.DefaultSelector() as ready:
        out.settimeout(SEND_SECONDS)
        ready.register(pipe, selectors.EVENT_READ)
        ready.register(until, selectors.EVENT_READ)
        while all(key.fd != until for key, _ in ready.select()):
            try:
                ticket = os.read(pipe, LENGTH)
            except BlockingIOError:  # somebody else was quicker
                continue
            _answer(ticket, folder, work, out)
    os.close(pipe)


def _answer(
    ticket: bytes, folder: Path, work: Callable[[Question], bytes], out: socket.socket
) -> None:
    pid, number, until, *asked = json.loads(ticket)
    if time.monotonic() > until:
        return
    try:
        answer = work(Question(*asked))
    except Exception:
        answer = b""
    for content in (answer, b""):  # one that is too long is made where it was asked
        try:
            out.sendto(number.to_bytes(NUMBER) + content, _door(folder, pid))
        except OSError as error:
            if error.errno == errno.EMSGSIZE:
                continue
        return  # sent, or its worker is gone


def _ticket(question: Question, number: int, until: float) -> bytes:
    about = question.customer_id, question.surface, question.products, question.k
    return json.dumps((os.getpid(), number, until, *about)).encode()


def _socket() -> socket.socket:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    made.setblocking(False)
    for way in (socket.SO_SNDBUF, socket.SO_RCVBUF):
        made.setsockopt(socket.SOL_SOCKET, way, MOST_BYTES)
    return made


def _door(folder: Path, pid: int) -> str:
    return str(folder / f"{pid}{DOOR}")


def _reading_end(folder: Path) -> int:
    """Open the pipe; it is kept open for writing as well, or it would end with the last worker."""
    with suppress(FileExistsError):
        os.mkfifo(folder / PIPE)
    pipe = os.open(folder / PIPE, os.O_RDWR | os.O_NONBLOCK)
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):  # more than this user may have: fewer wait then
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, MOST * LENGTH)
    return pipe
