"""Settings of finding: how near products are searched, and links between products fitted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from penchant.settings.knobs import Checked, knob
from penchant.settings.showing import SOURCES

ITEM_KNN: Final = "item-knn"
GRAPH_FILTER: Final = "graph-filter"
EASE: Final = "ease"
METHODS: Final = (ITEM_KNN, GRAPH_FILTER, EASE)
"""How products can be linked by the customers they share."""


@dataclass(frozen=True, slots=True)
class IndexSettings(Checked):
    """How the nearest products are searched."""

    exact_below: int = knob(
        50_000,
        "Search exactly among fewer products; above, a graph may find 99 % of the nearest.",
        at_least=1,
    )


@dataclass(frozen=True, slots=True)
class ItemKnnSettings(Checked):
    """How products owned together are linked: counts, evened out by basket size and sales."""

    customer_power: float = knob(
        0.5, "A customer of n products counts n to the power of minus this.", at_least=0, at_most=2
    )
    owned_power: float = knob(
        0.5, "How far the owned product's sales divide a link; 1 is in full.", at_least=0, at_most=1
    )
    candidate_power: float = knob(
        0.2,
        "How far the candidate's sales divide; less favors best sellers.",
        at_least=0,
        at_most=1,
    )
    shrinkage: float = knob(10.0, "Added to the divisor: what rests on few customers.", at_least=0)
    keep: int = knob(200, "Links kept per owned product, the strongest.", at_least=1)


@dataclass(frozen=True, slots=True)
class EaseSettings(Checked):
    """How a ridge regression of every product on all others is fitted."""

    penalty: float = knob(200.0, "Ridge added to the diagonal; more for sparser data.", above=0)
    customer_power: float = knob(
        0.0, "A customer of n products counts n to the power of minus this.", at_least=0, at_most=2
    )
    keep: int = knob(200, "Links kept per owned product, the strongest of either sign.", at_least=1)
    max_products: int = knob(
        15_000, "Products with customers, at most; memory is 8 bytes x their square.", at_least=1
    )


@dataclass(frozen=True, slots=True)
class GraphFilterSettings(Checked):
    """How tastes are smoothed over the graph of customers and products."""

    dim: int = knob(128, "Smoothest directions of the graph that are kept.", at_least=1)
    smooth_weight: float = knob(
        4.0, "Weight of those directions beside the plain counts; 0 leaves them out.", at_least=0
    )
    customer_power: float = knob(
        1.0, "A customer of n products counts n to the power of minus this.", at_least=0, at_most=2
    )
    tilt: float = knob(
        0.5, "How far smoothing favors the candidate's sales over the owned one's.", at_least=0,
        at_most=1,
    )  # fmt: skip
    keep: int = knob(200, "Links kept per owned product, the strongest of either sign.", at_least=1)
    max_products: int = knob(
        50_000, "Products with customers, at most; time grows with their square.", at_least=1
    )
    seed: int = knob(0, "Seed of the search for the directions.", at_least=0)


@dataclass(frozen=True, slots=True)
class BlendSettings(Checked):
    """How what the sources say becomes one score."""

    fit: bool = knob(
        True, "Fit what each source weighs by hiding purchases; about doubles the time of a build."
    )
    pairings: bool = knob(
        True, "Learn what goes together, as two vectors per product; up to 50,000 products."
    )
    leave_out: tuple[str, ...] = knob(
        (),
        "Sources that weigh nothing on any surface whose weights are not set by hand; the others "
        "are fitted without them.",
        choices=SOURCES,
    )
    collaborative: str = knob(
        "auto",
        'How products are linked by common customers: "item-knn", "graph-filter", "ease", or '
        '"auto": the one that finds most hidden purchases.',
        choices=("auto", *METHODS),
    )


@dataclass(frozen=True, slots=True)
class ComplementSettings(Checked):
    """How products that complete a look are found."""

    prior_weight: float = knob(
        80.0, "Pairs of a product bought together that weigh as much as its category.", above=0
    )
    graph_weight: float = knob(
        50.0,
        "Pairs of a category bought together that weigh as much as the shipped graph.",
        above=0,
    )
    keep: int = knob(
        200, "Products bought together kept per product, the most frequent.", at_least=1
    )
