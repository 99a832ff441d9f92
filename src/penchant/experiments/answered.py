"""An answer in the arm of who looks, with what is written down of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import datetime

from penchant.experiments.arms import Arms, told, unit_of
from penchant.question import Question
from penchant.store.database.values import ServedAssignment, ServedSlate, ServedSlot
from penchant.surfaces import Slate
from penchant.taste.from_tables import microseconds


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer as the database keeps it.

    Attributes:
        slate: As it was given.
        assignments: To variants of experiments, of whom it was for.
    """

    slate: ServedSlate
    assignments: tuple[ServedAssignment, ...] = ()

    def is_of(self, customer_id: str) -> bool:
        """Say whether it was for somebody.

        Args:
            customer_id: Any customer or visitor.
        """
        units = (self.slate.customer_id, *(one.unit_id for one in self.assignments))
        return customer_id in units


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question answered.

    Attributes:
        slate: What is shown.
        answered: What is kept of it; None of whom nothing is to be known.
    """

    slate: Slate
    answered: Answered | None


def answer_question(arms: Arms, question: Question, *, at: datetime) -> Exchange:
    """Answer as the experiments say that run at a moment.

    Args:
        arms: The ways to answer.
        question: What is asked, with a request_id; its time is set here.
        at: Now, with a time zone.

    Raises:
        PenchantError: what the shop raises.
    """
    began_ns, asked = time.perf_counter_ns(), replace(question, as_of=at)
    looked = arms.base.shop.look_up(question.customer_id)
    given = arms.given(question.customer_id, looked, surface=question.surface, at=at)
    arm = arms.arm(given)
    slate = arms.ask(arm, lambda shop: shop.answer(asked, looked))
    took_us = (time.perf_counter_ns() - began_ns) // 1000
    if slate.request_id is None:
        return Exchange(slate, None)
    kept = served_slate(slate, arm.policies[slate.surface], at, took_us)
    unit = unit_of(question.customer_id or "", looked.person)
    answered = Answered(kept, arms.rows(given, unit, kept.made_us))
    return Exchange(replace(slate, experiments=told(given)) if given else slate, answered)


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
