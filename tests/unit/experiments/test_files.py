"""The experiments of a shop: begun, grown and ended in their files, whatever fails meanwhile."""

from __future__ import annotations

import os
import re
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from penchant.errors import BuildError, InputError, NotFoundError
from penchant.experiments.experiment import Experiment, Variant
from penchant.experiments.files.lifecycle import ExperimentFiles
from penchant.shelf import prune_builds
from penchant.shop_directory import ShopDirectory
from tests.kills import disk_full_from, kill_at_event, start
from tests.odd_files import ODD

BEGIN = datetime(2026, 5, 4, tzinfo=UTC)
END = BEGIN + timedelta(weeks=4)
LATER = BEGIN + timedelta(days=3)


def experiment(name="bold", *, changes=None, **more):
    changed = {"homepage": {"explore": 0.3}} if changes is None else changes
    variants = (Variant("control"), Variant("bold", settings=changed))
    told = {"surfaces": ("homepage",), "variants": variants, "start": BEGIN, "end": END} | more
    return Experiment(name, **told)


@pytest.fixture
def files(tmp_path):
    return ExperimentFiles(ShopDirectory.create(tmp_path / "shop"))


def test_a_shop_without_experiments_has_none(files):
    assert files.all() == ()
    assert files.names() == []
    assert files.signature() == ()
    assert not files.folder.exists()
    with pytest.raises(
        NotFoundError, match=r'No experiment "bold"\. They are listed by: penchant '
    ):
        files.load("bold")


def test_what_is_created_runs(files):
    one = experiment(traffic=0.2)
    path = files.create(one)
    assert path == files.shop.path / "experiments" / "bold.toml"
    assert files.load("bold") == one
    assert files.all() == (one,)
    with pytest.raises(InputError, match=r'There is an experiment "bold" already: .*bold\.toml'):
        files.create(one)
    with pytest.raises(NotFoundError, match='Did you mean "bold"'):
        files.load("bald")


def test_a_draft_is_assigned_to_nobody_until_it_is_started(files):
    files.draft(experiment())
    assert files.all() == ()
    assert files.load("bold") == experiment()
    begun = files.start("bold", BEGIN - timedelta(days=1))
    assert begun == experiment()  # its start is still to come
    assert files.all() == (begun,)
    with pytest.raises(InputError, match=r'"bold" was started already'):
        files.start("bold", BEGIN)


def test_a_start_that_is_past_becomes_now_and_the_length_stays(files):
    files.draft(experiment())
    begun = files.start("bold", LATER)
    assert (begun.start, begun.end) == (LATER, END + timedelta(days=3))
    assert files.load("bold") == begun


def test_a_draft_may_be_edited_by_hand_even_half(files):
    path = files.draft(experiment())
    path.write_text(path.read_text().replace("explore = 0.3", "explor = 0.3"))
    assert files.all() == ()
    with pytest.raises(InputError, match=r"bold\.toml, .* no setting explor"):
        files.start("bold", BEGIN)
    path.write_text(path.read_text().replace("explor = 0.3", "explore = 0.4"))
    assert files.start("bold", BEGIN).variants[1].settings == {"homepage": {"explore": 0.4}}


def test_all_are_given_by_name_with_those_that_are_over(files):
    for name in ("zeta", "alpha"):
        files.create(experiment(name, surfaces=("homepage",), layer=name, changes={}))
    files.draft(experiment("draft"))
    files.stop("zeta", LATER)
    assert [one.name for one in files.all()] == ["alpha", "zeta"]
    assert files.names() == ["alpha", "draft", "zeta"]


def test_a_ramp_grows_and_keeps_every_comment(files):
    path = files.create(experiment(traffic=0.1))
    path.write_text(path.read_text().replace("traffic = 0.1", "traffic = 0.1  # Ana: careful", 1))
    before = path.read_text()
    assert files.ramp("bold", 0.5) == experiment(traffic=0.5)
    assert files.load("bold").traffic == 0.5
    assert path.read_text() == before.replace("traffic = 0.1", "traffic = 0.5")
    assert files.ramp("bold", 0.5).traffic == 0.5
    assert files.ramp("bold", 1).traffic == 1.0
    with pytest.raises(InputError, match=r"traffic is 1 and may only grow, 0\.9 is less"):
        files.ramp("bold", 0.9)
    with pytest.raises(InputError, match=r"traffic is 1\.1, must be in 0\.\.1"):
        files.ramp("bold", 1.1)


