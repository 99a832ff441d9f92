"""Array aliases: dtype, shape, and what the order of axis 0 means.

A `*_row` is a row number 0..n-1 into one build's products or customers, which are sorted by id;
a `*_id` is the shop's own string. Ids appear only at the edges.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Embeddings: TypeAlias = NDArray[np.float32]
"""Shape (n_products, dim): encoder output, not normalised; zeros: no usable photo."""

StyleVectors: TypeAlias = NDArray[np.float32]
"""Shape (n_products, dim): unit rows in the style space, by product_row; zeros: not placed."""

Profiles: TypeAlias = NDArray[np.float32]
"""Shape (n_customers, dim): unit rows in the style space, by customer_row; zeros: cold."""

Vector: TypeAlias = NDArray[np.float32]
"""Shape (dim,): one embedding, style vector or profile."""

Pixels: TypeAlias = NDArray[np.uint8]
"""Shape (n, height, width, 3): RGB, 0..255."""

Rows: TypeAlias = NDArray[np.int32]
"""Shape (n,): product_row or customer_row numbers."""

Scores: TypeAlias = NDArray[np.float32]
"""Shape (n,) or (n_queries, n_products): higher is better."""

Weights: TypeAlias = NDArray[np.float64]
"""Shape (n,): importance of each interaction; negative only for `hide`."""

Days: TypeAlias = NDArray[np.float64]
"""Shape (n,): ages in days before `as_of`, >= 0."""

Mask: TypeAlias = NDArray[np.bool_]
"""Shape (n,): True where a row takes part."""
