"""Page tokens: let a browser ask and report for one person, for a while. Nothing is stored."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Final

PREFIX: Final = "pt_"

LONGEST: Final = 4000
"""Characters a token may have; ids have at most 256 of up to 4 bytes."""


@dataclass(frozen=True, slots=True)
class PageToken:
    """What a token says.

    Attributes:
        customer_id: Whom it is for.
        expires_us: Until when, microseconds since 1970 UTC.
        key_id: Of the key that asked for it: it ends with that key; "" where none was needed.
    """

    customer_id: str
    expires_us: int
    key_id: str


def make_token(token: PageToken, secret: bytes) -> str:
    """Write a token so that only the holder of the secret could have.

    Args:
        token: What it says.
        secret: The shop's.

    Example:
        >>> text = make_token(PageToken("C1", 1_000, ""), b"secret")
        >>> read_token(text, b"secret", now_us=999).customer_id
        'C1'
        >>> read_token(text, b"another", now_us=999) is None
        True
    """
    values = [token.customer_id, token.expires_us, token.key_id]
    said = json.dumps(values, ensure_ascii=False).encode()
    return f"{PREFIX}{_text(said)}.{_text(_seal(said, secret))}"


def read_token(text: str, secret: bytes, *, now_us: int) -> PageToken | None:
    """Read a token; None if it is none, another's, or expired.

    Args:
        text: What was sent.
        secret: The shop's.
        now_us: Now, microseconds since 1970 UTC.
    """
    said_text, _, seal_text = text.removeprefix(PREFIX).partition(".")
    if not text.startswith(PREFIX) or len(text) > LONGEST:
        return None
    said, seal = _bytes(said_text), _bytes(seal_text)
    if said is None or seal is None or not hmac.compare_digest(seal, _seal(said, secret)):
        return None
    token = PageToken(*json.loads(said))
    return token if now_us < token.expires_us else None


def _seal(said: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, b"page token\0" + said, hashlib.sha256)


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
