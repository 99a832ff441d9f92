"""The crowd: how many requests are answered at once; whoever else comes is told to come back."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from penchant.server.problems import ProblemError, problem_of


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
        if self.inside >= self.most:
            error = ProblemError("overloaded", "Too many requests at once. Try again in a second.")
            answer = problem_of(error, request_id=scope["state"]["request_id"])
            await answer(scope, receive, send)
            return
        self.inside += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.inside -= 1
