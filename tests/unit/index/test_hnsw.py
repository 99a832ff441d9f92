"""The graph: one node per distinct vector, the same bytes each time, opened as it was saved."""

import subprocess
import sys

import numpy as np
import pytest

from penchant.bench.index import plant_styles
from penchant.index import ExactIndex, HnswGraph, PlannedIndex, hnsw, linking, planner
from penchant.maths.rows import unit_rows


def some_vectors(n=1500, dim=24, seed=0):
    """Clustered vectors, some of them copies of others, some of them absent."""
    rng = np.random.default_rng(seed)
    vectors = plant_styles(rng, n, dim=dim)
    vectors[::7] = vectors[rng.integers(0, n, len(vectors[::7]))]
    vectors[5::50] = 0
    return vectors


def files_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_every_row_that_holds_a_vector_is_under_the_node_of_its_vector():
    vectors = some_vectors()
    graph = HnswGraph.over(vectors)
    assert sorted(graph.rows.tolist()) == np.flatnonzero(vectors.any(axis=1)).tolist()
    groups = np.split(graph.rows, graph.starts[1:-1])
    assert len(groups) == len(graph.links) == len({v.tobytes() for v in vectors if v.any()})
    for rows in groups:
        assert (np.diff(rows) > 0).all()
        assert (vectors[rows] == vectors[rows[0]]).all()


def test_similarities_are_those_of_the_vectors_not_of_their_short_form():
    vectors = some_vectors()
    query = unit_rows(vectors[:2].sum(axis=0)[None, :])[0]
    rows, similarities = HnswGraph.over(vectors).near(query, 30)
    expected = vectors[rows].astype(np.float64) @ query.astype(np.float64)
    np.testing.assert_allclose(similarities, expected, rtol=0, atol=1e-12)
    assert len(np.unique(vectors[rows], axis=0)) == 30


def test_a_vector_shared_by_hundreds_hides_no_other():
    vectors = some_vectors(900)
    vectors[np.random.default_rng(2).permutation(900)[:600]] = vectors[0]
    copies = np.flatnonzero((vectors == vectors[0]).all(axis=1))
    rows, _ = HnswGraph.over(vectors).near(vectors[0], 2)
    assert len(copies) >= 600
    assert set(copies.tolist()) < set(rows.tolist())
    assert len(np.unique(vectors[rows], axis=0)) == 2


def test_the_same_vectors_give_the_same_bytes_on_any_number_of_threads(tmp_path):
    import faiss

    vectors, threads = some_vectors(), faiss.omp_get_max_threads()
    try:
        for number in (1, 3):
            (tmp_path / str(number)).mkdir()
            faiss.omp_set_num_threads(number)
            HnswGraph.over(vectors).save(tmp_path / str(number))
            assert faiss.omp_get_max_threads() == number
    finally:
        faiss.omp_set_num_threads(threads)
    assert files_of(tmp_path / "1") == files_of(tmp_path / "3")


def test_a_saved_graph_answers_as_before(tmp_path):
    vectors = some_vectors()
    graph = HnswGraph.over(vectors)
    graph.save(tmp_path)
    opened = HnswGraph.load(tmp_path, vectors)
    for query in vectors[:20]:
        for before, after in zip(graph.near(query, 25), opened.near(query, 25), strict=True):
            np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize(
    "name",
    ["links.faiss", "scale.npy", *(f"{one}.npy" for one in hnsw.ARRAYS)],
)
@pytest.mark.parametrize("content", [None, b"", b"nonsense"])
def test_a_damaged_file_is_refused(tmp_path, name, content):
    vectors = some_vectors(200)
    HnswGraph.over(vectors).save(tmp_path)
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match="the graph cannot be read"):
        HnswGraph.load(tmp_path, vectors)


@pytest.mark.parametrize("others", [some_vectors(200, dim=8), some_vectors(100)])
def test_a_graph_of_other_vectors_is_refused(tmp_path, others):
    HnswGraph.over(some_vectors(200)).save(tmp_path)
    with pytest.raises(ValueError, match="the graph has"):
        HnswGraph.load(tmp_path, others)


