"""Which space puts like with like? Category precision@10 of a shop's own products."""

from __future__ import annotations

from collections.abc import Mapping

from penchant import columns as c
from penchant.builds.inputs import BuildInputs
from penchant.builds.make import find_shop_baskets, read_catalogue
from penchant.errors import InputError
from penchant.evaluation import MeanInterval, label_precision, mean_interval
from penchant.settings import SpaceSettings
from penchant.space import fit_space

PHOTO_ALONE = {"photo": 1.0, "attributes": 0.0, "text": 0.0, "price": 0.0}
SPACES: Mapping[str, SpaceSettings] = {
    "raw embeddings": SpaceSettings(kind="raw"),
    "photo, processed": SpaceSettings(kind="photo-only"),
    "photo, learned map": SpaceSettings(channel_weights=PHOTO_ALONE),
    "photo, closed-form map": SpaceSettings(channel_weights=PHOTO_ALONE, map="closed-form"),
    "photo, softmax map": SpaceSettings(channel_weights=PHOTO_ALONE, map="softmax"),
    "all channels, learned map": SpaceSettings(),
}


def bench_spaces(inputs: BuildInputs) -> dict[str, MeanInterval]:
    """Measure how often the ten nearest products share the category, in each space.

    Args:
        inputs: Of a shop whose products have photos and categories.

    Returns:
        {space: precision@10 with its interval over products}. The last one reads the category
        itself, so it only shows what customers get.

    Raises:
        InputError: if the shop has no embeddings.
    """
    if inputs.embeddings is None:
        raise InputError("The shop has no photos, so there are no spaces to compare.")
    catalogue, baskets = read_catalogue(inputs), find_shop_baskets(inputs)
    labels = inputs.products[c.CATEGORY].to_list()
    found = {}
    for name, settings in SPACES.items():
        space = fit_space(catalogue, baskets, settings=settings)
        vectors = space.place(catalogue).vectors
        found[name] = mean_interval(label_precision(vectors, labels))
    return found
