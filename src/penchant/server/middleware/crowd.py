"""The crowd: how many requests are answered at once; whoever else comes is told to come back.

A request has a place while something is done for it. While its body is still to come it has none:
bodies that trickle in keep nobody else out, and are counted by themselves.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from penchant.server.problems import ProblemError, problem_of

BODIES: Final = 2
"""Bodies that may be waited for, for each place."""

BODIES_OF_A_PAGE: Final = 8
"""Bodies that may be waited for from one page token: a browser sends few at once."""

SHARE_OF_PAGES: Final = 0.5
"""Of all bodies that may be waited for, those of pages: they keep no server of the shop out."""


class Crowd:
    """Lets only so many requests in.

    Args of the constructor:
        app: What is inside.
        most: Requests at once; those about health always come in.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app = app
        self.most = most
        self.inside = 0
        self.waiting: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on.

        Args:
            scope: Of ASGI, as the others.
            receive: Gives the body.
            send: Takes the answer.
        """
        if scope["type"] != "http" or scope["path"].startswith("/health/"):
            await self.app(scope, receive, send)
            return
        place = _Place(self, scope, receive)
        try:
            place.take()
        except ProblemError as error:
            answer = problem_of(error, request_id=scope["state"]["request_id"])
            await answer(scope, receive, send)
            return
        try:
            await self.app(scope, place.receive, send)
        finally:
            place.give_back()


class _Place:
    """The place of one request, given back while its body is waited for."""

    def __init__(self, crowd: Crowd, scope: Scope, receive: Receive) -> None:
        self._crowd = crowd
        self._scope = scope
        self._receive = receive
        self._taken = False
        self._complete = False

    def take(self) -> None:
        """Come in.

        Raises:
            ProblemError: if all places are taken.
        """
        if self._crowd.inside >= self._crowd.most:
            raise _overloaded()
        self._crowd.inside += 1
        self._taken = True

    def give_back(self) -> None:
        """Go out, if inside."""
        self._crowd.inside -= self._taken
        self._taken = False

    async def receive(self) -> Message:
        """Give the next part of the body, waited for outside.

        Raises:
            ProblemError: if too many bodies are waited for, or all places are taken by then.
        """
        if self._complete:
            return await self._receive()
        waiting, who = self._crowd.waiting, self._page()
        if not self._may_wait(who):
            raise _overloaded()
        waiting[who] += 1
        self.give_back()
        try:
            message = await self._receive()
        finally:
            waiting[who] -= 1
            if not waiting[who]:
                del waiting[who]
        self._complete = not message.get("more_body", False)
        self.take()
        return message

    def _may_wait(self, who: str) -> bool:
        waiting, most = self._crowd.waiting, BODIES * self._crowd.most
        if not who:
            return waiting.total() < most
        pages = waiting.total() - waiting[""]
        return waiting[who] < BODIES_OF_A_PAGE and pages < SHARE_OF_PAGES * most

    def _page(self) -> str:
        """Name whose page token sends the body; "" for a key, or nobody known yet."""
        caller = self._scope["state"].get("caller")
        return "" if caller is None or caller.customer_id is None else str(caller.bucket)


def _overloaded() -> ProblemError:
    return ProblemError("overloaded", "Too many requests at once. Try again in a second.")
