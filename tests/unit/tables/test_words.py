"""Words of closed vocabularies are understood in the spellings shops use, and never guessed."""

from __future__ import annotations

import polars as pl
import pytest

from penchant import columns as c
from penchant.tables.words import (
    ACTION_WORDS,
    ORDER_WORDS,
    STOCK_WORDS,
    clean_words,
    suggestion,
)


def actions(*values: str | None) -> list[str | None]:
    return clean_words(pl.Series("interaction_type", values), ACTION_WORDS).values.to_list()


@pytest.mark.parametrize("word", c.ACTIONS)
def test_every_action_is_its_own_word(word):
    assert (
        actions(word, word.upper(), word.replace("_", " "), word.replace("_", "-").title())
        == [word] * 4
    )


@pytest.mark.parametrize(
    ("raw", "action"),
    [
        ("view_item", "view"),
        ("pageview", "view"),
        ("Product Viewed", "view"),
        ("select_item", "click"),
        ("add_to_cart", "add_to_cart"),
        ("addToCart", "add_to_cart"),
        ("product_added_to_cart", "add_to_cart"),
        ("order", "purchase"),
        ("Buy", "purchase"),
        ("Order Completed", "purchase"),
        ("wishlist", "add_to_wishlist"),
        ("favourite", "add_to_wishlist"),
        ("refund", "return"),
        ("product_removed_from_cart", "remove_from_cart"),
    ],
)
def test_names_of_other_systems_are_known(raw, action):
    assert actions(raw) == [action]


def test_unknown_actions_are_rejected_with_a_suggestion_and_never_guessed():
    done = clean_words(
        pl.Series("interaction_type", ["viewd", "purchase", None, "zzz"]), ACTION_WORDS
    )
    assert done.values.to_list() == [None, "purchase", None, None]
    (mark,) = done.marks
    assert (mark.kind, mark.code, mark.rows.to_list()) == (
        "reject",
        "unknown_interaction_type",
        [True, False, False, True],
    )
    assert mark.reasons is not None
    assert mark.reasons.to_list() == [
        'unknown interaction_type "viewd". Did you mean "view"?',
        None,
        None,
        'unknown interaction_type "zzz".',
    ]


def test_other_spellings_are_counted_and_canonical_ones_are_not():
    done = clean_words(pl.Series("interaction_type", ["View", "view", None]), ACTION_WORDS)
    assert [(m.code, m.rows.to_list()) for m in done.marks] == [("spelling", [True, False, False])]


@pytest.mark.parametrize(
    ("raw", "stock"),
    [
        ("In Stock", "in_stock"),
        ("https://schema.org/OutOfStock", "out_of_stock"),
        ("0", "out_of_stock"),
        ("12", "in_stock"),
        ("-1", "out_of_stock"),
        ("pre-order", "preorder"),
        ("on backorder", "backorder"),
        ("sold out", "out_of_stock"),
        ("false", "out_of_stock"),
    ],
)
def test_stock_is_understood(raw, stock):
    done = clean_words(pl.Series("stock_status", [raw]), STOCK_WORDS)
    assert done.values.to_list() == [stock]


def test_unknown_stock_counts_as_in_stock_with_a_warning_and_blank_stays_blank():
    done = clean_words(pl.Series("stock_status", ["maybe", None]), STOCK_WORDS)
    assert done.values.to_list() == ["in_stock", None]
    assert [(m.kind, m.rows.to_list()) for m in done.marks] == [("warning", [True, False])]


def test_stock_numbers_are_counts():
    done = clean_words(pl.Series("stock_status", [0, 3]), STOCK_WORDS)
    assert done.values.to_list() == ["out_of_stock", "in_stock"]


def test_unknown_order_states_stay_with_a_warning():
    done = clean_words(pl.Series("order_status", ["Canceled", "PAID", "compleet"]), ORDER_WORDS)
    assert done.values.to_list() == ["cancelled", "completed", "compleet"]
    assert [(m.kind, m.code) for m in done.marks] == [
        ("repair", "spelling"),
        ("warning", "unknown_order_status"),
    ]
    assert suggestion("compleet", ORDER_WORDS) == ' Did you mean "completed"?'


@pytest.mark.parametrize("vocabulary", [ACTION_WORDS, ORDER_WORDS, STOCK_WORDS])
def test_no_spelling_means_two_things(vocabulary):
    meanings: dict[str, set[str]] = {}
    for word, many in vocabulary.spellings.items():
        for spelling in (word, *many.split()):
            meanings.setdefault(spelling.replace("_", ""), set()).add(word)
    assert {s: words for s, words in meanings.items() if len(words) > 1} == {}
