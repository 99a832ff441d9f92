import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.errors import InputError, NotFoundError
from penchant.id_map import IdMap


@given(st.sets(st.text(st.characters(exclude_categories=["Cs"])), max_size=30))
def test_every_id_is_found_where_it_was_put(ids):
    id_map = IdMap.from_ids("product", ids)
    assert sorted(id_map) == sorted(ids)
    assert all(id_map[id_map.row(name)] == name for name in ids)


@given(st.sets(st.text(max_size=3), max_size=20), st.text(max_size=3))
def test_an_id_is_in_the_map_exactly_when_it_was_given(ids, name):
    assert (name in IdMap.from_ids("product", ids)) == (name in ids)


def test_many_ids_map_to_rows_and_strangers_to_minus_one():
    id_map = IdMap.from_ids("customer", ["c", "a", "b"])
    assert id_map.rows(["b", "x", "b", "a"]).tolist() == [1, -1, 1, 0]


def test_a_stranger_is_named_with_a_suggestion():
    id_map = IdMap.from_ids("customer", [f"C100{n:02}" for n in range(20)])
    with pytest.raises(NotFoundError, match=r'No customer "C1001". Did you mean "C1001\d"\?'):
        id_map.row("C1001")


def test_an_id_given_twice_is_refused():
    with pytest.raises(InputError, match='product_id "a" appears twice'):
        IdMap.from_ids("product", ["a", "b", "a"])


def test_a_saved_map_opens_with_the_same_rows(tmp_path):
    id_map = IdMap.from_ids("product", ["ä", "z", "0"])
    id_map.save(tmp_path, "products")
    again = IdMap.load(tmp_path, "products", kind="product")
    assert list(again) == list(id_map)
    assert again.row("ä") == id_map.row("ä")
