import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.errors import InputError, NotFoundError
from penchant.id_map import IdMap, RowFinder


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


def test_only_ids_that_begin_alike_are_suggested():
    id_map = IdMap.from_ids("customer", ["C10001", "C20002"])
    with pytest.raises(NotFoundError) as caught:
        id_map.row("C10002")
    assert str(caught.value) == 'No customer "C10002". Did you mean "C10001"?'
    assert caught.value.code == "not_found"


def test_half_a_surrogate_pair_is_a_stranger_and_cannot_be_an_id():
    assert IdMap.from_ids("customer", ["a"]).find("\ud800") is None
    with pytest.raises(NotFoundError):
        IdMap.from_ids("customer", ["a"]).row("\ud800\ud800")
    with pytest.raises(InputError, match="is not valid text"):
        IdMap.from_ids("customer", ["\ud800"])


@pytest.mark.parametrize("name", [7, 7.0, None, b"7"])
def test_an_id_that_is_no_string_is_refused(name):
    message = r"product_id .* must be str: ids are strings end to end"
    with pytest.raises(InputError, match=message):
        IdMap.from_ids("product", [name])
    with pytest.raises(InputError, match=message):
        IdMap.from_ids("product", ["7"]).row(name)


@given(st.sets(st.text(max_size=2), max_size=150), st.lists(st.text(max_size=2), max_size=8))
def test_few_names_and_many_are_looked_up_alike(ids, names):
    id_map = IdMap.from_ids("product", ids)
    expected = [sorted(ids, key=str.encode).index(n) if n in ids else -1 for n in names]
    assert id_map.rows(names).tolist() == expected
    assert [id_map.rows([name])[0] for name in names] == expected
    assert id_map.rows(names * 40).tolist() == expected * 40


def test_an_empty_map_knows_nobody_and_can_be_saved(tmp_path):
    empty = IdMap.from_ids("customer", [])
    assert len(empty) == 0
    assert empty.find("a") is None
    assert empty.rows(["a"]).tolist() == [-1]
    empty.save(tmp_path, "nobody")
    assert list(IdMap.load(tmp_path, "nobody", kind="customer")) == []


def test_rows_run_in_the_order_of_the_utf_8_bytes():
    assert list(IdMap.from_ids("product", ["é", "z", "Z", "10", "9", ""])) == [
        "", "10", "9", "Z", "z", "é",
    ]  # fmt: skip


def test_ids_may_come_later_and_rows_stay_what_they_are():
    ids = IdMap.from_ids("product", ["b", "d", "é"])
    more = ids.extended(["c", "a"]).extended(["z"])
    assert list(more) == ["b", "d", "é", "c", "a", "z"]
    assert [more.row(name) for name in more] == list(range(6))
    assert [more[row] for row in range(6)] == list(more)
    assert more.rows(["z", "b", "?", "a"]).tolist() == [5, 0, -1, 4]
    assert more.rows([f"n{i}" for i in range(9)] + ["a"]).tolist() == [-1] * 9 + [4]
    assert "a" in more
    assert "a" not in ids
    assert len(ids) == 3
    for twice in (["b"], ["a"], ["x", "x"]):
        with pytest.raises(InputError, match="appears twice"):
            more.extended(twice)
    with pytest.raises(InputError, match="not valid text"):
        ids.extended(["\ud800"])


def test_rows_found_once_are_remembered_and_forgotten_when_they_are_many():
    find = RowFinder(IdMap.from_ids("product", ["a", "b", "c"]), most=2)
    assert [find(name) for name in ("a", "c", "x", "a", "b", "\ud800")] == [0, 2, -1, 0, 1, -1]
