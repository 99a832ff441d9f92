"""[privacy] profiling = false: no profile of anybody, what is counted names nobody, all publish."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import penchant
from penchant.builds import Manifest, settings_that_count
from penchant.gate import WITHOUT_PROFILES, gate_of
from penchant.publishing import Published, publish_build
from penchant.settings import PrivacySettings, Settings
from penchant.shop_directory import ShopDirectory


def forbid_profiles(shop: Path) -> None:
    settings = shop / "penchant.toml"
    settings.write_text(settings.read_text().replace("[privacy]", "[privacy]\nprofiling = false"))


@pytest.fixture(scope="module")
def without(desk: Any, built_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small shop, built again without profiles; only to be copied."""
    shop = Path(shutil.copytree(built_shop, tmp_path_factory.mktemp("without") / "shop"))
    forbid_profiles(shop)
    assert desk.run("build", shop).code == 0
    return shop


def test_only_that_none_are_made_names_a_build() -> None:
    assert "privacy" not in settings_that_count(Settings())
    assert "privacy" not in settings_that_count(Settings(privacy=PrivacySettings(event_days=3.0)))
    never = settings_that_count(Settings(privacy=PrivacySettings(profiling=False, event_days=3.0)))
    assert never["privacy"] == {"profiling": False}


def test_a_build_makes_no_profile_and_learns_the_same_of_all_together(
    desk: Any, built_shop: Path, without: Path
) -> None:
    desk.publish(without)
    one, other = penchant.open(built_shop), penchant.open(without)
    assert other.build_id != one.build_id
    assert other.settings.privacy.profiling is False
    assert one.manifest.counts["profiles"] > 0 == other.manifest.counts["profiles"]
    build = other.build
    assert build.opted_out.all()
    assert not build.profiles.any()
    assert np.isnan(build.consistency).all()
    assert (build.judgements.style == -1).all()
    assert (build.demand.popularity.segment_row == -1).all()
    trust, reason = build.histories.events.trust, build.judgements.reason
    np.testing.assert_array_equal(build.judgements.trust, trust)
    assert not reason.any()
    own, all_of_them = one.build.demand, build.demand
    np.testing.assert_array_equal(all_of_them.links.weights, own.links.weights)
    assert (all_of_them.popularity.overall > 0).sum() == (own.popularity.overall > 0).sum()


def test_who_refused_teaches_nothing_all_the_same(without: Path, built_shop: Path) -> None:
    build = penchant.open(without).build
    before = penchant.open(built_shop).build
    assert before.opted_out[before.customer_ids.row("OUT")]
    assert build.demand.popularity.overall[build.product_ids.row("P00")] == pytest.approx(
        before.demand.popularity.overall[before.product_ids.row("P00")]
    )


def test_everybody_sees_what_does_not_depend_on_them_but_not_what_they_own(
    desk: Any, without: Path
) -> None:
    desk.publish(without)
    shop = penchant.open(without)
    steps = {shop.recommend(who, k=5).step for who in ("WARM", "NEAR", "OUT", "nobody")}
    assert steps == {"popular"}
    assert shop.customer("WARM").status == "opted_out"
    owned = {"P00"}
    assert not owned & set(shop.recommend("WARM", k=22).product_ids)
    assert "P00" in shop.recommend("nobody", k=22).product_ids


def test_the_gate_lets_it_pass_and_asks_for_no_proof(without: Path, tmp_path: Path) -> None:
    shop = ShopDirectory.open(shutil.copytree(without, tmp_path / "shop"))
    names = {Manifest.read(shop.builds / one).settings.get("privacy") is None: one
             for one in shop.build_ids()}  # fmt: skip
    at = datetime(2026, 7, 1, tzinfo=UTC)
    shop.pointer_file().write_text(f"{names[True]}\n")

    def publish(name: str, **more: str) -> Published:
        gate = gate_of(shop, shop.settings({}))
        return publish_build(shop, name, gate=gate, at=at, **more)

    done = publish(names[False])
    assert done.changed
    assert done.verdict is not None
    assert done.verdict.passed
    assert done.verdict.reasons == (WITHOUT_PROFILES.text,)
