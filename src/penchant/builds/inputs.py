"""What a build is made of, gathered in one value with one digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from penchant.builds.manifest import FORMAT
from penchant.settings import Settings
from penchant.settings_file import settings_to_dict
from penchant.types import Embeddings


@dataclass(frozen=True, slots=True, eq=False)
class BuildInputs:
    """Tables, embeddings and settings of one build.

    Attributes:
        products: Cleaned products, sorted by product_id; at least one.
        customers: Cleaned customers, may be empty.
        interactions: Cleaned interactions and purchases from orders, may be empty.
        embeddings: Shape (len(products), dim), aligned; None when the shop has no photos.
        encoder: Fingerprint of the encoder; "" without embeddings.
        settings: The shop's settings.
        as_of: Reference time of profiles; UTC.
        digests: {input: sha256} of the files these came from.
    """

    products: pl.DataFrame
    customers: pl.DataFrame
    interactions: pl.DataFrame
    embeddings: Embeddings | None
    encoder: str
    settings: Settings
    as_of: datetime
    digests: Mapping[str, str]

    @property
    def build_id(self) -> str:
        """Day of `as_of` and digest of everything above: same input, same id."""
        from penchant import __version__

        parts = {
            "format": FORMAT,
            "version": __version__,
            "inputs": dict(self.digests),
            "encoder": self.encoder,
            "settings": settings_to_dict(self.settings),
            "as_of": self.as_of.isoformat(),
        }
        digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
        return f"{self.as_of:%Y%m%d}-{digest[:12]}"
