"""Publishing: verified, judged, recorded; and the way back."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penchant.errors import BuildError, InputError, NotBuiltError, NotFoundError, RefusedError
from penchant.publishing import Verdict, pointed_id, publish_build
from penchant.rollback import roll_back, rollback_target
from penchant.shop_directory import ShopDirectory
from penchant.store.releases import Release, read_releases
from tests.tiny_builds import NOW, FakeGate, add_build, damage, publish


@pytest.fixture
def shop(tmp_path: Path) -> ShopDirectory:
    return ShopDirectory.create(tmp_path / "shop")


def record(shop: ShopDirectory) -> list[tuple[str, str, str | None]]:
    return [(r.action, r.build_id, r.previous) for r in read_releases(shop.releases_file)]


def test_a_build_that_passes_serves_and_the_verdict_is_recorded(shop: ShopDirectory) -> None:
    first, second = add_build(shop, 1), add_build(shop, 2)
    publish(shop, first)
    gate = FakeGate(passed=True)
    done = publish_build(shop, gate=gate, at=NOW)
    assert (done.build_id, done.previous, done.changed) == (second, first, True)
    assert gate.asked == [(second, first)]
    assert pointed_id(shop) == second
    assert read_releases(shop.releases_file)[-1] == Release(
        at="2026-07-01T12:00:00+00:00",
        action="publish",
        build_id=second,
        previous=first,
        pointer="current",
        verdict={
            "passed": True,
            "enough_evidence": True,
            "reasons": ["precision fell by .02"],
            "measures": {"precision": 0.1},
        },
        force=None,
    )


@pytest.mark.parametrize("enough", [True, False])
def test_what_does_not_pass_is_refused_and_recorded(shop: ShopDirectory, enough: bool) -> None:
    first, second = add_build(shop, 1), add_build(shop, 2)
    publish(shop, first)
    gate = FakeGate(passed=not enough, enough=enough)
    with pytest.raises(RefusedError, match=rf"{second} .*: precision fell by .02\. .*--force"):
        publish_build(shop, gate=gate, at=NOW)
    assert pointed_id(shop) == first
    assert record(shop) == [("publish", first, None), ("refusal", second, first)]
    publish_build(shop, gate=gate, at=NOW, force="new autumn photos")
    assert pointed_id(shop) == second
    last = read_releases(shop.releases_file)[-1]
    assert (last.action, last.force) == ("publish", "new autumn photos")
    assert last.verdict is not None
    assert last.verdict["enough_evidence"] is enough


def test_the_first_build_serves_without_evidence_but_not_against_it(shop: ShopDirectory) -> None:
    add_build(shop, 1)
    with pytest.raises(RefusedError):
        publish_build(shop, gate=FakeGate(passed=False), at=NOW)
    gate = FakeGate(passed=False, enough=False)
    publish_build(shop, gate=gate, at=NOW)
    assert [action for action, *_ in record(shop)] == ["refusal", "publish"]
    last = read_releases(shop.releases_file)[-1]
    assert last.verdict is not None
    assert last.verdict["enough_evidence"] is False


@pytest.mark.parametrize("harm", ["gone", "damaged", "pointer"])
def test_a_build_that_cannot_be_opened_is_worse_than_an_unjudged_one(
    shop: ShopDirectory, harm: str
) -> None:
    first, second = add_build(shop, 1), add_build(shop, 2)
    publish(shop, first)
    if harm == "gone":
        shutil.rmtree(shop.builds / first)
    elif harm == "damaged":
        damage(shop, first)
    else:
        (shop.path / "CURRENT").write_bytes(b"../data")
    gate = FakeGate(passed=False, enough=False)
    assert publish_build(shop, gate=gate, at=NOW).build_id == second
    assert gate.asked == [(second, None)]


def test_what_serves_already_is_neither_judged_nor_recorded_again(shop: ShopDirectory) -> None:
    only = add_build(shop, 1)
    publish(shop)
    gate = FakeGate(passed=False)
    assert publish_build(shop, only, gate=gate, at=NOW).changed is False
    assert (gate.asked, len(record(shop))) == ([], 1)


def test_a_damaged_build_is_never_published(shop: ShopDirectory) -> None:
    first, second = add_build(shop, 1), add_build(shop, 2)
    publish(shop, first)
    damage(shop, second)
    gate = FakeGate(passed=True)
    for pointer in ("current", "staging"):
        with pytest.raises(BuildError, match=f"{second} is damaged: facts.npy is changed"):
            publish_build(shop, gate=gate, force="sure", pointer=pointer, at=NOW)
    damage(shop, first)
    with pytest.raises(BuildError, match="damaged"):
        publish_build(shop, first, gate=gate, at=NOW)
    assert (gate.asked, len(record(shop)), pointed_id(shop)) == ([], 1, first)


def test_whatever_a_gate_measures_can_be_written_down(shop: ShopDirectory) -> None:
    add_build(shop, 1)
    measures = {"a": np.float32(0.5), "b": (np.nan, np.int64(3)), "c": MappingProxyType({1: "x"})}
    verdict = Verdict(True, True, measures=measures)
    done = publish_build(shop, gate=lambda *_: verdict, at=NOW)
    plain = {"a": 0.5, "b": [None, 3], "c": {"1": "x"}}
    recorded = read_releases(shop.releases_file)[-1].verdict
    assert recorded is not None
    assert recorded["measures"] == done.to_dict()["verdict"]["measures"] == plain


def test_staging_is_not_judged_and_leaves_what_serves(shop: ShopDirectory) -> None:
    first, second = add_build(shop, 1), add_build(shop, 2)
    publish(shop, first)
    gate = FakeGate(passed=False)
    done = publish_build(shop, gate=gate, pointer="staging", at=NOW)
    assert (done.verdict, gate.asked) == (None, [])
    assert (pointed_id(shop), pointed_id(shop, "staging")) == (first, second)
    last = read_releases(shop.releases_file)[-1]
    assert (last.pointer, last.verdict, last.previous) == ("staging", None, None)
    assert rollback_target(shop) is None, "staged builds did not serve"


def test_wrong_questions_say_what_is_right(shop: ShopDirectory) -> None:
    with pytest.raises(NotBuiltError, match=r"no build yet\. Make one with: penchant build"):
        publish(shop)
    name = add_build(shop, 1)
    with pytest.raises(NotFoundError, match=f'Did you mean "{name}"'):
        publish(shop, name[:-1])
    with pytest.raises(NotFoundError, match="listed by: penchant builds"):
        publish(shop, "../data")
    with pytest.raises(InputError, match='force is "", must say why'):
        publish(shop, force=" ")
    with pytest.raises(InputError, match='pointer is "live", must be one of: current, staging'):
        publish(shop, pointer="live")
    with pytest.raises(InputError, match="no whole build that was published before"):
        roll_back(shop, at=NOW)
    with pytest.raises(InputError, match=f"{name} never served.*penchant publish"):
        roll_back(shop, name, at=NOW)
    assert record(shop) == []


def test_a_rollback_passes_over_what_is_gone_or_damaged(shop: ShopDirectory) -> None:
    names = [add_build(shop, day) for day in (1, 2, 3, 4)]
    for name in names:
        publish(shop, name)
    shutil.rmtree(shop.builds / names[2])
    damage(shop, names[1])
    done = roll_back(shop, at=NOW)
    assert (done.build_id, done.previous) == (names[0], names[3])
    gone, damaged = done.skipped
    assert gone == f"Build {names[2]} is there no more."
    assert f"Build {names[1]} is damaged" in damaged
    assert pointed_id(shop) == names[0]
    assert record(shop)[-1] == ("rollback", names[0], names[3])
    with pytest.raises(BuildError, match="damaged"):
        roll_back(shop, names[1], at=NOW)
    assert roll_back(shop, names[3], at=NOW).build_id == names[3], "forward again, by name"
    assert rollback_target(shop) == names[0]


def test_a_refused_build_is_no_way_back(shop: ShopDirectory) -> None:
    first, second = add_build(shop, 1), add_build(shop, 2)
    publish(shop, first)
    with pytest.raises(RefusedError):
        publish_build(shop, gate=FakeGate(passed=False), at=NOW)
    with pytest.raises(InputError, match="never served"):
        roll_back(shop, second, at=NOW)


def test_a_pointer_changed_by_hand_or_before_there_was_a_record(shop: ShopDirectory) -> None:
    first, second, third = (add_build(shop, day) for day in (1, 2, 3))
    (shop.path / "CURRENT").write_text(first)
    publish(shop, second)
    (shop.path / "CURRENT").write_text(third)
    assert rollback_target(shop) == second
    assert roll_back(shop, at=NOW).build_id == second
    assert roll_back(shop, at=NOW).build_id == first
    (shop.path / "CURRENT").write_bytes(b"")
    assert roll_back(shop, at=NOW).build_id == first, "the last that is known to have served"


Step = st.one_of(
    st.tuples(st.sampled_from(["publish", "stage", "back to"]), st.integers(0, 3)),
    st.just(("back", 0)),
)


@settings(max_examples=20, deadline=None)
@given(steps=st.lists(Step, max_size=9))
def test_any_story_ends_where_a_pile_of_builds_does(steps: list[tuple[str, int]]) -> None:
    """Its twin: publishing puts a build on a pile, going back takes builds off."""
    with tempfile.TemporaryDirectory() as folder:
        shop = ShopDirectory.create(Path(folder) / "shop")
        names = [add_build(shop, day) for day in (1, 2, 3, 4)]
        pile: list[str] = []
        once: set[str] = set()
        for what, number in steps:
            name = names[number]
            if what == "stage":
                publish(shop, name, pointer="staging")
            elif what == "publish":
                publish(shop, name)
                pile += [name] if pile[-1:] != [name] else []
            elif what == "back" and len(pile) > 1:
                roll_back(shop, at=NOW)
                pile.pop()
            elif what == "back to" and name in once:
                roll_back(shop, name, at=NOW)
                while name in pile and pile[-1] != name:
                    pile.pop()
                pile += [name] if pile[-1:] != [name] else []
            elif what != "stage":
                with pytest.raises(InputError):
                    roll_back(shop, None if what == "back" else name, at=NOW)
            once |= set(pile)
            assert pointed_id(shop) == (pile[-1] if pile else None)
            assert rollback_target(shop) == (pile[-2] if len(pile) > 1 else None)
