"""Fetching a photo: only from hosts the shop names, never from inside its network by chance.

A host may be listed as it is ("cdn.example", "images.internal:8080", "10.0.0.7") or with all hosts
below it ("*.cdn.example"). What its name leads to is looked up once, checked, and that very address
is asked: an address of a private network is only asked if the host itself is listed as it is.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

from penchant.errors import InputError

SECONDS: Final = 10.0
"""For everything: looking the name up, connecting, and all of the photo."""

MOST_REDIRECTS: Final = 3

PIECE: Final = 65_536

PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Allowed:
    """From where photos may be fetched.

    Attributes:
        hosts: As `[server] photo_hosts` lists them.
        most_bytes: A photo may have.
    """

    hosts: tuple[str, ...]
    most_bytes: int


def fetch_photo(address: str, allowed: Allowed) -> bytes:
    """Fetch a photo.

    Args:
        address: http or https.
        allowed: From where, and how large.

    Raises:
        InputError: if it may not be fetched from there, is too large, or does not come in time.
    """
    until = time.monotonic() + SECONDS
    host = None
    for _ in range(MOST_REDIRECTS + 1):
        parts = _checked(address, allowed.hosts)
        if host not in (None, parts.hostname):
            raise InputError(
                "photo_url leads to another host; give the address of the photo itself."
            )
        host = parts.hostname
        try:
            content, onward = _asked(parts, allowed, until)
        except InputError:
            raise
        except (OSError, http.client.HTTPException, ValueError) as error:
            what = "in time" if isinstance(error, TimeoutError) else f"({type(error).__name__})"
            raise InputError(f"photo_url gives no photo {what}.") from error
        if onward is None:
            return content
        address = urljoin(address, onward)
    raise InputError("photo_url leads on and on; give the address of the photo itself.")


def _checked(address: str, hosts: Sequence[str]) -> SplitResult:
    """Take an address apart, and refuse one that is not allowed."""
    try:
        parts = urlsplit(address)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        raise InputError("photo_url is no address.") from None
    if parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc:
        raise InputError("photo_url must be such as https://cdn.example/photo.jpg.")
    if not _listed(parts, port, hosts):
        raise InputError(
            f"photo_url is of a host that is not listed: {parts.hostname}. Hosts from which photos "
            "are fetched: [server] photo_hosts."
        )
    return parts


def _listed(parts: SplitResult, port: int, hosts: Sequence[str]) -> bool:
    return _is_literal(parts, port, hosts) or (
        port == PORTS[parts.scheme]
        and any(one.startswith("*.") and _host(parts).endswith(one[1:]) for one in hosts)
    )


def _is_literal(parts: SplitResult, port: int, hosts: Sequence[str]) -> bool:
    """Say whether a host is listed as it is; without a port only the usual one is meant."""
    usual = port == PORTS[parts.scheme]
    names = {f"{_host(parts)}:{port}", f"[{_host(parts)}]:{port}"}
    names |= {_host(parts)} if usual else set()
    return any(one.lower().rstrip(".") in names for one in hosts)


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").lower().rstrip(".")


def _asked(parts: SplitResult, allowed: Allowed, until: float) -> tuple[bytes, str | None]:
    """Ask one address; give the content, or where it leads to."""
    port = parts.port or PORTS[parts.scheme]
    address = _looked_up(parts, port, allowed)
    link = _Pinned(parts, port, address, until)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        link.request("GET", target, headers={"Accept": "image/*", "Accept-Encoding": "identity"})
        response = link.getresponse()
        if response.status in (301, 302, 303, 307, 308):
            return b"", response.getheader("Location") or ""
        if response.status != 200:
            raise InputError(f"photo_url answers {response.status}.")
        return _read(response, link, allowed.most_bytes, until), None
    finally:
        link.close()


def _looked_up(parts: SplitResult, port: int, allowed: Allowed) -> str:
    """Give the address a name leads to, if it may be asked."""
    found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    addresses = [str(one[4][0]) for one in found]
    if _is_literal(parts, port, allowed.hosts):
        return addresses[0]
    public = [one for one in addresses if ipaddress.ip_address(one.split("%")[0]).is_global]
    if not public or len(public) < len(addresses):
        raise InputError(
            "photo_url leads into a private network; a host there must be listed as it is."
        )
    return public[0]


def _read(response: http.client.HTTPResponse, link: _Pinned, most: int, until: float) -> bytes:
    pieces, size = [], 0
    while piece := response.read1(PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise InputError(f"The photo has more than {most // 1024} KB.")
        link.hurry(until)
    return b"".join(pieces)


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was checked, in the name of its host."""

    def __init__(self, parts: SplitResult, port: int, address: str, until: float) -> None:
        super().__init__(str(parts.hostname), port)
        self._address = address
        self._until = until
        self._secure = parts.scheme == "https"

    def connect(self) -> None:
        """Connect to the address, not to what the name leads to by now."""
        left = max(0.01, self._until - time.monotonic())
        plain = socket.create_connection((self._address, self.port), left)
        self.sock = (
            ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
            if self._secure
            else plain
        )

    def hurry(self, until: float) -> None:
        """Leave only what is left of the time.

        Args:
            until: When it ends, by the monotonic clock.

        Raises:
            TimeoutError: if nothing is left.
        """
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if self.sock is not None:
            self.sock.settimeout(left)
