"""The gate of a shop: a build is published when it is not worse than the one that serves.

It is asked about a time it did not know, as it would have been at a cut: what would it have shown,
by all its sources, and by looks alone? Both are compared, customer by customer, with what the build
that serves would have shown, and the first with what is popular.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

import polars as pl

from penchant import columns as c
from penchant.builds import BuildInputs, Manifest
from penchant.errors import BuildError, InputError
from penchant.evaluation.asking import Progress, ask, open_at
from penchant.evaluation.cut import cut_at
from penchant.evaluation.evaluate import Evaluation, Step, evaluate
from penchant.evaluation.judgement import (
    Finding,
    compare_counts,
    compare_with_current,
    compare_with_popularity,
)
from penchant.evaluation.keep import has_evaluation, keep_evaluation, load_trial
from penchant.evaluation.rankers import looks_alone
from penchant.evaluation.trial import Trial
from penchant.pipeline import gather_while_locked
from penchant.publishing import Gate, Verdict
from penchant.settings import Settings
from penchant.settings_file import settings_from_dict
from penchant.shop_directory import ShopDirectory

CHANGED = (
    "The tables, marks or settings of the shop, or penchant itself, have changed since it was "
    "built: build it again."
)

NOT_COMPARED = Finding(
    "current",
    "The build that serves was never asked what it would have shown: not compared with it.",
    against=False,
)


WITHOUT_PROFILES = Finding(
    "profiles",
    "It makes no profiles, as [privacy] profiling says: what it would show people is not compared.",
    against=False,
)


@dataclass(frozen=True, slots=True)
class ShopGate:
    """Judges the builds of one shop.

    Attributes:
        shop: The shop; its lock is held while the gate is asked.
        settings: How it judges.
        on_step: Told what is being done; None: nobody waits.
        on_progress: Told how many customers were asked.
    """

    shop: ShopDirectory
    settings: Settings
    on_step: Step | None = None
    on_progress: Progress | None = None

    def __call__(self, candidate: Path, current: Path | None) -> Verdict:
        """Compare a build with the one that serves.

        Args:
            candidate: Folder of the build.
            current: Folder of the one that serves; None: nothing does.
        """
        manifest = Manifest.read(candidate)
        inputs = self._inputs(manifest)
        if inputs.build_id != manifest.build_id:
            return Verdict(False, True, (CHANGED,))
        counts = {} if current is None else Manifest.read(current).counts
        found = list(compare_counts(manifest.counts, counts, self.settings.gate.max_shrink))
        if not manifest.settings.get("privacy", {}).get("profiling", True):
            fewer = [one for one in found if one.name != "fewer profiles"]
            return _verdict((*fewer, WITHOUT_PROFILES), n=0)
        try:
            evaluation = evaluate(inputs, on_step=self.on_step, on_progress=self.on_progress)
        except InputError as error:
            return _verdict(found, n=0, why=str(error))
        keep_evaluation(self.shop, evaluation)
        found.append(compare_with_popularity(evaluation.trial))
        n, least = len(evaluation.asked.customer_ids), self.settings.gate.min_customers
        if n < least:
            return _verdict(
                found, n=n, why=f"{n} customers were asked, proof takes {least} ([gate])."
            )
        if current is None or not has_evaluation(self.shop, current.name):
            return _verdict((*found, NOT_COMPARED) if current else found, n=n)
        return self._beside(current, evaluation, found)

    def _beside(self, current: Path, evaluation: Evaluation, found: Sequence[Finding]) -> Verdict:
        """Compare what would have been shown with what the build that serves would have."""
        n, least = len(evaluation.asked.customer_ids), self.settings.gate.min_customers
        try:
            before = load_trial(self.shop, current.name)
            gaps = compare_with_current(self._again(evaluation, before), before)
        except (BuildError, InputError) as error:
            return _verdict(found, n=n, why=f"It cannot be compared with what serves: {error}")
        paired = min(one.gap.n for one in gaps if one.gap is not None)
        few = f"{paired} customers could be asked again, proof takes {least} ([gate])."
        return _verdict((*found, *gaps), n=n, why=few if paired < least else "")

    def _inputs(self, manifest: Manifest) -> BuildInputs:
        """Give what the build was made of, if the tables are still the same."""
        made_with = settings_from_dict(manifest.settings, source="manifest.json")
        own = self.settings
        settings = replace(made_with, evaluation=own.evaluation, gate=own.gate)
        moment = datetime.fromisoformat(manifest.as_of)
        return gather_while_locked(self.shop, settings=settings, as_of=moment)

    def _again(self, evaluation: Evaluation, before: Trial) -> Trial:
        """Ask the same customers what the build that serves was asked, at the same cut."""
        shop = evaluation.asked.shop
        cut = evaluation.cut
        if cut.at != before.at:
            cut = cut_at(evaluation.inputs, before.at, before.until)
            shop = open_at(cut)
        settings = replace(self.settings.evaluation, k=before.k, customers=len(before.table))
        taken = _still_here(before.taken, evaluation.inputs)
        return Trial.of(cut, ask(shop, taken, (looks_alone(shop),), settings), before.k)


def gate_of(
    shop: ShopDirectory,
    settings: Settings,
    *,
    on_step: Step | None = None,
    on_progress: Progress | None = None,
) -> Gate:
    """Give the gate that is asked before a build is published.

    Args:
        shop: The shop.
        settings: The shop's settings.
        on_step: Told what is being done.
        on_progress: Told how many customers were asked.
    """
    return ShopGate(shop, settings, on_step, on_progress)


def _still_here(taken: pl.DataFrame, inputs: BuildInputs) -> pl.DataFrame:
    """Leave out who has refused or was erased since: that must not count against a build."""
    here = pl.concat([inputs.customers[c.CUSTOMER_ID], inputs.interactions[c.CUSTOMER_ID]])
    named = pl.col(c.CUSTOMER_ID)
    gone = named.is_in(inputs.refusers(c.PERSONALIZATION_CONSENT).implode())
    return taken.filter(named.is_in(here.unique().implode()) & ~gone)


def _verdict(found: Sequence[Finding], *, n: int, why: str = "") -> Verdict:
    """Put findings together; what shrank speaks against a build however little is proved.

    Args:
        found: What was looked at.
        n: Customers asked.
        why: What is lacking for a proof; "": nothing.
    """
    against = [one for one in found if one.against]
    shrank = any(one.gap is None for one in against)
    reasons = tuple(one.text for one in found)
    return Verdict(
        passed=not against,
        enough_evidence=not why or shrank,
        reasons=(*reasons, why) if why else reasons,
        measures={
            "customers": n,
            "ndcg": {one.name: asdict(one.gap) for one in found if one.gap is not None},
        },
    )
