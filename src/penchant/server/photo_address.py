"""Fetching a photo: only from hosts the shop names, never from inside its network by chance.

A host may be listed as it is ("cdn.example", "images.internal:8080", "10.0.0.7") or with all hosts
below it ("*.cdn.example"). What its name leads to is looked up once, checked, and that very address
is asked: an address of a private network is only asked if the host itself is listed as it is.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

from penchant.errors import InputError
from penchant.server.photo_link import PinnedLink, time_left

SECONDS: Final = 10.0
"""For everything: looking the name up, connecting, and all of the photo."""

MOST_REDIRECTS: Final = 3

PIECE: Final = 65_536

PORTS: Final = {"http": 80, "https": 443}

LOOK_UP: Final = "penchant-look-up"
"""Name of the threads that look names up."""


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
    address = _looked_up(parts, port, allowed, until)
    with closing(PinnedLink(parts, port, address, until)) as link:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        link.request("GET", target, headers={"Accept": "image/*", "Accept-Encoding": "identity"})
        with link.getresponse() as response:
            if response.status in (301, 302, 303, 307, 308):
                return b"", response.getheader("Location") or ""
            if response.status != 200:
                raise InputError(f"photo_url answers {response.status}.")
            return _read(response, allowed.most_bytes), None


def _looked_up(parts: SplitResult, port: int, allowed: Allowed, until: float) -> str:
    """Give the address a name leads to, if it may be asked."""
    addresses = _addresses(str(parts.hostname), port, until)
    if _is_literal(parts, port, allowed.hosts):
        return addresses[0]
    public = [one for one in addresses if ipaddress.ip_address(one.split("%")[0]).is_global]
    if not public or len(public) < len(addresses):
        raise InputError(
            "photo_url leads into a private network; a host there must be listed as it is."
        )
    return public[0]


def _addresses(host: str, port: int, until: float) -> list[str]:
    """Look a name up, on a thread that is left to itself if it takes too long."""
    answer: Future[list[str]] = Future()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer.set_result([str(one[4][0]) for one in found])
        except Exception as error:  # raised where the answer is waited for
            answer.set_exception(error)

    threading.Thread(target=look_up, name=LOOK_UP, daemon=True).start()
    return answer.result(time_left(until))


def _read(response: http.client.HTTPResponse, most: int) -> bytes:
    pieces, size = [], 0
    while piece := response.read1(PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise InputError(f"The photo has more than {most // 1024} KB.")
    return b"".join(pieces)
