"""What is known of a customer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from penchant.server.models.customers import EXPLANATION, NEIGHBORS, PROFILE
from penchant.server.models.ids import CustomerPath, K, ProductPath
from penchant.server.models.problem import failures
from penchant.server.routing import Guarded, about, json_answer, service_of
from penchant.settings.showing import HOMEPAGE

router = APIRouter(route_class=Guarded, tags=["customers"])

FAILURES = failures(401, 403, 404, 422, 429, 503)


@router.get(
    "/v1/customers/{customer_id}/profile",
    operation_id="profile",
    summary="A customer's taste",
    responses={200: PROFILE, **FAILURES},
)
async def profile(request: Request, customer_id: CustomerPath) -> Response:
    """A customer's styles, how the taste changed, and what each interaction weighs.

    Args:
        request: As it came.
        customer_id: A known customer.
    """
    about(request, customer_id)
    service = service_of(request)

    def ask() -> Response:
        shop = service.serving.now.shop
        return json_answer(shop.profile(customer_id, as_of=datetime.now(UTC)).to_dict())

    return await service.answers.run(ask)


@router.get(
    "/v1/customers/{customer_id}/neighbors",
    operation_id="neighbors",
    summary="Customers of similar taste",
    responses={200: NEIGHBORS, **FAILURES},
)
async def neighbors(request: Request, customer_id: CustomerPath, k: K = None) -> Response:
    """The customers whose taste is nearest; none whose taste points elsewhere.

    Args:
        request: As it came.
        customer_id: A known customer.
        k: How many.
    """
    about(request, customer_id)
    service = service_of(request)

    def ask() -> Response:
        shop = service.serving.now.shop
        return json_answer(shop.neighbors(customer_id, k=k, as_of=datetime.now(UTC)).to_dict())

    return await service.answers.run(ask)


@router.get(
    "/v1/customers/{customer_id}/reasons/{product_id}",
    operation_id="reasons",
    summary="Why a product matches a customer",
    responses={200: EXPLANATION, **FAILURES},
)
async def reasons(
    request: Request,
    customer_id: CustomerPath,
    product_id: ProductPath,
    surface: Annotated[
        Literal["homepage", "new_arrivals"], Query(description="Where it would be ranked.")
    ] = HOMEPAGE,
) -> Response:
    """What each past interaction gives to the similarity, and each source to the score.

    Args:
        request: As it came.
        customer_id: A known customer with a profile.
        product_id: Any product.
        surface: Where it would be ranked.
    """
    about(request, customer_id)
    service = service_of(request)

    def ask() -> Response:
        served, moment = service.serving.now, datetime.now(UTC)
        looked = served.shop.look_up(customer_id)
        given = served.arms.given(customer_id, looked, surface=surface, at=moment)
        explained = served.arms.ask(
            served.arms.arm(given),
            lambda shop: shop.explain(customer_id, product_id, surface=surface, as_of=moment),
        )
        return json_answer(explained.to_dict())

    return await service.answers.run(ask)
