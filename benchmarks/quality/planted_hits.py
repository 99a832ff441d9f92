"""What verdicts do to recommendations: hidden products among the ten best, in several arms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.planted_shop import PlantedShop
from penchant.maths.topk import top_k
from penchant.settings import TrustSettings
from penchant.taste.background import Background
from penchant.taste.histories import History
from penchant.taste.profile import build_profile
from penchant.taste.trust import judge, with_trust
from penchant.types import Rows

ARMS: Final = ("all trusted", "verdicts", "gifts known")
K: Final = 10


@dataclass(frozen=True, slots=True, eq=False)
class ArmScores:
    """Shape (n_customers, n_arms) each, in [0, 1].

    Attributes:
        hidden: Share of the ten that were liked in the hidden time, for the customer's own use.
        style: Share of the ten in a style the customer truly has at the end.
    """

    hidden: NDArray[np.float64]
    style: NDArray[np.float64]


def score_arms(shop: PlantedShop, background: Background, rule: TrustSettings) -> ArmScores:
    """Score the three arms on every customer with a profile and a hidden new product.

    Args:
        shop: Any.
        background: What strangers touch.
        rule: What lowers the trust.
    """
    hidden, style = [], []
    for row in range(len(shop.histories)):
        place = slice(shop.histories.starts[row], shop.histories.starts[row + 1])
        history, gift = shop.histories.of(row), shop.is_gift[place]
        past = history.time_us < shop.cut_us
        later = shop.weigher.weigh(history, shop.end_us) > 0
        wanted = set(history.product_row[later & ~past & ~gift].tolist())
        wanted -= set(history.product_row[past].tolist())
        if not wanted:
            continue
        lists = _lists(shop, background, rule, history.take(past), gift[past])
        if lists is not None:
            hidden.append([len(wanted & set(one.tolist())) / K for one in lists])
            own = shop.wanted[1, row, shop.product_style]
            style.append([own[one].mean() for one in lists])
    return ArmScores(np.array(hidden), np.array(style))


def _lists(
    shop: PlantedShop,
    background: Background,
    rule: TrustSettings,
    past: History,
    gift: NDArray[np.bool_],
) -> list[Rows] | None:
    verdicts = judge(
        past, shop.styles, shop.weigher, background, as_of_us=shop.cut_us, settings=rule
    )
    known = History(past.product_row, past.action, past.time_us, past.trust * ~gift)
    found = []
    for history in (past, with_trust(past, verdicts), known):
        profile = build_profile(
            history, shop.styles, shop.weigher, as_of_us=shop.cut_us, min_interactions=3
        )
        if profile is None:
            return None
        scores = shop.styles @ profile.vector
        scores[past.product_row] = -np.inf
        found.append(top_k(scores[None], K).rows[0])
    return found
