"""Golden vectors of assignment, for other languages; rewrite them with this command.

    python -m tests.assignment_vectors

They change only if the hashing changes, which would deal all customers of all shops anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from penchant.experiments.assignment import assign, number
from penchant.experiments.experiment import Experiment, Variant
from penchant.experiments.files.states import assigning_facts
from penchant.settings import ExperimentSettings

FILE = Path(__file__).parents[1] / "docs" / "reference" / "assignment-vectors.json"

TEXTS = (
    "",
    "a",
    "abc",
    "C10001",
    "bold:bold:variant:C10001",
    "penchant:layer:default:C10001",
    "penchant:holdout:C10001",
    "Zoë Müller",
    "Zoe\u0308",  # the same letter in two characters is another text
    "ÄÖÜäöüß",
    "小林さん",
    "💍👩‍👩‍👧",
    "a:b::c:",
    " two  spaces ",
    "line\nend\ttab",
    'quote " and \\ slash',
    "0001",
    "1",
    "x" * 127,
    "x" * 128,  # one whole block of the hash
    "x" * 129,
    "ü" * 300,
)

UNITS = (
    "C10001", "C10002", "C10003", "C10004", "C10005", "C10006", "C10007", "C10008",
    "c10001", "", " ", " C10001", "Zoë Müller", "Zoe\u0308 Müller", "💍", "a:b", "a:variant:b",
    "visitor-8f14e45fceea167a", "staff", "0", "-1", "x" * 200,
)  # fmt: skip

TIMES = (datetime(2026, 5, 4, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))
HALVES = (Variant("control"), Variant("bold"))
THIRDS = (Variant("a", 1), Variant("b", 1), Variant("c", 1))


def experiment(name: str, variants: tuple[Variant, ...] = HALVES, **more: Any) -> Experiment:
    return Experiment(name, ("homepage",), variants, *TIMES, **more)


SHOP = ExperimentSettings()
CASES = (
    ("two halves", SHOP, experiment("bold")),
    ("the same under another salt", SHOP, experiment("bold", salt="2026-05")),
    ("three thirds", SHOP, experiment("thirds", THIRDS)),
    ("shares 8 to 2", SHOP, experiment("mostly", (Variant("control", 8), Variant("new", 2)))),
    ("a ramp at 0", SHOP, experiment("ramp", traffic=0.0)),
    ("a ramp at 0.2", SHOP, experiment("ramp", traffic=0.2)),
    ("a ramp at 0.6: those of 0.2, and others", SHOP, experiment("ramp", traffic=0.6)),
    ("the first part of a layer", SHOP, experiment("left", layer="home", slice_to=0.4)),
    (
        "the rest of the layer: nobody is in both",
        SHOP,
        experiment("right", layer="home", slice_from=0.4),
    ),
    ("a holdout of 0.3", ExperimentSettings(holdout=0.3), experiment("bold")),
    (
        "another salt of the shop",
        ExperimentSettings(salt="shop-2", holdout=0.3),
        experiment("bold"),
    ),
    (
        "overrides come first, before the holdout and an empty traffic, and are not counted",
        ExperimentSettings(holdout=0.5),
        experiment("bold", traffic=0.0, overrides={"staff": "bold", "Zoë Müller": "control"}),
    ),
)


def vectors() -> dict[str, Any]:
    """All vectors as they are written."""
    return {
        "about": "Vectors of assignment, explained in docs/how-to/assign-variants.md. Each case is "
        "an experiment as `penchant experiment show SHOP NAME --json` tells of it, with units and "
        "what they get: [variant, counted], or null for who takes no part.",
        "made_by": "python -m tests.assignment_vectors",
        "numbers": [{"text": text, "number": number(text)} for text in TEXTS],
        "cases": [
            {"case": told, "experiment": _facts(one, shop), "units": _units(one, shop)}
            for told, shop, one in CASES
        ],
    }


def _facts(one: Experiment, shop: ExperimentSettings) -> dict[str, Any]:
    facts = assigning_facts(one, shop)
    used = ("experiment", "salt", "layer", "slice", "traffic", "overrides", "shop")
    variants = [{key: part[key] for key in ("variant", "share")} for part in facts["variants"]]
    return {**{key: facts[key] for key in used}, "variants": variants}


def _units(one: Experiment, shop: ExperimentSettings) -> Mapping[str, tuple[str, bool] | None]:
    given = {unit: assign(one, unit, shop=shop) for unit in UNITS}
    return MappingProxyType(
        {unit: None if got is None else (got.variant, got.counted) for unit, got in given.items()}
    )


def render() -> str:
    """The file as text, one number and one case a line."""
    told = vectors()
    numbers = ",\n".join(f"  {_json(one)}" for one in told["numbers"])
    cases = ",\n".join(
        f'  {{"case": {_json(one["case"])},\n   "experiment": {_json(one["experiment"])},\n'
        f'   "units": {_json(dict(one["units"]))}}}'
        for one in told["cases"]
    )
    head = f' "about": {_json(told["about"])},\n "made_by": {_json(told["made_by"])},\n'
    return f'{{\n{head} "numbers": [\n{numbers}\n ],\n "cases": [\n{cases}\n ]\n}}\n'


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    FILE.write_text(render(), encoding="utf-8")
