"""API keys: `pk_<key_id>_<secret>`. The secret is shown once; its sha256 is all that is kept.

A shop that had a key once stays closed: a file in its folder says so, should its database be lost.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from penchant.errors import InputError
from penchant.server.scopes import check_scopes
from penchant.store.database.values import ApiKey

PREFIX: Final = "pk_"

MARKER: Final = ".keys"
"""An empty file in the folder of a shop that had a key once."""

MAKE_KEY: Final = "penchant keys SHOP add --name NAME --scope read"
"""What who has no key is told: it works as it is written."""

_SHAPE: Final = re.compile(r"pk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")

DAY_US: Final = 86_400_000_000

MOST_DAYS: Final = 36_500


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made.

    Attributes:
        key: What is kept.
        text: What the caller sends; it is shown once and kept nowhere.
    """

    key: ApiKey
    text: str


def make_key(name: str, scopes: Iterable[str], *, days: float | None = None, now_us: int) -> NewKey:
    """Make a key from 32 random bytes.

    Args:
        name: What it is for, in words.
        scopes: What it is good for.
        days: After how many it expires; None: never.
        now_us: Now, microseconds since 1970 UTC.

    Raises:
        InputError: if a scope is not known, or the name or the days make no sense.
    """
    if not name.strip() or len(name) > 200 or not name.isprintable():
        raise InputError("A key needs a name of 1 to 200 printable characters: what it is for.")
    if days is not None and not 0 < days <= MOST_DAYS:
        raise InputError(f"days is {days:g}, must be above 0 and at most {MOST_DAYS}.")
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    key = ApiKey(
        key_id=key_id,
        name=name.strip(),
        scopes=check_scopes(tuple(scopes)),
        secret_hash=_hashed(secret),
        made_us=now_us,
        expires_us=None if days is None else now_us + int(days * DAY_US),
    )
    return NewKey(key, f"{PREFIX}{key_id}_{secret}")


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys of a shop at one moment.

    Attributes:
        keys: {key_id: key}.
        closed: Whether nobody comes in without a key: there is one, or there was one once.
    """

    keys: dict[str, ApiKey]
    closed: bool

    @classmethod
    def of(cls, keys: Iterable[ApiKey], *, had_keys: bool = False) -> KeyRing:
        """Gather keys.

        Args:
            keys: As the store has them.
            had_keys: Whether the shop had any before, even if the store has none.
        """
        found = {one.key_id: one for one in keys}
        return cls(found, bool(found) or had_keys)

    def find(self, text: str, *, now_us: int) -> ApiKey | None:
        """Give the key somebody shows, if it is one and still good.

        Args:
            text: What was sent.
            now_us: Now, microseconds since 1970 UTC.
        """
        shape = _SHAPE.fullmatch(text)
        key = self.keys.get(shape[1]) if shape else None
        # an unknown key costs the same time as a wrong secret
        same = hmac.compare_digest(
            _hashed(shape[2] if shape else ""), key.secret_hash if key else _NOBODYS
        )
        return key if key is not None and same and is_good(key, now_us=now_us) else None

    def named(self, key_id: str, *, now_us: int) -> ApiKey | None:
        """Give a key that is there, not expired and not revoked.

        Args:
            key_id: Its public part.
            now_us: Now, microseconds since 1970 UTC.
        """
        key = self.keys.get(key_id)
        return key if key is not None and is_good(key, now_us=now_us) else None


def is_good(key: ApiKey, *, now_us: int) -> bool:
    """Say whether a key may be used now.

    Args:
        key: Any.
        now_us: Now, microseconds since 1970 UTC.
    """
    return key.revoked_us is None and (key.expires_us is None or now_us < key.expires_us)


def note_keys(folder: Path) -> None:
    """Write down that a shop has keys: without one nobody comes in any more.

    Args:
        folder: Of the shop.

    Raises:
        OSError: if nothing can be written there.
    """
    os.close(os.open(folder / MARKER, os.O_CREAT | os.O_WRONLY, 0o600))


def had_keys(folder: Path) -> bool:
    """Say whether a shop ever had keys, whatever its database holds now.

    Args:
        folder: Of the shop.
    """
    return (folder / MARKER).exists()


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


_NOBODYS: Final = _hashed("nobody's")
