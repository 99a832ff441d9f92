"""Links on disk: three arrays that open by memory map, and how they were fitted."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from penchant.candidates.links import ProductLinks
from penchant.errors import BuildError
from penchant.files import open_array, read_json, write_json

ARRAYS = {"starts": np.int64, "product_row": np.int32, "weights": np.float32}
"""Name and type of each array; links.NAME.npy is its file."""


def save_links(links: ProductLinks, directory: Path) -> None:
    """Write links as `links.*.npy` and `links.json`.

    Args:
        links: What to write.
        directory: An existing folder.

    Raises:
        BuildError: if it cannot be written.
    """
    for name, dtype in ARRAYS.items():
        np.save(directory / f"links.{name}.npy", getattr(links, name).astype(dtype, copy=False))
    write_json(directory / "links.json", dict(links.about))


def load_links(directory: Path) -> ProductLinks:
    """Open what `save_links` wrote; the arrays stay on disk until they are read.

    Args:
        directory: The folder.

    Raises:
        BuildError: if a file is missing or damaged, or the arrays do not fit together.
    """
    about = read_json(directory / "links.json")
    starts, rows, weights = (open_array(directory / f"links.{name}.npy") for name in ARRAYS)
    links = ProductLinks(starts, rows, weights, about)
    if not _fit_together(links):
        raise BuildError(f"The links in {directory} do not fit together. Build again.")
    return links


def _fit_together(links: ProductLinks) -> bool:
    starts, rows, weights = links.starts, links.product_row, links.weights
    types = (starts.dtype, rows.dtype, weights.dtype) == tuple(map(np.dtype, ARRAYS.values()))
    if not types or not starts.ndim == rows.ndim == weights.ndim == 1 or not len(starts):
        return False
    if starts[0] != 0 or (np.diff(starts) < 0).any():
        return False
    whole = starts[-1] == len(rows) == len(weights)
    inside = bool(((rows >= 0) & (rows < links.n_products)).all())
    return bool(whole and inside and np.isfinite(weights).all())
