"""The rights of a person: what is held of them, and that it goes away; and what decides."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from penchant.errors import NotFoundError
from penchant.privacy.erasing import forget_in_database, receipt_of
from penchant.privacy.person import person_data
from penchant.server.models.admin import STATEMENT
from penchant.server.models.customers import EXPORT, RECEIPT
from penchant.server.models.ids import CustomerPath
from penchant.server.models.problem import failures
from penchant.server.routing import Guarded, about, json_answer, json_response, service_of
from penchant.store.database.values import Erasure

router = APIRouter(route_class=Guarded, tags=["privacy"])

FAILURES = failures(401, 403, 422, 429, 503)


@router.get(
    "/v1/customers/{customer_id}/export",
    operation_id="export",
    summary="Everything that is held of a person",
    responses={200: EXPORT, **FAILURES},
)
async def export(request: Request, customer_id: CustomerPath) -> Response:
    """For the right of access: what the tables, the build and the database hold of a person.

    Args:
        request: As it came.
        customer_id: Any customer or visitor.
    """
    about(request, customer_id)
    service = service_of(request)

    def gather() -> Response:
        now = datetime.now(UTC)
        service.keeper.flush()  # what was answered just now is held as well
        data = person_data(service.directory, service.link.store, customer_id, at=now)
        named = {"Content-Disposition": 'attachment; filename="person.json"'}
        return json_answer(data, headers=named)

    return await service.rights.run(gather)


@router.delete(
    "/v1/customers/{customer_id}",
    operation_id="forget",
    summary="Erase a person",
    status_code=202,
    responses={202: RECEIPT, **FAILURES},
)
async def forget(request: Request, customer_id: CustomerPath) -> Response:
    """The database is done at once, and no answer knows the person any more; files follow.

    The receipt says when all is done. What happens afterwards is of somebody new.

    Args:
        request: As it came.
        customer_id: Any customer or visitor.
    """
    about(request, customer_id)
    service = service_of(request)

    def erase() -> Erasure:
        store = service.link.store
        erasure = forget_in_database(store, customer_id, at=datetime.now(UTC))
        service.keeper.forget(customer_id)
        service.take_up()
        return erasure

    erasure = await service.rights.run(erase)
    service.eraser.wake()
    place = {"Location": f"/v1/erasures/{erasure.receipt_id}"}
    return json_answer(receipt_of(erasure), 202, place)


@router.get(
    "/v1/erasures/{receipt_id}",
    operation_id="receipt",
    summary="How far an erasure has come",
    responses={200: RECEIPT, **failures(401, 403, 404, 422, 429, 503)},
)
async def receipt(request: Request, receipt_id: str) -> Response:
    """The receipt of an erasure.

    Args:
        request: As it came.
        receipt_id: As it was given.
    """
    service = service_of(request)
    found = await service.rights.run(lambda: service.link.store.erasures.receipt(receipt_id))
    if found is None:
        raise NotFoundError("receipt", receipt_id)
    return json_answer(receipt_of(found))


@router.get(
    "/v1/statement",
    operation_id="statement",
    summary="What decides on recommendations, in plain language",
    responses={200: STATEMENT, **failures(503)},
)
async def statement(request: Request) -> Response:
    """The main parameters, for the shop's own pages (EU Digital Services Act, article 27).

    Args:
        request: As it came.
    """
    service = service_of(request)
    known = service.known_statement()
    if known is None:
        known = await service.chores.run(service.statement)
    return json_response(known)