@pytest.mark.parametrize(("name", "wrong"), [("rows", -1), ("rows", 200), ("beside", 200)])
def test_a_graph_that_names_what_is_not_there_is_refused(tmp_path, name, wrong):
    vectors = some_vectors(200)
    HnswGraph.over(vectors).save(tmp_path)
    named = np.load(tmp_path / f"{name}.npy")
    named.flat[3] = wrong
    np.save(tmp_path / f"{name}.npy", named)
    with pytest.raises(ValueError, match=f"the graph has {name} outside"):
        HnswGraph.load(tmp_path, vectors)


def test_more_neighbors_need_a_wider_look():
    graph = HnswGraph.over(some_vectors())
    breadths = [graph.breadth(n) for n in (1, 10, 60, 100, 500, 501, 5000)]
    assert breadths == sorted(breadths)
    assert all(breadth >= n for n, breadth in zip((10, 100, 500), graph.breadths, strict=True))
    assert breadths[-1] == 10 * graph.breadths[-1]


@pytest.mark.parametrize(
    ("exact_below", "rows_per_node", "share", "k", "asked"),
    [
        (0, 0, 1.0, 10, True),
        (1350, 0, 1.0, 10, True),
        (1351, 0, 1.0, 10, False),  # of 1500 rows 30 are absent, 120 not eligible
        (0, 100, 1.0, 10, False),
        (0, 1, 1.0, 10, True),
        (0, 2, 1.0, 1000, False),
        (0, 1, 0.02, 10, False),
    ],
)
def test_the_graph_is_asked_only_where_that_pays(
    monkeypatch, exact_below, rows_per_node, share, k, asked
):
    vectors, calls = some_vectors(), []
    monkeypatch.setattr(planner, "ROWS_PER_NODE", rows_per_node)
    near = HnswGraph.near
    monkeypatch.setattr(HnswGraph, "near", lambda *args: calls.append(1) or near(*args))
    exact = ExactIndex.over(vectors)
    eligible = np.random.default_rng(1).random(1500) < share
    if share == 1.0:
        eligible[np.flatnonzero(exact.present)[:120]] = False
    index = PlannedIndex(exact, HnswGraph.over(vectors), exact_below)
    index.query(vectors[1:2], k, eligible=eligible)
    assert bool(calls) == asked


@pytest.mark.parametrize(
    ("exact_below", "rows_per_node", "share", "k", "asked"),
    [
        (0, 0, 1.0, 10, True),
        (1500, 0, 0.5, 10, True),  # there are 1500 rows
        (1501, 0, 0.5, 10, False),
        (0, 0, 0.0, 10, False),
        (0, 100, 1.0, 10, False),
        (0, 1, 1.0, 10, True),
        (0, 1, 0.02, 10, False),
    ],
)
def test_what_lies_around_is_asked_of_the_graph_wherever_that_is_quicker(
    monkeypatch, exact_below, rows_per_node, share, k, asked
):
    vectors, calls = some_vectors(), []
    monkeypatch.setattr(planner, "ROWS_PER_NODE", rows_per_node)
    roughly = HnswGraph.roughly
    monkeypatch.setattr(HnswGraph, "roughly", lambda *args: calls.append(1) or roughly(*args))
    index = PlannedIndex(ExactIndex.over(vectors), HnswGraph.over(vectors), exact_below)
    index.around(vectors[1:2], k, eligible=np.random.default_rng(1).random(1500) < share)
    assert bool(calls) == asked


def test_a_rough_look_is_narrower_and_finds_most():
    vectors = some_vectors()
    graph, exact = HnswGraph.over(vectors), ExactIndex.over(vectors)
    assert np.all(graph.rough_breadths <= graph.breadths)
    assert [graph.rough_breadth(n) >= n for n in (1, 10, 60, 500, 5000)] == [True] * 5
    blends = unit_rows(vectors[100:200] + vectors[900:1000])
    truth = exact.query(blends, 100).rows
    looked = graph.roughly(blends, 100)
    recall = np.mean([np.isin(true, rows).mean() for true, rows in zip(truth, looked, strict=True)])
    assert recall > 0.93


def test_several_queries_are_looked_at_like_each_alone():
    vectors = some_vectors()
    graph = HnswGraph.over(vectors)
    for together, query in zip(graph.roughly(vectors[:7], 20), vectors[:7], strict=True):
        np.testing.assert_array_equal(together, graph.roughly(query[None], 20)[0])


