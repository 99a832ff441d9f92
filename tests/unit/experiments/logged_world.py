"""A shop of which all is known: what products get, who comes, and so what any policy is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from penchant.experiments.off_policy.logged_slots import LoggedSlots

SLOTS = 3


@dataclass(frozen=True)
class World:
    """What each product gets in each slot, and two policies.

    Attributes:
        rate: Shape (SLOTS, n_products), the chance of a click by a customer of usual zeal.
        served: Shape (SLOTS, n_products), what the policy that serves shows.
        target: What the other one would.
    """

    rate: np.ndarray
    served: np.ndarray
    target: np.ndarray

    @classmethod
    def of(cls, rng: np.random.Generator, *, n_products: int = 8) -> World:
        """Products of different appeal; the one policy knows little of it, the other more."""
        appeal = rng.standard_normal(n_products)
        rate = 0.15 * np.exp(0.5 * appeal) * np.array([1.0, 0.8, 0.6])[:, None]
        known = 0.5 * appeal + rng.standard_normal((SLOTS, n_products))
        return cls(np.minimum(rate, 0.45), soft(known), soft(1.5 * appeal + 0 * known))

    @property
    def truth(self) -> float:
        """What the other policy gets of a slot."""
        return float((self.target * self.rate).sum(axis=1).mean())

    def log(self, rng: np.random.Generator, *, customers: int, visits: int = 2) -> LoggedSlots:
        """Let each customer come some times and see all slots; some click gladly, some hardly."""
        zeal = np.repeat(2 * rng.beta(1.0, 1.0, customers), visits * SLOTS)
        who = np.repeat(np.arange(customers), visits * SLOTS)
        slot = np.tile(np.arange(SLOTS), customers * visits)
        product = self.drawn(rng, slot)
        reward = (rng.random(len(who)) < zeal * self.rate[slot, product]).astype(float)
        return LoggedSlots(
            who, slot + 1, reward, self.served[slot, product], self.target[slot, product]
        )

    def drawn(self, rng: np.random.Generator, slot: np.ndarray) -> np.ndarray:
        """What the policy that serves shows in each slot."""
        reached = self.served.cumsum(axis=1)[slot] < rng.random(len(slot))[:, None]
        return np.minimum(reached.sum(axis=1), self.served.shape[1] - 1)


def soft(scores: np.ndarray, *, floor: float = 0.15) -> np.ndarray:
    """A softmax of which a part is even."""
    parts = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return (1 - floor) * parts / parts.sum(axis=-1, keepdims=True) + floor / scores.shape[-1]
