"""Answering with products: ask the shop, keep what was answered, count it."""

from __future__ import annotations

import time
import uuid
from dataclasses import replace
from datetime import UTC, datetime

from penchant.experiments.arms import told, unit_of
from penchant.question import Question
from penchant.server.keeper import Answered
from penchant.server.service import Service
from penchant.store.database.values import ServedSlate, ServedSlot
from penchant.surfaces import Slate
from penchant.taste.from_tables import microseconds


def answer(service: Service, question: Question) -> Slate:
    """Answer as the experiments say that run now, keep and count.

    Args:
        service: Whose shop is asked.
        question: What; its time and request_id are given here.

    Raises:
        PenchantError: what the shop raises.
    """
    served, moment = service.serving.now, datetime.now(UTC)
    arms, began_ns = served.arms, time.perf_counter_ns()
    looked = served.shop.look_up(question.customer_id)
    given = arms.given(question.customer_id, looked, surface=question.surface, at=moment)
    arm = arms.arm(given)
    asked = replace(question, as_of=moment, request_id=uuid.uuid4().hex)
    slate = arms.ask(arm, lambda shop: shop.answer(asked, looked))
    took_us = (time.perf_counter_ns() - began_ns) // 1000
    if slate.request_id is not None:
        slate = replace(slate, experiments=told(given))
        kept = served_slate(slate, arm.policies[slate.surface], moment, took_us)
        unit = unit_of(question.customer_id or "", looked.person)
        service.keeper.keep(Answered(kept, arms.rows(given, unit, kept.made_us)))
    service.metrics.slate(slate.surface, slate.step, empty=not slate.slots, degraded=slate.degraded)
    return slate


def served_slate(slate: Slate, policy: str, moment: datetime, took_us: int) -> ServedSlate:
    """Give an answer as the database keeps it.

    Args:
        slate: As it is given; it has a request_id.
        policy: Name of the way it was chosen.
        moment: When.
        took_us: How long choosing took.
    """
    return ServedSlate(
        request_id=str(slate.request_id),
        customer_id=slate.customer_id or "",
        surface=slate.surface,
        step=slate.step,
        policy=policy,
        build_id=slate.build_id,
        made_us=microseconds(moment),
        slots=tuple(
            ServedSlot(one.slot, one.product_id, one.source, one.score, one.propensity)
            for one in slate.slots
        ),
        took_us=took_us,
    )
