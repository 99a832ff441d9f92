"""Complements on disk: arrays that open by memory map, category names, and the links."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from penchant.candidates.complements import Complements
from penchant.candidates.link_files import load_links, save_links
from penchant.errors import BuildError
from penchant.files import open_array, read_json, write_json

ARRAYS = ("category_row", "affinity", "prior", "sales_share")


def save_complements(complements: Complements, directory: Path) -> None:
    """Write complements.

    Args:
        complements: What to write.
        directory: An existing folder.
    """
    save_links(complements.links, directory)
    for name in ARRAYS:
        np.save(directory / f"{name}.npy", getattr(complements, name))
    write_json(directory / "categories.json", {"categories": list(complements.categories)})


def load_complements(directory: Path) -> Complements:
    """Open what `save_complements` wrote.

    Args:
        directory: The folder.

    Raises:
        BuildError: if a file is missing or damaged, or the parts do not fit together.
    """
    links = load_links(directory)
    names = tuple(read_json(directory / "categories.json")["categories"])
    category_row, affinity, prior, share = (
        open_array(directory / f"{name}.npy") for name in ARRAYS
    )
    products = (links.n_products,)
    shapes = (category_row.shape, affinity.shape, prior.shape, share.shape)
    if shapes != (products, (len(names), len(names)), products, products):
        raise BuildError(f"The complements in {directory} do not fit together. Build again.")
    return Complements(links, names, category_row, affinity, prior, share)
