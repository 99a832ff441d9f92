"""Adding a product: its facts are cleaned as a table's are, its looks made a vector."""

from __future__ import annotations


def put_product(service, product_id, product):
    raise NotImplementedError
