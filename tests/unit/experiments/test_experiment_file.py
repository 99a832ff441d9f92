"""An experiment's file: what is written is read back, and each mistake is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.errors import InputError
from penchant.experiments.assignment import design_of
from penchant.experiments.experiment import PRIMARIES, Experiment, Variant
from penchant.experiments.files.editing import edit_experiment, without_overrides
from penchant.experiments.files.parsing import held_to_file, parse_experiment
from penchant.experiments.files.registration import (
    Registration,
    check_salt,
    plan_of,
    register,
    sealed,
    sealed_again,
)
from penchant.experiments.files.rendering import render_experiment
from penchant.settings import ExperimentSettings, HomepageSettings, Settings
from penchant.settings.showing import SURFACES

SHOP = ExperimentSettings()
BEGIN = datetime(2026, 5, 4, tzinfo=UTC)
END = BEGIN + timedelta(weeks=4)

names = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,20}", fullmatch=True)
parts = st.floats(0.001, 1)
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
overlays = st.fixed_dictionaries(
    {},
    optional={
        "homepage": st.fixed_dictionaries(
            {},
            optional={
                "explore": st.floats(0, 0.5),
                "weights": st.fixed_dictionaries({}, optional={"visual": parts}),
                "guards": st.just(["gender"]),
            },
        ),
        "recommend": st.fixed_dictionaries(
            {}, optional={"deny": st.lists(texts, max_size=2), "one_per_group": st.booleans()}
        ),
    },
)


@st.composite
def experiments(draw):
    called = draw(st.lists(names, min_size=2, max_size=4, unique=True))
    variants = tuple(
        Variant(one, draw(st.floats(0.01, 100)), draw(overlays), draw(st.just("") | names))
        for one in called
    )
    slice_from = draw(st.floats(0, 0.5))
    start = BEGIN + draw(st.timedeltas(timedelta(days=-2000), timedelta(days=2000)))
    end = start + timedelta(days=draw(st.integers(1, 100)))
    return Experiment(
        name=draw(names),
        surfaces=("homepage", *draw(st.sets(st.sampled_from(SURFACES[2:])))),
        variants=variants,
        start=start,
        end=end,
        primary=draw(st.sampled_from(PRIMARIES)),
        traffic=draw(st.floats(0, 1)),
        salt=draw(st.just("") | names),
        layer=draw(names),
        slice_from=slice_from,
        slice_to=draw(st.floats(0.51, 1)),
        stopped=draw(st.none() | st.just(start + timedelta(hours=5))),
        attribution_days=draw(st.floats(0.01, 100)),
        winsorize=draw(parts),
        margins=draw(st.fixed_dictionaries({}, optional={"fallback": parts, "return_rate": parts})),
        overrides=draw(st.dictionaries(texts, st.just(called[0]), max_size=3)),
    )


def experiment(**more):
    bold = Variant("bold", settings={"homepage": {"explore": 0.3}})
    return Experiment("bold", ("homepage",), (Variant("control"), bold), BEGIN, END, **more)


def parsed(text, settings=None):
    return parse_experiment(text, "bold", source="bold.toml", settings=settings)


SHORT = """\
surfaces = ["homepage"]
start = 2026-05-04T00:00:00Z
end = 2026-06-01T00:00:00Z

[[variants]]
name = "control"

