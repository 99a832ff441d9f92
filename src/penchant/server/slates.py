"""Answering with products: ask the shop, keep what was answered, count it."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from pydantic_core import to_json

from penchant.experiments.answered import Exchange, answer_question
from penchant.question import Question
from penchant.server.line import Made
from penchant.server.service import Service


async def answered(service: Service, question: Question) -> bytes:
    """Let a question be answered: by whoever is free, or else here.

    Args:
        service: Of this front.
        question: What; its time and request_id are given by who answers.

    Returns:
        The slate, in JSON.

    Raises:
        ProblemError: if too much is to be done already.
        PenchantError: what the shop raises.
    """
    found = await service.line.ask(question)
    if found is None:
        found = await service.answers.run(partial(_answer_here, service, question))
    return found


def _answer_here(service: Service, question: Question) -> bytes:
    made = make(service, question)
    made.keep()
    return made.content


def make(service: Service, question: Question) -> Made:
    """Answer as the experiments say that run now.

    Args:
        service: Whose shop is asked.
        question: What; its time and request_id are given here.

    Returns:
        The slate, in JSON; it is kept and counted where it is given.

    Raises:
        PenchantError: what the shop raises.
    """
    named = replace(question, request_id=secrets.token_hex(16))
    exchange = answer_question(service.serving.now.arms, named, at=datetime.now(UTC))
    return Made(to_json(exchange.slate.to_dict()), partial(_keep, service, exchange))


def _keep(service: Service, exchange: Exchange) -> None:
    slate = exchange.slate
    if exchange.answered is not None:
        service.keeper.keep(exchange.answered)
    service.metrics.slate(slate.surface, slate.step, empty=not slate.slots, degraded=slate.degraded)
