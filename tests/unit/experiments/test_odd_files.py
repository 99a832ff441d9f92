"""Odd files among those of experiments: each is told of by name, and none stops anything else."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

import penchant
from penchant.errors import InputError, PenchantError
from penchant.experiments.experiment import Experiment, Variant
from penchant.experiments.files.lifecycle import ExperimentFiles
from penchant.server.experimenting import Experimenting
from penchant.shop_directory import ShopDirectory
from penchant.toml_file import MAX_DEPTH, parse_toml, parse_value, read_text
from tests.odd_files import ODD

NOW = datetime.now(UTC).replace(microsecond=0)

every_odd_file = pytest.mark.parametrize("make", ODD.values(), ids=ODD.keys())


@pytest.fixture
def files(tmp_path):
    """One experiment runs."""
    found = ExperimentFiles(ShopDirectory.create(tmp_path / "shop"))
    variants = (Variant("control"), Variant("bold", settings={"homepage": {"explore": 0.3}}))
    times = NOW - timedelta(days=1), NOW + timedelta(days=10)
    found.create(Experiment("good", ("homepage",), variants, *times))
    return found


@every_odd_file
def test_an_odd_file_is_told_by_name(files, make):
    make(files.path("odd"))
    assert files.names() == ["good", "odd"]
    with pytest.raises(InputError, match=r"^odd\.toml "):
        files.load("odd")
    with pytest.raises(PenchantError, match=r"odd\.toml"):
        penchant.assign(files.path("odd"), "C1")
    assert files.load("good").name == "good"


@every_odd_file
def test_the_list_tells_of_an_odd_file_beside_the_others(files, make, desk):
    make(files.path("odd"))
    done = desk.run("experiment", "list", files.shop.path, "--json")
    told = {one["experiment"]: one for one in done.json["experiments"]}
    assert (done.code, done.err) == (0, "")
    assert (told["good"]["state"], told["odd"]["state"]) == ("runs", "broken")
    assert told["odd"]["wrong"].startswith("odd.toml ")
    assert "odd.toml" in desk.run("experiment", "list", files.shop.path).out
    for verb in ("show", "start", "stop"):
        done = desk.run("experiment", verb, files.shop.path, "odd")
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith("error: odd.toml ")


@every_odd_file
def test_the_service_goes_on_beside_an_odd_file(files, make):
    told = []
    looking = Experimenting(files.shop, lambda *one: told.append(one))
    make(files.path("odd"))
    assert looking.look()
    assert looking.broken == ("odd",)
    assert [one.name for one in looking._running()] == ["good"]
    files.stop("good", NOW)
    assert looking.look()
    assert looking._running() == []
    assert not looking.look()
    made = files.path("odd")
    made.rmdir() if made.is_dir() else made.unlink()
    assert looking.look()
    assert looking.broken == ()


def test_whatever_one_file_raises_the_others_are_taken_up(files, monkeypatch):
    started = ExperimentFiles.started

    def fails(self, name):
        if name == "odd":
            raise MemoryError("odd")
        return started(self, name)

    monkeypatch.setattr(ExperimentFiles, "started", fails)
    files.path("odd").write_text("")
    looking = Experimenting(files.shop, lambda *_: None)
    assert looking.look()
    assert (looking.broken, [one.name for one in looking._running()]) == (("odd",), ["good"])


def test_what_could_not_be_read_is_read_as_soon_as_it_can_be(files, monkeypatch):
    looking = Experimenting(files.shop, lambda *_: None)
    kept = files.path("good").read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(os, "open", denied)
        assert looking.look()
        assert looking.broken == ("good",)
    files.path("good").chmod(0o640)
    assert files.path("good").read_bytes() == kept
    assert looking.look()
    assert looking.broken == ()


def denied(*_, **__):
    raise PermissionError(13, "Permission denied")


def test_a_folder_that_cannot_be_listed_leaves_what_ran(files):
    looking = Experimenting(files.shop, lambda *_: None)
    looking.look()
    away = files.folder.rename(files.folder.with_name("away"))
    files.folder.write_text("no folder")
    assert looking.look()
    assert looking.broken == ("good",)
    assert [one.name for one in looking._running()] == ["good"]
    fresh = Experimenting(files.shop, lambda *_: None)
    assert fresh.look()
    assert fresh.broken == ("experiments",)
    with pytest.raises(InputError, match="experiments cannot be listed: Not a directory"):
        files.names()
    files.folder.unlink()
    away.rename(files.folder)
    assert looking.look()
    assert looking.broken == ()


def test_a_name_that_is_no_text_is_told(files, desk):
    (files.folder / os.fsdecode(b"\xff\xfe.toml")).write_text("x = 1")
    done = desk.run("experiment", "list", files.shop.path)
    assert done.code == 0
    assert "cannot be the name of an experiment" in " ".join(done.out.split())
    looking = Experimenting(files.shop, lambda *_: None)
    looking.look()
    assert len(looking.broken) == 1


@pytest.mark.parametrize("year", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
@pytest.mark.parametrize("key", ["start", "end"])
def test_a_time_that_nothing_can_be_added_to_is_none(files, key, year):
    text = files.text("good").replace(f"\n{key} = ", f"\n{key} = {year} #")
    files.path("far").write_text(text)
    with pytest.raises(InputError, match=f"far.toml: {key} is .* within the years 1971 to 2999"):
        files.load("far")


def test_a_value_of_the_command_line_is_a_text_where_it_is_no_toml():
    assert parse_value("[1, 2]", "x") == [1, 2]
    assert parse_value("[1, 2", "x") == "[1, 2"
    for text in ("9" * 400, "9" * 5_000, "[" * 3_000 + "]" * 3_000):
        with pytest.raises(InputError, match=r"^x "):
            parse_value(text, "x")


def test_just_deep_and_great_enough_is_allowed():
    inside = MAX_DEPTH - 1
    assert parse_toml("a = " + "[" * inside + "]" * inside, "x")
    assert parse_toml(f"a = {2**63 - 1}\nb = {-(2**63)}", "x") == {"a": 2**63 - 1, "b": -(2**63)}
    with pytest.raises(InputError, match="nested deeper than 20"):
        parse_toml("a = " + "[" * (inside + 1) + "]" * (inside + 1), "x")
    with pytest.raises(InputError, match="beyond 2"):
        parse_toml(f"a = [{{ b = {2**63} }}]", "x")


def test_a_file_is_read_up_to_its_size(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text("é" * 5)
    assert read_text(path, at_most=10) == "é" * 5
    with pytest.raises(InputError, match="larger than 9 bytes"):
        read_text(path, at_most=9)
