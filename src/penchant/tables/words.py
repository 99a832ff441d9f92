"""Closed vocabularies: actions, order states, stock states, and the many ways shops spell them.

The canonical actions are in `columns`; the states of orders and stock are spelled here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from penchant import columns as c
from penchant.errors import did_you_mean
from penchant.tables.repair import Mark, Repaired, changed, marks_of, stripped

COMPLETED: Final = "completed"
CANCELLED: Final = "cancelled"
RETURNED: Final = "returned"
OPEN: Final = "open"
ORDER_STATES: Final = (COMPLETED, CANCELLED, RETURNED, OPEN)

IN_STOCK: Final = "in_stock"
OUT_OF_STOCK: Final = "out_of_stock"
PREORDER: Final = "preorder"
BACKORDER: Final = "backorder"
STOCK_STATES: Final = (IN_STOCK, OUT_OF_STOCK, PREORDER, BACKORDER)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The canonical words of a column, their other spellings, and what happens to unknown words.

    `spellings` gives, for a canonical word, the others separated by spaces.

    `unknown` is "reject" (the row is set aside), "keep" (the word stays, with a warning) or one of
    the canonical words, which is then put in its place with a warning. Case, spaces, dashes and
    underscores never matter.
    """

    words: tuple[str, ...]
    spellings: Mapping[str, str]
    unknown: str = "keep"

    def table(self) -> dict[str, str]:
        """Give every folded spelling with its canonical word."""
        folded = {fold(word): word for word in self.words}
        return folded | {
            fold(spelling): word
            for word, many in self.spellings.items()
            for spelling in many.split()
        }


ACTION_WORDS = Vocabulary(
    words=c.ACTIONS,
    spellings={
        c.PURCHASE: (
            "buy bought purchased order ordered sale transaction checkout_completed "
            "order_completed completed_order kauf gekauft"
        ),
        c.ADD_TO_WISHLIST: (
            "wishlist wish_list wishlisted wish favourite favorite favourited favorited "
            "bookmark like liked save saved product_added_to_wishlist wishlist_add merkzettel"
        ),
        c.ADD_TO_CART: (
            "cart basket add_to_basket addtocart addtobasket cart_add product_added "
            "product_added_to_cart cart_addition added_to_cart add_to_bag warenkorb"
        ),
        c.VIEW: (
            "view_item views viewed page_view pageview product_view product_viewed detail_view "
            "view_product impression_detail"
        ),
        c.CLICK: "select_item clicks clicked product_clicked product_click click_product",
        c.REMOVE_FROM_CART: (
            "remove_from_basket product_removed product_removed_from_cart cart_remove "
            "removefromcart removed_from_cart remove_from_bag"
        ),
        c.RETURN: "refund refunded returned order_refunded return_item retoure",
        c.HIDE: "hidden dislike disliked not_interested block",
    },
    unknown="reject",
)

ORDER_WORDS = Vocabulary(
    words=ORDER_STATES,
    spellings={
        COMPLETED: (
            "complete paid shipped delivered fulfilled closed done finished success successful "
            "captured invoiced dispatched partially_shipped partially_refunded partially_returned "
            "abgeschlossen bezahlt versendet geliefert"
        ),
        CANCELLED: (
            "canceled cancel void voided failed declined rejected expired abandoned chargeback "
            "fraud storniert abgebrochen"
        ),
        RETURNED: "return refunded refund fully_refunded sent_back retoure retourniert",
        OPEN: (
            "pending processing on_hold hold unpaid new draft created awaiting_payment "
            "payment_pending pending_payment in_progress authorized unfulfilled offen"
        ),
    },
)

STOCK_WORDS = Vocabulary(
    words=STOCK_STATES,
    spellings={
        IN_STOCK: (
            "available instock yes true ja y active limited_availability low_stock auf_lager "
            "lieferbar verfügbar in_store online_only"
        ),
        OUT_OF_STOCK: (
            "unavailable outofstock no false nein n inactive sold_out soldout oos "
            "discontinued ausverkauft nicht_lieferbar nicht_verfügbar"
        ),
        PREORDER: "pre_order presale pre_sale vorbestellbar coming_soon",
        BACKORDER: "back_order backordered on_backorder nachbestellt on_order",
    },
    unknown=IN_STOCK,
)

