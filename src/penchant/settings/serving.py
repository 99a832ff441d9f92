"""Settings of serving: where live events are kept, who may ask how much, what is kept how long."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from penchant.errors import InputError
from penchant.settings.knobs import CENTURY, Checked, knob

_ORIGIN: Final = re.compile(r"https?://(\[[0-9a-fA-F:.]+\]|[^/\s:\[\]]+)(:\d+)?|\*")


@dataclass(frozen=True, slots=True)
class StoreSettings(Checked):
    """Where what happens between two builds is kept: events, exposures, consent; no build names it.

    A PostgreSQL address holds a password: it belongs into the environment, PENCHANT_STORE_URL.
    """

    url: str = knob(
        "",
        'Database: empty for the shop\'s own SQLite file, or "postgresql://...", best given as '
        "PENCHANT_STORE_URL.",
    )
    history: int = knob(
        500, "Newest events of one customer that are kept and counted.", at_least=1, at_most=100_000
    )
    read_timeout_ms: int = knob(
        300, "Milliseconds an answer waits for the database before it does without.", at_least=1
    )
    write_timeout_ms: int = knob(
        3000, "Milliseconds an event waits to be written before it is refused.", at_least=1
    )
    connections: int = knob(
        4, "Connections to PostgreSQL of each process of the service.", at_least=1
    )


@dataclass(frozen=True, slots=True)
class ServerSettings(Checked):
    """How `penchant serve` answers; no build depends on it."""

    workers: int = knob(
        1,
        "Processes that answer and share the build; several have one more for each two of them, "
        "which takes requests.",
        at_least=1,
    )
    requests_per_second: float = knob(
        200.0,
        "Requests a second each API key may make on average, of each process that takes them; "
        "0: any number.",
        at_least=0,
    )
    burst: int = knob(400, "Requests a key may make at once before that counts.", at_least=1)
    page_requests_per_second: float = knob(
        20.0, "The same for one page token, which one visitor's browser has.", at_least=0
    )
    page_burst: int = knob(
        100, "Requests a page may make at once: its places, and each card that is seen.", at_least=1
    )
    max_body_kb: int = knob(
        1024, "Kilobytes a request may have; a photo that is uploaded, ten times that.", at_least=1
    )
    max_events: int = knob(500, "Events in one request.", at_least=1)
    max_page_events: int = knob(50, "Events in one request with a page token.", at_least=1)
    cors_origins: tuple[str, ...] = knob(
        (), 'Pages that may ask from a browser, such as "https://shop.example".'
    )
    photo_hosts: tuple[str, ...] = knob(
        (), "Hosts from which photos of new products are fetched; none: only uploads and vectors."
    )
    token_minutes: float = knob(
        60.0, "Minutes for which a page may ask for its one customer.", above=0, at_most=100_000
    )
    grace_seconds: float = knob(
        20.0, "Seconds that requests under way may take when the service is stopped.", above=0
    )

    def __post_init__(self) -> None:
        Checked.__post_init__(self)
        for one in self.cors_origins:
            if not _ORIGIN.fullmatch(one):
                raise InputError(
                    f'cors_origins has "{one}", must be scheme, host and port as a browser sends '
                    'them, without a slash behind: "https://shop.example".'
                )


@dataclass(frozen=True, slots=True)
class PrivacySettings(Checked):
    """What is known of people, and for how long."""

    profiling: bool = knob(
        True, "False: nobody gets a profile; everyone sees what does not depend on them."
    )
    event_days: float = knob(
        730.0, "Days for which live events are kept.", above=0, at_most=CENTURY
    )
    slate_days: float = knob(
        90.0, "Days for which it is kept what was answered.", above=0, at_most=CENTURY
    )
    exposure_days: float = knob(
        400.0, "Days for which it is kept what was shown.", above=0, at_most=CENTURY
    )
