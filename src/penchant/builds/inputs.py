"""What a build is made of, gathered in one value with one digest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from penchant import columns as c
from penchant.builds.manifest import digest_of
from penchant.id_map import IdMap
from penchant.settings import Settings
from penchant.settings_file import settings_to_dict
from penchant.taste.marks import MarksByCustomer
from penchant.types import Embeddings, Mask


@dataclass(frozen=True, slots=True, eq=False)
class BuildInputs:
    """Tables, embeddings and settings of one build.

    Attributes:
        products: Cleaned products, sorted by product_id; at least one.
        customers: Cleaned customers, may be empty.
        interactions: Cleaned interactions and purchases from orders, may be empty.
        embeddings: Shape (len(products), dim), aligned; None when the shop has no photos.
        encoder: Fingerprint of the encoder; "" without embeddings.
        text_vectors: Shape (len(products), dim), aligned, made elsewhere; None: read the texts.
        settings: The shop's settings.
        as_of: Reference time of profiles; UTC.
        digests: {input: sha256} of the files these came from.
        marks: What people marked by hand.
    """

    products: pl.DataFrame
    customers: pl.DataFrame
    interactions: pl.DataFrame
    embeddings: Embeddings | None
    encoder: str
    settings: Settings
    as_of: datetime
    digests: Mapping[str, str]
    marks: MarksByCustomer = field(default_factory=dict)
    text_vectors: Embeddings | None = None

    @property
    def build_id(self) -> str:
        """Day of `as_of` and digest of everything above: same input, same id."""
        from penchant import __version__

        return digest_of(
            version=__version__,
            inputs=self.digests,
            encoder=self.encoder,
            settings=self.settings_that_count,
            as_of=self.as_of,
        )

    def refusers(self, consent: str) -> pl.Series:
        """Name the customers who refused; who says nothing, or is in no table, has not.

        Args:
            consent: A column of the customers table.
        """
        return self.customers.filter(~pl.col(consent).fill_null(value=True))[c.CUSTOMER_ID]

    def refused(self, customers: IdMap, consent: str) -> Mask:
        """Tell who of some customers refused.

        Args:
            customers: customer_id <-> customer_row.
            consent: A column of the customers table.

        Returns:
            Shape (n_customers,).
        """
        mask = np.zeros(len(customers), bool)
        rows = customers.rows(self.refusers(consent).to_list())
        mask[rows[rows >= 0]] = True
        return mask

    @property
    def settings_that_count(self) -> dict[str, dict[str, Any]]:
        """The settings that name the build, as plain values."""
        return settings_that_count(self.settings)


def settings_that_count(settings: Settings) -> dict[str, dict[str, Any]]:
    """Give all settings but those that change no byte: workers, judging, keeping and serving.

    Of privacy it counts that no profiles are made, where none are.

    Args:
        settings: All settings.
    """
    sections = settings_to_dict(settings)
    del sections["encoder"]["workers"]
    for name in ("evaluation", "gate", "experiments", "builds", "store", "server", "privacy"):
        del sections[name]
    if not settings.privacy.profiling:
        sections["privacy"] = {"profiling": False}
    return sections
