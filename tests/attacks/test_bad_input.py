"""Bad input through the command line: one clear sentence and exit code 2 (1: damage, full disk)."""

from __future__ import annotations

import json
import shutil
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import penchant
from penchant.errors import BuildError
from penchant.shop_directory import ShopDirectory
from penchant.store.ingest import load_table

EVENT_HEADER = "customer_id product_id interaction_type timestamp"


def refused(result: Any, *words: str, code: int = 2) -> None:
    """Nothing on stdout, one sentence on stderr that holds all the words, the right exit code."""
    assert (result.code, result.out) == (code, ""), result
    assert "Traceback" not in result.err
    lines = [line for line in result.err.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, result.err
    assert result.err.rstrip().endswith(lines[0])
    for word in words:
        assert word in lines[0]


def ingest(desk: Any, shop: Path, table: str, path: Path, *more: object) -> Any:
    return desk.run("ingest", shop, f"--{table}", path, "--as-of", "2026-07-01", *more)


def findings(result: Any) -> dict[str, int]:
    assert result.code == 0, result.err
    (table,) = result.json["tables"]
    return {one["code"]: one["count"] for one in table["findings"]}


@pytest.fixture
def empty_shop(desk: Any, tmp_path: Path) -> Path:
    assert desk.run("init", tmp_path / "shop").code == 0
    return tmp_path / "shop"


# --- tables


def test_a_missing_column_is_named_with_the_likely_one(
    desk: Any, own_shop: Path, tmp_path: Path
) -> None:
    header = "customer_id product_id interaction_type timestmap_of_it"
    events = desk.write_csv(tmp_path / "e.csv", header, [("C", "P00", "view", "2026-01-01")])
    before = (own_shop / "data" / "interactions.parquet").read_bytes()
    refused(ingest(desk, own_shop, "interactions", events), "timestamp", "Required:", "e.csv")
    assert (own_shop / "data" / "interactions.parquet").read_bytes() == before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("photo.csv", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" * 50),
        ("archive.csv", b"PK\x03\x04" + bytes(200)),
        ("table.parquet", b"PAR1 this is no table PAR1"),
        ("empty.csv", b""),
        ("blank.csv", b"\n\n  \n"),
        ("book.xlsx", b"PK\x03\x04" + bytes(200)),
    ],
)
def test_a_file_that_is_no_table(
    desk: Any, empty_shop: Path, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    refused(ingest(desk, empty_shop, "products", tmp_path / name), name)
    assert not list((empty_shop / "data").iterdir())


def test_a_file_that_is_not_there(desk: Any, empty_shop: Path, tmp_path: Path) -> None:
    refused(ingest(desk, empty_shop, "products", tmp_path / "gone.csv"), "gone.csv")
    refused(ingest(desk, empty_shop, "products", tmp_path), str(tmp_path))


def test_no_table_named(desk: Any, empty_shop: Path) -> None:
    refused(desk.run("ingest", empty_shop), "No table was named", "products")


def test_ids_read_as_floats_are_repaired_and_told(
    desk: Any, empty_shop: Path, tmp_path: Path
) -> None:
    rows = [("597941.0", "ring"), ("1.449508e+09", "ring"), ("12", "watch"), ("13", "watch")]
    products = desk.write_csv(tmp_path / "p.csv", "product_id category", rows)
    assert sum(findings(ingest(desk, empty_shop, "products", products, "--json")).values()) >= 2
    ids = load_table(ShopDirectory.open(empty_shop), "products")["product_id"].to_list()
    assert ids == ["12", "13", "1449508000", "597941"]


def test_duplicate_ids_and_unknown_actions_and_the_future_are_set_aside(
    desk: Any, own_shop: Path, tmp_path: Path
) -> None:
    rows = [
        ("C1", "P00", "view", "2026-06-01"),
        ("C1", "P00", "stared_at", "2026-06-01"),
        ("C1", "P03", "view", "2126-06-01"),
        ("C1", "P06", "view", "2026-06-02"),
        ("C1", "P09", "view", "yesterday-ish"),
        ("", "P09", "view", "2026-06-02"),
    ]
    events = desk.write_csv(tmp_path / "e.csv", EVENT_HEADER, rows)
    result = ingest(desk, own_shop, "interactions", events, "--json")
    (table,) = result.json["tables"]
    assert (table["rows_kept"], table["rows_rejected"]) == (2, 4)
    rejects = (own_shop / "rejects" / "interactions.csv").read_text()
    for value in ("stared_at", "2126-06-01", "yesterday-ish"):
        assert value in rejects
    desk.rebuild(own_shop)
    assert len(penchant.open(own_shop).profile("C1").interactions) == 2
    twice = [("P00", "one"), ("P00", "two"), ("P01", "three")]
    products = desk.write_csv(tmp_path / "p.csv", "product_id title", twice)
    result = ingest(desk, own_shop, "products", products, "--json")
    assert result.json["tables"][0]["rows_kept"] == 2
    assert "P00" in (own_shop / "rejects" / "products.csv").read_text()


def test_a_customer_with_no_usable_event_gets_an_answer(
    desk: Any, own_shop: Path, tmp_path: Path
) -> None:
    rows = [("LOST", name, "purchase", "2026-06-01") for name in ("gone1", "gone2", "gone3")]
    events = desk.write_csv(tmp_path / "e.csv", EVENT_HEADER, rows)
    assert ingest(desk, own_shop, "interactions", events, "--append").code == 0
    desk.rebuild(own_shop)
    shop = penchant.open(own_shop)
    assert shop.recommend("LOST", k=3).step == "popular"
    notes = {one.note for one in shop.profile("LOST").interactions}
    assert notes == {"the product is not in the shop"}
    refused(desk.run("explain", own_shop, "LOST", "P00"), "LOST", "usable interactions")
    assert shop.neighbors("LOST").neighbors == ()


def test_ids_of_any_characters_travel_unharmed(desk: Any, empty_shop: Path, tmp_path: Path) -> None:
    names = ['a"b', "[red]x[/red]", "../../etc", "ключ", "a b\tc", "-k", "%s{}", "🙂"]
    rows = [(name, "ring", "x" if i % 2 else "y") for i, name in enumerate(names)]
    products = desk.write_csv(tmp_path / "p.csv", "product_id category color", rows)
    assert ingest(desk, empty_shop, "products", products).code == 0
    desk.rebuild(empty_shop)
    known = list(penchant.open(empty_shop).build.product_ids)
    assert len(known) == len(names)
    for name in known:
        shown = desk.run("similar", empty_shop, "--json", "--", name)
        assert shown.json["product_id"] == name
        assert desk.run("similar", empty_shop, "--", name).code == 0
    half = "\udcff"  # what a terminal passes on for a byte that is no text
    assert desk.run("recommend", empty_shop, half, "--json").json["customer_id"] == half


# --- photos


def png_of(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_bad_photos_are_told_and_the_rest_is_built(
    desk: Any, photo_folder: Path, model_cache: Path, empty_shop: Path, tmp_path: Path
) -> None:
    whole = (photo_folder / "P00.jpg").read_bytes()
    bad = {
        "empty": b"",
        "cut": whole[: len(whole) // 2],
        "bomb": png_of(60_000, 60_000),
        "text": b"<html>not found</html>",
    }
    for name, content in bad.items():
        (tmp_path / f"{name}.jpg").write_bytes(content)
    rows = [(f"P{i:02d}", photo_folder / f"P{i:02d}.jpg") for i in range(4)]
    rows += [(name, tmp_path / f"{name}.jpg") for name in bad]
    rows += [("gone", tmp_path / "gone.jpg"), ("web", "https://shop.example/a.jpg")]
    products = desk.write_csv(tmp_path / "p.csv", "product_id image", rows)
    assert ingest(desk, empty_shop, "products", products).code == 0
    photos = desk.run("embed", empty_shop, "--json").json["photos"]
    assert sum(photos.values()) == 10
    assert photos["ok"] == 4
    desk.rebuild(empty_shop)
    checkup = desk.run("doctor", empty_shop, "--json").json
    codes = {one["code"]: one for one in checkup["findings"]}
    assert codes["no_usable_photo"]["count"] == 6
    told = " ".join(text for one in checkup["findings"] for text in one["examples"])
    assert all(f"{name}: " in told for name in (*bad, "gone", "web"))
    slate = penchant.open(empty_shop).similar("P00", k=9)
    assert {slot.product_id for slot in slate.slots if slot.source == "similar"} == {
        "P01",
        "P02",
        "P03",
    }
    assert len(slate.slots) == 9


def test_only_bad_photos_is_nothing_to_build_from(
    desk: Any, model_cache: Path, empty_shop: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(b"no photo")
    products = desk.write_csv(
        tmp_path / "p.csv", "product_id image", [("A", tmp_path / "a.jpg"), ("B", "b.jpg")]
    )
    assert ingest(desk, empty_shop, "products", products).code == 0
    result = desk.run("build", empty_shop)
    assert (result.code, result.out) == (1, "")
    last = result.err.splitlines()[-1]
    assert last.startswith("error: None of the 2 photos the products name can be used")
    assert "a.jpg" in last
    refused(desk.run("recommend", empty_shop, "C"), "has no build yet", "penchant build")


# --- vectors made elsewhere


def test_bad_vectors_are_told_and_the_rest_is_built(desk: Any, tmp_path: Path) -> None:
    vectors = desk.make_vectors()
    vectors["P00"][2], vectors["P01"][0], vectors["P02"] = np.nan, np.inf, np.zeros(8)
    file = desk.write_vectors(tmp_path / "v.npz", vectors)
    desk.build(tmp_path / "shop", desk.inputs, vectors=file)
    built = desk.run("build", tmp_path / "shop", "--json").json
    told = {one["code"]: one["count"] for one in built["findings"] if one["table"] == "vectors"}
    assert told == {"not_finite": 2, "all_zero": 1, "no_vector": 4}
    checkup = desk.run("doctor", tmp_path / "shop", "--json").json
    assert {"not_finite", "all_zero", "no_vector"} <= {one["code"] for one in checkup["findings"]}
    styles = penchant.open(tmp_path / "shop").build.styles
    assert np.isfinite(styles).all()
    lengths = np.linalg.norm(styles, axis=1)
    assert lengths[:23] == pytest.approx(1.0, abs=1e-5)  # attributes place the three
    assert lengths[23] == 0


def test_vectors_of_other_products(desk: Any, tmp_path: Path) -> None:
    file = desk.write_vectors(tmp_path / "v.npz", {"X1": np.ones(4), "X2": np.ones(4)})
    desk.run("init", tmp_path / "shop", "--encoder", f"precomputed:{file}")
    ingest(desk, tmp_path / "shop", "products", desk.inputs / "products.csv")
    refused(desk.run("build", tmp_path / "shop"), "none of the 24 products", '"P00"', '"X1"')


@pytest.mark.parametrize(
    ("name", "content"),
    [("v.npz", b"PK no"), ("v.npy", b"\x93NUMPY\x01\x00"), ("v.txt", b"1 2"), ("v.parquet", b"x")],
)
def test_damaged_vectors(desk: Any, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    result = desk.run("init", tmp_path / "shop", "--encoder", f"precomputed:{tmp_path / name}")
    refused(result, name)
    assert not (tmp_path / "shop").exists()


def test_another_encoder_makes_another_build_and_never_mixes(desk: Any, own_shop: Path) -> None:
    """Vectors of another width: the build is made anew, from those alone."""
    before = penchant.open(own_shop).build_id
    wide = {name: np.append(row, [1, 2]) for name, row in desk.make_vectors().items()}
    desk.write_vectors(own_shop / "wide.npz", wide)
    settings = own_shop / "penchant.toml"
    lines = settings.read_text().splitlines()
    spec = f'spec = "precomputed:{own_shop / "wide.npz"}"'
    settings.write_text("\n".join(spec if one.startswith("spec") else one for one in lines))
    desk.rebuild(own_shop)
    after = penchant.open(own_shop)
    assert after.build_id != before
    assert after.manifest.space["channels"]["photo"] <= 10
    assert len(list((own_shop / "embeddings").iterdir())) == 2


def test_vectors_that_went_away(desk: Any, tmp_path: Path) -> None:
    file = Path(shutil.copy(desk.inputs / "vectors.npz", tmp_path / "v.npz"))
    desk.build(tmp_path / "shop", desk.inputs, vectors=file)
    file.unlink()
    refused(desk.run("build", tmp_path / "shop"), "v.npz")
    assert desk.run("recommend", tmp_path / "shop", "WARM", "--json").code == 0
    codes = [
        one["code"] for one in desk.run("doctor", tmp_path / "shop", "--json").json["findings"]
    ]
    assert "vectors_unusable" in codes


# --- settings


@pytest.mark.parametrize("spec", ["resnet", "lite", "onnx", "onnx:", "precomputed:", "lite0:x"])
def test_an_unknown_encoder(desk: Any, tmp_path: Path, spec: str) -> None:
    refused(
        desk.run("init", tmp_path / "shop", "--encoder", spec),
        "ncoder",
        "expected" if ":" in spec or spec == "onnx" else "Expected",
    )
    assert not (tmp_path / "shop").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[taste\nhalf_life_days = 3", ("not valid TOML", "penchant.toml")),
        ("[taste]\nhalf_live_days = 3", ("half_live_days", "half_life_days")),
        ("[tatse]\nhalf_life_days = 3", ("[tatse]", "taste")),
        ("[taste]\nhalf_life_days = -3", ("half_life_days is -3", "> 0")),
        ('[taste]\nhalf_life_days = "x"', ("half_life_days", "'x'", "a number")),
        ("taste = 3", ("taste", "section")),
        ("[recommend]\nk = true", ("k is True",)),
        ('[space]\nkind = "magic"', ("magic", "learned")),
        ('[encoder]\nspec = "resnet"', ("resnet", "lite0")),
        ('[space]\nattribute_columns = ["colour"]', ("colour",)),
    ],
)
def test_wrong_settings(desk: Any, own_shop: Path, text: str, words: tuple[str, ...]) -> None:
    (own_shop / "penchant.toml").write_text(text)
    refused(desk.run("build", own_shop), *words)
    assert desk.run("doctor", own_shop).code in {0, 2}
    assert desk.run("recommend", own_shop, "WARM", "--json").code == 0


def test_settings_that_are_no_text(desk: Any, own_shop: Path) -> None:
    (own_shop / "penchant.toml").write_bytes(b"\xff\xfe\x00[taste]")
    refused(desk.run("build", own_shop), "not valid TOML")


def test_a_wrong_override_of_the_environment(
    desk: Any, own_shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENCHANT_TASTE_HALF_LIVE_DAYS", "3")
    refused(desk.run("build", own_shop), "half_live_days", "half_life_days")


# --- questions


@pytest.mark.parametrize("verb", ["recommend", "neighbors", "profile"])
@pytest.mark.parametrize("moment", ["tomorrow", "2026-13-01", "", "0001-01-01T00:00+10:00"])
def test_a_bad_moment(desk: Any, built_shop: Path, verb: str, moment: str) -> None:
    refused(desk.run(verb, built_shop, "WARM", "--as-of", moment), "--as-of", "2026-03-01")


@pytest.mark.parametrize("k", [0, -1, 1001, 10**30])
def test_a_bad_number_of_products(desk: Any, built_shop: Path, k: int) -> None:
    for words in (("recommend", "WARM"), ("similar", "P00"), ("neighbors", "WARM")):
        refused(
            desk.run(words[0], built_shop, words[1], "-k", k), f"k is {k}", "between 1 and 1000"
        )


def test_unknown_products_customers_and_surfaces(desk: Any, built_shop: Path) -> None:
    refused(desk.run("similar", built_shop, "P0"), 'No product "P0"', "Did you mean")
    refused(desk.run("similar", built_shop, "zzz"), 'No product "zzz"', '"P00"')
    refused(desk.run("explain", built_shop, "WARM", "Q"), 'No product "Q"')
    for verb in ("profile", "neighbors"):
        refused(desk.run(verb, built_shop, "WARN"), 'No customer "WARN"', '"WARM"')
    refused(desk.run("explain", built_shop, "nobody", "P00"), 'No customer "nobody"')
    refused(desk.run("explain", built_shop, "WARM", "P23"), "P23", "no style vector")
    refused(
        desk.run("recommend", built_shop, "WARM", "--surface", "sidebar"), "sidebar", "homepage"
    )


def test_errors_as_json(desk: Any, built_shop: Path) -> None:
    result = desk.run("similar", built_shop, "zzz", "--json")
    assert (result.code, result.out) == (2, "")
    error = json.loads(result.err)
    assert error["code"] == "not_found"
    assert error["message"].startswith('No product "zzz".')


def test_wrong_usage_is_exit_code_2_without_a_traceback(desk: Any, built_shop: Path) -> None:
    for words in (
        ("recommend", built_shop),
        ("recommend", built_shop, "WARM", "-k", "ten"),
        ("recommend", built_shop, "WARM", "--nonsense"),
        ("nonsense",),
    ):
        result = desk.run(*words)
        assert (result.code, result.out) == (2, "")
        assert "Traceback" not in result.err


# --- the shop directory


ASKING = (("recommend", "WARM"), ("similar", "P00"), ("profile", "WARM"), ("neighbors", "WARM"))


def test_not_built_yet(desk: Any, empty_shop: Path) -> None:
    for verb, name in ASKING:
        refused(desk.run(verb, empty_shop, name), "has no build yet", "penchant build")
    refused(desk.run("build", empty_shop), "has no products", "penchant ingest")
    assert desk.run("embed", empty_shop, "--json").json["products"] == 0
    assert "not_built" in [
        one["code"] for one in desk.run("doctor", empty_shop, "--json").json["findings"]
    ]


def test_no_such_shop_and_a_shop_that_is_a_file(desk: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for verb in ("build", "embed", "doctor"):
        refused(desk.run(verb, tmp_path / "none"), 'No shop "', "penchant init")
        refused(desk.run(verb, tmp_path / "file"), "is a file, a shop is a folder")
    for verb, name in ASKING:
        refused(desk.run(verb, tmp_path / "none", name), 'No shop "', "penchant init")
    refused(desk.run("init", tmp_path / "file"), "not an empty folder")
    refused(desk.run("init", tmp_path / "file" / "below"), code=1)
    refused(desk.run("build", tmp_path / ("x" * 300)), code=1)


def test_a_folder_that_is_taken(desk: Any, own_shop: Path, tmp_path: Path) -> None:
    refused(desk.run("init", own_shop), "is a shop already")
    refused(desk.run("init", tmp_path), "not an empty folder")


def test_a_build_that_went_away(desk: Any, own_shop: Path) -> None:
    name = (own_shop / "CURRENT").read_text().strip()
    shutil.rmtree(own_shop / "builds" / name)
    refused(desk.run("recommend", own_shop, "WARM"), name, "penchant build", code=1)
    assert "build_damaged" in str(desk.run("doctor", own_shop, "--json").json["findings"])
    desk.rebuild(own_shop)
    assert desk.run("recommend", own_shop, "WARM").code == 0


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"../data", b"..", b"/", b".", b"nothing"])
def test_a_damaged_name_of_the_published_build(desk: Any, own_shop: Path, content: bytes) -> None:
    (own_shop / "CURRENT").write_bytes(content)
    refused(desk.run("recommend", own_shop, "WARM"), "CURRENT", "penchant build", code=1)


def build_folder(shop: Path) -> Path:
    return shop / "builds" / (shop / "CURRENT").read_text().strip()


def test_every_file_of_a_build_is_guarded(desk: Any, own_shop: Path) -> None:
    """A flipped byte, a cut, an absent and a foreign file: all are told, and `build` mends them."""
    folder = build_folder(own_shop)
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        whole = path.read_bytes()
        middle = len(whole) // 2
        flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
        for content in (flipped, whole[:middle], b"", None):
            path.unlink()
            if content is not None:
                path.write_bytes(content)
            result = desk.run("recommend", own_shop, "WARM")
            refused(result, folder.name, "damaged", "penchant build", code=1)
        assert "build_damaged" in str(desk.run("doctor", own_shop, "--json").json["findings"])
        path.write_bytes(whole)
    (folder / "extra.npy").write_bytes(b"")
    refused(desk.run("recommend", own_shop, "WARM"), "extra.npy", code=1)
    again = desk.run("build", own_shop, "--json").json
    assert again["reused"] is False
    assert desk.run("recommend", own_shop, "WARM").code == 0
    assert not (folder / "extra.npy").exists()


def test_large_arrays_are_checked_at_their_edges(
    desk: Any, own_shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without their checksum: any byte of a header flipped is told, or changes no answer."""
    from penchant.builds import manifest

    monkeypatch.setattr(manifest, "LARGE_BYTES", 0)
    wanted = penchant.open(own_shop).recommend("WARM", k=9).product_ids
    for name in ("styles", "channels", "profiles", "demand/popularity/overall", "opted_out"):
        path = build_folder(own_shop) / f"{name}.npy"
        whole = path.read_bytes()
        for place in range(0, 128, 3):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
            try:
                assert penchant.open(own_shop).recommend("WARM", k=9).product_ids == wanted
            except BuildError as error:
                assert "is damaged" in str(error)  # noqa: PT017
        path.write_bytes(whole)


@pytest.mark.parametrize("table", ["products", "interactions", "order_items"])
def test_a_damaged_table_of_the_shop(desk: Any, own_shop: Path, table: str) -> None:
    path = own_shop / "data" / f"{table}.parquet"
    option = f"--{table.replace('_', '-')}"
    for content in (b"", path.read_bytes()[:-30], b"PAR1 nothing PAR1"):
        path.write_bytes(content)
        refused(desk.run("build", own_shop), f"{table}.parquet", option, code=1)
        refused(desk.run("doctor", own_shop), f"{table}.parquet", option, code=1)
    assert desk.run("recommend", own_shop, "WARM", "--json").code == 0
    files = desk.inputs / f"{table}.csv"
    assert desk.run("ingest", own_shop, option, files, "--as-of", "2026-07-01").code == 0
    desk.rebuild(own_shop)


def test_a_damaged_report(desk: Any, own_shop: Path) -> None:
    path = own_shop / "data" / "products.report.json"
    for content in ("{", "[]", "{}", '{"table": 3}'):
        path.write_text(content)
        refused(desk.run("doctor", own_shop), "products.report.json", "--products", code=1)
        desk.rebuild(own_shop)


def test_damaged_embeddings_are_told_and_made_again(desk: Any, own_shop: Path) -> None:
    (run,) = (own_shop / "embeddings").iterdir()
    whole = (run / "vectors.npy").read_bytes()
    (run / "vectors.npy").write_bytes(whole[:-8])
    codes = [one["code"] for one in desk.run("doctor", own_shop, "--json").json["findings"]]
    assert "embeddings_damaged" in codes
    assert desk.run("build", own_shop, "--json").json["reused"] is True
    assert (run / "vectors.npy").read_bytes() == whole
