"""Products for a place in the shop."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from penchant.question import Question
from penchant.server.models.ids import CustomerPath, CustomerQuery, Id, K, ProductPath
from penchant.server.models.problem import failures
from penchant.server.models.slates import MOST_PRODUCTS, SLATE, CartAsked
from penchant.server.routing import Guarded, about, json_response, service_of
from penchant.server.slates import answered
from penchant.settings.showing import CART, HOMEPAGE, PRODUCT_PAGE

router = APIRouter(route_class=Guarded, tags=["recommendations"])

Surface = Annotated[
    Literal["product_page", "homepage", "new_arrivals", "cart", "post_purchase"],
    Query(description="Which place in the shop.", examples=["product_page"]),
]
Products = Annotated[
    list[Id] | None,
    Query(
        alias="product",
        max_length=MOST_PRODUCTS,
        description="What the place is about, several times if need be; absent: the customer's own "
        "cart or last purchase.",
        examples=[["111350"]],
    ),
]

ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: SLATE,
    **failures(401, 403, 404, 422, 429, 503),
}


@router.get(
    "/v1/customers/{customer_id}/recommendations",
    operation_id="recommend",
    summary="Products for a customer",
    responses=ANSWERS,
)
async def recommend(
    request: Request,
    customer_id: CustomerPath,
    surface: Surface = HOMEPAGE,
    product: Products = None,
    k: K = None,
) -> Response:
    """Products for a place in the shop, each with its reason; an unknown customer gets some, too.

    Args:
        request: As it came.
        customer_id: For whom.
        surface: Which place.
        product: What it is about.
        k: How many.
    """
    about(request, customer_id)
    return await _answered(request, Question(customer_id, surface, product, k))


@router.get(
    "/v1/recommendations",
    operation_id="recommendToAnyone",
    summary="Products for nobody known",
    responses=ANSWERS,
)
async def recommend_to_anyone(
    request: Request, surface: Surface = HOMEPAGE, product: Products = None, k: K = None
) -> Response:
    """Products for a place in the shop, for somebody of whom nothing is to be known.

    Args:
        request: As it came.
        surface: Which place.
        product: What it is about.
        k: How many.
    """
    return await _answered(request, Question(None, surface, product, k))


@router.get(
    "/v1/products/{product_id}/similar",
    operation_id="similar",
    summary="Products like one",
    responses=ANSWERS,
)
async def similar(
    request: Request, product_id: ProductPath, k: K = None, customer_id: CustomerQuery = None
) -> Response:
    """Products like one, in the taste of the customer if one is named.

    Args:
        request: As it came.
        product_id: The product.
        k: How many.
        customer_id: Who is looking.
    """
    request.state.caller.check_is(customer_id)
    about(request, customer_id)
    return await _answered(request, Question(customer_id, PRODUCT_PAGE, [product_id], k))


@router.post(
    "/v1/cart/recommendations",
    operation_id="completeCart",
    summary="Products that complete a cart",
    responses={**ANSWERS, **failures(400, 408, 413, 415)},
)
async def complete_cart(request: Request, cart: CartAsked) -> Response:
    """Products that complete the look of what is in a cart.

    Args:
        request: As it came.
        cart: What is in it, and whose it is.
    """
    request.state.caller.check_is(cart.customer_id)
    about(request, cart.customer_id)
    return await _answered(request, Question(cart.customer_id, CART, cart.products, cart.k))


async def _answered(request: Request, question: Question) -> Response:
    return json_response(await answered(service_of(request), question))
