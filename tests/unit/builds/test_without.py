"""A build without some customers: as the slow way makes it, whole at every moment, open or not."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from penchant import files
from penchant.builds import Build, Manifest
from penchant.builds import opening as opening_module
from penchant.builds.manifest import describe_files, made_at
from penchant.builds.opening import open_build
from penchant.builds.without import OF_PEOPLE, find_customers, write_without
from penchant.errors import BuildError
from penchant.id_map import IdMap
from penchant.shop_directory import ShopDirectory
from penchant.store.journal import replace_folder
from penchant.taste.histories import Histories


def without(build: Build, rows: list[int]) -> Build:
    """The slow, obvious way: everything in memory, row by row."""
    kept = np.setdiff1d(np.arange(len(build.customer_ids)), rows)
    heard = np.isin(build.histories.customer_rows(), kept)
    events = build.histories.events.take(heard)
    lengths = np.diff(build.histories.starts)[kept]
    popularity = build.demand.popularity
    judged = build.judgements
    return dataclasses.replace(
        build,
        customer_ids=IdMap.from_ids("customer", [build.customer_ids[row] for row in kept]),
        histories=Histories(np.concatenate([[0], np.cumsum(lengths)]), events),
        judgements=dataclasses.replace(
            judged,
            trust=judged.trust[heard],
            reason=judged.reason[heard],
            style=judged.style[heard],
        ),
        demand=dataclasses.replace(
            build.demand,
            popularity=dataclasses.replace(popularity, segment_row=popularity.segment_row[kept]),
        ),
        **{
            name: getattr(build, name)[kept]
            for name in ("opted_out", "no_marketing", "profiles", "consistency")
        },
    )


def only_build(shop: Path) -> Path:
    return next(one for one in (shop / "builds").iterdir() if not one.name.startswith("."))


def save(build: Build, folder: Path) -> dict[str, Any]:
    folder.mkdir()
    build.save(folder)
    return describe_files(folder)


@pytest.mark.parametrize(
    "names",
    [("BACK",), ("WARM",), ("QUIET", "COLD"), ("OUT", "FAR", "WARM"), ("BACK", "COLD", "FAR",
     "GIVER", "NEAR", "OUT", "QUIET", "WARM")],
)  # fmt: skip
def test_the_files_are_those_the_slow_way_writes(
    own_shop: Path, tmp_path: Path, names: tuple[str, ...]
) -> None:
    folder, into = only_build(own_shop), tmp_path / "smaller"
    rows = find_customers(folder, names).rows
    assert set(rows) == set(names)
    into.mkdir()
    manifest = write_without(folder, np.array(list(rows.values()), np.int32), into)
    slow = without(Build.load(folder), list(rows.values()))
    assert manifest.files == describe_files(into) == save(slow, tmp_path / "slow")
    assert manifest.counts == slow.counts == Build.load(into).counts
    assert Manifest.read(into) == manifest
    manifest.verify(into)


def test_name_time_and_all_that_is_about_products_stay(own_shop: Path, tmp_path: Path) -> None:
    folder, into = only_build(own_shop), tmp_path / "smaller"
    into.mkdir()
    before = Manifest.read(folder)
    after = write_without(folder, np.array([0], np.int32), into)
    assert (after.build_id, after.inputs, after.as_of) == (
        before.build_id, before.inputs, before.as_of,
    )  # fmt: skip
    assert made_at(into) == made_at(folder)
    changed = {name for name in before.files if before.files[name] != after.files[name]}
    assert changed <= set(OF_PEOPLE)
    for name in set(before.files) - set(OF_PEOPLE):
        assert (into / name).samefile(folder / name)


def test_every_file_with_a_row_per_customer_or_interaction_is_known(own_shop: Path) -> None:
    """A new array of a build must be written without the person, too: this test is to remind."""
    folder = only_build(own_shop)
    build = Build.load(folder)
    n_customers, n_events = len(build.customer_ids), len(build.histories.events)
    assert len({n_customers, n_customers + 1, n_events, len(build.product_ids)}) == 4
    lengths = {
        path.relative_to(folder).as_posix(): len(np.load(path)) for path in folder.rglob("*.npy")
        if np.load(path).ndim
    }  # fmt: skip
    sizes = (n_customers, n_customers + 1, n_events)
    suspects = {name for name, size in lengths.items() if size in sizes}
    suspects -= {"space/photo.mean.npy"}  # of as many columns by chance
    assert suspects <= set(OF_PEOPLE)
    assert set(OF_PEOPLE) <= set(lengths)


def test_a_changed_file_is_not_given_a_new_checksum(own_shop: Path, tmp_path: Path) -> None:
    folder = only_build(own_shop)
    path = folder / "profiles.npy"
    path.write_bytes(path.read_bytes()[:-1] + b"\x07")
    with pytest.raises(BuildError, match=r"profiles\.npy is missing or changed"):
        write_without(folder, np.array([0], np.int32), tmp_path)


def smaller_beside(folder: Path, name: str) -> Path:
    new = files.beside(folder)
    new.mkdir()
    row = find_customers(folder, [name]).rows[name]
    write_without(folder, np.array([row], np.int32), new)
    return new


@pytest.mark.parametrize("can_exchange", [True, False])
def test_a_build_is_replaced_as_one_and_nothing_is_left(
    own_shop: Path, monkeypatch: pytest.MonkeyPatch, can_exchange: bool
) -> None:
    if not can_exchange:
        monkeypatch.setattr("penchant.store.journal.exchange", lambda *_: False)
    folder, shop = only_build(own_shop), ShopDirectory.open(own_shop)
    _, before = open_build(folder)
    replace_folder(smaller_beside(folder, "WARM"), folder, shop.journal)
    manifest, after = open_build(folder)
    manifest.verify(folder)
    assert "WARM" in before.customer_ids  # what was open stays as it was
    assert "WARM" not in after.customer_ids
    assert [one.name for one in (own_shop / "builds").iterdir()] == [folder.name]
    assert not shop.journal.exists()


@pytest.mark.parametrize("renamed", [False, True])
def test_a_replacement_killed_between_two_renames_is_finished_by_the_next_writer(
    own_shop: Path, monkeypatch: pytest.MonkeyPatch, renamed: bool
) -> None:
    folder, shop = only_build(own_shop), ShopDirectory.open(own_shop)
    monkeypatch.setattr("penchant.store.journal.exchange", lambda *_: False)
    monkeypatch.setattr("penchant.store.journal.finish_replacing", lambda _: None)
    new = smaller_beside(folder, "WARM")
    monkeypatch.setattr("penchant.store.journal.shutil.rmtree", lambda *_, **__: None)
    replace_folder(new, folder, shop.journal)
    monkeypatch.undo()
    assert shop.journal.exists()
    if renamed:
        folder.rename(folder.with_name(f".{folder.name}.1.old.tmp"))
    with shop.writing():
        manifest, build = open_build(folder)
    manifest.verify(folder)
    assert "WARM" not in build.customer_ids
    assert [one.name for one in (own_shop / "builds").iterdir()] == [folder.name]


def test_what_was_opened_partly_before_and_partly_after_is_opened_again(
    own_shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, shop = only_build(own_shop), ShopDirectory.open(own_shop)
    load = Build.load

    def replaced_meanwhile(path: Path) -> Build:
        monkeypatch.setattr(Build, "load", load)
        replace_folder(smaller_beside(folder, "WARM"), folder, shop.journal)
        return load(path)

    monkeypatch.setattr(Build, "load", replaced_meanwhile)
    manifest, build = open_build(folder)
    assert "WARM" not in build.customer_ids
    assert manifest.counts == build.counts


def test_a_damaged_build_is_told_at_once(own_shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = only_build(own_shop)
    (folder / "profiles.npy").unlink()
    tries: list[Path] = []
    opened = opening_module._opened

    def counted(path: Path) -> tuple[Manifest, Build]:
        tries.append(path)
        return opened(path)

    monkeypatch.setattr(opening_module, "_opened", counted)
    with pytest.raises(BuildError, match=r"profiles\.npy is missing"):
        open_build(folder)
    assert len(tries) == 1
    shutil.rmtree(folder)
    with pytest.raises(BuildError):
        open_build(folder)
