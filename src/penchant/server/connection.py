"""A connection: how much may come that leads nowhere, how long a request may take to be one.

The parser takes in whatever is sent as address, headers and trailers, for as long as it is sent.
Here that is counted and timed, so that who never comes to the point takes neither memory nor a
place. Bodies are limited further in: see `middleware.body`.
"""

from __future__ import annotations

import asyncio
import resource
import secrets
from typing import Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from penchant.server.middleware.envelope import SECURITY
from penchant.server.problems import ProblemError, overloaded, problem_of

MOST_HEAD: Final = 65_536
"""Bytes of address and headers together; of what follows a body or stands between its pieces."""

AROUND: Final = len(": \r\n")
"""Bytes of a header besides its name and value."""

HEAD_SECONDS: Final = 10.0
"""For address and headers to come, and for the rest of a body nobody reads any more."""

MOST_CONNECTIONS: Final = 10_000
"""Of one process; fewer where it may open few files."""

SHARE: Final = 2
"""Of the files a process may have open, one in so many may be a connection."""


class Connection(HttpToolsProtocol):
    """One connection of one client; uvicorn makes it."""

    _bytes = 0  # since the last that led somewhere
    _begun = False
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request, unless too many are waited for already.

        Args:
            transport: To the client.
        """
        super().connection_made(transport)
        if len(self.connections) > most_connections():
            self._refuse(overloaded())
        else:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """End.

        Args:
            exc: What ended it; None: one of both sides.
        """
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take in what came.

        Args:
            data: A piece of a request, or of several.
        """
        if self.transport.is_closing():
            return
        self._bytes += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._bytes > MOST_HEAD:
            self._refuse(_too_large())
        elif self._timer is None and not self._answering():
            self._wait()

    def on_message_begin(self) -> None:
        """Begin to count."""
        self._bytes, self._begun = 0, True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Let a request be answered.

        Raises:
            ProblemError: if its head is too large: to the parser, which takes it for no request.
        """
        sizes = (len(name) + len(value) + AROUND for name, value in self.headers)
        if len(self.url) + sum(sizes) > MOST_HEAD:
            self._refuse(_too_large())
            raise _too_large()
        self._bytes, self._begun = 0, False
        self._wait_no_more()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take in a piece of the body.

        Args:
            body: The piece.
        """
        self._bytes = 0
        super().on_body(body)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request.

        Args:
            msg: Of uvicorn.
        """
        self._refuse(ProblemError("invalid_http", "This is no request of HTTP/1.1."))

    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait(self) -> None:
        self._timer = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _wait_no_more(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._timer = None
        told = f"Address and headers did not come within {HEAD_SECONDS:g} s."
        if self._begun:
            self._refuse(ProblemError("too_slow", told))
        else:  # nobody asked anything
            self.shutdown()

    def _refuse(self, error: ProblemError) -> None:
        """Say what is wrong, where no other answer is under way, and close."""
        if self.transport.is_closing():
            return
        if not self._answering():
            self.transport.write(_written(error))
        self.transport.close()


def most_connections() -> int:
    """Say how many connections a process may have, so that files are left for the shop itself."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS if files < 0 else min(MOST_CONNECTIONS, files // SHARE)


def _too_large() -> ProblemError:
    told = f"Address and headers have more than {MOST_HEAD // 1024} KB together."
    return ProblemError("headers_too_large", told)


def _written(error: ProblemError) -> bytes:
    """Write an answer as it is sent: here is no application yet that could."""
    request_id = secrets.token_hex(16)
    answer = problem_of(error, request_id=request_id)
    headers = [
        *answer.raw_headers,
        *SECURITY,
        (b"x-request-id", request_id.encode()),
        (b"connection", b"close"),
    ]
    lines = [name + b": " + value + b"\r\n" for name, value in headers]
    return b"".join((STATUS_LINE[answer.status_code], *lines, b"\r\n", bytes(answer.body)))
