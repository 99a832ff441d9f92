"""Logged slots: what was shown, how likely that was, and how likely another policy made it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError
from penchant.types import Mask, Weights

SLACK = 1e-6
"""By how much a probability may be above 1, as sums of many are rounded."""


@dataclass(frozen=True, slots=True, eq=False)
class LoggedSlots:
    """Slots that somebody saw, one row each.

    Attributes:
        customer: Shape (n,), number of who saw it: rows of one customer are not independent.
        slot: Shape (n,), its 1-based place.
        reward: Shape (n,), what came of it, such as 1 for a click; finite.
        propensity: Shape (n,), in (0, 1]: the probability that this product stood in this slot.
        target: Shape (n,), in [0, 1]: the probability with which the policy to be valued would have
            put the same product there, for the same customer at the same time.
        support: Shape (n,), >= 0: how much of what that policy might have put there the log could
            have shown there, too; an unbiased estimate of it will do, and may be above 1. None:
            not known, the weights tell on average.
        predicted: Shape (n,), the reward a model expects of the product shown; None: no model.
        predicted_target: Shape (n,), what it expects of the other policy in this slot, on average
            over all that policy might have put there; None: no model.
    """

    customer: NDArray[np.int64]
    slot: NDArray[np.int64]
    reward: Weights
    propensity: Weights
    target: Weights
    support: Weights | None = None
    predicted: Weights | None = None
    predicted_target: Weights | None = None

    def __post_init__(self) -> None:
        for one in fields(self):
            values = getattr(self, one.name)
            if values is None:
                continue
            if values.shape != self.customer.shape or values.ndim != 1:
                raise InputError(
                    f"{one.name} has shape {values.shape}, customer has {self.customer.shape}: "
                    "all columns of logged slots are of one length."
                )
            if not np.isfinite(values).all():
                raise InputError(f"{one.name} holds a number that is not finite.")
        _check(self.propensity, "propensity", low_open=True)
        _check(self.target, "target", low_open=False)
        if self.support is not None and (self.support < 0).any():
            raise InputError(f"support is {self.support.min():g}, must be >= 0.")
        if (self.predicted is None) != (self.predicted_target is None):
            raise InputError("Give predicted and predicted_target both, or neither.")

    def __len__(self) -> int:
        return len(self.customer)

    def take(self, which: Mask | NDArray[np.intp]) -> LoggedSlots:
        """Give some of the rows.

        Args:
            which: Shape (n,), a mask or row numbers.
        """
        parts = {one.name: getattr(self, one.name) for one in fields(self)}
        taken = {name: values[which] for name, values in parts.items() if values is not None}
        return replace(self, **taken)

    def of_slot(self, slot: int) -> LoggedSlots:
        """Give the rows of one place.

        Args:
            slot: 1-based.
        """
        return self.take(self.slot == slot)

    def weights(self, *, clip: float = np.inf) -> Weights:
        """Give what each row counts for the other policy: target / propensity.

        Args:
            clip: Weights are at most so large; that makes estimates too low, and steadier.
        """
        return np.asarray(np.minimum(self.target / self.propensity, clip))


def _check(values: Weights, name: str, *, low_open: bool) -> None:
    low = values <= 0 if low_open else values < 0
    wrong = values[low | (values > 1 + SLACK)]
    if len(wrong):
        allowed = "> 0 and at most 1" if low_open else "in 0..1"
        raise InputError(f"{name} is {wrong[0]:g}, must be {allowed}.")
