"""Placing: products that were added while the shop is open, in the space of a build."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from penchant import columns as c
from penchant.builds import Build
from penchant.builds.make import catalogue_of
from penchant.maths.threads import one_thread
from penchant.settings import SpaceSettings
from penchant.space import Placement
from penchant.store.database.values import LiveProduct
from penchant.types import Embeddings


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A vector that could not be used; its product is placed by what else is known of it.

    Attributes:
        product_id: Whose.
        code: "other_encoder" or "other_dim".
        reason: One sentence for people.
    """

    product_id: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """New products as a build holds its own, aligned.

    Attributes:
        products: Columns and types of the build's products.
        placement: Their channel and style vectors; zeros where nothing is known.
        passed_over: Vectors that could not be used.
    """

    products: pl.DataFrame
    placement: Placement
    passed_over: tuple[PassedOver, ...]


def place_products(
    build: Build, live: Sequence[LiveProduct], *, encoder: str, settings: SpaceSettings
) -> Placed:
    """Place live products; those the build knows already are left out, and mere words on stock.

    Args:
        build: In whose space.
        live: Each product_id once.
        encoder: Fingerprint of the encoder the build's embeddings are of.
        settings: Those the space was made with.

    Returns:
        The new ones, in the order given.
    """
    new = [
        one
        for one in live
        if build.product_ids.find(one.product_id) is None and not _tells_only_of_stock(one)
    ]
    products = _frame(new, build.products.schema)
    if not new:  # channels cannot read nothing
        nothing = np.empty((0, build.channels.shape[1]), np.float32)
        return Placed(products, Placement(nothing, build.styles[:0]), ())
    embeddings, passed_over = _embeddings(new, encoder, build.space.embedding_dim)
    with one_thread():
        placement = build.space.place(catalogue_of(products, embeddings, None, settings))
    return Placed(products, placement, passed_over)


def _tells_only_of_stock(product: LiveProduct) -> bool:
    """Tell what was said of a product of an earlier build, which feeds have left out since."""
    return product.embedding is None and {*product.facts} == {c.STOCK_STATUS}


def _frame(live: Sequence[LiveProduct], schema: pl.Schema) -> pl.DataFrame:
    rows = [_row(one, schema) for one in live]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _row(product: LiveProduct, schema: pl.Schema) -> dict[str, Any]:
    """Give a product's facts as a row; without a date, it came in when it was added."""
    row = {name: _value(product.facts.get(name), dtype) for name, dtype in schema.items()}
    if row.get(c.CREATED_DATE) is None and c.CREATED_DATE in schema:
        row[c.CREATED_DATE] = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(
            microseconds=product.added_us
        )
    return {**row, c.PRODUCT_ID: product.product_id}


def _value(value: object, dtype: pl.DataType) -> object:
    """Give a fact as its column holds it; what does not fit is unknown."""
    if value is None:
        return None
    if isinstance(dtype, pl.Datetime):
        return _moment(value)
    if dtype == pl.Float64:
        return float(value) if isinstance(value, int | float) else None
    return str(value) if dtype == pl.String else None


def _moment(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _embeddings(
    live: Sequence[LiveProduct], encoder: str, dim: int | None
) -> tuple[Embeddings | None, tuple[PassedOver, ...]]:
    """Give the usable vectors, zeros where there is none, and why others are not."""
    if dim is None:
        return None, ()
    rows = np.zeros((len(live), dim), np.float32)
    passed_over = []
    for place, one in enumerate(live):
        vector = vector_of(one)
        if vector is None:
            continue
        if one.fingerprint != encoder:
            text = (
                f'The vector of product "{one.product_id}" is of the encoder "{one.fingerprint}", '
                f'this build of "{encoder}": give it anew.'
            )
            passed_over.append(PassedOver(one.product_id, "other_encoder", text))
        elif len(vector) != dim:
            text = f'The vector of product "{one.product_id}" has {len(vector)} numbers, not {dim}.'
            passed_over.append(PassedOver(one.product_id, "other_dim", text))
        else:
            rows[place] = vector
    return rows, tuple(passed_over)


def vector_of(product: LiveProduct) -> NDArray[np.float32] | None:
    """Give the encoder's output as numbers; None without one.

    Args:
        product: Any.
    """
    if product.embedding is None:
        return None
    return np.frombuffer(product.embedding, "<f4").astype(np.float32)
