"""A customer as one request sees them: history, profile, and what must not be shown to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from penchant import columns as c
from penchant.taste.cancel import find_cancelled
from penchant.taste.histories import ACTION_CODES, History
from penchant.taste.judging import NOBODY, Judged
from penchant.taste.profile import Profile, profile_of
from penchant.taste.styles import Style, styles_of
from penchant.taste.trust import Reasons, Verdict, verdicts_of
from penchant.taste.weights import Weigher
from penchant.types import Rows, StyleVectors, Weights


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What build and database know of one person.

    Attributes:
        customer_id: The customer; of a visitor who became one, that one.
        row: customer_row in the build; None: not there, or not to be known any more.
        history: Everything that happened, oldest first, with the trust that was given.
        as_built: Whether that is exactly what the build knows.
        refused: Whether no profile may be made.
    """

    customer_id: str
    row: int | None
    history: History
    as_built: bool
    refused: bool

    @property
    def is_somebody(self) -> bool:
        """Whether anything is known at all."""
        return self.row is not None or len(self.history) > 0


@dataclass(frozen=True, slots=True, eq=False)
class Customer:
    """What is known of a customer at one moment.

    Attributes:
        customer_id: The customer; of a visitor who became one, that one.
        row: Of what the build knows; None: nothing, or nothing that may be known any more.
        history: Interactions up to that moment, oldest first, with the trust verdicts left.
        reason: Shape (n,), int8, place in `trust.REASONS` of why it is trusted less or more.
        weights: Shape (n,), what each of them weighs.
        status: "profile", "cold" (too little is known), "unknown" (nothing ever was), or
            "opted_out" (personalisation was refused).
        profile: The taste; None unless the status is "profile".
        styles: What the taste consists of, largest share first; empty without a profile.
        owned_rows: Products bought and not returned.
        hidden_rows: Products hidden.
    """

    customer_id: str
    row: int | None
    history: History
    reason: Reasons
    weights: Weights
    status: str
    profile: Profile | None
    styles: tuple[Style, ...]
    owned_rows: Rows
    hidden_rows: Rows

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What is thought of each interaction that is not simply trusted."""
        return verdicts_of(self.history.trust, self.reason)

    @classmethod
    def gather(
        cls,
        known: Known,
        judged: Judged | None,
        *,
        styles: StyleVectors,
        weigher: Weigher,
        as_of_us: int,
        min_interactions: int,
    ) -> Customer:
        """Make the value from a judged history.

        Args:
            known: What is known of them.
            judged: Their interactions and what is thought of them, oldest first; None: nothing is
                known at all.
            styles: Style vectors of all products.
            weigher: Says what each interaction weighs.
            as_of_us: The moment, microseconds since 1970 UTC; later interactions are left out.
            min_interactions: Different liked products a profile needs.
        """
        past = (judged or NOBODY).until(as_of_us)
        events = past.history
        cancelled = find_cancelled(np.zeros(len(events), np.int32), events)
        weights = (
            np.zeros(len(events))
            if known.refused
            else weigher.weigh(events, as_of_us, cancelled=cancelled)
        )
        profile = profile_of(events, weights, styles, min_interactions=min_interactions)
        kept = (events.product_row >= 0) & ~cancelled
        return cls(
            customer_id=known.customer_id,
            row=known.row,
            history=events,
            reason=past.reason,
            weights=weights,
            status=_status(judged, profile, opted_out=known.refused),
            profile=profile,
            styles=styles_of(events, weights, past.style, styles) if profile else (),
            owned_rows=events.product_row[kept & (events.action == ACTION_CODES[c.PURCHASE])],
            hidden_rows=events.product_row[kept & (events.action == ACTION_CODES[c.HIDE])],
        )


def _status(judged: Judged | None, profile: Profile | None, *, opted_out: bool) -> str:
    if opted_out:
        return "opted_out"
    if profile is not None:
        return "profile"
    return "unknown" if judged is None else "cold"