def test_an_experiment_ends_once(files):
    files.create(experiment())
    assert files.stop("bold", LATER) == replace(experiment(), stopped=LATER)
    assert files.load("bold").stopped == LATER
    assert not files.load("bold").runs_at(LATER)
    for act in (lambda: files.stop("bold", LATER), lambda: files.ramp("bold", 1.0)):
        with pytest.raises(InputError, match=r'"bold" was stopped at 2026-05-07T00:00:00\+00:00'):
            act()


def test_an_end_that_was_set_may_come_earlier_never_later(files):
    files.create(experiment())
    files.stop("bold", LATER)
    assert files.stop("bold", BEGIN + timedelta(days=1)).stopped == BEGIN + timedelta(days=1)
    with pytest.raises(InputError, match=r"was stopped at 2026-05-05"):
        files.stop("bold", LATER)


def test_what_does_harm_is_stopped_whatever_is_wrong_with_the_settings(files):
    files.create(experiment())
    files.shop.settings_file.write_text("[homepage")
    with pytest.raises(InputError, match=r"penchant\.toml is not valid TOML"):
        files.load("bold")
    assert files.stop("bold", LATER).stopped == LATER


def test_what_is_over_is_not_stopped_and_a_draft_neither(files):
    files.create(experiment())
    with pytest.raises(InputError, match=r"is over: it ended at 2026-06-01T00:00:00\+00:00"):
        files.stop("bold", END)
    files.draft(experiment("other"))
    for act in (lambda: files.stop("other", LATER), lambda: files.ramp("other", 1.0)):
        with pytest.raises(InputError, match=r"not started yet\. Start it with: penchant exper"):
            act()


def test_a_file_changed_after_its_start_is_refused_by_name_but_can_be_stopped(files):
    path = files.create(experiment())
    path.write_text(path.read_text().replace("explore = 0.3", "explore = 0.5"))
    for act in (files.all, lambda: files.load("bold"), lambda: files.ramp("bold", 1.0)):
        with pytest.raises(InputError, match=r"^bold\.toml: who gets what was changed"):
            act()
    assert files.stop("bold", LATER).stopped == LATER


def test_a_stop_is_not_undone_by_hand(files):
    path = files.create(experiment())
    files.stop("bold", LATER)
    stopped = path.read_text()
    path.write_text("".join(x for x in stopped.splitlines(True) if not x.startswith("stopped")))
    for act in (files.all, lambda: files.load("bold")):
        with pytest.raises(InputError, match=r"^bold\.toml: .* stopped, which was removed or mov"):
            act()
    path.write_text(stopped)
    assert files.load("bold").stopped == LATER


def test_traffic_raised_by_hand_may_be_lowered_by_hand_down_to_what_ramp_wrote(files):
    path = files.create(experiment(traffic=0.1))
    for traffic in (0.9, 0.1):
        path.write_text(
            re.sub(r"^traffic = .*", f"traffic = {traffic}", path.read_text(), count=1, flags=re.M)
        )
        assert files.load("bold").traffic == traffic
    files.ramp("bold", 0.5)
    path.write_text(path.read_text().replace("traffic = 0.5", "traffic = 0.4", 1))
    for act in (files.all, lambda: files.load("bold"), lambda: files.ramp("bold", 0.6)):
        with pytest.raises(InputError, match=r"traffic is 0\.4, it was 0\.5 already"):
            act()


def salted(files, salt):
    text = files.shop.settings_file.read_text()
    files.shop.settings_file.write_text(
        text.replace("[experiments]", f'[experiments]\nsalt = "{salt}"', 1)
    )


def test_the_salt_of_the_shop_may_change_once_nothing_runs(files):
    now = datetime.now(UTC)
    times = {"start": now - timedelta(days=9), "end": now + timedelta(days=9)}
    files.create(experiment("over", end=BEGIN + timedelta(days=1), layer="first"))
    files.create(experiment("runs", **times))
    salted(files, "other")
    assert files.load("over").name == "over"
    for act in (files.all, lambda: files.load("runs"), lambda: files.ramp("runs", 1.0)):
        with pytest.raises(InputError, match=r'^runs\.toml: .* salt is "other", it was "penchant"'):
            act()
    files.stop("runs", now)
    assert [one.name for one in files.all()] == ["over", "runs"]
    files.create(experiment("next", start=now, end=now + timedelta(days=9)))
    assert 'shop_salt = "other"' in files.text("next")


def test_a_renamed_file_is_a_changed_experiment(files):
    path = files.create(experiment())
    path.rename(path.with_name("bolder.toml"))
    with pytest.raises(InputError, match=r"^bolder\.toml: who gets what was changed .*name"):
        files.all()


