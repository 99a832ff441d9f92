"""Names of policies: another name as soon as anything that decides on a surface changes."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from penchant import __version__
from penchant.engine import Shop
from penchant.settings.showing import SURFACES

OF_TASTE: Final = ("taste", "trust", "styles")
"""Sections an experiment may change that are of no single surface."""


def policies_of(shop: Shop, base: Shop | None = None) -> dict[str, str]:
    """Name the way each surface chooses.

    Args:
        shop: Open.
        base: What it is an arm of: then its name tells also another build and another taste.

    Returns:
        {surface: name}; equal names choose alike from the same build.
    """
    aside = {} if base is None else _unlike(shop, base)
    names = {}
    for surface in SURFACES:
        blend = shop.recommender.blend_of(surface)
        decides = {
            "version": __version__,
            "rules": shop.manifest.settings["recommend"],
            "surface": shop.manifest.settings[surface],
            "weights": dict(blend.weights),
            "scale": dict(blend.scale),
            **aside,
        }
        digest = hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()
        names[surface] = f"{surface}-{digest[:12]}"
    return names


def _unlike(shop: Shop, base: Shop) -> dict[str, Any]:
    """Give what tells an arm from what it is compared with, beside its surfaces."""
    mine, others = shop.manifest.settings, base.manifest.settings
    found: dict[str, Any] = {
        one: mine.get(one) for one in OF_TASTE if mine.get(one) != others.get(one)
    }
    if shop.build_id != base.build_id:
        found["build"] = shop.build_id
    return found
