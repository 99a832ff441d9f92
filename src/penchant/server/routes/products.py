"""Products that are added, changed and taken away while the shop is open."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from penchant.server.models.ids import ProductPath
from penchant.server.models.problem import failures
from penchant.server.models.products import PRODUCT, REMOVED, ProductPut
from penchant.server.putting import put_product
from penchant.server.routing import Guarded, json_answer, service_of

router = APIRouter(route_class=Guarded, tags=["products"])


@router.put(
    "/v1/products/{product_id}",
    operation_id="putProduct",
    summary="Add a product, or change one that was added",
    responses={200: PRODUCT, **failures(400, 401, 403, 408, 413, 415, 422, 429, 501, 503)},
)
async def put(request: Request, product_id: ProductPath, product: ProductPut) -> Response:
    """It may be shown in the very next answer. Its looks: a vector, a photo, or a photo's address.

    Args:
        request: As it came.
        product_id: Names it.
        product: What is known of it.
    """
    return json_answer(await put_product(service_of(request), product_id, product))


@router.delete(
    "/v1/products/{product_id}",
    operation_id="removeProduct",
    summary="Take away a product that was added",
    responses={200: REMOVED, **failures(401, 403, 422, 429, 503)},
)
async def remove(request: Request, product_id: ProductPath) -> Response:
    """It is not shown any more; products of the build itself are not touched.

    Args:
        request: As it came.
        product_id: Names it.
    """
    service = service_of(request)

    def take_away() -> bool:
        removed = service.link.store.products.remove(product_id)
        service.take_up()
        return removed

    removed = await service.chores.run(take_away)
    return json_answer({"product_id": product_id, "removed": removed})