@pytest.mark.parametrize("content", [b"\xff", b"[registered", b"[registered]\n"])
def test_one_broken_file_is_named(files, content):
    files.create(experiment())
    (files.folder / "broken.toml").write_bytes(content)
    with pytest.raises(InputError, match=r"^broken\.toml"):
        files.all()


@pytest.mark.parametrize("name", ["../x", "a.b", "", "A", ".x"])
def test_a_name_never_leaves_the_folder(files, name):
    with pytest.raises(InputError, match="cannot be the name of an experiment"):
        files.load(name)


def test_a_file_with_a_name_that_cannot_be_is_told(files):
    files.create(experiment())
    (files.folder / "Bold 2.toml").write_text("")
    with pytest.raises(InputError, match='"Bold 2" cannot be the name of an experiment'):
        files.all()


def test_other_files_are_no_experiments(files):
    files.create(experiment())
    (files.folder / "notes.md").write_text("why we do this")
    (files.folder / ".bold.toml.12.tmp").write_text("left by a kill")
    assert files.names() == ["bold"]
    assert len(files.signature()) == 1


def test_the_signature_differs_as_soon_as_a_file_does(files):
    files.create(experiment(traffic=0.1))
    seen = {files.signature()}
    os.utime(files.path("bold"), ns=(1, 1))
    seen.add(files.signature())
    files.ramp("bold", 0.2)
    seen.add(files.signature())
    files.draft(experiment("other"))
    seen.add(files.signature())
    files.path("other").unlink()
    seen.add(files.signature())
    assert len(seen) == 4  # without the draft it is what it was
    assert files.signature() == files.signature()


def test_a_variant_answers_from_a_build_that_is_there(files):
    one = experiment(variants=(Variant("control"), Variant("bold", build_id="20260501-a")))
    for act in (files.draft, files.create):
        with pytest.raises(NotFoundError, match='No build "20260501-a"'):
            act(one)
    assert files.names() == []
    (files.shop.builds / "20260501-a").mkdir()
    files.draft(one)
    (files.shop.builds / "20260501-a").rmdir()
    with pytest.raises(NotFoundError, match="20260501-a"):
        files.start("bold", BEGIN)


def builds(files, *names):
    for i, name in enumerate(names):
        (files.shop.builds / name).mkdir()
        (files.shop.builds / name / "manifest.json").write_text("{}")
        os.utime(files.shop.builds / name / "manifest.json", (i, i))
        os.utime(files.shop.builds / name, (i, i))


def test_a_build_is_kept_until_its_experiment_is_over(files):
    names = [f"2026050{i}-a" for i in range(1, 4)]
    builds(files, *names)
    oldest = Variant("bold", build_id=names[0])
    files.create(experiment(variants=(Variant("control"), oldest)))
    assert prune_builds(files.shop, keep=1, at=LATER) == (names[1],)
    assert prune_builds(files.shop, keep=1) == ()
    assert prune_builds(files.shop, keep=1, at=END) == (names[0],)
    assert files.builds_needed(END) == set()


@pytest.mark.parametrize("make", ODD.values(), ids=ODD.keys())
def test_no_odd_file_keeps_old_builds(files, make):
    builds(files, "20260501-a", "20260502-a")
    files.folder.mkdir()
    make(files.path("odd"))
    assert prune_builds(files.shop, keep=1, at=LATER) == ("20260501-a",)


def test_a_broken_file_keeps_the_builds_it_names_if_it_was_started(files):
    builds(files, "20260501-a", "20260502-a", "20260503-a", "20260504-a")
    for name, build in (("bold", "20260501-a"), ("draft", "20260502-a")):
        one = experiment(name, variants=(Variant("control"), Variant("bold", build_id=build)))
        path = (files.create if name == "bold" else files.draft)(one)
        path.write_text(path.read_text() + "half =\n")
    assert prune_builds(files.shop, keep=1, at=LATER) == ("20260503-a", "20260502-a")
    files.path("bold").write_text(files.text("bold").replace("half =\n", "stopped = 3\n"))
    assert prune_builds(files.shop, keep=1, at=LATER) == ()


def test_the_variants_of_a_shop_are_laid_over_its_own_settings(files):
    text = files.shop.settings_file.read_text()
    files.shop.settings_file.write_text(text.replace("[homepage]", "[homepage]\nexplor = 1", 1))
    with pytest.raises(InputError, match=r"penchant\.toml \[homepage\] has no setting explor"):
        files.draft(experiment())