def test_what_lies_beside_a_row_is_known_and_what_a_look_for_it_finds(monkeypatch):
    vectors = some_vectors()
    graph = HnswGraph.over(vectors)
    seeds = graph.rows[[0, 40, 700, -1]]
    looked = graph.roughly(vectors[seeds], linking.BESIDE)
    monkeypatch.setattr(linking.Links, "search", None)  # nothing is searched
    known = graph.roughly(vectors[seeds], linking.BESIDE, seeds)
    for seed, own, found in zip(seeds, known, looked, strict=True):
        assert own.tolist() == found[: len(own)].tolist()
        assert len(np.unique(vectors[own], axis=0)) == linking.BESIDE
        assert seed in own


def test_what_lies_beside_is_looked_for_surely(monkeypatch):
    looked, beside = [], linking.Links.beside

    def noted(links, nodes, breadth):
        looked.append(breadth)
        return beside(links, nodes, breadth)

    monkeypatch.setattr(linking.Links, "beside", noted)
    graph = HnswGraph.over(some_vectors())
    assert looked == [graph.breadth(linking.BESIDE)]
    assert graph.rough_breadth(linking.BESIDE) < graph.breadth(linking.BESIDE)


@pytest.mark.parametrize(("n", "later"), [(linking.BESIDE + 1, False), (10, True)])
def test_more_than_is_kept_and_beside_a_row_that_came_later_is_looked_for(n, later):
    vectors = some_vectors()
    graph = HnswGraph.over(vectors)
    seeds = np.array([1, len(vectors) if later else 2], np.int32)
    plain = graph.roughly(vectors[1:3], n)
    for own, found in zip(graph.roughly(vectors[1:3], n, seeds), plain, strict=True):
        np.testing.assert_array_equal(own, found)


def test_of_few_rows_all_are_beside_each_other():
    vectors = unit_rows(np.random.default_rng(0).normal(size=(5, 3))).astype(np.float32)
    graph = HnswGraph.over(vectors)
    (own,) = graph.roughly(vectors[2:3], 5, np.array([2], np.int32))
    assert sorted(own.tolist()) == [0, 1, 2, 3, 4]


def test_where_a_rough_look_finds_too_few_a_proper_one_follows():
    """All near the first row are taken out: a rough look at so many nodes finds nothing else."""
    vectors = some_vectors()
    exact, graph = ExactIndex.over(vectors), HnswGraph.over(vectors)
    eligible = np.ones(len(vectors), bool)
    eligible[exact.query(vectors[1:2], 200).rows[0]] = False
    index = PlannedIndex(exact, graph, 0)
    expected = exact.query(vectors[1:2], 10, eligible=eligible).rows[0]
    np.testing.assert_array_equal(index.around(vectors[1:2], 10, eligible=eligible), expected)


def test_who_needs_no_graph_loads_no_faiss():
    script = (
        "import sys, numpy as np, penchant.engine, penchant.pipeline\n"
        "from penchant.index import ExactIndex, PlannedIndex\n"
        "one = np.eye(3, dtype=np.float32)\n"
        "PlannedIndex(ExactIndex.over(one), None, 5).query(one, 2)\n"
        "sys.exit('faiss' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_tastes_say_how_widely_to_look_and_are_found_as_surely():
    """Rows themselves are easier to find than blends of two; too few tastes say nothing."""
    vectors = some_vectors()
    present = vectors[np.abs(vectors).sum(axis=1) > 0]
    blends, easy = HnswGraph.over(vectors), HnswGraph.over(vectors, present)
    assert np.all(easy.breadths <= blends.breadths)
    assert np.array_equal(HnswGraph.over(vectors, present[:20]).breadths, blends.breadths)
    hidden = HnswGraph.over(vectors, np.concatenate([np.zeros_like(vectors), present]))
    assert np.all(hidden.breadths <= blends.breadths)
    exact = ExactIndex.over(vectors)
    truth = exact.query(present[::7], 100).rows
    found = [easy.near(query, 100)[0] for query in present[::7]]
    recall = np.mean([np.isin(true, rows).mean() for true, rows in zip(truth, found, strict=True)])
    assert recall > 0.985
