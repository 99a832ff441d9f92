"""A connection that ends in time, however slowly the other side speaks.

The timeout of a socket begins anew with every byte that comes: who sends one a second is never too
late. So whatever is sent or awaited, answers and their headers included, may take what is left.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from typing import TYPE_CHECKING
from urllib.parse import SplitResult

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


def time_left(until: float) -> float:
    """Give the seconds that are left.

    Args:
        until: When the time ends, by the monotonic clock.

    Raises:
        TimeoutError: if none are.
    """
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class PinnedLink(http.client.HTTPConnection):
    """A connection to an address that was checked, in the name of its host.

    Args of the constructor:
        parts: What is asked for: scheme and host.
        port: Of the host.
        address: What the name of the host leads to.
        until: When the time for all of it ends, by the monotonic clock.
    """

    def __init__(self, parts: SplitResult, port: int, address: str, until: float) -> None:
        super().__init__(str(parts.hostname), port)
        self._address = address
        self._until = until
        self._secure = parts.scheme == "https"

    def connect(self) -> None:
        """Connect to the address, not to what the name leads to by now."""
        plain = socket.create_connection((self._address, self.port), time_left(self._until))
        self.sock = plain
        if self._secure:
            plain.settimeout(time_left(self._until))  # a handshake is one piece, of many bytes
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(plain, server_hostname=self.host)
        self.sock = _Hurried(self.sock, self._until)


class _Hurried:
    """What a connection needs of a socket, none of it for longer than is left."""

    def __init__(self, link: socket.socket, until: float) -> None:
        self._link = link
        self._until = until

    def sendall(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            self._link.settimeout(time_left(self._until))
            left = left[self._link.send(left) :]

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Pieces(self._link, self._until))

    def close(self) -> None:
        self._link.close()


class _Pieces(io.RawIOBase):
    """What comes over a socket, which stays open until this is closed, too."""

    def __init__(self, link: socket.socket, until: float) -> None:
        self._link = link
        self._until = until
        self._file = link.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int | None:
        self._link.settimeout(time_left(self._until))
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()
