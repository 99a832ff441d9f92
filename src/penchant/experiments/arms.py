"""Arms: the ways a shop answers while it is compared by experiments, all over one build.

An arm is the same build under other settings, which costs next to no memory, or another build. One
is made for each combination of variants that occurs, and kept.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from penchant.engine import Shop
from penchant.errors import NotFoundError
from penchant.experiments.assignment import Assignment, assign_all, design_of
from penchant.experiments.experiment import Experiment, Variant
from penchant.experiments.files.overlay import laid_over
from penchant.experiments.policy_names import policies_of
from penchant.question import Looked
from penchant.settings import ExperimentSettings
from penchant.store.database.values import Consent, Person, ServedAssignment
from penchant.surfaces.slate import InExperiment

Told = TypeVar("Told")

Changes = tuple[tuple[str, str], ...]
"""(experiment, variant) of those variants that change anything."""


@dataclass(frozen=True, slots=True, eq=False)
class Arm:
    """One way to answer.

    Attributes:
        shop: Answers.
        policies: {surface: name of its way of choosing}.
    """

    shop: Shop
    policies: Mapping[str, str]


class Arms:
    """All ways to answer over one build; threads may share it.

    Args of the constructor:
        base: The build that serves, as its own settings say.
        experiments: Those that run or will; of one that is over nobody gets anything.
        shared: What all experiments of the shop share.
        builds: {build_id: opened} of the other builds their variants name.
    """

    def __init__(
        self,
        base: Shop,
        experiments: Sequence[Experiment] = (),
        shared: ExperimentSettings | None = None,
        builds: Mapping[str, Shop] | None = None,
    ) -> None:
        self.base = Arm(base, policies_of(base))
        self.experiments = tuple(experiments)
        self.builds = dict(builds or {})
        self._shared = shared or ExperimentSettings()
        self._by_name = {one.name: one for one in self.experiments}
        self._designs = {one.name: design_of(one) for one in self.experiments}
        self._arms: dict[Changes, Arm] = {(): self.base}
        self._making = threading.Lock()

    def given(
        self, customer_id: str | None, looked: Looked, *, surface: str, at: datetime
    ) -> tuple[Assignment, ...]:
        """Say what somebody gets.

        Nobody known gets nothing, nor who refused personalisation, nor anybody while the database
        does not answer or where no profiles are made: nothing could be counted of them.

        Args:
            customer_id: As asked.
            looked: What the database said of them.
            surface: Which place.
            at: Now, with a time zone.

        Returns:
            One for each experiment they take part in, by its name.
        """
        if not self.experiments or customer_id is None or looked.degraded:
            return ()
        person = looked.person
        said = Consent.unsaid(customer_id) if person is None else person.said
        if self.base.shop.refuses(said):
            return ()
        unit = unit_of(customer_id, person)
        return assign_all(self.experiments, unit, shop=self._shared, surface=surface, at=at)

    def arm(self, given: Sequence[Assignment]) -> Arm:
        """Give the way to answer for what somebody gets.

        Args:
            given: Of `given`.

        Raises:
            InputError: if a variant changes what the build has no setting for.
            NotFoundError: if a variant names a build that is not opened.
        """
        changes = tuple(
            (one.experiment, one.variant) for one in given if _changes(self._variant(one))
        )
        return self._arms.get(changes) or self._of(changes)

    def ask(self, arm: Arm, question: Callable[[Shop], Told]) -> Told:
        """Ask an arm; about what only the build that serves knows, that one.

        Who was assigned stays so: they count as what they were to get.

        Args:
            arm: Of `arm`.
            question: What is asked of its shop; what it raises is raised here.

        Raises:
            NotFoundError: if neither knows what is asked about.
        """
        try:
            return question(arm.shop)
        except NotFoundError:
            if arm.shop.build_id == self.base.shop.build_id:
                raise
            return question(self.base.shop)

    def rows(
        self, given: Sequence[Assignment], unit_id: str, at_us: int
    ) -> tuple[ServedAssignment, ...]:
        """Give assignments as the database keeps them.

        Args:
            given: Of `given`.
            unit_id: To whom.
            at_us: When.
        """
        return tuple(
            ServedAssignment(
                one.experiment,
                unit_id,
                one.variant,
                self._designs[one.experiment],
                one.counted,
                at_us,
            )
            for one in given
        )

    def over(self, base: Shop, refreshed: Callable[[Shop], Shop]) -> Arms:
        """Give the same over another state of the build.

        Args:
            base: The build that serves, with other products.
            refreshed: Gives another opened build with the products of now.
        """
        builds = {name: refreshed(one) for name, one in self.builds.items()}
        arms = Arms(base, self.experiments, self._shared, builds)
        for changes in tuple(self._arms):
            arms._of(changes)  # now, so that no customer waits for it
        return arms

    def forget(self) -> None:
        """Let go of what was thought of anybody, in every arm."""
        for arm in tuple(self._arms.values()):
            arm.shop.people.forget()

    def _of(self, changes: Changes) -> Arm:
        with self._making:
            arm = self._arms.get(changes) or self._made(changes)
            self._arms[changes] = arm
        return arm

    def _variant(self, assignment: Assignment) -> Variant:
        return self._by_name[assignment.experiment].variant(assignment.variant)

    def _made(self, changes: Changes) -> Arm:
        variants = [self._by_name[name].variant(variant) for name, variant in changes]
        build_id = next((one.build_id for one in variants if one.build_id), "")
        shop = self._of_build(build_id)
        settings = shop.settings
        for (name, _), variant in zip(changes, variants, strict=True):
            settings = laid_over(settings, variant.settings, source=f"{name}, {variant.name}")
        if settings != shop.settings:
            shop = shop.under(settings)
            shop.warm()
        return Arm(shop, policies_of(shop, self.base.shop))

    def _of_build(self, build_id: str) -> Shop:
        if not build_id or build_id == self.base.shop.build_id:
            return self.base.shop
        if build_id not in self.builds:
            raise NotFoundError("build", build_id, list(self.builds))
        return self.builds[build_id]


def unit_of(customer_id: str, person: Person | None) -> str:
    """Give who is assigned: of a merged visitor, the customer they turned out to be.

    Args:
        customer_id: As asked.
        person: What the database knows of them; None: nothing.
    """
    return customer_id if person is None else person.customer_id


def told(given: Sequence[Assignment]) -> tuple[InExperiment, ...]:
    """Give assignments as an answer tells them.

    Args:
        given: Of `Arms.given`.
    """
    return tuple(InExperiment(one.experiment, one.variant) for one in given)


def builds_of(experiments: Sequence[Experiment]) -> tuple[str, ...]:
    """Name the builds that variants answer from, each once.

    Args:
        experiments: Any.
    """
    named = [one.build_id for own in experiments for one in own.variants if one.build_id]
    return tuple(dict.fromkeys(named))


def _changes(variant: Variant) -> bool:
    return bool(variant.build_id or variant.settings)
