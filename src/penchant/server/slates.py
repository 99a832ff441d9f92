"""Answering with products: ask the shop, keep what was answered, count it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime

from penchant.engine import Shop
from penchant.server.service import Service
from penchant.store.database.values import ServedSlate, ServedSlot
from penchant.surfaces import Slate
from penchant.taste.from_tables import microseconds

Ask = Callable[[Shop, datetime, str], Slate]
"""An open shop, now and a new request_id -> an answer."""


def answer(service: Service, ask: Ask) -> Slate:
    """Answer, keep and count.

    Args:
        service: Whose shop is asked.
        ask: What.

    Raises:
        PenchantError: what the shop raises.
    """
    served, moment = service.serving.now, datetime.now(UTC)
    slate = ask(served.shop, moment, uuid.uuid4().hex)
    if slate.request_id is not None:
        service.keeper.keep(served_slate(slate, served.policies[slate.surface], moment))
    service.metrics.slate(slate.surface, slate.step, empty=not slate.slots, degraded=slate.degraded)
    return slate


def served_slate(slate: Slate, policy: str, moment: datetime) -> ServedSlate:
    """Give an answer as the database keeps it.

    Args:
        slate: As it is given; it has a request_id.
        policy: Name of the way it was chosen.
        moment: When.
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
    )
