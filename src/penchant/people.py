"""The people of an open shop: what is known and thought of each, with the marks of now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from penchant import columns as c
from penchant.answers import Neighbor
from penchant.builds import Build
from penchant.customer import Customer, Known
from penchant.errors import InputError, NotFoundError
from penchant.id_map import RowFinder
from penchant.index import ExactIndex
from penchant.joining import joined_history, live_history
from penchant.maths.rows import present_rows
from penchant.maths.seeds import derived_rng
from penchant.settings import Settings
from penchant.store.consent import Terms
from penchant.store.database.values import Person
from penchant.store.marks import MarkBook, check_event, write_mark
from penchant.taste.evolution import Evolution, follow_taste, window_edges
from penchant.taste.histories import ACTION_CODES, History
from penchant.taste.judging import Judge, Judged
from penchant.taste.marks import event_ids, places_of
from penchant.taste.profile import Profile
from penchant.taste.trust import Marks
from penchant.taste.weights import Weigher
from penchant.types import Rows, Weights

AMPLE = 50
"""Products: so many that judging who viewed them does all it ever does."""

VIEW = ACTION_CODES[c.VIEW]

REMEMBERED = 4096
"""Customers of whom it is kept what was thought since their last event."""


@dataclass(frozen=True, slots=True, eq=False)
class _Before:
    """What was thought of a history; as in a build, that holds until something else happens."""

    judged: Judged
    history: History
    places: Marks
    as_of_us: int

    def holds_for(self, history: History, places: Marks, as_of_us: int) -> bool:
        same = self.history.equals(history) and self.places == places
        return same and self.judged.same_until(self.as_of_us, as_of_us)


class People:
    """The customers of a build; threads may share it.

    Args of the constructor:
        build: The build.
        settings: Those it was made with.
        as_of_us: Moment the build was made for, microseconds since 1970 UTC.
        marks: What is marked by hand; None: nothing can be.
        terms: Who may be known.
    """

    def __init__(
        self,
        build: Build,
        settings: Settings,
        as_of_us: int,
        marks: MarkBook | None,
        terms: Terms | None = None,
    ) -> None:
        self.build = build
        self.settings = settings
        self.as_of_us = as_of_us
        self.marks = marks
        self.terms = terms or Terms()
        self._row_of = RowFinder(build.product_ids)
        self._judged_before: dict[str, _Before] = {}

    @cached_property
    def weigher(self) -> Weigher:
        """Says what each interaction weighs."""
        placed, categories = present_rows(self.build.styles), self.build.products[c.CATEGORY]
        return Weigher.from_settings(self.settings.taste, placed, categories=tuple(categories))

    def warm(self) -> None:
        """Judge a made-up customer, so that who is judged anew first does not wait for the code."""
        rows = np.flatnonzero(present_rows(self.build.styles))[:AMPLE].astype(np.int32)
        n = len(rows)
        times = np.full(n, self.as_of_us, np.int64)
        made_up = History(rows, np.full(n, VIEW, np.int8), times, np.ones(n, np.float32))
        self._judge.judge_one(made_up, as_of_us=self.as_of_us)

    def know(self, customer_id: str, person: Person | None = None) -> Known:
        """Put together what build and database know of somebody; nothing is thought of it yet.

        Args:
            customer_id: Any customer or visitor.
            person: What the database knows of them; None: there is none to ask.
        """
        build, who = self.build, customer_id if person is None else person.customer_id
        row = build.customer_ids.find(who)
        built = History.empty() if row is None else build.histories.of(row)
        by_tables = row is not None and bool(build.opted_out[row])
        if person is None:
            refused = self.terms.refuses(None, by_tables=by_tables)
            return Known(who, row, built, as_built=True, refused=refused)
        live = live_history(person.events, self._row_of)
        history = joined_history(built, live, erased_us=person.erased_us)
        return Known(
            customer_id=who,
            row=row if person.erased_us is None else None,
            history=history,
            as_built=history is built,
            refused=self.terms.refuses(person.consent, by_tables=by_tables),
        )

    def known(self, customer_id: str, person: Person | None = None) -> Known:
        """Give what is known of somebody of whom anything is.

        Args:
            customer_id: Any customer or visitor.
            person: What the database knows of them.

        Raises:
            NotFoundError: if nothing is known of them.
        """
        found = self.know(customer_id, person)
        if not found.is_somebody:
            if person is None or person.erased_us is None:
                self.build.customer_ids.row(customer_id)  # tells what is wrong
            raise NotFoundError("customer", customer_id)
        return found

    def gather(self, customer_id: str, as_of_us: int, *, person: Person | None = None) -> Customer:
        """Gather what is known of a customer; of an unknown one, nothing.

        Args:
            customer_id: Any customer or visitor.
            as_of_us: Reference time, microseconds since 1970 UTC.
            person: What the database knows of them; None: there is none to ask.
        """
        known = self.know(customer_id, person)
        return Customer.gather(
            known,
            self._judged(known, as_of_us) if known.is_somebody else None,
            styles=self.build.styles,
            weigher=self.weigher,
            as_of_us=as_of_us,
            min_interactions=self.settings.taste.min_interactions,
        )

    def liked_unplaced(self, customer: Customer, as_of_us: int) -> tuple[Rows, Weights]:
        """Give what a customer likes among products that have no style vector.

        Args:
            customer: What is known; of someone who refused, nothing is given.
            as_of_us: Reference time, microseconds since 1970 UTC.

        Returns:
            Rows, with repeats, and what each weighs, > 0.
        """
        rows, weigher = customer.history.product_row, self._weigher_of_unplaced
        none = np.empty(0, np.int32), np.empty(0)
        if weigher is None or customer.status == "opted_out" or not len(rows):
            return none
        if not (weigher.placed[rows] & (rows >= 0)).any():
            return none
        weights = weigher.weigh(customer.history, as_of_us)
        return rows[weights > 0], weights[weights > 0]

    @cached_property
    def _weigher_of_unplaced(self) -> Weigher | None:
        """Weighs interactions with products that have no style vector; None when all have one."""
        unplaced = ~self.weigher.placed
        return replace(self.weigher, placed=unplaced) if unplaced.any() else None

    def follow(self, customer: Customer) -> Evolution | None:
        """Say how a taste changed; None without a profile, or with all likes in one moment.

        Args:
            customer: What is known.
        """
        edges = window_edges(customer.history.time_us[customer.weights > 0])
        if customer.profile is None or not edges:
            return None
        # all liked actions alike: no single purchase decides a window, and change shows sooner
        alike = replace(self.weigher, action_weights=np.sign(self.weigher.action_weights))
        rng = derived_rng(self.settings.space.seed, "evolution", customer.customer_id)
        return follow_taste(customer.history, self.build.styles, alike, edges_us=edges, rng=rng)

    def mark(
        self, customer_id: str, event_id: str, mark: str | None, *, person: Person | None = None
    ) -> None:
        """Mark an interaction by hand, or take its mark back.

        Args:
            customer_id: A known customer.
            event_id: One of the customer's interactions.
            mark: "gift", "own", or None to take the mark back.
            person: What the database knows of them.

        Raises:
            NotFoundError: if there is no such customer, event or mark.
            InputError: if the mark is another word, the shop was not opened from a folder, or
                another command is writing to it.
        """
        known = self.known(customer_id, person)
        if self.marks is None:
            raise InputError("This shop was not opened from its folder: use penchant.open(PATH).")
        if mark is not None:
            names = event_ids(known.history, self.build.product_ids)
            check_event(known.customer_id, event_id, names)
        write_mark(self.marks.shop, known.customer_id, event_id, mark)

    def _judged(self, known: Known, as_of_us: int) -> Judged:
        """Look up what the build thinks, with the marks of now; of other events, judge anew."""
        build, row = self.build, known.row
        marks = self.marks.of(known.customer_id) if self.marks else {}
        places = places_of(marks, known.history, build.product_ids)
        if known.as_built and row is not None:
            found = build.judgements.of(build.histories, row)
            taken_back = found.places_by_hand() - places.aside - places.kept
            same = found.same_until(self.as_of_us, as_of_us) and not taken_back
            if known.refused or (same and not build.opted_out[row]):
                return found.marked(places) if marks else found
        if known.refused:
            return Judged.unjudged(known.history)
        before = self._judged_before.get(known.customer_id)
        if before is not None and before.holds_for(known.history, places, as_of_us):
            return before.judged
        judged = self._judge.judge_one(known.history, as_of_us=as_of_us, marks=places)
        if len(self._judged_before) >= REMEMBERED:
            self._judged_before.clear()
        self._judged_before[known.customer_id] = _Before(judged, known.history, places, as_of_us)
        return judged

    def forget(self) -> None:
        """Let go of what was thought of anybody since their last event."""
        self._judged_before.clear()

    @cached_property
    def _judge(self) -> Judge:
        return Judge(
            self.build.styles,
            self.weigher,
            self.build.judgements.background,
            self.settings.trust,
            self.settings.styles,
        )


def find_neighbors(
    build: Build,
    profile: Profile,
    customer_row: int | None,
    k: int,
    *,
    barred: Callable[[str], bool] | None = None,
) -> tuple[Neighbor, ...]:
    """Find the customers with the most similar taste.

    Args:
        build: With everyone's profile.
        profile: Of the customer who asks.
        customer_row: The same customer, no neighbor of their own; None: not in the build.
        k: How many, at most.
        barred: Tells of a customer_id whether it may not be named: erased or refused since.

    Returns:
        Most similar first; a taste that points elsewhere (similarity <= 0) is no neighbor.
    """
    everyone = ExactIndex(build.profiles, np.isfinite(build.consistency))
    excluded = np.array([-1 if customer_row is None else customer_row])
    ids, wanted = build.customer_ids, k
    while True:
        found = everyone.query(profile.vector[None, :], wanted, excluded=[excluded]).of(0)
        near = [Neighbor(ids[row], similarity) for row, similarity in found if similarity > 0]
        open_to_all = [one for one in near if barred is None or not barred(one.customer_id)]
        if len(open_to_all) >= k or len(near) < wanted:
            return tuple(open_to_all[:k])
        wanted *= 2
