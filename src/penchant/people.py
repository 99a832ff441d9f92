"""The people of an open shop: what is known and thought of each, with the marks of now."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np

from penchant import columns as c
from penchant.answers import Neighbor
from penchant.builds import Build
from penchant.customer import Customer
from penchant.errors import InputError
from penchant.index import ExactIndex
from penchant.maths.rows import present_rows
from penchant.maths.seeds import derived_rng
from penchant.settings import Settings
from penchant.store.marks import MarkBook, check_event, write_mark
from penchant.taste.evolution import Evolution, follow_taste, window_edges
from penchant.taste.judging import Judge, Judged
from penchant.taste.marks import event_ids, places_of
from penchant.taste.profile import Profile
from penchant.taste.weights import Weigher
from penchant.types import Rows, Weights


class People:
    """The customers of a build; threads may share it.

    Args of the constructor:
        build: The build.
        settings: Those it was made with.
        as_of_us: Moment the build was made for, microseconds since 1970 UTC.
        marks: What is marked by hand; None: nothing can be.
    """

    def __init__(
        self, build: Build, settings: Settings, as_of_us: int, marks: MarkBook | None
    ) -> None:
        self.build = build
        self.settings = settings
        self.as_of_us = as_of_us
        self.marks = marks

    @cached_property
    def weigher(self) -> Weigher:
        """Says what each interaction weighs."""
        placed, categories = present_rows(self.build.styles), self.build.products[c.CATEGORY]
        return Weigher.from_settings(self.settings.taste, placed, categories=tuple(categories))

    def gather(self, customer_id: str, as_of_us: int) -> Customer:
        """Gather what is known of a customer; of an unknown one, nothing.

        Args:
            customer_id: Any customer.
            as_of_us: Reference time, microseconds since 1970 UTC.
        """
        row = self.build.customer_ids.find(customer_id)
        return Customer.gather(
            customer_id,
            None if row is None else self._judged(customer_id, row, as_of_us),
            opted_out=row is not None and bool(self.build.opted_out[row]),
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

    def mark(self, customer_id: str, event_id: str, mark: str | None) -> None:
        """Mark an interaction by hand, or take its mark back.

        Args:
            customer_id: A known customer.
            event_id: One of the customer's interactions.
            mark: "gift", "own", or None to take the mark back.

        Raises:
            NotFoundError: if there is no such customer, event or mark.
            InputError: if the mark is another word, the shop was not opened from a folder, or
                another command is writing to it.
        """
        row = self.build.customer_ids.row(customer_id)
        if self.marks is None:
            raise InputError("This shop was not opened from its folder: use penchant.open(PATH).")
        if mark is not None:
            known = event_ids(self.build.histories.of(row), self.build.product_ids)
            check_event(customer_id, event_id, known)
        write_mark(self.marks.shop, customer_id, event_id, mark)

    def _judged(self, customer_id: str, row: int, as_of_us: int) -> Judged:
        """Look up what the build thinks, with the marks of now; with other events, judge anew."""
        build, marks = self.build, self.marks.of(customer_id) if self.marks else {}
        known = build.judgements.of(build.histories, row)
        places = places_of(marks, known.history, build.product_ids)
        taken_back = known.places_by_hand() - places.aside - places.kept
        same = known.same_until(self.as_of_us, as_of_us) and not taken_back
        if same or build.opted_out[row]:
            return known.marked(places) if marks else known
        return self._judge.judge_one(build.histories.of(row), as_of_us=as_of_us, marks=places)

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
    build: Build, profile: Profile, customer_row: int, k: int
) -> tuple[Neighbor, ...]:
    """Find the customers with the most similar taste.

    Args:
        build: With everyone's profile.
        profile: Of the customer who asks.
        customer_row: The same customer; no neighbor of their own.
        k: How many, at most.

    Returns:
        Most similar first; a taste that points elsewhere (similarity <= 0) is no neighbor.
    """
    everyone = ExactIndex(build.profiles, np.isfinite(build.consistency))
    found = everyone.query(profile.vector[None, :], k, excluded=[np.array([customer_row])])
    ids = build.customer_ids
    return tuple(
        Neighbor(ids[row], similarity) for row, similarity in found.of(0) if similarity > 0
    )
