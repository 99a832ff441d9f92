"""A campaign that is compared: each customer is answered as their variant says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from penchant.campaign import Choice
from penchant.engine import Shop, open_build_of
from penchant.errors import PenchantError
from penchant.experiments.arms import Arms, unit_of
from penchant.experiments.experiment import Experiment
from penchant.experiments.files.lifecycle import ExperimentFiles
from penchant.experiments.making_arms import Made, make_arms
from penchant.question import Looked
from penchant.shop_directory import ShopDirectory
from penchant.store.database.statements import portions
from penchant.store.database.store import Store
from penchant.store.database.values import Person, ServedAssignment
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

    def __call__(self, customer_id: str, person: Person | None) -> Choice:
        """Choose for one customer.

        Args:
            customer_id: Of the campaign.
            person: What the database knows of them, where that changes anything.
        """
        looked = Looked(person)
        given = self._arms.given(customer_id, looked, surface=self._surface, at=self._at)
        unit = unit_of(customer_id, person)
        self.assignments += self._arms.rows(given, unit, microseconds(self._at))
        named = " ".join(f"{one.experiment}:{one.variant}" for one in given)
        return Choice(self._arms.arm(given).shop, named)

    def keep(self, store: Store | None) -> None:
        """Write down who got what, once the campaign is written.

        Args:
            store: The database; None: the shop has none, and nothing is kept.

        Raises:
            StoreError: if it does not answer.
        """
        if store is not None:
            for some in portions(self.assignments, AT_ONCE):
                store.assignments.keep(some)


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
