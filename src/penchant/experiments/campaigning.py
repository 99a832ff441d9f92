"""A campaign that is compared: each customer is answered as their variant says."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from penchant.campaign import Choice
from penchant.engine import Shop, open_build_of
from penchant.errors import PenchantError
from penchant.experiments.arms import Arm, Arms, unit_of
from penchant.experiments.campaign_slates import slates_in
from penchant.experiments.experiment import Experiment
from penchant.experiments.files.lifecycle import ExperimentFiles
from penchant.experiments.making_arms import Made, make_arms
from penchant.question import Looked
from penchant.settings.showing import NOTHING
from penchant.shop_directory import ShopDirectory
from penchant.store.database.statements import portions
from penchant.store.database.store import Store
from penchant.store.database.values import Person, ServedAssignment, ServedSlate
from penchant.taste.from_tables import microseconds

AT_ONCE = 5_000
"""Assignments written in one transaction."""


class CampaignArms:
    """Chooses by which shop each customer of a campaign is answered, and remembers who got what.

    Args of the constructor:
        arms: The ways to answer.
        surface: Of the campaign.
        at: Now, with a time zone.
    """

    def __init__(self, arms: Arms, surface: str, at: datetime) -> None:
        self._arms = arms
        self._surface = surface
        self._at = at
        self.assignments: list[ServedAssignment] = []
        self._policies: dict[str, str] = {}
        self._units: dict[str, Arm] = {}

    def __call__(self, customer_id: str, person: Person | None) -> Choice:
        """Choose for one customer.

        Args:
            customer_id: Of the campaign.
            person: What the database knows of them, where that changes anything.
        """
        looked = Looked(person)
        given = self._arms.given(customer_id, looked, surface=self._surface, at=self._at)
        arm, unit = self._arms.arm(given), unit_of(customer_id, person)
        named = " ".join(f"{one.experiment}:{one.variant}" for one in given)
        if given:
            self.assignments += self._arms.rows(given, unit, microseconds(self._at))
            self._policies[named] = arm.policies[self._surface]
            self._units[customer_id] = arm
        return Choice(arm.shop, named)

    def keep(self, store: Store | None, file: Path) -> None:
        """Write down who got what, once the campaign is written.

        Args:
            store: The database; None: the shop has none, and nothing is kept.
            file: Of the campaign.

        Raises:
            StoreError: if it does not answer.
        """
        if store is None:
            return
        for some in portions(self.assignments, AT_ONCE):
            store.assignments.keep(some)
        for slates in portions(self._slates(file), AT_ONCE):
            store.slates.keep(slates)

    def _slates(self, file: Path) -> Iterator[ServedSlate]:
        """Give the answers of those who take part; to whom nothing is shown, empty ones."""
        empty = dict(self._units)
        if empty:
            for one in slates_in(file, self._policies, microseconds(self._at)):
                empty.pop(one.customer_id, None)
                yield one
        for customer_id, arm in empty.items():
            yield self._empty(customer_id, arm)

    def _empty(self, customer_id: str, arm: Arm) -> ServedSlate:
        return ServedSlate(
            request_id=uuid.uuid4().hex,
            customer_id=customer_id,
            surface=self._surface,
            step=NOTHING,
            policy=arm.policies[self._surface],
            build_id=arm.shop.build_id,
            made_us=microseconds(self._at),
            slots=(),
        )


def running_on(
    directory: ShopDirectory, surface: str, at: datetime
) -> tuple[Sequence[Experiment], Mapping[str, PenchantError]]:
    """Give the experiments that run on a surface, and what is wrong with those nobody can read.

    Args:
        directory: The shop.
        surface: One of `settings.showing.SURFACES`.
        at: Now, with a time zone.

    Raises:
        InputError: if the settings of the shop cannot be read.
    """
    files, found = ExperimentFiles(directory), []
    broken: dict[str, PenchantError] = {}
    for name in files.names():
        try:
            one = files.started(name)
        except PenchantError as error:
            broken[name] = error
            continue
        if one is not None and surface in one.surfaces and one.runs_at(at):
            found.append(one)
    return found, broken


def arms_of(directory: ShopDirectory, shop: Shop, experiments: Sequence[Experiment]) -> Made:
    """Give the ways to answer of some experiments, and what is wrong with the others.

    Args:
        directory: The shop.
        shop: The same, open.
        experiments: That run.

    Raises:
        InputError: if the settings of the shop cannot be read.
    """
    opened = partial(open_build_of, directory, store=shop.store)
    return make_arms(shop, experiments, directory.settings().experiments, opened)
