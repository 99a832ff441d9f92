"""The nightly run: forget, take in, embed, build, publish, prune, export; all under one lock.

Every step repeats without harm what it did before: tables taken in again are the same, photos come
from the cache, and equal tables give the same build. So a run that was killed is simply run again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from penchant import columns as c
from penchant.campaign import check_path
from penchant.embedding import PhotoProgress, embed_shop
from penchant.encoders.records import OK
from penchant.engine import open_shop
from penchant.errors import BuildError, NotFoundError, PenchantError, RefusedError, StoreError
from penchant.experiments.campaigning import CampaignArms, arms_of, running_on
from penchant.gate import gate_of
from penchant.joined_tables import open_database
from penchant.nightly.record import NightlyRun, NightlyStep, add_line
from penchant.pipeline import build_shop
from penchant.privacy.again import forget_again
from penchant.privacy.campaigning import write_recorded
from penchant.privacy.erasing import finish_erasures, unfinished
from penchant.privacy.retention import retain
from penchant.publishing import Gate, pointed_id, publish_build
from penchant.settings import Settings
from penchant.settings.showing import NEW_ARRIVALS
from penchant.shelf import prune_builds
from penchant.shop_directory import CURRENT, ShopDirectory, check_pointer
from penchant.store.inbox import look_into
from penchant.store.ingest import Arrival, take_in

if TYPE_CHECKING:
    from penchant.store.database.store import Store

WHOLE: Final = (c.PRODUCTS, c.CUSTOMERS)
"""Tables whose feeds are whole: what is not in them is there no more."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Errand:
    """What is asked of a nightly run.

    Attributes:
        files: {table: file}, read after what lies in the inbox; they stay where they are.
        replace: Tables that are replaced besides products and customers.
        pointer: "current": the build serves; "staging": it is looked at first, ungated.
        campaign: Where new arrivals for every customer go, .parquet or .csv; None: nowhere. It is
            written when a build was published since it was written last.
    """

    files: Mapping[str, Path] = field(default_factory=dict)
    replace: Collection[str] = ()
    pointer: str = CURRENT
    campaign: Path | None = None

    def check(self) -> None:
        """Refuse what cannot be done, before any work is.

        Raises:
            NotFoundError: if there is no such table.
            InputError: if the pointer is another word, or the campaign's file cannot be one.
        """
        for table in (*self.files, *self.replace):
            if table not in c.TABLES:
                raise NotFoundError("table", table, c.TABLES)
        check_pointer(self.pointer)
        if self.campaign is not None:
            check_path(self.campaign)


def nightly(
    shop: ShopDirectory,
    errand: Errand,
    *,
    settings: Settings,
    at: datetime,
    gate: Gate | None = None,
    on_step: Tell | None = None,
    on_progress: PhotoProgress | None = None,
) -> NightlyRun:
    """Take in what is new and let a build of it serve, if the gate lets it pass.

    Products and customers replace what was there, rows of other tables are added to it. Tables are
    taken in all or none; what is published is the same as if a new shop had been built from the
    same tables. A run that was killed is made good by the next one.

    Args:
        shop: The shop; its lock is held all the time, its readers do not notice.
        errand: What is asked.
        settings: The shop's settings.
        at: Now, with its zone.
        gate: What judges; the shop's own if absent.
        on_step: Told what is being done.
        on_progress: Told (photos done, photos in all).

    Returns:
        What was done, and what was wrong if it failed; it is also added to SHOP/nightly.jsonl.

    Raises:
        BusyError: if another command is writing to the shop.
        NotFoundError: if there is no such table.
        InputError: if the pointer is another word, or the campaign's file cannot be one.
        BuildError: if the summary cannot be written.
    """
    errand.check()
    with shop.writing() as held:
        judge = gate or gate_of(held, settings, on_step=on_step)
        night = _Night(held, errand, settings, at, judge, on_step, on_progress)
        run = _summed_up(night, *_carried_out(night))
        add_line(held.nightly_file, run)
    return run


