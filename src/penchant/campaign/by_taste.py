"""By taste: many new-arrivals answers from one matrix product, where looks alone rank products.

What is found is what the recommender finds; a request for which that is not certain gets no
answer here, and the recommender answers it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from penchant.campaign.shortlist import Shortlist, Shortlister
from penchant.candidates.facet import Facet
from penchant.candidates.nearest import per_start
from penchant.candidates.visual import taste_starts
from penchant.ranking.diversify import DEPTH, MIN_POOL
from penchant.ranking.explore import SIZE
from penchant.ranking.groups import one_per_group
from penchant.ranking.ranking import Ranking
from penchant.ranking.rules import Eligibility
from penchant.recommender import Answer, Recommender
from penchant.settings.showing import NEW_ARRIVALS, VISUAL
from penchant.surfaces.plan import Plan
from penchant.surfaces.request import Request
from penchant.surfaces.serve import Showing, choice, choose
from penchant.surfaces.visitor import Visitor
from penchant.types import Mask, Rows, Vector

REACH = 2
"""How many products are ranked for one that may be shown: others are owned, or of its group."""


@dataclass(frozen=True, eq=False)
class ByTaste:
    """What all requests of a campaign have in common.

    Attributes:
        recommender: Gives the same answers one by one.
        rules: Under which everyone's answers stand.
        rows: Shape (n,), products a taste may choose from, rising.
        guards: Facets a product must share with what its customer likes.
        shortlister: Over the style vectors of `rows`.
        factor: What one unit of similarity adds to a score.
        per_source: Products the recommender looks up for a taste or style.
        depth: Products, one of a group, that variety and exploring look at.
    """

    recommender: Recommender
    rules: Eligibility
    rows: Rows
    guards: Sequence[Facet]
    shortlister: Shortlister
    factor: float
    per_source: int
    depth: int

    @classmethod
    def over(cls, recommender: Recommender, requests: Sequence[Request]) -> ByTaste | None:
        """Prepare the products of a campaign.

        Args:
            recommender: Whose answers are wanted.
            requests: Some of the campaign; all of it have the same surface, k and time.

        Returns:
            None when none of these has a taste, or not looks alone decide.
        """
        request = next((one for one in requests if one.visitor.profile is not None), None)
        if request is None or not _looks_alone_decide(recommender, request):
            return None
        stock, rung = recommender.stock, recommender.plan(request).rungs[0]
        anyone = replace(request, visitor=Visitor())
        rules = recommender.eligibility(anyone, recommender.plan(anyone))
        open_to_all = rules.eligible & stock.index.present
        found = open_to_all if rung.within is None else open_to_all & rung.within()
        rows = np.flatnonzero(found).astype(np.int32)
        names = recommender.settings.of_surface(request.surface).guards
        guards = [stock.facets[name] for name in names]
        vectors, per_source = stock.index.vectors, recommender.manner(request).per_source
        part = vectors if len(rows) == len(vectors) else vectors[rows]
        factor = rung.blend.weights[VISUAL] / rung.blend.scale.get(VISUAL, 1.0)
        depth = max(DEPTH * request.k, MIN_POOL, 2 * request.k + SIZE)
        shortlister = Shortlister.over(part, guards, rows)
        return cls(recommender, rules, rows, guards, shortlister, factor, per_source, depth)

    def answers(self, requests: Sequence[Request]) -> list[Answer | None]:
        """Answer many requests.

        Args:
            requests: Of the campaign.

        Returns:
            Aligned; None where the recommender is to be asked.
        """
        answers: list[Answer | None] = [None] * len(requests)
        owners, starts, allowed, wanted = [], [], [], []
        tastes: dict[int, Vector] = {}
        for number, request in enumerate(requests):
            if request.visitor.profile is not None and len(self.rows):
                tastes[number] = request.visitor.profile.vector
                own = starts_of(request.visitor)
                owners += [number] * len(own)
                starts += own
                allowed += [self._allowed(request.visitor.liked[0])] * len(own)
                each = per_start(self.per_source, len(own))
                wanted += [each if len(own) > 1 else REACH * self.depth] * len(own)
        if starts:
            found = self.shortlister.find(np.stack(starts), np.stack(allowed), np.array(wanted))
            lists: dict[int, list[Shortlist]] = {}
            for owner, shortlist in zip(owners, found, strict=True):
                lists.setdefault(owner, []).append(shortlist)
            for number, own_lists in lists.items():
                answers[number] = self._answer(requests[number], tastes[number], own_lists)
        return answers

    def _allowed(self, liked: Rows) -> Mask:
        """Tell the kinds of products that share every guard with what is liked."""
        allowed = np.ones(len(self.shortlister.labels), bool)
        for labels, facet in zip(self.shortlister.labels.T, self.guards, strict=True):
            wanted = facet.label_row[liked]
            if (wanted >= 0).any():
                allowed &= np.isin(labels, wanted) | (labels < 0)
        return allowed

    def _answer(self, request: Request, taste: Vector, lists: Sequence[Shortlist]) -> Answer | None:
        """Answer one request from its shortlists; None where they leave anything open."""
        manner, visitor = self.recommender.manner(request), request.visitor
        ranking, whole = (
            self._of_one_taste(visitor, lists[0])
            if len(lists) == 1
            else self._of_styles(visitor, taste, lists)
        )
        kept = ranking
        if manner.recommend.one_per_group:
            kept = one_per_group(ranking, self.recommender.stock.group_row)
        enough = max(request.k, choice(ranking, kept, request.k))
        if len(kept) < (enough if whole else self.depth):
            return None
        shown = choose(kept, self.recommender.stock, None, request.k, manner, first=True)
        plan = Plan((), towards=taste)
        lifted, steps = (VISUAL,) * request.k, (visitor.step,) * request.k
        showing = Showing(shown.ranking, lifted, steps, shown.propensities, (), self.rules)
        return Answer(request, plan, showing)

    def _of_one_taste(self, visitor: Visitor, shortlist: Shortlist) -> tuple[Ranking, bool]:
        """Rank the first of a shortlist; say whether the recommender would rank no more."""
        reach = REACH * self.depth
        kept = self._permitted(visitor, self.rows[shortlist.places[:reach]])
        rows = self.rows[shortlist.places[kept]]
        whole = len(kept) == self.per_source
        whole |= shortlist.whole and reach >= len(shortlist.places)
        return self._ranking(rows, shortlist.similarities[kept]), whole

    def _of_styles(
        self, visitor: Visitor, taste: Vector, lists: Sequence[Shortlist]
    ) -> tuple[Ranking, bool]:
        """Rank what was found from each style, by likeness to the taste."""
        found, whole, each = [], True, per_start(self.per_source, len(lists))
        for one in lists:
            kept = self._permitted(visitor, self.rows[one.places])[:each]
            whole &= one.whole or len(kept) == each
            found.append(self.rows[one.places[kept]])
        rows = np.unique(np.concatenate(found if whole else [found[0][:0]]))
        vectors = self.recommender.stock.index.vectors[rows].astype(np.float64)
        return self._ranking(rows, vectors @ taste), whole

    def _permitted(self, visitor: Visitor, rows: Rows) -> NDArray[np.intp]:
        """Give the places of what the customer neither owns nor hid; no more than are wanted."""
        settings, group = self.recommender.settings.recommend, self.recommender.stock.group_row
        out = _among(rows, visitor.hidden)
        if settings.hide_owned:
            out |= _among(rows, visitor.owned)
            if settings.hide_owned_variants:
                out |= _among(group[rows], group[visitor.owned])
        return np.flatnonzero(~out)[: self.per_source]

    def _ranking(self, rows: Rows, likeness: NDArray[np.floating]) -> Ranking:
        """Rank products; those that stand in order already are not sorted again."""
        parts = likeness.astype(np.float64)[:, None] * self.factor
        ranking, rounded = Ranking(rows, parts, (VISUAL,)), np.round(parts[:, 0], 6)
        return ranking if (rounded[1:] < rounded[:-1]).all() else ranking.sorted()


def _among(rows: Rows, some: Rows) -> Mask:
    """Tell which rows are among some; there are few of either."""
    return np.asarray((rows[:, None] == some).any(axis=1))


def starts_of(visitor: Visitor) -> list[Vector]:
    """Give what products are looked up by, as the visual source does.

    Args:
        visitor: Anyone; nothing without a taste.
    """
    if visitor.profile is None:
        return []
    return list(taste_starts(visitor.profile.vector, [one.vector for one in visitor.styles]))


def _looks_alone_decide(recommender: Recommender, request: Request) -> bool:
    """Say whether a product's rank depends on nothing but its likeness to the taste."""
    settings, manner = recommender.settings.recommend, recommender.manner(request)
    used = recommender.plan(request).rungs[0].used
    return (
        request.surface == NEW_ARRIVALS
        and [one.name for one in used] == [VISUAL]
        and manner.boosts is None
        and not len(manner.pinned)
        and not settings.price_band
        and settings.min_similarity <= -1
    )
