"""Who asks: told by a key or a page token, checked against the table of routes before all else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from penchant.server.keys import MAKE_KEY, KeyRing
from penchant.server.problems import ProblemError
from penchant.server.rates import Rates
from penchant.server.scopes import SCOPES, Access
from penchant.server.tokens import PREFIX, PageToken, read_token

OPEN_CALLER: Final = "open"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks.

    Attributes:
        key_id: Of the key, or of the one a page token was asked for with; "" where none is needed.
        scopes: What the key is good for; a page token, no more than the key it was asked for with.
        customer_id: The only person a page token is for; None: a key.
        bucket: Whose requests are counted together.
    """

    key_id: str
    scopes: frozenset[str]
    customer_id: str | None
    bucket: str

    def check_is(self, customer_id: str | None) -> None:
        """Refuse a page token that asks for somebody else.

        Args:
            customer_id: Whom it is about; None: nobody.

        Raises:
            ProblemError: if it is another person.
        """
        if self.customer_id is not None and customer_id not in (None, self.customer_id):
            raise ProblemError("forbidden", "This page token is for another person.")


EVERYBODY: Final = Caller("", frozenset(SCOPES), None, OPEN_CALLER)
"""Who asks a service that has no keys, from the same machine."""


def shown_key(headers: Mapping[str, str]) -> str:
    """Give the key or token a request shows; "" if none.

    Args:
        headers: Of the request, found by names in lower case.
    """
    named = headers.get("x-api-key")
    if named is not None:
        return named.strip()
    kind, _, value = headers.get("authorization", "").partition(" ")
    return value.strip() if kind.lower() == "bearer" else ""


def identify(text: str, ring: KeyRing, secret: bytes, *, now_us: int) -> Caller:
    """Give who shows a key or token.

    Args:
        text: What is shown; "" for nothing.
        ring: All keys; of a shop that never had any, everybody may do everything.
        secret: Of page tokens.
        now_us: Now, microseconds since 1970 UTC.

    Raises:
        ProblemError: if it is nobody known, or no longer.
    """
    if text.startswith(PREFIX):
        return _of_token(read_token(text, secret, now_us=now_us), ring, now_us)
    if not ring.closed:
        return EVERYBODY
    if not text:
        raise _unknown(
            "A key is needed: send it as X-API-Key, or as Authorization: Bearer. "
            f"It is made with: {MAKE_KEY}"
        )
    key = ring.find(text, now_us=now_us)
    if key is None:
        raise _unknown("The key is not known, has expired or was revoked.")
    return Caller(key.key_id, frozenset(key.scopes), None, key.key_id)


def check_access(caller: Caller, access: Access) -> None:
    """Refuse who may not call a route.

    Args:
        caller: Who asks.
        access: Who may.

    Raises:
        ProblemError: if the scope is lacking.
    """
    if access.open:
        return
    is_page = caller.customer_id is not None
    if is_page and not access.token:
        raise ProblemError("forbidden", f"Not allowed with a page token. {access.sentence}")
    if not access.scopes & caller.scopes:
        what = "the key this page token was asked for with" if is_page else "this key"
        raise ProblemError("forbidden", f"Not allowed with {what}. {access.sentence}")


def check_rate(caller: Caller, rates: Rates) -> None:
    """Count a request.

    Args:
        caller: Who asks.
        rates: Of this front, for keys or for pages.

    Raises:
        ProblemError: if there were too many.
    """
    wait = rates.wait(caller.bucket)
    if wait:
        seconds, who = max(1, math.ceil(wait)), "a key" if caller.customer_id is None else "a page"
        raise ProblemError(
            "rate_limited",
            f"Too many requests: {who} may make {rates.per_second:g} a second, {rates.burst} at "
            f"once. Try again in {seconds} s.",
            headers={"Retry-After": str(seconds)},
        )


def _of_token(token: PageToken | None, ring: KeyRing, now_us: int) -> Caller:
    key = None if token is None else ring.named(token.key_id, now_us=now_us)
    if token is None or (ring.closed and key is None):
        raise _unknown("The page token is not valid, or not any more.")
    scopes = frozenset(SCOPES if key is None else key.scopes)
    who = f"token {token.key_id} {hash(token.customer_id)}"
    return Caller(token.key_id, scopes, token.customer_id, who)


def _unknown(detail: str) -> ProblemError:
    return ProblemError("no_key", detail, headers={"WWW-Authenticate": 'Bearer realm="penchant"'})
