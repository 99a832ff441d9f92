"""The house rules that a reader of the folder list relies on, checked on the source itself."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import penchant

HOME = Path(penchant.__file__).parent

LAYERS = (
    ("errors", "columns", "types", "settings", "settings_file", "toml_file", "files", "id_map"),
    ("maths",),
    ("tables",),
    ("images", "encoders", "space"),
    ("taste",),
    ("index", "candidates", "ranking"),
    ("surfaces", "reasons", "charts"),
    ("builds", "store", "shop_directory"),
    (
        "answers",
        "cards",
        "customer",
        "people",
        "embedding",
        "pipeline",
        "stock",
        "recommender",
        "visiting",
        "question",
        "explaining",
        "joining",
        "joined_tables",
        "placing",
        "growing",
        "opened",
        "recording",
        "insight",
        "engine",
        "in_memory",
        "campaign",
    ),
    (
        "evaluation",
        "experiments",
        "tuning",
        "publishing",
        "rollback",
        "shelf",
        "gate",
        "privacy",
        "nightly",
    ),
    ("cli", "server", "client", "sample", "profiler", "bench", "doctor"),
)
LAYER_OF = {room: number for number, rooms in enumerate(LAYERS) for room in rooms}
MAY_SEE_THE_SAMPLE = {"sample", "cli", "bench"}
FREE_OF_CLOCK_AND_CHANCE = {
    room for rooms in LAYERS[1:7] for room in rooms if room not in {"tables", "images", "encoders"}
} | {"tables", "builds"}
MAX_LINES = 400


def room_of(path):
    return path.relative_to(HOME).parts[0].removesuffix(".py")


FILES = sorted(path for path in HOME.rglob("*.py") if path != HOME / "__init__.py")
every_file = pytest.mark.parametrize(
    "path", FILES, ids=[str(path.relative_to(HOME)) for path in FILES]
)


def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def is_type_checking(node):
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def running_nodes(tree):
    """All nodes that run: those under `if TYPE_CHECKING` do not."""
    for node in ast.iter_child_nodes(tree):
        if is_type_checking(node):
            continue
        yield node
        yield from running_nodes(node)


def imported_rooms(tree):
    for node in running_nodes(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            inside = node.module == "penchant"
            names = [f"penchant.{a.name}" for a in node.names] if inside else [node.module]
        for name in names:
            if name.startswith("penchant."):
                yield name.split(".")[1], node.lineno


def test_every_room_has_its_place_in_the_layers():
    homeless = {room_of(path) for path in FILES} - LAYER_OF.keys()
    assert not homeless, f"give {sorted(homeless)} a place in LAYERS"
    gone = LAYER_OF.keys() - {room_of(path) for path in FILES}
    assert not gone, f"{sorted(gone)} of LAYERS do not exist"


def test_the_architecture_page_names_every_room():
    page = (HOME.parents[1] / "ARCHITECTURE.md").read_text(encoding="utf-8")
    unnamed = [room for room in LAYER_OF if f"`{room}`" not in page and f"`{room}/`" not in page]
    assert not unnamed


@every_file
def test_a_file_imports_only_from_its_own_and_earlier_layers(path):
    own = room_of(path)
    wrong = [
        f"line {line}: {room}"
        for room, line in imported_rooms(tree_of(path))
        if room != own
        and (
            LAYER_OF.get(room, len(LAYERS)) > LAYER_OF[own]
            or (room == "sample" and own not in MAY_SEE_THE_SAMPLE)
        )
        and not (room.startswith("__") or room == "open")
    ]
    assert not wrong


@every_file
def test_imports_are_absolute(path):
    relative = [n for n in ast.walk(tree_of(path)) if isinstance(n, ast.ImportFrom) and n.level]
    assert not relative


@every_file
def test_nothing_is_printed_or_asserted(path):
    wrong = [
        node.lineno
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Assert)
        or (isinstance(node, ast.Call) and ast.unparse(node.func) == "print")
    ]
    assert not wrong


CLOCKS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns",
    "time.localtime", "time.gmtime",
}  # fmt: skip
FRESH = {"default_rng", "Generator", "PCG64", "SeedSequence", "BitGenerator", "Philox"}


def uses_of_clock_or_chance(tree):
    for node in running_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names]
            if "random" in names or getattr(node, "module", "") == "random":
                yield f"line {node.lineno}: random"
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        tail = ".".join(called.split(".")[-2:])
        if tail in CLOCKS:
            yield f"line {node.lineno}: {called}()"
        if called.endswith("default_rng") and not (node.args or node.keywords):
            yield f"line {node.lineno}: {called}() without a seed"
        parts = called.split(".")
        if parts[:2] in (["np", "random"], ["numpy", "random"]) and parts[2] not in FRESH:
            yield f"line {node.lineno}: {called}()"


@every_file
def test_the_middle_reads_neither_clock_nor_global_chance(path):
    if room_of(path) in FREE_OF_CLOCK_AND_CHANCE:
        assert not list(uses_of_clock_or_chance(tree_of(path)))


def test_the_clock_and_chance_test_sees_what_it_forbids():
    text = (
        "import random\nnow = datetime.datetime.now()\nnp.random.seed(3)\nnp.random.default_rng()"
    )
    assert len(list(uses_of_clock_or_chance(ast.parse(text)))) == 4
    allowed = "if TYPE_CHECKING:\n    import random\nrng = np.random.default_rng(seed)"
    assert not list(uses_of_clock_or_chance(ast.parse(allowed)))


@every_file
def test_every_file_says_what_it_holds(path):
    assert ast.get_docstring(tree_of(path))


@every_file
def test_no_file_is_too_long_to_read(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


def public_definitions(body, prefix=""):
    """Public functions and classes, with their methods; nested functions are private."""
    for node in body:
        if isinstance(node, ast.If) and not is_type_checking(node):
            yield from public_definitions(node.body, prefix)
        named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if not named or node.name.startswith("_"):
            continue
        yield prefix + node.name, node
        if isinstance(node, ast.ClassDef):
            told = ast.get_docstring(node) or ""
            for name, member in public_definitions(node.body, f"{node.name}."):
                if not (is_property(member) and f"\n    {member.name}: " in told):
                    yield name, member


def is_property(node):
    return any(ast.unparse(one) == "property" for one in node.decorator_list)


def parameters(node):
    parts = node.args
    every = [*parts.posonlyargs, *parts.args, parts.vararg, *parts.kwonlyargs, parts.kwarg]
    return [one.arg for one in every if one and one.arg not in {"self", "cls"}]


def undocumented(name, node):
    text = ast.get_docstring(node) or ""
    if isinstance(node, ast.ClassDef):
        return []
    named = parameters(node)
    if len(named) == 1 and "Args:" not in text:
        return []  # of one parameter the first sentence can say it all
    _, _, args = text.partition("Args:\n")
    return [
        f"{name}: {one}"
        for one in named
        if not re.search(rf"^ {{4}}\*{{0,2}}{one}: \S", args, flags=re.MULTILINE)
    ]


@every_file
def test_every_public_name_is_documented(path):
    definitions = public_definitions(tree_of(path).body)
    assert not [name for name, node in definitions if not ast.get_docstring(node)]


@every_file
def test_every_parameter_is_documented(path):
    if room_of(path) in DOCUMENTED_ELSEWHERE:
        return
    definitions = public_definitions(tree_of(path).body)
    assert not [gap for name, node in definitions for gap in undocumented(name, node)]


DOCUMENTED_ELSEWHERE = {"cli", "sample"}
"""A command explains its parameters in its help; the sample's drawing kit is nobody's interface."""

WRONG_WORDS = {"user", "users", "userid", "sku", "skus", "recs", "persona", "impression"}
WRONG_NAMES = {"item_id", "item_ids", "item_row", "item_rows", "n_items", "topn"}
WRONG_TEXT = re.compile(r"\b(user_ids?|item_ids?|skus?|recs)\b", re.IGNORECASE)


OTHERS_NAMES = {"user_api"}
"""Parameters of libraries we call."""


def identifiers(tree):
    for node in ast.walk(tree):
        for field in ("id", "attr", "arg", "name"):
            word = getattr(node, field, None)
            if isinstance(word, str):
                yield word, getattr(node, "lineno", 0)


@every_file
def test_one_word_per_idea(path):
    if room_of(path) == "tables":
        return  # shops name their columns as they like
    tree = tree_of(path)
    wrong = [
        f"line {line}: {word}"
        for word, line in identifiers(tree)
        if word not in OTHERS_NAMES
        and (WRONG_WORDS & set(word.lower().split("_")) or word.lower() in WRONG_NAMES)
    ]
    wrong += [found.group() for found in WRONG_TEXT.finditer(path.read_text(encoding="utf-8"))]
    assert not wrong


def test_the_package_offers_few_names_and_each_is_there():
    assert len(penchant.__all__) <= 15
    assert len(set(penchant.__all__)) == len(penchant.__all__)
    for name in penchant.__all__:
        assert getattr(penchant, name) is not None, name
    wanted = {"open", "Shop", "CustomerStyleProfiler", "Settings", "PenchantError", "__version__"}
    assert wanted <= set(penchant.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = penchant.nonsense


def test_every_offered_error_is_a_penchant_error():
    errors = importlib.import_module("penchant.errors")
    for name in penchant.__all__:
        if name.endswith("Error"):
            assert getattr(penchant, name) is getattr(errors, name)
            assert issubclass(getattr(penchant, name), penchant.PenchantError)


HEAVY = (
    "numpy", "polars", "pandas", "pyarrow", "sklearn", "scipy", "onnx", "onnxruntime", "PIL",
    "faiss",
)  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [("import penchant", ()), ("from penchant import Settings", ()),
     ("from penchant import CustomerStyleProfiler", ("numpy",))],
)  # fmt: skip
def test_importing_the_package_loads_nothing_heavy(statement, allowed):
    script = f"import sys; {statement}; print(*[n for n in {HEAVY!r} if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert set(done.stdout.split()) <= set(allowed)