@dataclass(slots=True, eq=False)
class _Night:
    """One run: what is asked of it, and the steps it has taken."""

    shop: ShopDirectory
    errand: Errand
    settings: Settings
    at: datetime
    gate: Gate
    on_step: Tell | None
    on_progress: PhotoProgress | None
    store: Store | None = None
    build_id: str = ""
    changed: bool = False
    steps: list[NightlyStep] = field(default_factory=list)

    def take(self, step: str, work: Callable[[], str]) -> None:
        start, told = time.perf_counter(), ""
        try:
            told = work()
            if self.on_step:
                self.on_step(f"{step}: {told}")
        except (PenchantError, OSError) as error:
            told = str(error)
            raise
        finally:
            self.steps.append(NightlyStep(step, round(time.perf_counter() - start, 3), told))

    def forget(self, store: Store) -> str:
        done = finish_erasures(self.shop, store, at=self.at)
        if done:
            return f"erased from all files: {len(done)}"
        return "the database is in use" if unfinished(self.shop, store) else "nobody waits"

    def ingest(self) -> str:
        inbox = look_into(self.shop, at=self.at)
        lying = {one.leaving.file.resolve() for one in inbox.arrivals if one.leaving}
        given = [Arrival(t, f) for t, f in self.errand.files.items() if f.resolve() not in lying]
        unknown = [f"left in the inbox, named after no table: {one}" for one in inbox.unknown]
        if not (inbox.arrivals or given):
            return "; ".join(["no new files", *unknown])
        reports = take_in(
            self.shop,
            [*inbox.arrivals, *given],
            as_of=self.at,
            settings=self.settings.tables,
            append=[one for one in c.TABLES if one not in {*WHOLE, *self.errand.replace}],
        )
        kept = [f"{r.table} {r.rows_kept:,} of {r.rows_read:,} rows kept" for r in reports]
        dropped = forget_again(self.shop, self.store)
        again = [f"{n:,} in {place} of the erased dropped" for place, n in dropped.items()]
        return "; ".join([*kept, *again, *unknown])

    def embed(self) -> str:
        run = embed_shop(self.shop, settings=self.settings, on_progress=self.on_progress)
        if run is None or not run.photos:
            return (
                "no photos" if run is None else f"{len(run.product_ids):,} vectors made elsewhere"
            )
        new = sum(one.status == OK and not one.cached for one in run.photos)
        bad = sum(one.status != OK for one in run.photos)
        return f"{len(run.photos):,} photos, {new:,} of them new, {bad:,} unusable"

    def build(self) -> str:
        made = build_shop(
            self.shop, settings=self.settings, on_step=self.on_step, on_progress=self.on_progress
        )
        self.build_id, counts = made.manifest.build_id, made.manifest.counts
        if made.reused:
            return f"{self.build_id} is there already: the input had not changed"
        return (
            f"{self.build_id} made of {counts['products']:,} products, {counts['customers']:,} "
            f"customers, {counts['interactions']:,} interactions"
        )

    def publish(self) -> str:
        done = publish_build(
            self.shop, self.build_id, gate=self.gate, pointer=self.errand.pointer, at=self.at
        )
        self.changed = done.changed
        place = "serves" if self.errand.pointer == CURRENT else "is staged"
        if not done.changed:
            return f"{done.build_id} {place} already: nothing new"
        said = " ".join(done.verdict.reasons) if done.verdict else ""
        return f"{done.build_id} {place} now, before it {done.previous or 'none'}. {said}".rstrip()

    def prune(self) -> str:
        removed = prune_builds(self.shop, keep=self.settings.builds.keep, at=self.at)
        expired = retain(self.shop, self.store, at=self.at)
        told = [f"{n:,} expired in {place} removed" for place, n in expired.items()]
        return "; ".join([f"{len(removed)} old builds removed", *told])

    def export(self) -> str:
        file = self.errand.campaign
        if file is None:
            return "none wanted"
        for leftover in file.parent.glob(f".{escape(file.name)}.*.tmp"):
            leftover.unlink()  # of a killed run
        if _is_newer(file, self.shop.pointer_file(self.errand.pointer)):
            return f"{file} is of this build already"
        shown = open_shop(self.shop.path, pointer=self.errand.pointer)
        experiments, broken = running_on(self.shop, NEW_ARRIVALS, self.at)
        with closing(shown):
            made = arms_of(self.shop, shown, experiments)
            arms = CampaignArms(made.arms, NEW_ARRIVALS, self.at)
            campaign = shown.campaign(choose=arms)
            summary = write_recorded(self.shop, self.store, campaign, file, at=self.at)
            arms.keep(self.store, file)
        told = [f"{summary.file}: {summary.rows:,} slots for {summary.customers:,} customers"]
        left_out = {**broken, **made.unmade}
        told += [f'experiment "{name}" left out: {error}' for name, error in left_out.items()]
        return "; ".join(told)


def _carried_out(night: _Night) -> tuple[str, PenchantError | OSError | None]:
    """Take all steps; give what they came to, and the error that ended them, if one did."""
    try:
        store = night.store = open_database(night.shop, night.settings.store)
        if store is not None:
            night.take("forget", lambda: night.forget(store))
        for work in (night.ingest, night.embed, night.build):
            night.take(work.__name__, work)
        try:
            night.take("publish", night.publish)
        finally:  # refused builds must not pile up either
            night.take("prune", night.prune)
        if night.errand.campaign is not None:
            night.take("campaign", night.export)
    except RefusedError as error:
        return "refused", error
    except (BuildError, StoreError, OSError) as error:
        return "failed", error
    except PenchantError as error:
        return "bad input", error
    finally:
        if night.store is not None:
            night.store.close()
    return "published" if night.changed else "nothing new", None


def _summed_up(night: _Night, outcome: str, error: PenchantError | OSError | None) -> NightlyRun:
    return NightlyRun(
        at=night.at.astimezone(UTC).isoformat(),
        outcome=outcome,
        build_id=pointed_id(night.shop, night.errand.pointer),
        pointer=night.errand.pointer,
        seconds=round(sum(one.seconds for one in night.steps), 3),
        steps=tuple(night.steps),
        code=None if error is None else getattr(error, "code", "system_error"),
        reason=None if error is None else str(error),
    )


def _is_newer(file: Path, other: Path) -> bool:
    return file.exists() and file.stat().st_mtime_ns >= other.stat().st_mtime_ns
