"""Who may call what: one table of every route, and nothing is served that is not in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from penchant.errors import InputError

EVENTS: Final = "events"
READ: Final = "read"
ADMIN: Final = "admin"
SCOPES: Final = (EVENTS, READ, ADMIN)
"""What a key may be good for: reporting what happens; asking; and all that changes the shop."""


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call a route.

    Attributes:
        scopes: A key with any of these may.
        token: Whether a page token may, for the person it was made for.
        open: Whether everybody may, without a key.
    """

    scopes: frozenset[str] = frozenset()
    token: bool = False
    open: bool = False

    @property
    def sentence(self) -> str:
        """Say it in words, for the description of the route."""
        if self.open:
            return "Open to everybody."
        if self.scopes == frozenset(SCOPES):
            return "Needs any key."
        named = " or ".join(one for one in SCOPES if one in self.scopes)
        own = ", or the person's own page token" if self.token else ""
        return f"Needs a key of scope {named}{own}."


def _for(*scopes: str, token: bool = False) -> Access:
    return Access(frozenset(scopes), token)


OPEN: Final = Access(open=True)

ACCESS: Final[Mapping[tuple[str, str], Access]] = MappingProxyType(
    {
        ("GET", "/v1/customers/{customer_id}/recommendations"): _for(READ, token=True),
        ("GET", "/v1/recommendations"): _for(READ, token=True),
        ("GET", "/v1/products/{product_id}/similar"): _for(READ, token=True),
        ("POST", "/v1/cart/recommendations"): _for(READ, token=True),
        ("GET", "/v1/customers/{customer_id}/profile"): _for(READ),
        ("GET", "/v1/customers/{customer_id}/neighbors"): _for(READ),
        ("GET", "/v1/customers/{customer_id}/reasons/{product_id}"): _for(READ),
        ("GET", "/v1/customers/{customer_id}/export"): _for(ADMIN),
        ("POST", "/v1/events"): _for(EVENTS, token=True),
        ("POST", "/v1/exposures"): _for(EVENTS, token=True),
        ("GET", "/v1/customers/{customer_id}/consent"): _for(READ),
        ("PUT", "/v1/customers/{customer_id}/consent"): _for(EVENTS, ADMIN, token=True),
        ("POST", "/v1/customers/{customer_id}/merge"): _for(EVENTS),
        ("POST", "/v1/customers/{customer_id}/token"): _for(READ),
        ("DELETE", "/v1/customers/{customer_id}"): _for(ADMIN),
        ("GET", "/v1/erasures/{receipt_id}"): _for(ADMIN),
        ("PUT", "/v1/products/{product_id}"): _for(ADMIN),
        ("DELETE", "/v1/products/{product_id}"): _for(ADMIN),
        ("GET", "/v1/statement"): OPEN,
        ("GET", "/v1/admin/builds"): _for(ADMIN),
        ("POST", "/v1/admin/publish"): _for(ADMIN),
        ("POST", "/v1/admin/rollback"): _for(ADMIN),
        ("GET", "/health/live"): OPEN,
        ("GET", "/health/ready"): OPEN,
        ("GET", "/metrics"): _for(*SCOPES),
        ("GET", "/openapi.json"): OPEN,
    }
)
"""(method, path as routed) -> who may."""


def check_scopes(scopes: tuple[str, ...]) -> tuple[str, ...]:
    """Give scopes in their usual order, each once.

    Args:
        scopes: As given.

    Raises:
        InputError: if there is none, or one that is not known.

    Example:
        >>> check_scopes(("admin", "read", "read"))
        ('read', 'admin')
    """
    for one in scopes:
        if one not in SCOPES:
            raise InputError(f'scope is "{one}", must be one of: {", ".join(SCOPES)}.')
    if not scopes:
        raise InputError(f"A key needs a scope: one or more of {', '.join(SCOPES)}.")
    return tuple(one for one in SCOPES if one in scopes)
