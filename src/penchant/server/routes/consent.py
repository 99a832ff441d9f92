"""What a customer allows, and who a visitor turned out to be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from penchant.reasons.explanation import iso_time
from penchant.server.models.customers import (
    CONSENT,
    MERGED,
    TOKEN,
    ConsentSaid,
    MergeAsked,
)
from penchant.server.models.ids import CustomerPath
from penchant.server.models.problem import failures
from penchant.server.routing import Guarded, about, json_answer, service_of
from penchant.server.service import Service, now_us
from penchant.server.tokens import PageToken, make_token
from penchant.store.database.values import Consent
from penchant.store.visitors import check_visitor
from penchant.taste.from_tables import microseconds

router = APIRouter(route_class=Guarded, tags=["privacy"])

READING = failures(401, 403, 422, 429, 503)
WRITING = failures(400, 401, 403, 408, 413, 415, 422, 429, 503)


@router.get(
    "/v1/customers/{customer_id}/consent",
    operation_id="consent",
    summary="What a customer allows",
    responses={200: CONSENT, **READING},
)
async def consent(request: Request, customer_id: CustomerPath) -> Response:
    """What a customer said, and what follows from it and from the shop's tables.

    Args:
        request: As it came.
        customer_id: Any customer or visitor.
    """
    about(request, customer_id)
    service = service_of(request)

    def ask() -> Response:
        person = service.link.store.people.person(customer_id)
        return json_answer(_shown(service, customer_id, person.customer_id, person.consent))

    return await service.rights.run(ask)


@router.put(
    "/v1/customers/{customer_id}/consent",
    operation_id="setConsent",
    summary="Say what a customer allows",
    responses={200: CONSENT, **WRITING},
)
async def set_consent(request: Request, customer_id: CustomerPath, said: ConsentSaid) -> Response:
    """It holds from the very next answer on. A field that is absent stays as it was.

    Of who refuses, only purchases, returns and hides stay; what else was recorded is deleted.

    Args:
        request: As it came.
        customer_id: Any customer or visitor.
        said: What they allow.
    """
    about(request, customer_id)
    service = service_of(request)
    word = Consent(customer_id, said.personalization, said.marketing, now_us())

    def write() -> Response:
        holds = service.link.store.people.set_consent(word)
        return json_answer(_shown(service, customer_id, holds.customer_id, holds))

    return await service.rights.run(write)


@router.post(
    "/v1/customers/{customer_id}/merge",
    operation_id="merge",
    summary="A visitor turned out to be a customer",
    responses={200: MERGED, **WRITING},
)
async def merge(request: Request, customer_id: CustomerPath, asked: MergeAsked) -> Response:
    """What the visitor did counts for the customer from now on; the stricter consent holds.

    Of who refused, only purchases, returns and hides stay.
    Who is a customer of the shop's tables, or bought according to them, is no visitor: 422.

    Args:
        request: As it came.
        customer_id: Who logged in.
        asked: As whom they came.
    """
    about(request, customer_id)
    service = service_of(request)

    def write() -> Response:
        check_visitor(service.directory, asked.anonymous_id)
        people = service.link.store.people
        moved = people.merge(
            asked.anonymous_id, customer_id, at_us=now_us(), refuses=service.refused
        )
        return json_answer(
            {"customer_id": customer_id, "anonymous_id": asked.anonymous_id, "events": moved}
        )

    return await service.rights.run(write)


@router.post(
    "/v1/customers/{customer_id}/token",
    operation_id="pageToken",
    summary="A token with which a page may ask for one person",
    responses={200: TOKEN, **READING},
)
async def page_token(request: Request, customer_id: CustomerPath) -> Response:
    """For a browser: products, events, exposures and consent of this person, and nothing else.

    Ask for it on your server, for the person your own session knows, and put it into the page. It
    ends after `[server] token_minutes`, and with the key it was asked for with.

    Args:
        request: As it came.
        customer_id: A customer or visitor.
    """
    about(request, customer_id)
    service = service_of(request)
    ends = datetime.now(UTC) + timedelta(minutes=service.settings.server.token_minutes)
    token = PageToken(customer_id, microseconds(ends), request.state.caller.key_id)
    text = make_token(token, service.link.remembered.token_secret)
    return json_answer(
        {"token": text, "customer_id": customer_id, "expires": iso_time(token.expires_us)}
    )


def _shown(
    service: Service, customer_id: str, name: str, said: Consent | None
) -> dict[str, object]:
    return {
        "customer_id": customer_id,
        "personalization": None if said is None else said.personalization,
        "marketing": None if said is None else said.marketing,
        "at": None if said is None else iso_time(said.at_us),
        "personalized": not service.refuses(said or Consent.unsaid(name)),
    }