def clash(files, one):
    with pytest.raises(InputError) as caught:
        files.create(one)
    return str(caught.value)


def test_two_experiments_of_one_layer_share_no_unit(files):
    files.create(experiment(slice_to=0.5))
    told = clash(files, experiment("other", slice_from=0.4))
    assert 'wants 0.4..1 of layer "default", of which "bold" has 0..0.5 until 2026-06-01' in told
    files.create(experiment("beside", slice_from=0.5))
    files.create(experiment("after", start=END, end=END + timedelta(weeks=1)))
    files.create(experiment("elsewhere", surfaces=("cart",), changes={}))
    files.stop("bold", LATER)
    files.create(experiment("instead", slice_to=0.5, start=LATER))


def test_two_experiments_in_two_layers_never_change_the_same(files):
    files.create(experiment())
    told = clash(files, experiment("other", layer="second"))
    assert 'Experiment "other" changes homepage.explore on homepage, and so does "bold"' in told
    assert 'Use layer "default" with a slice of its own, or start after 2026-06-01' in told
    files.create(experiment("else", layer="second", changes={"homepage": {"diversity": 0.5}}))
    (files.shop.builds / "b1").mkdir()
    other_build = (Variant("control"), Variant("bold", build_id="b1"))
    files.create(experiment("build", layer="third", variants=other_build))
    assert "build_id" in clash(files, experiment("again", layer="fourth", variants=other_build))


def test_a_draft_that_would_clash_is_told_when_it_is_started(files):
    files.create(experiment())
    path = files.draft(experiment("other"))
    before = path.read_text()
    with pytest.raises(InputError, match='of which "bold" has'):
        files.start("other", BEGIN)
    assert path.read_text() == before


def test_it_can_be_stopped_while_the_shop_is_built(files):
    files.create(experiment())
    with files.shop.writing():
        assert files.stop("bold", LATER).stopped == LATER


def test_two_who_write_at_once_both_do(files):
    layers = [f"layer{i}" for i in range(8)]
    act = [
        threading.Thread(target=files.create, args=(experiment(one, layer=one, changes={}),))
        for one in layers
    ]
    for one in act:
        one.start()
    for one in act:
        one.join()
    assert files.names() == layers


def listed(files):
    return sorted(one.name for one in files.folder.iterdir())


def test_a_full_disk_leaves_the_old_file(files, monkeypatch):
    path = files.create(experiment(traffic=0.1))
    before = path.read_bytes()
    with disk_full_from(1, monkeypatch), pytest.raises(BuildError, match="disk is full"):
        files.ramp("bold", 0.5)
    assert path.read_bytes() == before
    assert listed(files) == [".lock", "bold.toml"]
    assert files.ramp("bold", 0.5).traffic == 0.5


KILLED_BEFORE_RENAMING = """
import os, signal, sys
sys.addaudithook(lambda event, _: event == "os.rename" and os.kill(os.getpid(), signal.SIGKILL))
from penchant.experiments.files.lifecycle import ExperimentFiles
from penchant.shop_directory import ShopDirectory
ExperimentFiles(ShopDirectory.open(sys.argv[1])).ramp("bold", 0.5)
"""


def test_a_kill_between_writing_and_renaming_leaves_the_old_file(files):
    path = files.create(experiment(traffic=0.1))
    before = path.read_bytes()
    process = start(KILLED_BEFORE_RENAMING, files.shop.path)
    _, err = process.communicate(timeout=60)
    assert process.returncode == -9, err
    assert path.read_bytes() == before
    assert len(listed(files)) == 3  # what was to be renamed lies beside it
    assert files.load("bold").traffic == 0.1
    assert files.ramp("bold", 0.6).traffic == 0.6
    assert listed(files) == [".lock", "bold.toml"]


@pytest.mark.proof
def test_a_kill_at_any_moment_leaves_the_old_file_or_the_new_one(files):
    path = files.create(experiment(traffic=0.1))
    old = path.read_bytes()
    new = old.replace(b"traffic = 0.1", b"traffic = 0.5")
    outcomes, number = [], 1
    while kill_at_event(files.folder, number, "experiment", "ramp", files.shop.path, "bold", 0.5):
        outcomes.append(path.read_bytes())
        path.write_bytes(old)
        number += 1
    assert path.read_bytes() == new
    assert old in outcomes
    assert set(outcomes) <= {old, new}
    files.ramp("bold", 0.6)
    assert listed(files) == [".lock", "bold.toml"]
