"""The sample shop's twenty customers, each with a story to check recommendations against."""

# ruff: noqa: E501 - one customer per line reads as a table

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

Tastes = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Person:
    """One customer and their story.

    `tastes` are style shares; `later` replaces them from April on (a drift). `metals` are preferred
    five times over; `gift` is the style of the first order, given away; `n_interactions` and
    `n_orders` are exact.
    """

    number: int
    gender: str
    age: int
    country: str
    segment: str
    registered: str
    tastes: Tastes
    metals: tuple[str, ...]
    n_interactions: int
    n_orders: int
    categories: tuple[str, ...] = ()
    later: Tastes = ()
    gift: str = ""
    marketing: bool = True
    personalization: bool = True

    @property
    def customer_id(self) -> str:
        """Give the shop's own id."""
        return f"C{10000 + self.number}"


_ALL: Final = ("ring", "necklace", "earrings", "bracelet", "pendant")
_MEN: Final = ("watch", "bracelet", "ring")

# fmt: off
PEOPLE: Final = (
    Person(1, "female", 34, "DE", "loyal", "2024-05-12", (("vintage", 0.6), ("deco", 0.4)), ("silver",), 12, 4),
    Person(2, "female", 28, "DE", "regular", "2025-01-20", (("minimalist", 1.0),), ("gold",), 9, 3),
    Person(3, "male", 41, "AT", "regular", "2025-02-03", (("urban", 1.0),), ("silver", "black"), 8, 2, _MEN),
    Person(4, "female", 52, "DE", "loyal", "2023-11-08", (("pearl", 1.0),), ("gold",), 7, 3, _ALL),
    Person(5, "female", 30, "FR", "loyal", "2024-08-17", (("floral", 0.5), ("minimalist", 0.5)), ("rose gold", "silver"), 12, 4),
    Person(6, "female", 45, "NL", "loyal", "2024-03-29", (("halo", 1.0),), ("platinum",), 7, 3, _ALL),
    Person(7, "female", 39, "DE", "regular", "2024-10-10", (("statement", 1.0),), ("gold",), 7, 3, _ALL, gift="urban"),
    Person(8, "female", 26, "CH", "loyal", "2025-04-22", (("floral", 1.0),), ("silver", "gold"), 10, 3, _ALL, later=(("deco", 1.0),)),
    Person(9, "male", 35, "DE", "new", "2026-05-30", (("urban", 1.0),), ("silver",), 1, 0, _MEN),
    Person(10, "female", 22, "FR", "new", "2026-06-11", (("minimalist", 1.0),), ("gold",), 0, 0),
    Person(11, "female", 60, "DE", "regular", "2023-09-02", (("pearl", 0.5), ("vintage", 0.5)), ("gold",), 5, 2, marketing=False, personalization=False),
    Person(12, "male", 29, "ES", "regular", "2025-06-15", (("urban", 1.0),), ("steel", "black", "gold"), 6, 2, ("watch", "bracelet")),
    Person(13, "female", 33, "IT", "regular", "2025-12-01", (("halo", 1.0),), ("rose gold", "platinum"), 8, 2, ("ring", "earrings")),
    Person(14, "female", 48, "DE", "regular", "2024-12-19", (("floral", 1.0),), ("rose gold",), 6, 2, _ALL),
    Person(15, "female", 37, "BE", "regular", "2025-03-14", (("deco", 1.0),), ("silver", "platinum"), 6, 2),
    Person(16, "", 31, "NL", "occasional", "2025-09-09", (("minimalist", 1.0),), ("silver",), 4, 1, ("ring", "bracelet", "watch")),
    Person(17, "female", 55, "AT", "occasional", "2025-05-05", (("vintage", 1.0),), ("silver",), 6, 2),
    Person(18, "male", 44, "DE", "occasional", "2025-11-23", (("urban", 1.0),), ("silver", "platinum"), 3, 1, _MEN, gift="pearl"),
    Person(19, "female", 24, "DE", "new", "2026-04-18", (("statement", 1.0),), ("silver",), 2, 0, marketing=False),
    Person(20, "female", 42, "PL", "occasional", "2025-08-30", (("pearl", 0.5), ("halo", 0.5)), ("gold",), 1, 1),
)
# fmt: on
