"""The body: how large it may be, how long it may take to come, and how long an address may be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from penchant.server.problems import ProblemError, problem_of

MOST_TARGET: Final = 16_384
"""Bytes of path and query: two ids of 256 characters, percent-encoded, and more products."""

MOST_SECONDS: Final = 20.0
"""For the whole body to come: one that trickles in keeps nobody waiting."""


class BodyLimit:
    """Refuses what is too large before it is read, or as soon as it shows.

    Args of the constructor:
        app: What is inside.
        most: (method, path as sent) -> bytes allowed.
    """

    def __init__(self, app: ASGIApp, most: Callable[[str, str], int]) -> None:
        self.app = app
        self.most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on.

        Args:
            scope: Of ASGI, as the others.
            receive: Gives the body.
            send: Takes the answer.
        """
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            limited = self._limited(scope, receive)
            await self.app(scope, limited, send_noted)
        except ProblemError as error:
            if started:
                raise
            answer = problem_of(error, request_id=scope["state"]["request_id"])
            await answer(scope, receive, send)

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        if len(scope["path"]) + len(scope["query_string"]) > MOST_TARGET:
            raise ProblemError("uri_too_long", f"The address has more than {MOST_TARGET} bytes.")
        most = self.most(scope["method"], scope["path"])
        told = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
        if told.isdigit() and int(told) > most:
            raise _too_large(most)
        return _Counted(receive, most)


class _Counted:
    """A body that is counted as it comes."""

    def __init__(self, receive: Receive, most: int) -> None:
        self.receive = receive
        self.most = most
        self.bytes = 0
        self.until: float | None = None
        self.complete = False

    async def __call__(self) -> Message:
        if self.complete:  # waiting for the caller to hang up may take as long as it likes
            return await self.receive()
        now = asyncio.get_running_loop().time()
        self.until = now + MOST_SECONDS if self.until is None else self.until
        try:
            async with asyncio.timeout_at(self.until):
                message = await self.receive()
        except TimeoutError:
            raise ProblemError(
                "too_slow", f"The body did not come within {MOST_SECONDS:g} s."
            ) from None
        self.bytes += len(message.get("body", b""))
        self.complete = not message.get("more_body", False)
        if self.bytes > self.most:
            raise _too_large(self.most)
        return message


def _too_large(most: int) -> ProblemError:
    return ProblemError(
        "too_large",
        f"The body has more than {most // 1024} KB; the shop can allow more: [server] max_body_kb.",
        headers={"Connection": "close"},
    )
