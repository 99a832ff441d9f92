"""The service without keys: programs of this machine may ask it, pages of any browser may not.

A browser on this machine reaches loopback for any page it shows. A page whose own name was made to
point here gives itself away by the Host it sends; one that sends without asking first, by a body
that does not call itself JSON, or by what its browser says of where it comes from. And a proxy
stands for everybody: what came through one does not come from this machine.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping
from typing import Final

from starlette.exceptions import HTTPException

from penchant.server.keys import MAKE_KEY
from penchant.server.problems import ProblemError

WITH_BODY: Final = frozenset(("POST", "PUT"))

FORWARDED: Final = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
"""Headers by which proxies tell for whom they ask."""


def check_local(method: str, headers: Mapping[str, str], pages: Collection[str]) -> None:
    """Refuse what a page of somebody else could have sent, or somebody behind a proxy.

    Args:
        method: HTTP method.
        headers: Of the request, found by names in lower case.
        pages: Origins that may ask from a browser.

    Raises:
        ProblemError: if the Host is not this machine's, a proxy passed it on, or another page asks.
        HTTPException: 415, if a body is not said to be JSON.
    """
    if not is_local(headers.get("host", "")):
        raise _closed(
            "it is answered only under localhost, 127.0.0.1 or [::1], and the Host of this request "
            "is another"
        )
    if passed_on := next((one for one in FORWARDED if one in headers), ""):
        raise _closed(
            "only programs of this machine are answered, and this request came through a proxy: "
            f"it has the header {passed_on}"
        )
    if _is_of_another_page(headers, pages):
        raise _closed("pages of other origins than [server] cors_origins are not answered")
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


def _is_of_another_page(headers: Mapping[str, str], pages: Collection[str]) -> bool:
    origin = headers.get("origin")
    if origin is not None:
        return origin not in pages
    return headers.get("sec-fetch-site") == "cross-site"


def _closed(why: str) -> ProblemError:
    told = f"While the shop has no key {why}. A key is made with: {MAKE_KEY}"
    return ProblemError("forbidden", told)


def _has_body(headers: Mapping[str, str]) -> bool:
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def _is_json(headers: Mapping[str, str]) -> bool:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )
