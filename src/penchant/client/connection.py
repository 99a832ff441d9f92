"""A connection to the service: JSON out, JSON in, the service's errors as exceptions."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from penchant.errors import InputError, ServiceError

JSON = "application/json"

LONGEST_WAIT = 5.0
"""Seconds a busy service may ask to be left alone before the caller is told instead."""


class Connection:
    """One service, asked over connections that stay open; threads may share it.

    Args of the constructor:
        url: Where the service listens, such as "http://127.0.0.1:8080".
        key: An API key or page token; "" where none is needed.
        timeout: Seconds an answer may take.
        retries: How often a request is repeated that found no service, or a busy one. Every
            request may be repeated: events and exposures count once however often they are sent.
    """

    def __init__(self, url: str, key: str, *, timeout: float, retries: int) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InputError(f'url is "{url}", must be such as http://127.0.0.1:8080.')
        self._parts = parts
        self._key = key
        self._timeout = timeout
        self._retries = retries
        self._own = threading.local()

    def call(
        self,
        method: str,
        *path: str,
        query: Mapping[str, object] | None = None,
        body: object = None,
    ) -> Any:
        """Ask once, or again where that may help.

        Args:
            method: "GET", "POST", "PUT" or "DELETE".
            path: Segments; each may hold any character.
            query: Parameters; None is left out, a list is repeated.
            body: JSON-ready; None: nothing is sent.

        Returns:
            What the service answered, as JSON values; None where it said nothing.

        Raises:
            ServiceError: if it refused, failed, or could not be reached.
        """
        target = _target(self._parts.path, path, query or {})
        content = None if body is None else json.dumps(body).encode()
        for left in range(self._retries, -1, -1):
            try:
                status, wait, answer = self._once(method, target, content)
            except (OSError, HTTPException) as error:
                if not left:
                    raise ServiceError(
                        0, "unreachable", f"No answer from {self._parts.netloc}: {error!r}."
                    ) from error
                continue
            if status < 400:
                return answer
            if left and status in (429, 503) and wait is not None and wait <= LONGEST_WAIT:
                time.sleep(wait)
                continue
            raise _error(status, answer)
        raise ServiceError(0, "unreachable", "retries must be 0 or more.")

    def close(self) -> None:
        """Close this thread's connection; the next call opens one."""
        link = getattr(self._own, "link", None)
        if link is not None:
            link.close()
            self._own.link = None

    def _once(
        self, method: str, target: str, content: bytes | None
    ) -> tuple[int, float | None, Any]:
        headers = {"Accept": JSON} | ({"Authorization": f"Bearer {self._key}"} if self._key else {})
        if content is not None:
            headers["Content-Type"] = JSON
        link = self._link()
        try:
            whole = _send(link, method, target, content, headers)
            response = link.getresponse()
            text = response.read()
        except BaseException:
            self.close()  # what is left of a half-read answer must not be taken for the next one
            raise
        if not whole:
            self.close()  # the service has hung up
        return response.status, _seconds(response.getheader("Retry-After")), _parsed(text)

    def _link(self) -> HTTPConnection:
        link: HTTPConnection | None = getattr(self._own, "link", None)
        if link is None:
            kind = HTTPSConnection if self._parts.scheme == "https" else HTTPConnection
            link = kind(str(self._parts.hostname), self._parts.port, timeout=self._timeout)
            self._own.link = link
        return link


def _send(
    link: HTTPConnection,
    method: str,
    target: str,
    content: bytes | None,
    headers: Mapping[str, str],
) -> bool:
    """Send a request. A service that refuses one on the way answers and hangs up.

    Returns:
        Whether all of it was sent; if not, an answer may be there all the same.

    Raises:
        OSError: if there is no connection, or none any more that could hold an answer.
    """
    try:
        link.request(method, target, content, dict(headers))
    except (BrokenPipeError, ConnectionResetError):
        if link.sock is None:  # it never came to one
            raise
        return False
    return True


def _target(base: str, path: tuple[str, ...], query: Mapping[str, object]) -> str:
    segments = "/".join(quote(one, safe="") for one in path)
    asked = urlencode({k: v for k, v in query.items() if v is not None}, doseq=True)
    return f"{base.rstrip('/')}/{segments}" + (f"?{asked}" if asked else "")


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isdigit() else None


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return {"detail": text[:200].decode(errors="replace")}


def _error(status: int, answer: Any) -> ServiceError:
    told = answer if isinstance(answer, dict) else {}
    return ServiceError(
        status,
        str(told.get("code", "unknown")),
        str(told.get("detail") or f"The service answered {status}."),
        request_id=str(told.get("request_id", "")),
    )
