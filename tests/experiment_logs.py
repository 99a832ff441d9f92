"""Logs of experiments to test with: random ones, and a slow, obvious way to read them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from penchant.experiments.assignment import design_of
from penchant.experiments.experiment import Experiment, Variant
from penchant.experiments.statistics.metrics import UNIT_COLUMNS
from penchant.experiments.units.of_database import ShopOrders
from penchant.store.database.values import (
    Event,
    Exposure,
    ServedAssignment,
    ServedSlate,
    ServedSlot,
)
from penchant.tables import empty_table

START = datetime(2026, 3, 1, 10, tzinfo=UTC)
HOUR = 3_600_000_000
DAY = 24 * HOUR


def us(moment):
    return round((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))


def an_experiment(**changes):
    values = {
        "name": "bold",
        "surfaces": ("homepage", "cart"),
        "variants": (Variant("control"), Variant("bold", settings={"homepage": {"explore": 0.3}})),
        "start": START,
        "end": START + timedelta(days=14),
        "attribution_days": 3.0,
        "winsorize": 0.9,
    }
    return Experiment(**{**values, **changes})


@dataclass
class Log:
    """All that was written down of an experiment."""

    assignments: list = field(default_factory=list)
    slates: list = field(default_factory=list)
    exposures: list = field(default_factory=list)
    events: list = field(default_factory=list)
    orders: list = field(default_factory=list)
    """(order_id, customer_id, moment, status, total)."""
    items: list = field(default_factory=list)
    """(order_id, product_id, quantity, unit_price)."""

    def assign(self, unit, variant, at, experiment, *, counted=True, design=None):
        told = design or design_of(experiment)
        row = ServedAssignment(experiment.name, unit, variant, told, counted, at)
        self.assignments.append(row)

    def serve(self, request, unit, at, products, **changes):
        slots = tuple(
            ServedSlot(place, one, "visual", 1.0, 1.0) for place, one in enumerate(products, 1)
        )
        values = {"surface": "homepage", "step": "styles", "took_us": 5_000, **changes}
        self.slates.append(
            ServedSlate(
                request, unit, values["surface"], values["step"], "recipe", "b1", at, slots,
                values["took_us"],
            )
        )  # fmt: skip

    def see(self, request, slot, at):
        self.exposures.append(Exposure(request, slot, at))

    def do(self, unit, product, action, at, **changes):
        number = len(self.events)
        self.events.append(Event(f"e{number}", unit, product, action, at, **changes))

    def write(self, store):
        store.assignments.keep(self.assignments)
        store.slates.keep(self.slates)
        store.slates.expose(self.exposures)
        store.events.record(self.events)

    @property
    def tables(self):
        columns = ("order_id", "customer_id", "order_date", "order_status", "total_amount")
        orders = pl.DataFrame(
            [dict(zip(columns, one, strict=True)) for one in self.orders],
            schema={name: empty_table("orders").schema[name] for name in columns},
        )
        columns = ("order_id", "product_id", "quantity", "unit_price")
        items = pl.DataFrame(
            [dict(zip(columns, one, strict=True)) for one in self.items],
            schema={name: empty_table("order_items").schema[name] for name in columns},
        )
        return ShopOrders(orders, items)


def random_log(experiment, rng, n_units=120, *, with_tables=True):
    """A log of everything that happens: strangers, overrides, pages that say things twice."""
    log, start = Log(), us(experiment.start)
    for number in range(n_units):
        unit = f"u{number:03d}"
        _one_unit(log, experiment, rng, unit, start)
        if with_tables:
            _orders(log, rng, unit, start)
    return log


def _one_unit(log, experiment, rng, unit, start):
    at = start + int(rng.integers(-DAY, 14 * DAY))
    kinds = ["plain", "crossed", "override", "old design", "stranger"]
    kind = rng.choice(kinds, p=[0.75, 0.1, 0.05, 0.05, 0.05])
    names = [one.name for one in experiment.variants]
    if kind != "stranger":
        chosen = rng.permutation(names).tolist()[: None if kind == "crossed" else 1]
        for place, name in enumerate(chosen):
            design = "0" * 12 if kind == "old design" else None
            counted, moment = kind != "override", at + place * DAY
            log.assign(unit, name, moment, experiment, counted=counted, design=design)
    for visit in range(int(rng.integers(0, 6))):
        made = at if visit == 0 else at + int(rng.integers(-4 * DAY, 6 * DAY))
        _one_answer(log, rng, f"{unit}r{visit}", unit, made)
    for number in range(int(rng.integers(0, 4))):
        moment = at + int(rng.integers(-5 * DAY, 6 * DAY))
        order = "" if rng.random() < 0.3 else f"{unit}o{number}"
        value = float(rng.integers(5, 500)) if rng.random() < 0.9 else None
        sign = -1 if rng.random() < 0.15 else 1
        if value is not None:
            value *= sign
        for product in rng.choice(6, int(rng.integers(1, 3)), replace=False):
            quantity = float(rng.integers(1, 4)) * (sign if rng.random() < 0.5 else 1)
            sold = {"order_id": order, "quantity": quantity, "value": value, "currency": "EUR"}
            log.do(unit, f"p{product}", "purchase", moment, **sold)
            if rng.random() < 0.2:
                log.do(unit, f"p{product}", "purchase", moment + 5, **sold)
            if rng.random() < 0.3:
                log.do(unit, f"p{product}", "return", moment + DAY, order_id=order)


def _one_answer(log, rng, request, unit, made):
    products = [f"p{one}" for one in rng.choice(6, 4, replace=False)]
    log.serve(
        request, unit, made, products,
        surface=str(rng.choice(["homepage", "cart", "product_page"])),
        step=str(rng.choice(["styles", "popular"])),
        took_us=None if rng.random() < 0.1 else int(rng.integers(1_000, 90_000)),
    )  # fmt: skip
    for slot in range(1, 6):  # there is no fifth
        if rng.random() < 0.5:
            late = 5 * DAY if rng.random() < 0.1 else HOUR
            log.see(request, slot, made + int(rng.integers(-5, late)))
    for product in rng.choice(6, 3, replace=False):
        clicked = made + int(rng.integers(0, 2 * HOUR))
        who = unit if rng.random() < 0.9 else "somebody else"
        log.do(who, f"p{product}", "click", clicked, request_id=request)
        if rng.random() < 0.3:
            log.do(who, f"p{product}", "click", clicked + 1, request_id=request)


def _orders(log, rng, unit, start):
    told = {one.order_id for one in log.events if one.order_id and one.customer_id == unit}
    own = {f"{unit}t{number}" for number in range(int(rng.integers(0, 3)))}
    for order in sorted({one for one in told if rng.random() < 0.5} | own):
        day = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(
            microseconds=start + int(rng.integers(-3 * DAY, 16 * DAY))
        )
        if rng.random() < 0.5:
            day = day.replace(hour=0, minute=0, second=0, microsecond=0)
        status = rng.choice([None, "completed", "cancelled", "returned", "open", "odd"])
        total = float(rng.integers(-50, 500)) if rng.random() < 0.7 else None
        log.orders.append((order, unit, day, None if status is None else str(status), total))
        for product in rng.choice(6, int(rng.integers(0, 3)), replace=False):
            log.items.append((order, f"p{product}", float(rng.integers(-1, 3)), 10.0))


def slow_units(log, experiment, as_of, kept_us=None):
    """Read a log unit by unit: {unit_id: {column: value}}, and how many did not count."""
    found, counts = _slow_found(log, experiment, us(as_of), kept_us)
    _finish(found, experiment, us(as_of))
    return found, counts


def _slow_found(log, experiment, as_of_us, kept_us):
    span = round(experiment.attribution_days * DAY)
    orders = slow_orders(log, experiment, as_of_us)
    names = ("crossed", "uncounted", "before_start", "not_kept", "redesigned")
    of_unit, counts = defaultdict(list), dict.fromkeys(names, 0)
    oldest = -np.inf if kept_us is None else kept_us
    for one in log.assignments:
        if one.first_us < as_of_us:
            of_unit[one.unit_id].append(one)
    found = {}
    for unit, rows in of_unit.items():
        first = sorted(rows, key=lambda one: (one.first_us, one.variant))[0]
        if unit in experiment.overrides or any(not one.counted for one in rows):
            counts["uncounted"] += 1
        elif first.first_us < us(experiment.start):
            counts["before_start"] += 1
        elif first.first_us < oldest:
            counts["not_kept"] += 1
        elif first.design != design_of(experiment):
            counts["redesigned"] += 1
        else:
            counts["crossed"] += len({one.variant for one in rows}) > 1
            row = _slow_unit(log, experiment, first, as_of_us, span)
            if row is not None:
                found[unit] = row | _slow_orders_of(orders, unit, row["first"], span)
    return found, counts


def _finish(found, experiment, as_of_us):
    span = round(experiment.attribution_days * DAY)
    _fill_times(found)
    matured = [one for one in found.values() if one["first"] + span <= as_of_us]
    revenue = sorted(one["revenue"] for one in matured)
    cap = np.inf
    if revenue and experiment.winsorize < 1:
        cap = revenue[int(np.ceil(round(len(revenue) * experiment.winsorize, 6))) - 1]
        cap = cap if cap > 0 else np.inf
    for one in found.values():
        one["revenue_capped"] = max(min(one["revenue"], cap), 0.0)
        one["matured"] = one["first"] + span <= as_of_us


def _slow_unit(log, experiment, dealt, as_of_us, span):
    ended = min(us(experiment.stopped or experiment.end), as_of_us)
    since = us(experiment.start) - span
    mine = [
        one
        for one in log.slates
        if one.customer_id == dealt.unit_id
        and one.surface in experiment.surfaces
        and since <= one.made_us < ended
    ]
    seen = []
    for slate in mine:
        for one in log.exposures:
            if one.request_id != slate.request_id or one.shown_us >= as_of_us:
                continue
            if one.slot <= len(slate.slots):
                product = slate.slots[one.slot - 1].product_id
                clicks = [
                    event.time_us
                    for event in log.events
                    if event.interaction_type == "click"
                    and event.request_id == slate.request_id
                    and event.product_id == product
                    and event.customer_id == dealt.unit_id
                    and since <= event.time_us < as_of_us
                ]
                during = slate.made_us >= dealt.first_us
                clicked = min(clicks, default=None)
                seen.append((max(one.shown_us, slate.made_us), during, clicked, slate))
    if not any(during for _, during, _, _ in seen):
        return None
    first, surface = min(
        (shown, slate.request_id, slate.surface) for shown, during, _, slate in seen if during
    )[::2]
    if first >= us(experiment.stopped or experiment.end):
        return None
    row = dict.fromkeys(UNIT_COLUMNS, 0.0)
    for shown, during, clicked, _ in seen:
        if during and first <= shown < first + span:
            row["exposures"] += 1
            row["clicks"] += clicked is not None and clicked < first + span
        elif first - span <= shown < first:
            row["exposures_before"] += 1
            row["clicks_before"] += clicked is not None and clicked < first
    answers = [one for one in mine if dealt.first_us <= one.made_us < first + span]
    timed = [one.took_us / 1000 for one in answers if one.took_us is not None]
    row["answers"] = float(len(answers))
    row["fallbacks"] = float(sum(one.step == "popular" for one in answers))
    row["took_ms"] = sum(timed) / len(timed) * len(answers) if timed else None
    return row | {"first": first, "surface": surface, "variant": dealt.variant}


def _fill_times(found):
    timed = [one for one in found.values() if one["took_ms"] is not None]
    answers = sum(one["answers"] for one in timed)
    mean = sum(one["took_ms"] for one in timed) / answers if answers else 0.0
    for one in found.values():
        if one["took_ms"] is None:
            one["took_ms"] = mean * one["answers"]


def slow_orders(log, experiment, as_of_us):
    """Give orders one by one: [unit, moment, revenue, bought, returned]."""
    since = us(experiment.start) - round(experiment.attribution_days * DAY)
    events = [one for one in log.events if since <= one.time_us < as_of_us]
    live, lines = defaultdict(list), set()
    for one in sorted(events, key=lambda event: event.time_us):
        if one.interaction_type == "purchase":
            key = one.order_id or ("day", one.customer_id, one.time_us // DAY)
            if one.order_id and (key, one.product_id) in lines:
                continue
            lines.add((key, one.product_id))
            live[key].append(one)
    found, told, bought_on = _slow_tables(log, live)
    for key, events_of in live.items():
        if key in told:
            continue
        new = [
            one
            for one in events_of
            if (one.customer_id, one.product_id, one.time_us // DAY) not in bought_on
        ]
        if new:
            paid = sum(one.value or 0.0 for one in new)
            pieces = sum(one.quantity for one in new)
            products = {one.product_id for one in new}
            moments = [one.time_us for one in new]
            found[key] = [new[0].customer_id, moments[0], paid, pieces, 0.0, products]
            found[key] += [{one.product_id: one.time_us for one in new}]
    _send_back(found, live, events)
    for one in found.values():
        one[5:] = [one[2] < 0 or one[3] < 0]
        if one[5]:
            one[2:5] = [-abs(one[2]), 0.0, 0.0]
    return [one for one in found.values() if one[1] < as_of_us]


def _slow_tables(log, live):
    """What the tables tell: orders, the ids of all, and what was bought about which day."""
    found, told, bought_on = {}, set(), set()
    for order, customer, moment, status, total in log.orders:
        items = [one for one in log.items if one[0] == order]
        at = us(moment)
        if at % DAY == 0:
            at += DAY - 1
        told.add(order)
        for day in (at // DAY - 1, at // DAY, at // DAY + 1):
            bought_on |= {(customer, one[1], day) for one in items if one[2] > 0}
        unclear = total is None and not items and order not in live
        if status in (None, "completed", "returned") and not unclear:
            pieces = sum(one[2] for one in items) if items else 1.0
            worth = sum(one[2] * one[3] for one in items)
            unit = live[order][0].customer_id if order in live else customer
            when = live[order][0].time_us if order in live else at
            sent = pieces if status == "returned" else 0.0
            paid = total if total is not None else worth
            found[order] = [unit, when, paid, pieces, sent, {one[1] for one in items}]
    return found, told, bought_on


def _send_back(found, live, events):
    named = set()
    for one in events:
        if one.interaction_type != "return":
            continue
        key = one.order_id
        if key:
            if (key, one.product_id) in named:
                continue
            named.add((key, one.product_id))
        else:
            key = _last_order_with(found, one)
        if key in found:
            found[key][4] += one.quantity
    for one in found.values():
        one[4] = min(one[4], one[3])


def _last_order_with(found, event):
    best = None
    for key, one in found.items():
        at = one[6][event.product_id] if len(one) > 6 and event.product_id in one[6] else one[1]
        fits = one[0] == event.customer_id and event.product_id in one[5]
        if fits and at <= event.time_us and (best is None or at > best[0]):
            best = (at, key)
    return best[1] if best else None


def _slow_orders_of(orders, unit, first, span):
    mine = [one for one in orders if one[0] == unit]
    inside = [one for one in mine if first <= one[1] < first + span]
    before = [one for one in mine if first - span <= one[1] < first]
    return {
        "orders": float(sum(not one[5] for one in inside)),
        "converted": float(any(not one[5] for one in inside)),
        "revenue": sum(one[2] for one in inside),
        "bought": sum(one[3] for one in inside),
        "returned": sum(one[4] for one in inside),
        "converted_before": float(any(not one[5] for one in before)),
        "revenue_before": sum(one[2] for one in before),
        "ever": any(one[1] < first and not one[5] for one in mine),
    }
