"""Adding a product: its facts are cleaned as a table's are, its photo becomes a vector."""

from __future__ import annotations

import base64
import binascii
import threading
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from penchant.encoders.one_photo import embed_photo, shared_encoder
from penchant.engine import Shop
from penchant.errors import InputError
from penchant.server.models.products import ProductPut
from penchant.server.photo_address import Allowed, fetch_photo
from penchant.store.live_facts import checked_vector, product_from

if TYPE_CHECKING:
    from penchant.server.service import Service

UPLOAD: Final = 10
"""How many times larger than other requests one with a photo may be."""

KNOWN: Final = (
    "The build knows this product: of what is told only stock_status counts, until the next build."
)

_seeing = threading.Lock()
"""A photo may have tens of millions of pixels: one is looked at at a time."""


async def put_product(service: Service, product_id: str, product: ProductPut) -> dict[str, Any]:
    """Write a product down, and let it be found.

    Args:
        service: Whose shop.
        product_id: Names it.
        product: What is known of it.

    Returns:
        What became of it, JSON-ready.

    Raises:
        InputError: if something of it cannot be used; then nothing is written.
        NotBuiltError: if a photo or vector is given and there is no build to place it by.
        StoreError: if it could not be written.
        ProblemError: if too much is to be done already.
    """
    fetched = None
    if product.photo_url is not None:
        fetched = await service.fetches.run(partial(_fetched, service, product.photo_url))
    return await service.chores.run(partial(_put, service, product_id, product, fetched))


def _put(
    service: Service, product_id: str, product: ProductPut, fetched: bytes | None
) -> dict[str, Any]:
    vector, fingerprint = _looks(service, product, fetched)
    live = product_from(
        product.facts(),
        product_id=product_id,
        now=datetime.now(UTC),
        vector=vector,
        fingerprint=fingerprint,
        aliases=service.settings.tables.aliases,
    )
    service.link.store.products.put(live)
    service.take_up()
    return _told(service.serving.shop, product_id)


def _fetched(service: Service, address: str) -> bytes:
    """Fetch a photo, if there is a build to place it by."""
    _ = service.serving.now  # raises if there is none
    server = service.settings.server
    return fetch_photo(address, Allowed(server.photo_hosts, UPLOAD * server.max_body_kb * 1024))


def _looks(
    service: Service, product: ProductPut, fetched: bytes | None
) -> tuple[NDArray[np.float32] | None, str]:
    """Give the vector of a product, and the fingerprint of its encoder."""
    if product.vector is None and product.photo is None and fetched is None:
        return None, ""
    shop = service.serving.now.shop
    if product.vector is not None:
        vector = checked_vector(product.vector)
        dim = shop.build.space.embedding_dim
        if dim is not None and len(vector) != dim:
            raise InputError(f"vector has {len(vector)} numbers, the build's have {dim}.")
        return vector, shop.manifest.encoder
    photo = _sent(product.photo or "") if fetched is None else fetched
    settings = shop.settings.encoder
    encoder = shared_encoder(settings.spec, fit=settings.fit)
    with _seeing:
        return embed_photo(photo, encoder), encoder.fingerprint


def _sent(photo: str) -> bytes:
    text = photo.partition(";base64,")[2] or photo
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InputError("photo must be base64 of the file.") from None


def _told(shop: Shop | None, product_id: str) -> dict[str, Any]:
    row = None if shop is None else shop.build.product_ids.find(product_id)
    told = {"product_id": product_id, "placed": False, "in_build": False, "findings": []}
    if shop is None or row is None:
        return told
    findings = [one.reason for one in shop.passed_over if one.product_id == product_id]
    placed = bool(shop.assortment.index.present[row])
    in_build = row < shop.manifest.counts["products"]
    if in_build:
        findings.append(KNOWN)
    return {**told, "placed": placed, "in_build": in_build, "findings": findings}
