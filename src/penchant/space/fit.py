"""Fit a style space: which channels the shop has, and which map its data can carry."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError
from penchant.maths.rows import present_rows
from penchant.maths.seeds import derived_rng
from penchant.settings import SpaceSettings
from penchant.space.attributes import fit_attributes
from penchant.space.baskets import Baskets
from penchant.space.catalogue import Catalogue
from penchant.space.channel import Channel
from penchant.space.closed_form_map import closed_form_map
from penchant.space.photo import fit_photo
from penchant.space.price import fit_price
from penchant.space.raw import RawChannel
from penchant.space.softmax_map import learn_softmax_map
from penchant.space.style_space import StyleSpace
from penchant.space.text import fit_text

NOTHING_TO_SEE = (
    "There is nothing to place products by: give photos, or more products, so that two "
    "categories, colors or materials have 3 of them each, or 12 a price, or 20 a title. Until "
    "then, what customers do together is all that ranks."
)

NO_BASKETS = Baskets(np.zeros(1, np.int64), np.empty(0, np.int32))


def fit_space(
    catalogue: Catalogue, baskets: Baskets = NO_BASKETS, *, settings: SpaceSettings | None = None
) -> StyleSpace:
    """Fit channels and map on a shop's own catalogue and baskets.

    Args:
        catalogue: All products, in product_row order.
        baskets: Of product rows; none means no learned map.
        settings: Which space, channels and limits.

    Returns:
        A space whose `about` says what was chosen and why. Same input, same space. It has no
        dimension where no channel can read anything: then no product has a style vector.

    Raises:
        InputError: if the raw space is asked for without embeddings.
    """
    chosen = settings or SpaceSettings()
    channels = _fit_channels(catalogue, chosen)
    if not channels:
        about = {"kind": chosen.kind, "channels": {}, "map": "identity", "baskets": len(baskets)}
        return StyleSpace((), (), None, {**about, "reason": NOTHING_TO_SEE})
    weights = tuple(chosen.channel_weights.get(one.name, 1.0) for one in channels)
    plain = StyleSpace(channels, weights, None, {})
    kind, reason = choose_map(len(baskets), chosen)
    projection = _learn(kind, plain, catalogue, baskets, chosen)
    about = {
        "kind": chosen.kind,
        "channels": {one.name: one.dim for one in channels},
        "map": kind,
        "baskets": len(baskets),
        "reason": reason,
    }
    return StyleSpace(channels, weights, projection, about)


def choose_map(n_baskets: int, settings: SpaceSettings) -> tuple[str, str]:
    """Pick the map by the amount of data, and say why.

    Args:
        n_baskets: Baskets of two or more products.
        settings: Limits, or a map asked for by name.

    Returns:
        "softmax", "closed-form" or "identity", and one sentence.

    Example:
        >>> choose_map(500, SpaceSettings())[0]
        'closed-form'
    """
    if settings.kind != "learned":
        return "identity", f'The space "{settings.kind}" has no map.'
    if settings.map != "auto" and n_baskets >= 2:
        return settings.map, "Asked for in the settings."
    if n_baskets >= settings.min_softmax_baskets:
        limit = settings.min_softmax_baskets
        return "softmax", f"{n_baskets} baskets, at least {limit} suffice for the softmax map."
    if n_baskets >= settings.min_baskets:
        return "closed-form", (
            f"{n_baskets} baskets, the softmax map needs {settings.min_softmax_baskets}."
        )
    return "identity", f"{n_baskets} baskets, a learned map needs {settings.min_baskets}."


def _fit_channels(catalogue: Catalogue, settings: SpaceSettings) -> tuple[Channel, ...]:
    if settings.kind == "raw":
        raw = _raw(catalogue)
        if raw is None:
            raise InputError('The space "raw" needs embeddings, and no product has one.')
        return (raw,)
    fitted: list[Channel | None] = [_photo(catalogue, settings)]
    if settings.kind != "photo-only":
        fitted += [fit_attributes(catalogue), fit_text(catalogue), fit_price(catalogue)]
    weights = settings.channel_weights
    channels = tuple(one for one in fitted if one is not None and weights.get(one.name, 1.0) > 0)
    raw = _raw(catalogue)
    if not channels and raw is not None and weights.get("photo", 1.0) > 0:
        return (raw,)  # one photo, or the same one everywhere: nothing to centre on
    return channels


def _raw(catalogue: Catalogue) -> RawChannel | None:
    embeddings = catalogue.embeddings
    if embeddings is None or not present_rows(embeddings).any():
        return None
    return RawChannel(embeddings.shape[1])


def _photo(catalogue: Catalogue, settings: SpaceSettings) -> Channel | None:
    if catalogue.embeddings is None:
        return None
    return fit_photo(
        catalogue.embeddings, max_dim=settings.photo_dim, whiten_power=settings.whiten_power
    )


def _learn(
    kind: str, plain: StyleSpace, catalogue: Catalogue, baskets: Baskets, settings: SpaceSettings
) -> NDArray[np.float32] | None:
    if kind == "identity":
        return None
    z = plain.place(catalogue).channels
    if kind == "closed-form":
        return closed_form_map(z, baskets)
    rng = derived_rng(settings.seed, "map")
    return learn_softmax_map(z, baskets, rng, dim=settings.dim, groups=catalogue.groups)