_SCHEMA_ORG = re.compile(r"^https?://schema\.org/", re.IGNORECASE)


def fold(word: str) -> str:
    """Give a spelling without case, spaces, dashes, underscores and dots.

    Example:
        >>> fold(" Add-to Cart ")
        'addtocart'
    """
    return re.sub(r"[\W_]+", "", _SCHEMA_ORG.sub("", word.strip()).casefold())


def clean_words(values: pl.Series, vocabulary: Vocabulary) -> Repaired:
    """Give the canonical word of every value; only distinct values are looked at one by one.

    Args:
        values: The raw column.
        vocabulary: What the column may say.

    Returns:
        Canonical words, null where blank, with the marks `spelling` (repair) and, for unknown
        words, `unknown_<column>` (reject or warning).

    Example:
        >>> actions = pl.Series("interaction_type", ["View_Item", "buy"])
        >>> clean_words(actions, ACTION_WORDS).values.to_list()
        ['view', 'purchase']
    """
    text = stripped(values)
    spellings = text.unique().drop_nulls().to_list()
    known, unknown = _sorted_out(spellings, vocabulary)
    clean = text.replace_strict(known, default=None, return_dtype=pl.String)
    odd = text.is_not_null() & clean.is_null()
    respelt = clean.is_not_null() & changed(text, clean)
    mark = Mark("repair", "spelling", f"{values.name}: other spellings became our words.", respelt)
    if not odd.any():
        return Repaired(clean, marks_of(mark))
    return _with_unknown(Repaired(clean, marks_of(mark)), text, unknown, vocabulary)


def suggestion(word: str, vocabulary: Vocabulary) -> str:
    """Give ` Did you mean "view"?` for a word that is nearly known, or nothing.

    Args:
        word: What was given.
        vocabulary: What is known.
    """
    table = vocabulary.table()
    hint = did_you_mean(fold(word), table)
    return hint and f' Did you mean "{table[hint.split(chr(34))[1]]}"?'


def _sorted_out(spellings: list[str], vocabulary: Vocabulary) -> tuple[dict[str, str], list[str]]:
    table = vocabulary.table()
    known = {spelling: table[fold(spelling)] for spelling in spellings if fold(spelling) in table}
    known |= {s: _stock_of(s) for s in spellings if vocabulary is STOCK_WORDS and _is_count(s)}
    return known, [spelling for spelling in spellings if spelling not in known]


def _with_unknown(
    done: Repaired, text: pl.Series, unknown: list[str], vocabulary: Vocabulary
) -> Repaired:
    name = text.name
    odd = text.is_not_null() & done.values.is_null()
    kind: Literal["reject", "warning"] = "reject" if vocabulary.unknown == "reject" else "warning"
    code = f"unknown_{name}"
    if kind == "reject":
        reasons = text.replace_strict(_reasons(name, unknown, vocabulary), default=None)
        allowed = ", ".join(vocabulary.words)
        message = f"{name}: unknown words are never counted; allowed are {allowed}."
        return Repaired(done.values, (*done.marks, Mark(kind, code, message, odd, reasons)))
    if vocabulary.unknown == "keep":
        message = f"{name}: unknown words were kept as they are."
        return Repaired(
            text.zip_with(odd, done.values), (*done.marks, Mark(kind, code, message, odd))
        )
    message = f'{name}: unknown words were read as "{vocabulary.unknown}".'
    filled = done.values.set(odd, vocabulary.unknown)
    return Repaired(filled, (*done.marks, Mark(kind, code, message, odd)))


# suggestions cost a comparison with every spelling; a hostile column must not make them all
_MAX_SUGGESTIONS = 100


def _reasons(name: str, unknown: list[str], vocabulary: Vocabulary) -> dict[str, str]:
    reasons = {}
    for count, word in enumerate(sorted(unknown)):
        hint = suggestion(word[:40], vocabulary) if count < _MAX_SUGGESTIONS else ""
        reasons[word] = f'unknown {name} "{word[:40]}".{hint}'
    return reasons


def _is_count(word: str) -> bool:
    return re.fullmatch(r"-?\d{1,12}(\.0+)?", word) is not None


def _stock_of(word: str) -> str:
    return IN_STOCK if float(word) > 0 else OUT_OF_STOCK
