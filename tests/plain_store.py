"""The store as plain lists and dictionaries: slow, obvious, what databases must agree with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from penchant.errors import InputError
from penchant.store.database.values import (
    Consent,
    Event,
    Exposure,
    Person,
    Recorded,
    ServedAssignment,
    ServedSlate,
    ShownSlot,
)

KEPT_OF_REFUSERS = ("purchase", "return", "hide")

DAY_US = 86_400_000_000


class PlainStore:
    """One object for all parts; names as in the real one, with people instead of their hashes."""

    def __init__(self, history: int):
        self.history = history
        self.log: list[Event] = []
        self.names: dict[str, str] = {}
        self.said: dict[str, Consent] = {}
        self.kept: dict[str, ServedSlate] = {}
        self.seen: dict[tuple[str, int], Exposure] = {}
        self.dealt: list[ServedAssignment] = []
        self.erased: dict[str, int] = {}

    def resolve(self, customer_id: str) -> str:
        return self.names.get(customer_id, customer_id)

    def is_past(self, customer_id: str, at_us: int) -> bool:
        both = (customer_id, self.resolve(customer_id))
        return any(one in self.erased and at_us <= self.erased[one] for one in both)

    def record(self, events: Sequence[Event]) -> Recorded:
        written, known = [], []
        for one in events:
            there = any(one.event_id == other.event_id for other in self.log)
            if there or self.is_past(one.customer_id, one.time_us):
                known.append(one.event_id)
            else:
                written.append(one.event_id)
                self.log.append(replace(one, customer_id=self.resolve(one.customer_id)))
        return Recorded(tuple(written), tuple(known))

    def person(self, customer_id: str) -> Person:
        name = self.resolve(customer_id)
        theirs = [one for one in self.log if one.customer_id == name]
        theirs.sort(key=lambda one: one.time_us)  # keeps the order of writing where times are equal
        newest = tuple(theirs[-self.history :])
        return Person(name, newest, self.said.get(name), self.erased.get(name))

    def merge(self, anonymous_id: str, customer_id: str, *, at_us: int) -> int:
        target = self.resolve(customer_id)
        elsewhere = self.names.get(anonymous_id, target) != target
        if (
            anonymous_id in (customer_id, target)
            or elsewhere
            or anonymous_id in self.names.values()
        ):
            raise InputError("cannot be")
        self.names[anonymous_id] = target
        if anonymous_id in self.said:
            self._merge_consent(self.said.pop(anonymous_id), target)
        self._drop_unwanted(target, {anonymous_id, target})
        moved = [one for one in self.log if one.customer_id == anonymous_id]
        self.log = [self._moved(one, anonymous_id, target) for one in self.log]
        self.kept = {key: self._moved(one, anonymous_id, target) for key, one in self.kept.items()}
        self._move_variants(anonymous_id, target)
        return len(moved)

    def _move_variants(self, anonymous_id: str, target: str) -> None:
        moved = [one for one in self.dealt if one.unit_id == anonymous_id]
        self.dealt = [one for one in self.dealt if one.unit_id != anonymous_id]
        for one in moved:
            self._deal(replace(one, unit_id=target))

    def assign(self, assignments: Sequence[ServedAssignment]) -> None:
        for one in assignments:
            if not self.is_past(one.unit_id, one.first_us):
                self._deal(replace(one, unit_id=self.resolve(one.unit_id)))

    def _deal(self, new: ServedAssignment) -> None:
        key = new.experiment, new.unit_id, new.variant
        old = [one for one in self.dealt if (one.experiment, one.unit_id, one.variant) == key]
        first = min((*old, new), key=lambda one: one.first_us)  # at once: what was there
        counted = all(one.counted for one in (*old, new))
        self.dealt = [one for one in self.dealt if one not in old]
        self.dealt.append(replace(first, counted=counted))

    def variants(self, experiment: str) -> tuple[ServedAssignment, ...]:
        mine = [one for one in self.dealt if one.experiment == experiment]
        return tuple(sorted(mine, key=lambda one: (one.unit_id, one.variant)))

    def _drop_unwanted(self, name: str, ids: set[str]) -> None:
        if name in self.said and self.said[name].personalization is False:
            self.log = [
                one
                for one in self.log
                if one.customer_id not in ids or one.interaction_type in KEPT_OF_REFUSERS
            ]

    @staticmethod
    def _moved(one, anonymous_id, target):
        return replace(one, customer_id=target) if one.customer_id == anonymous_id else one

    def _merge_consent(self, visitor: Consent, target: str) -> None:
        both = [visitor, *([self.said[target]] if target in self.said else [])]
        words = {}
        for what in ("personalization", "marketing"):
            told = [getattr(one, what) for one in both if getattr(one, what) is not None]
            words[what] = all(told) if told else None
        moments = [one.at_us for one in both if one.personalization is not None]
        at_us = max(moments or [one.at_us for one in both])
        self.said[target] = Consent(target, words["personalization"], words["marketing"], at_us)

    def set_consent(self, consent: Consent) -> Consent:
        name = self.resolve(consent.customer_id)
        old = self.said.get(name, Consent(name, None, None, 0))
        profiles, mail, at_us = old.personalization, old.marketing, old.at_us
        if consent.personalization is not None or profiles is None:
            at_us = consent.at_us
        if consent.personalization is not None:
            profiles = consent.personalization
        if consent.marketing is not None:
            mail = consent.marketing
        self.said[name] = Consent(name, profiles, mail, at_us)
        self._drop_unwanted(name, {name})
        return self.said[name]

    def consents(self) -> tuple[Consent, ...]:
        return tuple(self.said[name] for name in sorted(self.said))

    def keep(self, slates: Sequence[ServedSlate]) -> None:
        for one in slates:
            if not (one.customer_id and self.is_past(one.customer_id, one.made_us)):
                mine = replace(one, customer_id=self.resolve(one.customer_id))
                self.kept.setdefault(one.request_id, mine)

    def expose(self, exposures: Sequence[Exposure]) -> int:
        before = len(self.seen)
        for one in exposures:
            self.seen.setdefault((one.request_id, one.slot), one)
        return len(self.seen) - before

    def shown(self, since_us: int, until_us: int) -> tuple[ShownSlot, ...]:
        seen = [one for one in self.seen.values() if since_us <= one.shown_us < until_us]
        seen.sort(key=lambda one: (one.shown_us, one.request_id, one.slot))
        return tuple(map(self._joined, seen))

    def _joined(self, one: Exposure) -> ShownSlot:
        slate = self.kept.get(one.request_id)
        if slate is None or one.slot > len(slate.slots):
            return ShownSlot(one, slate, "", None, ())
        slot = slate.slots[one.slot - 1]
        came = [
            event
            for event in self.log
            if (event.request_id, event.product_id) == (one.request_id, slot.product_id)
        ]
        came.sort(key=lambda event: event.time_us)
        return ShownSlot(one, slate, slot.product_id, slot.propensity, tuple(came))

    def erase(self, customer_id: str, *, at_us: int) -> Mapping[str, int]:
        name = self.resolve(customer_id)
        visitors = sorted(one for one, other in self.names.items() if other == name)
        gone = {name, *visitors}
        answers = {key for key, one in self.kept.items() if one.customer_id in gone}
        before = self.counts()
        self.log = [one for one in self.log if one.customer_id not in gone]
        self.seen = {key: one for key, one in self.seen.items() if key[0] not in answers}
        self.kept = {key: one for key, one in self.kept.items() if key not in answers}
        self.dealt = [one for one in self.dealt if one.unit_id not in gone]
        self.said = {key: one for key, one in self.said.items() if key not in gone}
        self.names = {key: one for key, one in self.names.items() if one != name}
        for one in gone:
            self.erased[one] = max(at_us, self.erased.get(one, at_us))
        after = self.counts()
        return {what: before[what] - after[what] for what in before}

    def prune(self, events_us: int, slates_us: int, exposures_us: int) -> Mapping[str, int]:
        """Drop what happened before three moments, and all but the newest events of each."""
        before = self.counts()
        self.log = [one for one in self.log if one.time_us >= events_us]
        staying = [
            one for name in {one.customer_id for one in self.log} for one in self.newest_of(name)
        ]
        self.log = [one for one in self.log if one in staying]
        self.kept = {key: one for key, one in self.kept.items() if one.made_us >= slates_us}
        self.seen = {key: one for key, one in self.seen.items() if one.shown_us >= exposures_us}
        answered = {one.customer_id for one in self.kept.values()}
        self.dealt = [
            one for one in self.dealt if one.first_us >= slates_us or one.unit_id in answered
        ]
        after = self.counts()
        pruned = ("events", "slates", "exposures", "assignments")
        return {what: before[what] - after[what] for what in pruned}

    def newest_of(self, name: str) -> list[Event]:
        theirs = [one for one in self.log if one.customer_id == name]
        return sorted(theirs, key=lambda one: one.time_us)[-self.history :]

    def counts(self) -> dict[str, int]:
        return {
            "exposures": len(self.seen),
            "slates": len(self.kept),
            "assignments": len(self.dealt),
            "events": len(self.log),
            "consents": len(self.said),
            "aliases": len(self.names),
        }
