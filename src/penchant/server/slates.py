"""Answering with products: ask the shop, keep what was answered, count it."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime

from penchant.experiments.answered import answer_question
from penchant.question import Question
from penchant.server.service import Service
from penchant.surfaces import Slate


def answer(service: Service, question: Question) -> Slate:
    """Answer as the experiments say that run now, keep and count.

    Args:
        service: Whose shop is asked.
        question: What; its time and request_id are given here.

    Raises:
        PenchantError: what the shop raises.
    """
    named = replace(question, request_id=secrets.token_hex(16))
    exchange = answer_question(service.serving.now.arms, named, at=datetime.now(UTC))
    slate = exchange.slate
    if exchange.answered is not None:
        service.keeper.keep(exchange.answered)
    service.metrics.slate(slate.surface, slate.step, empty=not slate.slots, degraded=slate.degraded)
    return slate
