"""A product that is posted is cleaned as tables are, and refused where they would lose a value."""

import contextlib
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.errors import InputError
from penchant.store.live_facts import checked_vector, product_from
from penchant.tables import read_table

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


def made(facts, **options):
    return product_from(facts, **{"product_id": "P1", "now": NOW, **options})


def test_facts_are_cleaned_as_tables_are():
    facts = {
        "Product Name": " Ring ",
        "category": "rings",
        "preis": "1.234,50 €",
        "availability": "sold out",
        "item_group_id": "12.0",
        "created_at": "2026-06-30",
        "stone": "ruby",
        "brand": None,
        "color": "",
    }
    found = made(facts)
    assert found.facts == {
        "title": "Ring",
        "category": "rings",
        "price": 1234.5,
        "currency": "EUR",
        "stock_status": "out_of_stock",
        "group_id": "12",
        "created_date": "2026-06-30T00:00:00+00:00",
        "stone": "ruby",
    }
    assert (found.product_id, found.embedding, found.fingerprint) == ("P1", None, "")
    assert found.added_us == 1_782_907_200_000_000
    table = pl.DataFrame({"sku": ["P1"], **{name: [value] for name, value in facts.items()}})
    row = read_table("products", table, as_of=NOW).frame.row(0, named=True)
    for name, value in found.facts.items():
        told = row[name].isoformat() if isinstance(row[name], datetime) else row[name]
        assert told == value


def test_the_id_is_kept_as_it_is_and_wins():
    assert made({"product_id": "other"}, product_id="1.0").product_id == "1.0"
    assert made({}, product_id="a/b ").product_id == "a/b "
    for name in ("", "x" * 257, "a\x00b", "\ud800", 7):
        with pytest.raises(InputError):
            made({}, product_id=name)


def test_the_shops_own_names_hold_here_too():
    assert made({"Bezeichnung": "Ring"}, aliases={"Bezeichnung": "title"}).facts == {
        "title": "Ring"
    }


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"price": "cheap"}, r'price is "cheap"\. price: values that are no number'),
        ({"price": float("nan")}, "price is nan"),
        ({"created_date": "03/04/2026"}, "day and month cannot be told apart"),
        ({"created_date": "soon"}, "not a date or time"),
        ({"price": [1]}, "price is a list, must be a text, a number, or true or false"),
        ({"title": {"en": "Ring"}}, "title is of type dict"),
        ({"title": "a\x00b"}, "NUL"),
        ({"a\ud800": "b"}, "half a surrogate pair"),
        ({7: "b"}, "The name of a fact is 7"),
        ({"": "b"}, "The name of a fact"),
        ({"image": "ring.jpg"}, "image is a photo; give the photo itself"),
        ({"title": "a", "Title": "b"}, 'both mean "title"'),
        ({f"fact {i}": "x" for i in range(201)}, "at most 200 facts"),
        ("title", "an object of at most 200 facts"),
    ],
)
def test_what_a_table_would_lose_is_refused_in_its_words(facts, message):
    with pytest.raises(InputError, match=message):
        made(facts)


def test_a_vector_is_kept_as_little_endian_floats():
    found = made({}, vector=checked_vector([0.5, -2]), fingerprint="abc")
    assert found.embedding == np.array([0.5, -2], "<f4").tobytes()
    assert found.fingerprint == "abc"


@pytest.mark.parametrize(
    ("vector", "message"),
    [([], "shape"), ([[1.0]], "shape"), ([0, 0], "only zeros"), ([1e-60], "only zeros"),
     ([1, float("nan")], "NaN or infinity"), ([1e300], "too large"), (["x"], "list of numbers"),
     ([10**400], "list of numbers"), (None, "shape|numbers"), ([[1], [1, 2]], "list of numbers"),
     ([1.0] * 16_385, "1 to 16384 numbers")],
)  # fmt: skip
def test_what_is_no_vector_is_refused(vector, message):
    with pytest.raises(InputError, match=message):
        checked_vector(vector)


texts = st.text(st.characters(), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)
names = st.sampled_from(
    ("title", "price", "sale_price", "stock", "created", "group_id", "sku", "image", "trust",
     "gender", "currency", "additional_images", "line", "reason", "")
)  # fmt: skip


@given(st.dictionaries(names | texts, values, max_size=5))
def test_whatever_is_posted_is_taken_whole_or_refused(facts):
    found = None
    with contextlib.suppress(InputError):
        found = made(facts)
    if found is None:
        return
    assert all(isinstance(one, str | float) for one in found.facts.values())
    assert not {"product_id", "image", "additional_images"} & set(found.facts)
