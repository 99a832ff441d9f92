"""`CustomerStyleProfiler`: the plain weighted-mean taste profile over vectors you bring.

Cosine over the vectors as they are, event weight x half-life decay, one profile per customer. It
needs no shop directory and no build, and is the baseline every richer pipeline is measured by.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import compress
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from penchant import columns as c
from penchant.errors import InputError
from penchant.id_map import IdMap
from penchant.index import ExactIndex
from penchant.maths.rows import present_rows, unit_rows
from penchant.settings import TasteSettings
from penchant.taste.histories import Histories
from penchant.taste.profile import ProfileBatch, build_profiles
from penchant.taste.weights import Weigher
from penchant.types import Profiles, Vector

if TYPE_CHECKING:
    from narwhals.typing import IntoDataFrame

    from penchant.tables import TableReport


class StyleProfiles(Mapping[str, Vector]):
    """Profiles by customer_id, in order of the ids; cold customers are not in it.

    Attributes:
        customer_ids: The customers, by row.
        vectors: Shape (n, dim), unit rows.
        consistency: Shape (n,), weighted mean cosine of a customer's products to the profile.
    """

    def __init__(
        self, customer_ids: IdMap, vectors: Profiles, consistency: NDArray[np.float32]
    ) -> None:
        self.customer_ids = customer_ids
        self.vectors = vectors
        self.consistency = consistency

    def __getitem__(self, customer_id: str) -> Vector:
        return np.asarray(self.vectors[self.customer_ids.row(customer_id)])

    def __contains__(self, customer_id: object) -> bool:
        return isinstance(customer_id, str) and customer_id in self.customer_ids

    def __iter__(self) -> Iterator[str]:
        return iter(self.customer_ids)

    def __len__(self) -> int:
        return len(self.customer_ids)


class CustomerStyleProfiler:
    """Learn each customer's taste from interactions and find products near it.

    Args of the constructor:
        product_embeddings: {product_id: vector}, all of one dim; it is read, not assumed. A
            vector with a NaN, an infinity or nothing but zeros is set aside: such a product is
            never found, and an interaction with it does not count.
        INTERACTION_WEIGHTS: Weight per interaction type; what is not named keeps the default of
            `TasteSettings`.
        recency_half_life_days: Days after which an interaction counts half, > 0.
        min_interactions: Different products with a vector a customer needs.
        as_of: Reference time; by default that of the newest interaction, so that a rerun gives the
            same. Interactions more than a day after it, or after today, are left out and told.

    Attributes:
        report: What was repaired and left out of the last interactions, row by row counted.

    Example:
        >>> import polars as pl
        >>> profiler = CustomerStyleProfiler({"ring": [1.0, 0.0], "watch": [0.0, 1.0]})
        >>> events = pl.DataFrame({"customer_id": ["C1"], "product_id": ["ring"],
        ...     "interaction_type": ["view"], "timestamp": ["2026-03-01"]})
        >>> profiles = profiler.build_all_profiles(events, min_interactions=1)
        >>> profiler.recommend_by_style(customer_id="C1", top_n=1)
        [('ring', 1.0)]
    """

    INTERACTION_WEIGHTS: Mapping[str, float] = TasteSettings().weights

    def __init__(
        self,
        product_embeddings: Mapping[str, ArrayLike],
        *,
        INTERACTION_WEIGHTS: Mapping[str, float] | None = None,  # noqa: N803
        recency_half_life_days: float = 30.0,
        min_interactions: int = 3,
        as_of: datetime | None = None,
    ) -> None:
        self.product_ids, vectors = _stacked(product_embeddings)
        self.vectors = unit_rows(vectors)
        self.settings = TasteSettings(
            weights={**self.INTERACTION_WEIGHTS, **(INTERACTION_WEIGHTS or {})},
            half_life_days=recency_half_life_days,
            min_interactions=min_interactions,
        )
        self.as_of = as_of
        self._index = ExactIndex.over(self.vectors)
        self._profiles: StyleProfiles | None = None
        self.report: TableReport | None = None

    def build_all_profiles(
        self,
        interactions: IntoDataFrame,
        *,
        min_interactions: int | None = None,
        as_of: datetime | None = None,
    ) -> StyleProfiles:
        """Make the profile of every customer with enough usable interactions.

        Args:
            interactions: pandas, polars or pyarrow frame with customer_id, product_id,
                interaction_type and timestamp; unusable rows are left out, unknown types too.
            min_interactions: Overrides the constructor's.
            as_of: Overrides the constructor's.

        Returns:
            {customer_id: unit vector}; a cold customer is not in it. A rebuild replaces all.

        Raises:
            MissingColumnError: if a column is absent.
            InputError: if no interaction is usable at all, or min_interactions is below 1.
        """
        from penchant.tables import read_table
        from penchant.taste.from_tables import histories_from_interactions, newest_moment

        self._profiles = None
        needed = self.settings.min_interactions if min_interactions is None else min_interactions
        _check_at_least_one("min_interactions", needed)
        given = as_of or self.as_of
        load = read_table(c.INTERACTIONS, interactions, as_of=given or datetime.now(UTC))
        frame = load.frame
        self.report = self._with_strangers(load.report, frame[c.PRODUCT_ID].unique().to_list())
        if frame.is_empty():
            reasons = "; ".join(finding.message for finding in load.report.findings[:3])
            raise InputError(
                f"interactions holds no usable row: nothing to learn a taste from. {reasons}"
            )
        moment = given or newest_moment(frame)
        customers = IdMap.from_ids("customer", frame[c.CUSTOMER_ID].unique())
        histories = histories_from_interactions(frame, customers, self.product_ids)
        batch = self._batch_of(histories, moment, needed)
        warm = np.isfinite(batch.consistency)
        ids = IdMap.from_ids("customer", compress(customers, warm))
        self._profiles = StyleProfiles(ids, batch.vectors[warm], batch.consistency[warm])
        return self._profiles

    def _with_strangers(self, report: TableReport, product_ids: list[str]) -> TableReport:
        """Add a finding for products that interactions name and the embeddings do not."""
        from penchant.tables import Finding

        rows = self.product_ids.rows(product_ids)
        strangers = sorted(name for name, row in zip(product_ids, rows, strict=True) if row < 0)
        if not strangers:
            return report
        message = "Products without an embedding; interactions with them do not count."
        finding = Finding(
            c.INTERACTIONS, "warning", "no_embedding", message, len(strangers), tuple(strangers[:5])
        )
        return replace(report, findings=(*report.findings, finding))

    def _batch_of(
        self, histories: Histories, as_of: datetime, min_interactions: int
    ) -> ProfileBatch:
        from penchant.taste.from_tables import microseconds

        return build_profiles(
            histories,
            self.vectors,
            Weigher.from_settings(self.settings, self._index.present),
            as_of_us=microseconds(as_of),
            min_interactions=min_interactions,
        )

    def recommend_by_style(
        self,
        customer_id: str,
        top_n: int = 10,
        *,
        exclude_products: Collection[str] = (),
        min_similarity: float = -1.0,
    ) -> list[tuple[str, float]]:
        """Give the products nearest to a customer's profile.

        Args:
            customer_id: A customer of the last `build_all_profiles`.
            top_n: How many, at most.
            exclude_products: Product ids not to give, such as those owned.
            min_similarity: Cosine in [-1, 1] below which nothing is given.

        Returns:
            (product_id, similarity), best first; ties by product_id.

        Raises:
            NotFoundError: if the customer has no profile.
            InputError: if top_n is below 1, min_similarity not in [-1, 1], or nothing was built.
        """
        _check_at_least_one("top_n", top_n)
        if not -1.0 <= min_similarity <= 1.0:
            raise InputError(f"min_similarity is {min_similarity:g}, must be in [-1, 1].")
        if isinstance(exclude_products, str):
            raise InputError(
                f'exclude_products is "{exclude_products}", must be a list of product ids: '
                f'["{exclude_products}"].'
            )
        profile = self.profiles[customer_id]
        excluded = self.product_ids.rows(list(exclude_products))
        found = self._index.query(profile[None, :], top_n, excluded=[excluded])
        return [
            (self.product_ids[row], similarity)
            for row, similarity in found.of(0)
            if similarity >= min_similarity
        ]

    def find_style_neighbors(self, customer_id: str, top_n: int = 5) -> list[tuple[str, float]]:
        """Give the customers whose taste is nearest.

        Args:
            customer_id: A customer of the last `build_all_profiles`.
            top_n: How many, at most; never the customer themself.

        Returns:
            (customer_id, similarity), best first; ties by customer_id.

        Raises:
            NotFoundError: if the customer has no profile.
            InputError: if top_n is below 1, or nothing was built.
        """
        _check_at_least_one("top_n", top_n)
        profiles = self.profiles
        own = np.array([profiles.customer_ids.row(customer_id)])
        index = ExactIndex(profiles.vectors, np.ones(len(profiles), bool))
        found = index.query(profiles.vectors[own], top_n, excluded=[own])
        return [(profiles.customer_ids[row], similarity) for row, similarity in found.of(0)]

    def get_style_diversity_score(self, customer_id: str) -> float:
        """Tell how many different directions a customer's taste has.

        Args:
            customer_id: A customer of the last `build_all_profiles`.

        Returns:
            1 - consistency, in [0, 1]: 0 when all products look the same, near 1 when they have
            nothing in common.

        Raises:
            NotFoundError: if the customer has no profile.
            InputError: if nothing was built.
        """
        profiles = self.profiles
        return 1.0 - float(profiles.consistency[profiles.customer_ids.row(customer_id)])

    @property
    def profiles(self) -> StyleProfiles:
        """The profiles of the last `build_all_profiles`.

        Raises:
            InputError: before the first one.
        """
        if self._profiles is None:
            raise InputError("No profiles yet. Make them with: build_all_profiles(interactions).")
        return self._profiles


def _stacked(product_embeddings: Mapping[str, ArrayLike]) -> tuple[IdMap, NDArray[np.float32]]:
    """Put the vectors in order of their ids; unusable ones become zeros."""
    if not isinstance(product_embeddings, Mapping):
        raise InputError(
            f"product_embeddings is a {type(product_embeddings).__name__}, must be a mapping "
            "{product_id: vector}."
        )
    if not product_embeddings:
        raise InputError("product_embeddings is empty: give {product_id: vector}.")
    ids = IdMap.from_ids("product", product_embeddings)
    vectors = [_vector(name, product_embeddings[name]) for name in ids]
    for name, vector in zip(ids, vectors, strict=True):
        if vector.shape != vectors[0].shape:
            raise InputError(
                f'The vector of product "{name}" has shape {vector.shape}, must be '
                f"{vectors[0].shape} like the first: use one encoder for all products."
            )
    matrix = np.stack(vectors)
    matrix[~present_rows(matrix)] = 0.0
    return ids, matrix


def _vector(product_id: str, values: ArrayLike) -> NDArray[np.float32]:
    try:
        with np.errstate(over="ignore"):  # too large for float32: infinite, so set aside
            vector = np.asarray(values, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise InputError(
            f'The vector of product "{product_id}" is not numbers: {error}.'
        ) from error
    if vector.ndim != 1 or not len(vector):
        raise InputError(
            f'The vector of product "{product_id}" has shape {vector.shape}, must be (dim,).'
        )
    return vector


def _check_at_least_one(name: str, value: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise InputError(f"{name} is {value!r}, must be a whole number.")
    if value < 1:
        raise InputError(f"{name} is {value}, must be >= 1.")
