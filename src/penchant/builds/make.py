"""Make a build from its inputs: space, style vectors, histories, profiles, popularity. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from penchant import columns as c
from penchant.builds.build import Build
from penchant.builds.demand import find_demand
from penchant.builds.inputs import BuildInputs
from penchant.builds.learn import Step, learn
from penchant.builds.lessons import find_lessons
from penchant.errors import InputError
from penchant.id_map import IdMap
from penchant.index import HnswGraph
from penchant.maths.rows import present_rows
from penchant.maths.seeds import derived_rng
from penchant.maths.threads import one_thread
from penchant.settings import IndexSettings, SpaceSettings
from penchant.space import Catalogue
from penchant.space.baskets import Baskets
from penchant.tables.groups import group_rows
from penchant.taste.background import find_background
from penchant.taste.from_tables import histories_from_interactions, microseconds
from penchant.taste.histories import Histories
from penchant.taste.judging import Judge, Judgements
from penchant.taste.marks import places_of_all
from penchant.taste.profile import ProfileBatch, build_profiles
from penchant.taste.trust import Marks, trust_at_first_sight
from penchant.taste.weights import Weigher
from penchant.types import Embeddings, Mask


@dataclass(frozen=True, slots=True, eq=False)
class _People:
    """Everyone: who refused teaches nothing; who is opted out besides has no profile."""

    customer_ids: IdMap
    refused: Mask
    opted_out: Mask
    histories: Histories

    def trusting(self, trust: NDArray[np.float32]) -> _People:
        """The same people with another trust of their interactions."""
        events = self.histories.events.trusted(trust)
        return replace(self, histories=Histories(self.histories.starts, events))

    def that_teach(self, as_of_us: int) -> Histories:
        """What the map and popularity may learn from: nothing later, nobody who refused."""
        allowed = ~self.refused[self.histories.customer_rows()]
        return self.histories.where(allowed & (self.histories.events.time_us <= as_of_us))


def make_build(inputs: BuildInputs, *, on_step: Step | None = None) -> Build:
    """Fit the space on the shop's own catalogue and baskets, and place everyone in it.

    Args:
        inputs: Tables, embeddings, settings.
        on_step: Told what is being done, for people who wait.

    Returns:
        The build. Same inputs, same bytes.

    Raises:
        InputError: if there are no products.
    """
    with one_thread():
        return _make(inputs, on_step or (lambda _: None))


def _make(inputs: BuildInputs, tell: Step) -> Build:
    if inputs.products.is_empty():
        raise InputError("The shop has no products. Give some with: penchant ingest --products")
    products = IdMap.from_ids("product", inputs.products[c.PRODUCT_ID])
    people = _gather_people(inputs, products)
    as_of_us, marks = microseconds(inputs.as_of), _marks(inputs, people, products)
    taught = _at_first_sight(inputs, people, marks).that_teach(as_of_us)
    learned = learn(inputs, read_catalogue(inputs), taught, tell)
    placement = learned.sources.placement
    tell(f"making the profiles of {len(people.customer_ids)} customers")
    judgements, batch = _taste(inputs, people, marks, taught, placement.vectors)
    heard = people.trusting(judgements.trust).that_teach(as_of_us)
    return Build(
        products=inputs.products,
        product_ids=products,
        customer_ids=people.customer_ids,
        opted_out=people.opted_out,
        no_marketing=inputs.refused(people.customer_ids, c.MARKETING_CONSENT),
        histories=people.histories,
        judgements=judgements,
        space=learned.sources.space,
        channels=placement.channels,
        styles=placement.vectors,
        profiles=batch.vectors,
        consistency=batch.consistency,
        demand=find_demand(inputs, learned, heard, people.customer_ids, people.opted_out),
        graph=_graph(placement.vectors, batch.vectors, inputs.settings.index, tell),
    )


def read_catalogue(inputs: BuildInputs) -> Catalogue:
    """Give what the channels of the space read of the products.

    Args:
        inputs: Products and embeddings.

    Raises:
        InputError: if an attribute column of the settings does not exist.
    """
    return catalogue_of(
        inputs.products, inputs.embeddings, inputs.text_vectors, inputs.settings.space
    )


def catalogue_of(
    products: pl.DataFrame,
    embeddings: Embeddings | None,
    text_vectors: Embeddings | None,
    settings: SpaceSettings,
) -> Catalogue:
    """Give what the channels of a space read of some products.

    Args:
        products: Cleaned products; the columns named in the settings become attributes.
        embeddings: Shape (len(products), dim), aligned; None: there are no photos.
        text_vectors: Shape (len(products), dim), aligned; None: read the texts.
        settings: Of the space.

    Raises:
        InputError: if an attribute column of the settings does not exist.
    """
    names = settings.attribute_columns
    for name in names:
        if name not in products.columns:
            raise InputError(
                f'[space] attribute_columns names "{name}", products have no such column. '
                f"They have: {', '.join(products.columns)}."
            )
    texts = products.select(
        pl.concat_str(pl.col(c.TITLE, c.DESCRIPTION), separator=" ", ignore_nulls=True)
    ).to_series()
    return Catalogue(
        n_products=len(products),
        embeddings=embeddings,
        attributes={name: tuple(products[name].cast(pl.String)) for name in names},
        texts=tuple(texts.fill_null("")),
        text_vectors=text_vectors,
        prices=products[c.PRICE].fill_null(np.nan).to_numpy(),
        groups=group_rows(products),
    )


def find_shop_baskets(inputs: BuildInputs) -> Baskets:
    """Give the baskets a map would be learned from.

    Args:
        inputs: Products and interactions.
    """
    products = IdMap.from_ids("product", inputs.products[c.PRODUCT_ID])
    people = _gather_people(inputs, products)
    seen = _at_first_sight(inputs, people, _marks(inputs, people, products))
    taught = seen.that_teach(microseconds(inputs.as_of))
    lessons = find_lessons(taught, inputs.settings, n_products=len(products))
    return lessons.baskets(inputs.settings.space.basket_days)


def _gather_people(inputs: BuildInputs, products: IdMap) -> _People:
    """Everyone who is in the customers table or did something."""
    known = pl.concat([inputs.customers[c.CUSTOMER_ID], inputs.interactions[c.CUSTOMER_ID]])
    customers = IdMap.from_ids("customer", known.unique())
    refused = inputs.refused(customers, c.PERSONALIZATION_CONSENT)
    # without profiling everyone is treated as who refused; what is counted names nobody
    opted_out = refused if inputs.settings.privacy.profiling else np.ones_like(refused)
    histories = histories_from_interactions(inputs.interactions, customers, products)
    return _People(customers, refused, opted_out, histories)


def _marks(inputs: BuildInputs, people: _People, products: IdMap) -> Marks:
    return places_of_all(inputs.marks, people.histories, people.customer_ids, products)


def _at_first_sight(inputs: BuildInputs, people: _People, marks: Marks) -> _People:
    """The same people with the trust that is known before anything is placed."""
    trust, as_of_us = inputs.settings.trust, microseconds(inputs.as_of)
    seen = trust_at_first_sight(people.histories, trust, marks, as_of_us=as_of_us)
    return people.trusting(seen.astype(np.float32))


def _taste(
    inputs: BuildInputs,
    people: _People,
    marks: Marks,
    taught: Histories,
    styles: NDArray[np.float32],
) -> tuple[Judgements, ProfileBatch]:
    """Judge what everybody did, and make profiles of what is left of it."""
    settings, as_of_us = inputs.settings, microseconds(inputs.as_of)
    categories = tuple(inputs.products[c.CATEGORY])
    weigher = Weigher.from_settings(settings.taste, present_rows(styles), categories=categories)
    background = find_background(taught, styles, rng=derived_rng(settings.space.seed, "background"))
    judge = Judge(styles, weigher, background, settings.trust, settings.styles)
    judgements = judge.judge_all(
        people.histories, as_of_us=as_of_us, marks=marks, refused=people.opted_out
    )
    return judgements, _profiles(inputs, people.trusting(judgements.trust), styles, weigher)


def _graph(
    styles: NDArray[np.float32], tastes: NDArray[np.float32], settings: IndexSettings, tell: Step
) -> HnswGraph | None:
    n_placed = int(present_rows(styles).sum())
    if n_placed < settings.exact_below:
        return None
    tell(f"linking {n_placed} near products, about a minute per 100,000")
    return HnswGraph.over(styles, tastes)


def _profiles(
    inputs: BuildInputs, people: _People, styles: NDArray[np.float32], weigher: Weigher
) -> ProfileBatch:
    batch = build_profiles(
        people.histories,
        styles,
        weigher,
        as_of_us=microseconds(inputs.as_of),
        min_interactions=inputs.settings.taste.min_interactions,
    )
    batch.vectors[people.opted_out] = 0.0
    batch.consistency[people.opted_out] = np.nan
    return batch
