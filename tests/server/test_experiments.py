"""Experiments in the service: who gets what, what is told and kept of it, and what goes wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import penchant
from penchant.errors import StoreError
from penchant.experiments.assignment import assign, design_of, in_holdout
from penchant.experiments.experiment import Experiment, Variant
from penchant.experiments.files.lifecycle import ExperimentFiles
from penchant.experiments.files.registration import register
from penchant.experiments.files.rendering import render_experiment
from penchant.server.serving import AGAIN_TICKS
from penchant.settings import ExperimentSettings
from penchant.shop_directory import ShopDirectory
from tests.odd_files import ODD
from tests.server.conftest import served

NOW = datetime.now(UTC).replace(microsecond=0)
LOTS = {"homepage": {"policy": "random"}}
NOTHING = {"homepage": {"policy": "nothing"}}
NAMES = [f"V{n}" for n in range(40)]


def an_experiment(*variants, name="lots", surfaces=("homepage",), **more):
    return Experiment(
        name,
        surfaces,
        variants or (Variant("plain"), Variant("lots", settings=LOTS)),
        **{"start": NOW - timedelta(hours=1), "end": NOW + timedelta(days=30), **more},
    )


def begin(shop, experiment):
    ExperimentFiles(ShopDirectory.open(shop)).create(experiment)
    return experiment


def of_variant(experiment, variant, names=NAMES, shop=None):
    shared = shop or ExperimentSettings()
    given = ((one, assign(experiment, one, shop=shared)) for one in names)
    return [name for name, one in given if one is not None and one.variant == variant]


def slate(service, who, surface="homepage", **more):
    answer = service.get(f"/v1/customers/{who}/recommendations?surface={surface}&k=5", **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


def variant_of(service, who, **more):
    return {one["experiment"]: one["variant"] for one in slate(service, who, **more)["experiments"]}


def kept(service, name="lots"):
    assert service.service.keeper.flush()
    return service.service.link.store.assignments.of(name)


def row_of(service, request_id):
    assert service.service.keeper.flush()
    return service.service.link.store.slates.slate(request_id)


@pytest.fixture
def compared(own_shop):
    """The small shop, half of whose customers get products drawn by lot."""
    experiment = begin(own_shop, an_experiment())
    with served(own_shop) as service:
        yield service, experiment


def test_a_variant_changes_what_is_shown_and_the_answer_says_so(compared, own_shop):
    service, experiment = compared
    lots, plain = of_variant(experiment, "lots")[0], of_variant(experiment, "plain")[0]
    drawn, usual = slate(service, lots), slate(service, plain)
    assert drawn["experiments"] == [{"experiment": "lots", "variant": "lots"}]
    assert usual["experiments"] == [{"experiment": "lots", "variant": "plain"}]
    assert (drawn["step"], usual["step"]) == ("random", "popular")
    assert {one["source"] for one in drawn["slots"]} == {"random"}
    shop = penchant.open(own_shop)
    assert [one["product_id"] for one in usual["slots"]][:4] == list(
        shop.recommend(plain, k=5, request_id=usual["request_id"]).product_ids
    )[:4]


def test_the_same_customer_always_gets_the_same(compared):
    service, experiment = compared
    first = {name: variant_of(service, name)["lots"] for name in NAMES}
    assert first == {name: variant_of(service, name)["lots"] for name in reversed(NAMES)}
    assert first == {
        name: assign(experiment, name, shop=ExperimentSettings()).variant for name in NAMES
    }
    assert {*first.values()} == {"plain", "lots"}
    rows = {one.unit_id: one.variant for one in kept(service)}
    assert rows == first


def test_only_its_surfaces_are_part_of_an_experiment(compared):
    service, experiment = compared
    who = of_variant(experiment, "lots")[0]
    assert slate(service, who, "new_arrivals")["experiments"] == []
    assert service.get("/v1/products/P03/similar").json()["experiments"] == []


def test_answers_and_assignments_are_kept_with_policy_design_and_time(compared):
    service, experiment = compared
    lots, plain = of_variant(experiment, "lots")[0], of_variant(experiment, "plain")[0]
    drawn, usual = (row_of(service, slate(service, one)["request_id"]) for one in (lots, plain))
    nobody = row_of(service, service.get("/v1/recommendations").json()["request_id"])
    assert usual.policy == nobody.policy != drawn.policy
    assert all(0 < one.took_us < 60_000_000 for one in (drawn, usual, nobody))
    row = next(one for one in kept(service) if one.unit_id == lots)
    assert (row.design, row.counted, row.first_us) == (design_of(experiment), True, drawn.made_us)


def test_exposures_of_an_experiment_join_to_its_assignments(compared):
    service, experiment = compared
    who = of_variant(experiment, "lots")[0]
    answer = slate(service, who)
    shown = {"request_id": answer["request_id"]}
    assert service.post("/v1/exposures", shown).json()["accepted"] == 5
    (row,) = [one for one in kept(service) if one.unit_id == who]
    seen = service.service.link.store.slates.shown(0, 2**62)
    assert {one.slate.customer_id for one in seen} == {row.unit_id}
    assert all(one.slate.made_us >= row.first_us for one in seen)
    assert {one.propensity for one in seen} == {one["propensity"] for one in answer["slots"]}


def test_an_empty_slate_has_a_request_id_and_is_kept(own_shop):
    begin(own_shop, an_experiment(Variant("plain"), Variant("none", settings=NOTHING)))
    with served(own_shop) as service:
        who = next(one for one in NAMES if variant_of(service, one)["lots"] == "none")
        answer = slate(service, who)
        assert (answer["step"], answer["slots"]) == ("nothing", [])
        assert row_of(service, answer["request_id"]).slots == ()


def test_nobody_known_and_who_refused_is_in_no_experiment(compared):
    service, experiment = compared
    service.put("/v1/customers/V1/consent", {"personalization": False})
    for answer in (
        service.get("/v1/recommendations").json(),
        slate(service, "OUT"),
        slate(service, "V1"),
    ):
        assert answer["experiments"] == []
        assert answer["step"] == "popular"
    assert kept(service) == ()
    service.put("/v1/customers/V1/consent", {"personalization": True})
    assert variant_of(service, "V1") == {
        "lots": assign(experiment, "V1", shop=ExperimentSettings()).variant
    }


def test_where_no_profiles_are_made_nothing_is_compared(own_shop):
    begin(own_shop, an_experiment())
    settings = own_shop / "penchant.toml"
    settings.write_text(settings.read_text().replace("[privacy]", "[privacy]\nprofiling = false"))
    with served(own_shop) as service:
        assert [variant_of(service, one) for one in NAMES[:8]] == [{}] * 8
        assert kept(service) == ()


def test_while_the_database_is_down_nobody_is_in_an_experiment(compared, monkeypatch):
    service, experiment = compared
    who = of_variant(experiment, "lots")[0]

    def down(_):
        raise StoreError("down")

    monkeypatch.setattr(service.service.link.store.people, "person", down)
    answer = slate(service, who)
    assert (answer["degraded"], answer["experiments"], answer["step"]) == (True, [], "popular")


def test_the_holdout_gets_what_it_always_got(own_shop):
    begin(own_shop, an_experiment())
    settings = own_shop / "penchant.toml"
    text = settings.read_text().replace("[experiments]", "[experiments]\nholdout = 0.3")
    settings.write_text(text)
    shared = ExperimentSettings(holdout=0.3)
    held = [one for one in NAMES if in_holdout(one, shared)]
    assert held
    with served(own_shop) as service:
        found = {one: variant_of(service, one) for one in NAMES}
    assert [one for one, told in found.items() if not told] == held


def test_an_override_is_shown_but_not_counted(own_shop):
    other = of_variant(an_experiment(), "plain")[0]
    experiment = begin(own_shop, an_experiment(overrides={other: "lots"}))
    with served(own_shop) as service:
        assert variant_of(service, other) == {"lots": "lots"}
        slate(service, of_variant(experiment, "plain")[0])
        counted = {one.unit_id: one.counted for one in kept(service)}
    assert counted == {other: False, of_variant(experiment, "plain")[0]: True}


def test_who_turns_out_to_be_a_customer_of_another_variant_is_in_both(compared):
    service, experiment = compared
    customer = of_variant(experiment, "plain")[0]
    visitor = of_variant(experiment, "lots", [f"visitor-{n}" for n in range(20)])[0]
    assert variant_of(service, visitor) == {"lots": "lots"}
    kept(service)
    service.post(f"/v1/customers/{customer}/merge", {"anonymous_id": visitor})
    assert variant_of(service, visitor) == variant_of(service, customer) == {"lots": "plain"}
    found = {(one.unit_id, one.variant) for one in kept(service)}
    assert found == {(customer, "lots"), (customer, "plain")}


def test_what_is_over_or_yet_to_come_gives_nobody_anything(own_shop):
    begin(
        own_shop,
        an_experiment(name="over", start=NOW - timedelta(days=9), end=NOW - timedelta(days=1)),
    )
    begin(
        own_shop,
        an_experiment(name="later", start=NOW + timedelta(days=1), end=NOW + timedelta(days=9)),
    )
    with served(own_shop) as service:
        assert [variant_of(service, one) for one in NAMES[:9]] == [{}] * 9


def test_a_changed_file_is_taken_up_without_a_restart(service, own_shop):
    files = ExperimentFiles(ShopDirectory.open(own_shop))
    assert variant_of(service, "V1") == {}
    experiment = begin(own_shop, an_experiment(traffic=0.2))
    service.settled(lambda: any(variant_of(service, one) for one in NAMES))
    part = {one for one in NAMES if variant_of(service, one)}
    assert 0 < len(part) < len(NAMES)
    files.ramp("lots", 1.0)
    service.settled(lambda: all(variant_of(service, one) for one in NAMES))
    files.stop("lots", datetime.now(UTC))
    service.settled(lambda: not any(variant_of(service, one) for one in NAMES))
    told = [one["event"] for one in service.lines if one["event"].startswith("experiment")]
    assert told == ["experiment_taken_up"] * 3
    assert experiment.name in service.log


def ready(service):
    answer = service.get("/health/ready")
    return answer.status_code, answer.json()["trouble"]


def test_who_is_named_in_a_broken_file_is_not_named_in_the_log(compared, own_shop):
    service, _ = compared
    file = own_shop / "experiments" / "lots.toml"
    named = file.read_text().replace("[overrides]", '[overrides]\n"Secret-Person" = 7', 1)
    assert named != file.read_text()
    file.write_text(named)
    service.settled(lambda: ready(service) == (200, ["experiments_broken"]))
    assert "experiment_not_taken_up" in service.log
    assert "Secret-Person" not in service.log


@pytest.mark.parametrize("content", ["surfaces = [", "surfaces = ['moon']", "\xff"])
def test_a_broken_file_leaves_the_last_good_experiments_as_they_were(compared, own_shop, content):
    service, experiment = compared
    before = {one: variant_of(service, one) for one in NAMES}
    file = own_shop / "experiments" / "lots.toml"
    whole = file.read_text()
    file.write_bytes(content.encode("latin-1") + b"\n[registered]\n")
    service.settled(lambda: ready(service) == (200, ["experiments_broken"]))
    assert {one: variant_of(service, one) for one in NAMES} == before
    (line,) = [one for one in service.lines if one["event"] == "experiment_not_taken_up"]
    assert (line["level"], line["experiment"], line["code"]) == ("error", "lots", "invalid_input")
    assert line["text"] == ""
    file.write_text(whole)
    service.settled(lambda: ready(service) == (200, []))
    assert experiment.name in service.log


def test_no_odd_file_keeps_the_service_from_taking_up_and_stopping_others(service, own_shop):
    files = ExperimentFiles(ShopDirectory.open(own_shop))
    service.settled(lambda: ready(service) == (200, []))
    for number, make in enumerate(ODD.values()):
        odd = files.folder / f"odd{number}.toml"
        files.folder.mkdir(exist_ok=True)
        make(odd)
        service.settled(lambda: ready(service) == (200, ["experiments_broken"]))
        good = an_experiment(name=f"good{number}")
        files.path(good.name).write_text(
            render_experiment(good, register(good, ExperimentSettings()))
        )
        service.settled(lambda: all(variant_of(service, one) for one in NAMES[:3]))
        files.stop(f"good{number}", datetime.now(UTC))
        service.settled(lambda: not any(variant_of(service, one) for one in NAMES[:3]))
        odd.rmdir() if odd.is_dir() else odd.unlink()
        service.settled(lambda: ready(service) == (200, []))


def test_nobody_is_dealt_anew_by_another_salt_of_the_shop(own_shop):
    """Two experiments share a layer: with another salt those of one would be in the other."""
    begin(own_shop, an_experiment(slice_to=0.5))
    begin(own_shop, an_experiment(Variant("a"), Variant("b"), name="other", slice_from=0.5))
    settings = own_shop / "penchant.toml"
    kept = settings.read_text()
    with served(own_shop) as service:
        before = {one: variant_of(service, one) for one in NAMES}
        assert {name for one in before.values() for name in one} == {"lots", "other"}
        settings.write_text(kept.replace("[experiments]", '[experiments]\nsalt = "another"'))
        service.settled(lambda: ready(service) == (200, ["experiments_broken"]))
        assert {one: variant_of(service, one) for one in NAMES} == before
        new = an_experiment(Variant("c"), Variant("d"), name="new", layer="second")
        text = render_experiment(new, register(new, ExperimentSettings(salt="another")))
        (own_shop / "experiments" / "new.toml").write_text(text)
        service.settled(lambda: "new" in service.log)
        assert {one: variant_of(service, one) for one in NAMES} == before
        files = ExperimentFiles(ShopDirectory.open(own_shop))
        for name in ("lots", "other"):
            files.stop(name, datetime.now(UTC))
        service.settled(lambda: ready(service) == (200, []))
        assert all(variant_of(service, one).keys() == {"new"} for one in NAMES)


def test_a_broken_file_neither_hinders_the_start_nor_other_experiments(own_shop):
    begin(own_shop, an_experiment())
    begin(own_shop, an_experiment(Variant("a"), Variant("b"), name="other", layer="second"))
    (own_shop / "experiments" / "lots.toml").write_text("start = \n[registered]\n")
    with served(own_shop) as service:
        assert ready(service) == (200, ["experiments_broken"])
        assert {name for one in NAMES for name in variant_of(service, one)} == {"other"}


def test_two_experiments_of_two_layers_are_dealt_independently(own_shop):
    begin(own_shop, an_experiment())
    even = {"homepage": {"explore": 0.0}}
    begin(
        own_shop,
        an_experiment(Variant("a"), Variant("b", settings=even), name="even", layer="second"),
    )
    with served(own_shop) as service:
        told = [slate(service, one) for one in NAMES]
        pairs = {tuple(found["variant"] for found in one["experiments"]) for one in told}
        assert pairs == {(a, b) for a in "ab" for b in ("lots", "plain")}
        policies = {row_of(service, one["request_id"]).policy for one in told}
        assert len(policies) == 4
        arms = service.service.serving.now.arms
        shops = [one.shop for one in arms._arms.values()]
    assert len({id(one.assortment) for one in shops}) == 1
    assert len({id(one.people) for one in shops}) == 1


def test_a_variant_may_answer_from_another_build(desk, own_shop):
    first = (own_shop / "CURRENT").read_text().strip()
    settings = own_shop / "penchant.toml"
    settings.write_text(settings.read_text().replace("[taste]", "[taste]\nhalf_life_days = 9.0"))
    desk.run("build", own_shop, "--as-of", "2026-07-01")
    second = desk.publish(own_shop)
    assert first != second
    experiment = begin(own_shop, an_experiment(Variant("new"), Variant("old", build_id=first)))
    with served(own_shop) as service:
        for name, build in (("new", second), ("old", first)):
            answer = slate(service, of_variant(experiment, name)[0])
            assert (answer["build_id"], answer["step"]) == (build, "popular")
        other = row_of(service, answer["request_id"]).policy
        assert (
            other != row_of(service, service.get("/v1/recommendations").json()["request_id"]).policy
        )


def test_a_variant_whose_build_was_away_is_compared_once_it_is_back(desk, own_shop):
    first = (own_shop / "CURRENT").read_text().strip()
    settings = own_shop / "penchant.toml"
    settings.write_text(settings.read_text().replace("[taste]", "[taste]\nhalf_life_days = 9.0"))
    desk.run("build", own_shop, "--as-of", "2026-07-01")
    desk.publish(own_shop)
    begin(own_shop, an_experiment(Variant("new"), Variant("old", build_id=first)))
    home, away = own_shop / "builds" / first, own_shop / "away"
    home.rename(away)
    with served(own_shop) as service:
        watcher = service.service.watcher
        assert ready(service) == (200, ["experiments_broken"])
        assert [variant_of(service, one) for one in NAMES[:3]] == [{}] * 3
        away.rename(home)
        for _ in range(AGAIN_TICKS):
            watcher.look()
        assert ready(service) == (200, [])
        assert all(variant_of(service, one) for one in NAMES[:3])
        told = [one["event"] for one in service.lines if one["event"].startswith("experiment_not")]
    assert told == ["experiment_not_taken_up"]


@pytest.mark.parametrize("error", [OSError("gone"), ValueError("odd")])
def test_a_variants_build_that_cannot_be_opened_for_any_reason_is_told(
    own_shop, monkeypatch, error
):
    def fails(*_, **__):
        raise error

    (own_shop / "builds" / "b1").mkdir()
    begin(own_shop, an_experiment(Variant("new"), Variant("old", build_id="b1")))
    begin(own_shop, an_experiment(Variant("a"), Variant("b"), name="other", layer="second"))
    monkeypatch.setattr("penchant.server.other_builds.open_build_of", fails)
    with served(own_shop) as service:
        assert ready(service) == (200, ["experiments_broken"])
        assert {name for one in NAMES for name in variant_of(service, one)} == {"other"}


def test_reasons_are_those_of_the_variant(own_shop):
    popular = {"homepage": {"policy": "popularity"}}
    experiment = an_experiment(
        Variant("plain"),
        Variant("popular", settings=popular),
        overrides={"WARM": "popular", "NEAR": "plain"},
    )
    begin(own_shop, experiment)
    with served(own_shop) as service:
        sources = {
            who: service.get(f"/v1/customers/{who}/reasons/P09").json()["sources"].keys()
            for who in ("WARM", "NEAR")
        }
    assert sources["WARM"] == {"popular"}
    assert "visual" in sources["NEAR"]


def test_products_added_meanwhile_are_found_in_every_arm(compared):
    service, experiment = compared
    product = {"title": "Brand new", "category": "rings", "stock_status": "in_stock"}
    assert service.put("/v1/products/NEWEST", product).status_code in (200, 201)
    for variant in ("plain", "lots"):
        who = of_variant(experiment, variant)[0]
        answer = service.get(f"/v1/customers/{who}/recommendations?k=100").json()
        assert answer["experiments"] == [{"experiment": "lots", "variant": variant}]
        assert "NEWEST" in [one["product_id"] for one in answer["slots"]]


def test_assignments_are_exported_and_erased_with_the_person(compared):
    service, experiment = compared
    who = of_variant(experiment, "lots")[0]
    slate(service, who)
    kept(service)
    data = service.get(f"/v1/customers/{who}/export").json()
    assert [one["variant"] for one in data["database"]["assignments"]] == ["lots"]
    receipt = service.delete(f"/v1/customers/{who}").json()
    assert receipt["counts"]["assignments"] == 1
    assert kept(service) == ()
