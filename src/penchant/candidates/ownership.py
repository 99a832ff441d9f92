"""Who owns what, as every collaborative source reads it: each customer counts a product once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError
from penchant.types import Rows

if TYPE_CHECKING:
    from scipy.sparse import csr_array

MAX_OWNED = 1000
"""Customers of more products are left out: they buy for others, or are no customers at all.

Pairs grow with the square of a history, so one crawler costs more than all customers together.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Ownership:
    """Customers and products as a matrix of ones.

    Attributes:
        matrix: Shape (n_customers, n_products), float64, 1 where owned; scipy's csr_array.
        owned: Shape (n_customers,), products of each customer.
        sold: Shape (n_products,), customers of each product.
        left_out: Customers left out for having more than MAX_OWNED products.
    """

    matrix: csr_array
    owned: NDArray[np.float64]
    sold: NDArray[np.float64]
    left_out: int

    def customer_weights(self, power: float) -> NDArray[np.float64]:
        """Weigh customers by their number of products n: n to the power of `-power`.

        Args:
            power: 0 counts all alike; 1 gives each customer one vote to split.

        Returns:
            Shape (n_customers,); 1 for customers without products.
        """
        return np.asarray(np.maximum(self.owned, 1.0) ** -power)

    def weighted(self, power: float) -> csr_array:
        """Give the matrix with each row times its customer's weight.

        Args:
            power: As in `customer_weights`.
        """
        matrix = self.matrix.copy()
        per_customer = np.diff(matrix.indptr)
        matrix.data = matrix.data * np.repeat(self.customer_weights(power), per_customer)
        return matrix

    def about(self) -> dict[str, object]:
        """Give the counts a manifest should tell."""
        return {"customers": int((self.owned > 0).sum()), "left_out": self.left_out}


def find_ownership(
    customer_row: Rows, product_row: Rows, *, n_customers: int, n_products: int
) -> Ownership:
    """Turn pairs of customers and products into a matrix.

    Args:
        customer_row: Shape (n,), any order.
        product_row: Shape (n,), aligned; -1, a product that is not in the build, is left out;
            pairs that are there several times count once.
        n_customers: Rows of the matrix.
        n_products: Columns of the matrix.

    Raises:
        InputError: if the arrays differ in length or a row lies outside the matrix.

    Example:
        >>> pairs = np.array([0, 0, 1], np.int32), np.array([2, 2, 1], np.int32)
        >>> find_ownership(*pairs, n_customers=2, n_products=3).sold
        array([0., 1., 1.])
    """
    from scipy.sparse import csr_array

    _check(customer_row, product_row, n_customers, n_products)
    known = product_row >= 0
    pairs = np.unique(customer_row[known].astype(np.int64) * n_products + product_row[known])
    customers, products = np.divmod(pairs, max(n_products, 1))
    inside = (np.bincount(customers, minlength=n_customers) <= MAX_OWNED)[customers]
    left_out = len(np.unique(customers[~inside]))
    customers, products = customers[inside], products[inside]
    ones = np.ones(len(customers))
    return Ownership(
        matrix=csr_array((ones, (customers, products)), shape=(n_customers, n_products)),
        owned=np.bincount(customers, minlength=n_customers).astype(np.float64),
        sold=np.bincount(products, minlength=n_products).astype(np.float64),
        left_out=left_out,
    )


def _check(customer_row: Rows, product_row: Rows, n_customers: int, n_products: int) -> None:
    if len(customer_row) != len(product_row):
        raise InputError(
            f"customer_row has {len(customer_row)} values and product_row {len(product_row)}, "
            "must be pairs."
        )
    for name, rows, count in (
        ("customer_row", customer_row, n_customers),
        ("product_row", product_row, n_products),
    ):
        lowest = 0 if name == "customer_row" else -1
        wrong = rows[(rows < lowest) | (rows >= count)]
        if len(wrong):
            raise InputError(f"{name} has {int(wrong[0])}, must be from {lowest} to {count - 1}.")
