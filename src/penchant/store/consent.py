"""Consent: who refused personalisation, when tables say one thing and the open shop another."""

from __future__ import annotations

from dataclasses import dataclass

from penchant.store.database.values import Consent


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which nobody, or everybody who did not refuse, gets a profile.

    Attributes:
        profiling: False: nobody does.
        tables_us: As of when the tables speak, microseconds since 1970 UTC.
    """

    profiling: bool = True
    tables_us: int = 0

    def refuses(self, said: Consent | None, *, by_tables: bool) -> bool:
        """Tell whether somebody is to be known as little as possible.

        Args:
            said: What was said while the shop was open; None: nothing.
            by_tables: Whether the tables tell of a refusal.
        """
        word = None if said is None else said.personalization
        since_us = 0 if said is None else said.at_us
        return not self.profiling or refused(word, since_us, by_tables, self.tables_us)


def refused(said: bool | None, said_us: int, by_tables: bool, tables_us: int) -> bool:
    """Decide between what was said while the shop was open and what its tables say.

    A no always counts. A yes outdoes the no of tables that are older.

    Args:
        said: Yes or no; None: nothing was said.
        said_us: When, microseconds since 1970 UTC.
        by_tables: Whether the tables tell of a refusal.
        tables_us: As of when they do.

    Example:
        >>> refused(True, 5, True, 4), refused(True, 4, True, 4), refused(False, 5, False, 9)
        (False, True, True)
    """
    if said is False:
        return True
    return by_tables and not (said is True and said_us > tables_us)
