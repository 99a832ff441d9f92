"""A question: which place is to be filled, for whom; and what is known of who looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from penchant.settings.showing import HOMEPAGE
from penchant.store.database.values import Person


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a shop.

    Attributes:
        customer_id: For whom; None: nobody known.
        surface: Which place.
        products: What it is about; None: the customer's own cart or last purchase.
        k: How many; None: the setting.
        as_of: Which of the customer's interactions count; None: all there are.
        request_id: Names the answer; None: a new one.
    """

    customer_id: str | None
    surface: str = HOMEPAGE
    products: Sequence[str] | None = None
    k: int | None = None
    as_of: datetime | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What the database said of who looks, read once for each question.

    Attributes:
        person: What it knows of them; None: nothing could be known, or there is no database.
        degraded: Whether it did not answer.
    """

    person: Person | None = None
    degraded: bool = False