[[variants]]
name = "bold"
[variants.settings.homepage]
explore = 0.3
"""


def test_a_short_file_is_enough():
    read = parsed(SHORT)
    assert read.registration is None
    assert read.experiment == experiment()
    assert read.experiment.control.name == "control"


@given(one=experiments())
def test_what_is_written_is_read_back(one):
    draft = parse_experiment(render_experiment(replace(one, stopped=None)), one.name, source="x")
    assert draft.registration is None
    assert draft.experiment == replace(one, stopped=None)
    text = render_experiment(one, register(one, SHOP))
    read = parse_experiment(text, one.name, source="x")
    assert read.experiment == one
    assert read.registration == register(one, SHOP)
    assert held_to_file(read, source="x") is read.experiment
    assert design_of(read.experiment) == design_of(one)


def test_the_written_file_explains_every_key_and_shows_defaults_as_comments():
    text = render_experiment(experiment())
    for key in ("salt", "layer", "slice_from", "slice_to", "attribution_days", "winsorize"):
        assert f"\n# {key} = " in text
        shown = text.replace(f"\n# {key} = ", f"\n{key} = ")
        assert parsed(shown).experiment == experiment()
    assert all(len(line) <= 100 for line in text.splitlines())
    uncommented = text.replace('# "C10001" = "VARIANT"', '"C10001" = "bold"')
    uncommented = uncommented.replace("# fallback = 0.1", "fallback = 0.1")
    assert parsed(uncommented).experiment == experiment(
        overrides={"C10001": "bold"}, margins={"fallback": 0.1}
    )


def changed(old, new, text=SHORT):
    assert old in text
    return text.replace(old, new, 1)


MISTAKES = [
    ("surfaces = [", r"bold\.toml is not valid TOML: "),
    (changed("surfaces", "surface"), r'no setting surface\. Did you mean "surfaces"\? Settings: s'),
    (changed('surfaces = ["homepage"]\n', ""), r"bold\.toml says nothing of surfaces"),
    (changed("start = 2026-05-04T00:00:00Z\n", ""), r"says nothing of start"),
    (changed("00:00:00Z", "00:00:00"), r"start is 2026-05-04 00:00:00, must be a time with its zo"),
    (changed("2026-05-04T00:00:00Z", '"2026-05-04"'), r"start is 2026-05-04, must be a time"),
    (changed("2026-05-04T00:00:00Z", "2026-05-04"), r"start is 2026-05-04, must be a time"),
    (changed("2026-06", "2026-04"), r"bold\.toml: start is .* the start comes first"),
    (changed('["homepage"]', '"homepage"'), r"surfaces is 'homepage', must be a list of texts"),
    (changed('["homepage"]', "[3]"), r"surfaces is 3, must be a text"),
    (changed('"homepage"', '"hompage"'), r'surface is "hompage".* Did you mean "homepage"\?'),
    (changed('["homepage"]', '["homepage", "homepage"]'), r"surfaces names one of them twice"),
    ('traffic = "all"\n' + SHORT, r"bold\.toml: traffic is 'all', must be a number"),
    ("traffic = true\n" + SHORT, r"traffic is True, must be a number"),
    ("traffic = 1.5\n" + SHORT, r"bold\.toml: traffic is 1\.5, must be in 0\.\.1"),
    ("traffic = nan\n" + SHORT, r"traffic is nan, must be in 0\.\.1"),
    ("attribution_days = inf\n" + SHORT, r"attribution_days is inf, must be <= 36500"),
    ("layer = 1\n" + SHORT, r"layer is 1, must be a text"),
    ('primary = "aov"\n' + SHORT, r'primary is "aov", must be one of: ctr, conversion, revenue'),
    (SHORT + "traffic = 0.5\n", r"\[homepage\] has no setting traffic"),
    (
        changed('name = "control"', 'name = "control"\ntraffic = 0.5'),
        r"\[\[variants\]\] has no setting traffic\. traffic stands above all tables\.",
    ),
    (changed('name = "control"', "share = 1"), r"\[\[variants\]\] says nothing of name"),
    (changed('"control"', '"bold"'), r"at least two, of different names"),
    (changed('"control"', '"Control"'), r'"Control" cannot be a name'),
    (changed('"control"', '"control"\nshare = 0'), r'Variant "control": share is 0, must be > 0'),
    (changed('"control"', '"control"\nshare = inf'), r"share is inf"),
    (
        changed("explore", "explor"),
        r'bold\.toml, variant "bold" \[homepage\] has no setting explor',
    ),
    (changed("explore = 0.3", "explore = 3"), r"homepage\] explore|explore is 3, must be <= 0\.5"),
    (changed("explore = 0.3", 'explore = "x"'), r"explore is 'x', must be a number"),
    (
        changed("[variants.settings.homepage]", "[variants.settings.hompage]"),
        r'variant "bold" has a section \[hompage\], there is none\. Did you mean "homepage"\?',
    ),
    (
        changed("[variants.settings.homepage]\nexplore = 0.3", "[variants.settings.cart]"),
        r"changes \[cart\], but the experiment runs on homepage: name that surface too",
    ),
    (
        changed(
            "[variants.settings.homepage]\nexplore = 0.3", '[variants.settings.space]\nkind="raw"'
        ),
        r"changes \[space\], which is settled when a build is made",
    ),
    (
        changed("[variants.settings.homepage]\nexplore = 0.3", "settings = 3"),
        r"\[\[variants\]\]: settings is 3, must be a table",
    ),
    (
        changed("[variants.settings.homepage]\nexplore = 0.3", "[variants.settings]\nhomepage = 3"),
        r"settings\.homepage is 3, must be a table",
    ),
    (SHORT[: SHORT.index("[[")], r"says nothing of variants"),
    (
        SHORT[: SHORT.index("[[")] + "variants = 3",
        r"each variant is a table of its own, headed \[\[",
    ),
    (SHORT + "[margins]\nfallbacks = 0.1", r'"fallbacks", which cannot be a guardrail\. Did you'),
    (SHORT + "[margins]\nctr = 0.1", r'has "ctr", which cannot be a guardrail'),
    (SHORT + "[margins]\nfallback = 0", r"\[margins\] fallback is 0, must be > 0"),
    (SHORT + "[margins]\nfallback = inf", r"\[margins\] fallback is inf, must be > 0"),
    (SHORT + '[overrides]\nC1 = "bald"', r'has no variant "bald"\. Did you mean "bold"\?'),
    (SHORT + "[overrides]\nC1 = 1", r"overrides\.C1 is 1, must be a text"),
    (SHORT + "[registered]\ndesign = 'x'", r"\[registered\] says nothing of plan"),
    (
        SHORT + "[registered]\ndesign=''\nplan=''\ntraffic=1\nstopped = 2026-07-01T00:00:00Z",
        r"stopped is 2026-07-01T00:00:00\+00:00, after the end: remove it",
    ),
]


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_each_mistake_is_named_with_the_file(text, message):
    with pytest.raises(InputError, match=message) as caught:
        parsed(text)
    assert "bold.toml" in str(caught.value)


def test_what_a_variant_changes_is_laid_over_the_settings_of_the_shop():
    text = changed("explore = 0.3", "weights = { visual = 1.0 }")
    assert parsed(text, Settings(homepage=HomepageSettings(weights={"popular": 1.0})))
    with pytest.raises(InputError, match="visul"):
        parsed(changed("visual", "visul", text), Settings())


HELD = [
    ({"salt": "other"}, "who gets what was changed after the start"),
    ({"variants": (Variant("control"), Variant("bold"))}, "who gets what was changed"),
    ({"slice_to": 0.5}, "who gets what was changed"),
    ({"primary": "revenue"}, "the plan was changed after the start"),
    ({"end": END + timedelta(days=7)}, "the plan was changed"),
    ({"surfaces": ("homepage", "cart")}, "the plan was changed"),
    ({"margins": {"fallback": 0.1}}, "the plan was changed"),
    ({"winsorize": 0.5}, "the plan was changed"),
    ({"attribution_days": 14.0}, "the plan was changed"),
    ({"traffic": 0.1}, r"traffic is 0\.1, it was 0\.2 already, and may only grow"),
]


@pytest.mark.parametrize(("change", "message"), HELD)
def test_a_started_experiment_is_held_to_what_it_began_as(change, message):
    one = experiment(traffic=0.2)
    text = render_experiment(replace(one, **change), register(one, SHOP))
    with pytest.raises(InputError, match=rf"^bold\.toml: {message}.* [Pp]ut it back"):
        held_to_file(parsed(text), source="bold.toml")


def test_overrides_and_traffic_may_change_while_it_runs():
    one = experiment(traffic=0.2)
    now = replace(one, traffic=0.5, overrides={"staff": "bold"})
    read = parsed(render_experiment(now, register(one, SHOP)))
    told = register(one, SHOP)
    assert read.registration == Registration(told.design, told.plan, 0.2, "penchant")
    assert held_to_file(read, source="bold.toml") == now


STOPPED = BEGIN + timedelta(days=3)


@pytest.mark.parametrize("moved", [None, STOPPED + timedelta(seconds=1), BEGIN])
def test_what_was_stopped_stays_so(moved):
    one = experiment(stopped=STOPPED)
    told = register(one, SHOP)
    assert told.plan != register(experiment(), SHOP).plan
    read = parsed(render_experiment(one, told))
    assert held_to_file(read, source="bold.toml") == one
    text = render_experiment(replace(one, stopped=moved), told)
    with pytest.raises(InputError, match=r"^bold\.toml: .*or stopped, which was removed or moved"):
        held_to_file(parsed(text), source="bold.toml")


def test_an_end_is_not_added_by_hand():
    text = render_experiment(experiment(stopped=STOPPED), register(experiment(), SHOP))
    with pytest.raises(InputError, match="stopped, which was removed or moved"):
        held_to_file(parsed(text), source="bold.toml")


def test_a_plan_that_was_changed_does_not_become_right_by_a_stop():
    told, later = register(experiment(), SHOP), STOPPED + timedelta(days=1)
    for one in (experiment(winsorize=0.5), experiment(winsorize=0.5, stopped=later)):
        plan = sealed_again(one, told, STOPPED)
        assert plan not in {sealed(plan_of(one), STOPPED), told.plan}
    sealed_first = replace(told, plan=sealed_again(experiment(), told, later))
    again = sealed_again(experiment(stopped=later), sealed_first, STOPPED)
    assert again == register(experiment(stopped=STOPPED), SHOP).plan


def test_the_salt_of_the_shop_is_registered():
    told = parsed(render_experiment(experiment(), register(experiment(), SHOP))).registration
    assert told.shop_salt == "penchant"
    check_salt(told, ExperimentSettings(holdout=0.5), source="bold.toml")
    with pytest.raises(
        InputError, match=r'^bold\.toml: .* salt is "other", it was "penchant" when'
    ):
        check_salt(told, ExperimentSettings(salt="other"), source="bold.toml")
    with pytest.raises(InputError, match=r"^bold\.toml \[registered\] says nothing of shop_salt"):
        check_salt(replace(told, shop_salt=None), SHOP, source="bold.toml")


def test_an_edit_changes_its_lines_alone():
    text = render_experiment(experiment(traffic=0.2), register(experiment(traffic=0.2), SHOP))
    text = text.replace("traffic = 0.2\n", "traffic = 0.2 # Ana: careful\n")
    changes = {("", "traffic"): 0.5, ("registered", "traffic"): 0.5}
    edited = edit_experiment(text, changes, source="bold.toml")
    pairs = zip(text.splitlines(), edited.splitlines(), strict=True)
    assert [(a, b) for a, b in pairs if a != b] == [
        ("traffic = 0.2 # Ana: careful", "traffic = 0.5 # Ana: careful")
    ] * 2


def test_an_override_goes_with_its_line_alone():
    one = experiment(overrides={"C1": "bold", "C2": "control", "Zoë M.": "bold"})
    text = render_experiment(one, register(one, SHOP)).replace(
        '"C1" = "bold"', '"C1" = "bold" # Ana'
    )
    edited = without_overrides(text, {"C1", "Zoë M.", "bold", "name"}, source="bold.toml")
    gone = [line for line in text.splitlines() if line not in edited.splitlines()]
    assert gone == ['"C1" = "bold" # Ana', '"Zoë M." = "bold"']
    assert parsed(edited).experiment == replace(one, overrides={"C2": "control"})
    inline = "overrides = { C1 = 'bold' }\n" + SHORT
    with pytest.raises(InputError, match=r"bold\.toml names persons .* by hand, and try again"):
        without_overrides(inline, {"C1"}, source="bold.toml")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('note = """\ntraffic = 0.1\n"""\ntraffic = 0.2\n', r"Set by hand: traffic = 0\.5$"),
        ("registered.traffic = 0.2\n", r"by hand: \[registered\] traffic = 0\.5$"),
        ("registered = { traffic = 0.2 }\n", r"by hand: \[registered\] traffic = 0\.5$"),
    ],
)
def test_what_cannot_be_edited_safely_is_left_to_people(text, told):
    table = "registered" if "registered" in text else ""
    with pytest.raises(InputError, match=told):
        edit_experiment(text, {(table, "traffic"): 0.5}, source="bold.toml")
