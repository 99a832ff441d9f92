"""The validation period: what happened before the time that `penchant evaluate` hides.

Settings that were chosen on a period look good on it. So the end that `evaluate` measures on stays
unread, and what is chosen on half of the customers is proved on the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from penchant import columns as c
from penchant.builds import BuildInputs
from penchant.engine import Shop
from penchant.errors import InputError
from penchant.evaluation.accuracy import per_customer
from penchant.evaluation.asking import SERVED, ask, open_at
from penchant.evaluation.cut import Cut, choose_cut, cut_at, known_at
from penchant.in_memory import reopen
from penchant.maths.seeds import derived_rng
from penchant.settings import EvaluationSettings, Settings
from penchant.tuning.knobs import TASTE, Value, with_values


@dataclass(frozen=True, slots=True, eq=False)
class Validation:
    """A shop at a moment before the one `evaluate` cuts at, and what came between the two.

    Attributes:
        cut: That earlier moment.
        choosing: Columns customer_id, product_id: what customers took on whom values are chosen.
        proving: The same of the other customers, on whom the choice is proved.
    """

    cut: Cut
    choosing: pl.DataFrame
    proving: pl.DataFrame

    @property
    def settings(self) -> Settings:
        """The shop's present settings."""
        return self.cut.known.settings


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """How well a shop foretold what some customers took.

    Attributes:
        customer_ids: Who was asked.
        ndcg: Shape (n,), aligned, in [0, 1].
    """

    customer_ids: tuple[str, ...]
    ndcg: NDArray[np.float64]

    def gain_over(self, other: Measured) -> NDArray[np.float64]:
        """Give the difference for each customer who is in both, in this one's order.

        Args:
            other: What it is compared with.
        """
        before = dict(zip(other.customer_ids, other.ndcg.tolist(), strict=True))
        pairs = zip(self.customer_ids, self.ndcg.tolist(), strict=True)
        return np.array([value - before[name] for name, value in pairs if name in before])


def find_validation(inputs: BuildInputs) -> Validation:
    """Cut a shop where `evaluate` does, and what was known then once more.

    Args:
        inputs: What a build would be made of today.

    Returns:
        The same whatever happened after the first cut. Who is in which half hangs on the seed and
        the customer's id alone, so it stays when the shop grows.

    Raises:
        InputError: if nothing is known before the cuts, or too few customers bought between them.
    """
    evaluation = inputs.settings.evaluation
    before = known_at(inputs, choose_cut(inputs.interactions, evaluation))
    cut = cut_at(before, choose_cut(before.interactions, evaluation))
    names = cut.taken[c.CUSTOMER_ID].unique(maintain_order=True).to_list()
    chosen = [name for name in names if in_first_half(name, evaluation.seed)]
    least = inputs.settings.gate.min_customers
    if min(len(chosen), len(names) - len(chosen)) < least:
        raise InputError(
            f"{len(names)} customers bought something between {cut.at:%Y-%m-%d} and "
            f"{before.as_of:%Y-%m-%d}, tuning takes about {2 * least}: values are chosen on half "
            f"of them and proved on the others, {least} each ([gate] min_customers). Wait for more "
            "purchases, or hide more days ([evaluation] days)."
        )
    here = pl.col(c.CUSTOMER_ID).is_in(chosen)
    return Validation(cut, cut.taken.filter(here), cut.taken.filter(~here))


def in_first_half(customer_id: str, seed: int) -> bool:
    """Say whether values are chosen on a customer; on the others they are proved.

    Args:
        customer_id: Any.
        seed: Of the evaluation.
    """
    return bool(derived_rng(seed, "half", customer_id).integers(2))


def open_under(validation: Validation, shop: Shop, changes: Mapping[str, Value]) -> Shop:
    """Open the shop of a validation under changed settings, built anew only where they ask for it.

    The same build under other settings of taste is near what a new one would show, not equal to it:
    profiles are made anew, but popularity, verdicts and fitted weights stay those of the build.

    Args:
        validation: When.
        shop: The same under its present settings.
        changes: {setting: value}.
    """
    if all(name.startswith(TASTE) for name in changes):
        return reopen(shop, with_values(shop.settings, changes))
    return build_under(validation, with_values(validation.settings, changes))


def build_under(validation: Validation, settings: Settings) -> Shop:
    """Build the shop of a validation under any settings.

    Args:
        validation: When.
        settings: All settings.
    """
    known = replace(validation.cut.known, settings=settings)
    return open_at(replace(validation.cut, known=known))


def measure(shop: Shop, taken: pl.DataFrame, settings: EvaluationSettings) -> Measured:
    """Ask a shop what it would have shown, and compare with what was taken.

    Args:
        shop: As it was at the cut.
        taken: One of the halves.
        settings: How many products and customers; the seed.
    """
    asked = ask(shop, taken, (), settings)
    found = per_customer(asked.shown[SERVED], asked.truth, k=settings.k)
    return Measured(asked.customer_ids, found.ndcg)
