"""Facets: who shares a label with whom, and whom a product is for in the words of shops."""

from __future__ import annotations

import numpy as np
import pytest

from penchant.candidates.audience import GENDERS, age_group_of, gender_of
from penchant.candidates.facet import Facet
from tests.stock import rows

FEW = ("ring", "chain", "watch")
MANY = (*FEW, *"abcdefghijk")


@pytest.mark.parametrize("names", [FEW, MANY])
@pytest.mark.parametrize("seed", range(5))
def test_products_share_a_label_as_in_a_comparison_one_by_one(
    seed: int, names: tuple[str, ...]
) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.choice([*names, "", None], 30).tolist()
    facet = Facet.of(labels)
    wanted = rng.permutation(30)[: 5 * seed + 1].astype(np.int32)
    known = {labels[row] for row in wanted.tolist()} - {"", None}
    slow = [not known or not label or label in known for label in labels]
    assert facet.same_as(wanted).tolist() == slow
    assert facet.knows(wanted) == bool(known)
    assert facet.sharing(wanted).tolist() == [label in known for label in labels]
    told = [*facet.names, None]
    assert [told[row] for row in facet.label_row] == [label or None for label in labels]


def test_nothing_known_excludes_nobody() -> None:
    facet = Facet.of(["ring", None, "chain"])
    assert not facet.sharing(rows(1)).any()
    assert facet.same_as(rows()).all()
    assert facet.same_as(rows(1)).all()
    assert Facet.of([None, None]).same_as(rows(0)).all()
    assert facet.same_as(rows(0, 2)).tolist() == [True, True, True]


@pytest.mark.parametrize(
    ("text", "gender"),
    [
        ("Women's", "women"), ("FEMALE", "women"), ("Damen", "women"), (" ladies ", "women"),
        ("men", "men"), ("Herren", "men"), ("Boys", "men"), ("männer", "men"),
        ("unisex", None), ("All genders", None), ("", None), (None, None), ("  ", None),
        ("divers", "divers"),
    ],
)  # fmt: skip
def test_words_of_gender(text: str | None, gender: str | None) -> None:
    assert gender_of(text) == gender


def test_no_word_means_two_genders() -> None:
    assert not set(GENDERS["women"]) & set(GENDERS["men"])


@pytest.mark.parametrize(
    ("text", "group"),
    [("Adult", "adult"), ("KIDS", "kids"), ("all ages", None), ("any", None), (None, None)],
)
def test_words_of_age(text: str | None, group: str | None) -> None:
    assert age_group_of(text) == group
