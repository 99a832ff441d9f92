"""Files replaced as one: killed at any moment, all are old or all are new."""

from __future__ import annotations

import errno
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from penchant import files
from penchant.errors import BuildError
from penchant.shop_directory import ShopDirectory
from penchant.store.ingest import load_report, load_table
from penchant.store.journal import Leaving, finish_replacing, replace_together, stamp_of

KILLED_AT_CALL = """
import os, signal, sys
from pathlib import Path
shop, new, wanted, seen = sys.argv[1], sys.argv[2], int(sys.argv[3]), 0
from penchant.cli.app import main
import polars
def counted(real):
    def call(*arguments, **options):
        global seen
        seen += 1
        if seen == wanted:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **options)
    return call
for name in ("replace", "unlink"):
    setattr(Path, name, counted(getattr(Path, name)))
os.fsync = counted(os.fsync)
sys.argv = ["penchant", "ingest", shop, "--products", new, "--customers", new]
main()
"""


def write_tables(folder: Path, *names: str) -> Path:
    """One file that is a table of products and one of customers."""
    folder.mkdir(exist_ok=True)
    rows = {"product_id": names, "customer_id": names}
    pl.DataFrame(rows).write_csv(folder / "both.csv")
    return folder / "both.csv"


def held(shop: ShopDirectory) -> list[list[str]]:
    products = load_table(shop, "products")["product_id"].to_list()
    customers = load_table(shop, "customers")["customer_id"].to_list()
    reports = [load_report(shop, name) for name in ("products", "customers")]
    kept = [["?"] if one is None else [str(one.rows_kept)] for one in reports]
    return [products, customers, *kept]


OLD = [["a"], ["a"], ["1"], ["1"]]
NEW = [["b", "c"], ["b", "c"], ["2"], ["2"]]


def ingest(shop: Path, both: Path, kill_at: int) -> int:
    words = [sys.executable, "-c", KILLED_AT_CALL, shop, both, kill_at]
    done = subprocess.run([str(one) for one in words], capture_output=True, check=False)
    return done.returncode


# calls in order: (6 files + 6 folders) to disk, the journal (to disk, rename, folder, no leftover),
# then 6 renames, 2 folders, and the journal's end
@pytest.mark.parametrize("call", [5, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 25, 26])
def test_tables_read_together_are_all_old_or_all_new_after_a_kill(
    tmp_path: Path, call: int
) -> None:
    shop = ShopDirectory.create(tmp_path / "shop")
    assert ingest(shop.path, write_tables(tmp_path / "old", "a"), 0) == 0
    assert held(shop) == OLD
    killed = ingest(shop.path, write_tables(tmp_path / "new", "b", "c"), call)
    assert killed == -signal.SIGKILL
    with shop.writing():
        pass
    assert held(shop) == (OLD if call <= 14 else NEW)
    assert not shop.journal.exists()
    assert [path for path in shop.path.rglob(".*") if path.name != ".lock"] == []


def test_a_shop_that_moved_meanwhile_is_finished_where_it_is(tmp_path: Path) -> None:
    shop = ShopDirectory.create(tmp_path / "shop")
    ingest(shop.path, write_tables(tmp_path / "old", "a"), 0)
    ingest(shop.path, write_tables(tmp_path / "new", "b", "c"), 19)
    moved = ShopDirectory(shop.path.rename(tmp_path / "moved"))
    with moved.writing():
        assert held(moved) == NEW


def test_all_files_are_replaced_and_nothing_else_appears(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    replace_together({tmp_path / "a": b"new", tmp_path / "b": b"two"}, tmp_path / ".journal")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "a": b"new",
        "b": b"two",
    }
    finish_replacing(tmp_path / ".journal")


def test_a_rename_that_fails_is_said_and_finished_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if target.name == "b":
            raise OSError(errno.EACCES, "Permission denied")
        return real(self, target)

    new = {tmp_path / "a": b"new a", tmp_path / "b": b"new b"}
    (tmp_path / "b").write_bytes(b"old b")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        with pytest.raises(BuildError, match=r"Permission denied.*next command.*finishes it"):
            replace_together(new, tmp_path / ".journal")
    finish_replacing(tmp_path / ".journal")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "a": b"new a",
        "b": b"new b",
    }


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt()])
def test_a_journal_that_cannot_be_written_leaves_all_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    (tmp_path / "a").write_bytes(b"old")

    def fail(folder: Path) -> None:
        if (tmp_path / ".journal").exists():
            raise error

    monkeypatch.setattr(files, "sync", fail)
    with pytest.raises((BuildError, KeyboardInterrupt)):
        replace_together({tmp_path / "a": b"new"}, tmp_path / ".journal")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"old"}


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "{}", '{"replace": 3}', '{"replace": {"../x": "a"}}', '{"replace": {"x": "/a"}}',
     '{"replace": {"x": 3}}', '{"replace": {"": "a"}}', '{"replace": {}, "put_away": [["x", "a"]]}',
     '{"replace": {}, "put_away": [["x", "../a", ""]]}', '{"replace": {}, "put_away": 3}'],
)  # fmt: skip
def test_a_damaged_journal_moves_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "x").write_bytes(b"x")
    (tmp_path / ".journal").write_text(text, encoding="utf-8")
    with pytest.raises(BuildError, match=r"\.journal"):
        finish_replacing(tmp_path / ".journal")
    assert (tmp_path / "x").read_bytes() == b"x"


def leaving(folder: Path) -> Leaving:
    (folder / "in").write_bytes(b"read")
    return Leaving(folder / "in", folder / "done", stamp_of(folder / "in"))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_was_read_is_put_away_in_the_same_step(tmp_path: Path) -> None:
    replace_together({tmp_path / "a": b"new"}, tmp_path / ".journal", put_away=[leaving(tmp_path)])
    assert contents(tmp_path) == {"a": b"new", "done": b"read"}


def test_a_step_that_cannot_begin_puts_nothing_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = leaving(tmp_path)
    monkeypatch.setattr(files, "sync", lambda folder: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(BuildError):
        replace_together({tmp_path / "a": b"new"}, tmp_path / ".journal", put_away=[one])
    assert contents(tmp_path) == {"in": b"read"}


@pytest.mark.parametrize("was_put_away", [False, True])
def test_a_file_that_came_after_a_kill_is_not_put_away_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, was_put_away: bool
) -> None:
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        moved = real(self, target) if was_put_away or target.name != "done" else target
        if target.name == "done":
            raise KeyboardInterrupt
        return moved

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        with pytest.raises(KeyboardInterrupt):
            replace_together(
                {tmp_path / "a": b"new"}, tmp_path / ".journal", put_away=[leaving(tmp_path)]
            )
    (tmp_path / "in").write_bytes(b"came later")
    finish_replacing(tmp_path / ".journal")
    there = contents(tmp_path)
    assert (there["a"], there["in"]) == (b"new", b"came later")
    assert there.get("done") == (b"read" if was_put_away else None)
