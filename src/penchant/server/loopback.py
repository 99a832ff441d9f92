"""The service without keys: programs of this machine may ask it, pages of any browser may not.

A browser on this machine reaches loopback for any page it shows. A page whose own name was made to
point here gives itself away by the Host it sends; one that sends without asking first, by a body
that does not call itself JSON.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Final

from starlette.exceptions import HTTPException

from penchant.server.problems import ProblemError

WITH_BODY: Final = frozenset(("POST", "PUT"))


def check_local(method: str, headers: Mapping[str, str]) -> None:
    """Refuse what a page of somebody else could have sent.

    Args:
        method: HTTP method.
        headers: Of the request, found by names in lower case.

    Raises:
        ProblemError: if the Host is not this machine's.
        HTTPException: 415, if a body is not said to be JSON.
    """
    if not is_local(headers.get("host", "")):
        raise ProblemError(
            "forbidden",
            "While the shop has no key it is answered only under localhost, 127.0.0.1 or [::1], "
            "and the Host of this request is another. A key is made with: penchant keys SHOP add",
        )
    if method in WITH_BODY and _has_body(headers) and not _is_json(headers):
        raise HTTPException(
            415,
            "While the shop has no key a body must say what it is: Content-Type: application/json",
        )


def is_local(host: str) -> bool:
    """Tell whether a Host names this machine.

    Args:
        host: Of the header; with or without a port.

    Example:
        >>> is_local("localhost:8080"), is_local("[::1]"), is_local("127.0.0.1.evil.example")
        (True, True, False)
    """
    if host.startswith("["):
        name, closing, port = host[1:].partition("]")
        port = port.removeprefix(":") if closing else "?"
    else:
        name, _, port = host.partition(":")
    if port and not port.isdecimal():
        return False
    if name.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _has_body(headers: Mapping[str, str]) -> bool:
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def _is_json(headers: Mapping[str, str]) -> bool:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )
