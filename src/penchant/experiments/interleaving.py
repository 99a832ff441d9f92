"""Interleaving: two slates dealt into one, so that a customer chooses between both at a glance.

Team draft: round by round a coin says who picks first, and each team adds its best product that is
not there yet; a click is a point for the team that brought the product. Where both begin alike, the
products both would show belong to nobody: clicks on them say nothing of who is better. What pages
must have at once, such as one product of each group, holds only if it holds in both slates: rules
of the whole page come before.

Use it to find which of several rankings to test, not to say how much more is sold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from penchant.errors import InputError

FIRST: Final = "a"
SECOND: Final = "b"
BOTH: Final = ""
TEAMS: Final = (FIRST, SECOND)
"""Of the first and of the second slate; BOTH is no team."""


@dataclass(frozen=True, slots=True)
class Interleaved:
    """One slate of two.

    Attributes:
        product_ids: In the order they are shown, none twice.
        teams: Aligned: "a" or "b", who brought it; "" where both would show it there.
    """

    product_ids: tuple[str, ...]
    teams: tuple[str, ...]

    def points(self, clicked: Sequence[str]) -> tuple[int, int]:
        """Count the products that were clicked, for each team.

        Args:
            clicked: product_ids; one that is not in the slate, or is there of both, counts for
                none, and one clicked twice counts once.

        Returns:
            Points of "a", points of "b".
        """
        team_of = dict(zip(self.product_ids, self.teams, strict=True))
        teams = [team_of.get(one, BOTH) for one in dict.fromkeys(clicked)]
        return teams.count(FIRST), teams.count(SECOND)


def interleave(
    first: Sequence[str], second: Sequence[str], *, rng: np.random.Generator
) -> Interleaved:
    """Deal two slates into one by team draft.

    Args:
        first: product_ids of team "a", best first, none twice.
        second: Of team "b", as many.
        rng: Draws one `random()` for each round, and nothing else.

    Returns:
        As many products as each slate has.

    Raises:
        InputError: if one has more than the other, or a product twice.

    Example:
        >>> mixed = interleave(["P1", "P2", "P3"], ["P1", "P4", "P2"], rng=np.random.default_rng(1))
        >>> mixed.product_ids, mixed.teams
        (('P1', 'P4', 'P2'), ('', 'b', 'a'))
    """
    prefix = _checked_prefix(first, second)
    shown, teams = list(first[:prefix]), [BOTH] * prefix
    while len(shown) < len(first):
        slates = {FIRST: first, SECOND: second}
        order = TEAMS if rng.random() < 0.5 else TEAMS[::-1]
        for team in order[: len(first) - len(shown)]:
            shown.append(_best(slates[team], shown))
            teams.append(team)
    return Interleaved(tuple(shown), tuple(teams))


@dataclass(frozen=True, slots=True)
class SlotDraft:
    """What one slot of an interleaved slate may hold.

    Attributes:
        chances: {(product_id, team): probability}, summing to 1.
    """

    chances: Mapping[tuple[str, str], float]

    def product(self, product_id: str) -> float:
        """Give the probability that a product stands in the slot, of whatever team.

        Args:
            product_id: Any.
        """
        return sum(chance for (name, _), chance in self.chances.items() if name == product_id)

    def team(self, team: str) -> float:
        """Give the probability that the slot is a team's: 1/2 each where they do not agree.

        Args:
            team: "a", "b" or "" for both.
        """
        return sum(chance for (_, name), chance in self.chances.items() if name == team)


def draft_chances(first: Sequence[str], second: Sequence[str]) -> tuple[SlotDraft, ...]:
    """Give what each slot of two slates dealt into one may hold, and how likely; exact.

    Args:
        first: As in `interleave`.
        second: As in `interleave`.

    Returns:
        Slot after slot. Cost: rounds that lead to the same products are followed once, so it grows
        with how often both teams want the same product next, not with all coins.

    Raises:
        InputError: as `interleave`.
    """
    prefix = _checked_prefix(first, second)
    slots: list[dict[tuple[str, str], float]] = [{(one, BOTH): 1.0} for one in first[:prefix]]
    states = {frozenset(first[:prefix]): 1.0}
    while len(slots) < len(first):
        n = min(2, len(first) - len(slots))
        here: list[dict[tuple[str, str], float]] = [{} for _ in range(n)]
        after: dict[frozenset[str], float] = {}
        for shown, chance in states.items():
            for order in (TEAMS, TEAMS[::-1]):
                now = shown
                for place, team in enumerate(order[:n]):
                    pick = _best(first if team == FIRST else second, now)
                    here[place][pick, team] = here[place].get((pick, team), 0.0) + chance / 2
                    now |= {pick}
                after[now] = after.get(now, 0.0) + chance / 2
        slots += here
        states = after
    return tuple(SlotDraft(one) for one in slots)


def _checked_prefix(first: Sequence[str], second: Sequence[str]) -> int:
    """Check two slates, and give how many products both begin with."""
    if len(first) != len(second):
        raise InputError(
            f"One slate has {len(first)} products, the other {len(second)}: they must be as long."
        )
    for one in (first, second):
        if len(set(one)) < len(one):
            raise InputError("A slate to be interleaved shows a product twice.")
    alike = (n for n, (a, b) in enumerate(zip(first, second, strict=True)) if a != b)
    return next(alike, len(first))


def _best(slate: Sequence[str], shown: Sequence[str] | frozenset[str]) -> str:
    # there is one: fewer are shown than a slate has
    return next(one for one in slate if one not in shown)
