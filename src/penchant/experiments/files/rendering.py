"""An experiment's file, written: every key with what it means, for people to read and edit."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from penchant.experiments.experiment import PRIMARIES, Experiment, Variant
from penchant.experiments.files.parsing import REGISTERED
from penchant.experiments.files.registration import Registration
from penchant.settings.showing import SURFACES
from penchant.settings_file import plain_value, toml_value

HEADER: Final = """\
# An experiment, written down before it starts. Until then edit this file as you like; look at it
# with `penchant experiment show`, begin with `penchant experiment start`. From then on only traffic
# (by `penchant experiment ramp`) and overrides may change. A commented line shows its default.
"""

MEANINGS: Final[Mapping[str, str]] = {
    "surfaces": f"Where it runs, of: {', '.join(SURFACES)}.",
    "start": "From when on, and the planned end: that of the one look that decides.",
    "end": "",
    "primary": f"The one metric that decides: {', '.join(PRIMARIES)}.",
    "traffic": "Share of the customers that take part, 0 to 1. Raising it only adds customers.",
    "salt": 'Hashed with each customer; "": the name. Another one deals all of them anew.',
    "layer": "No customer is in two experiments of one layer, if their slices do not overlap; "
    "experiments of two layers deal independently.",
    "slice_from": "The part of the layer it takes, within 0 to 1.",
    "slice_to": "",
    "attribution_days": "Days after the first exposure in which what a customer does counts.",
    "winsorize": "Quantile at which a customer's revenue is capped; 1: not at all.",
}
"""Of the keys above all tables; "": told with the one before."""

ALWAYS: Final = ("surfaces", "start", "end", "primary", "traffic")

MARGINS: Final = """\
# How much worse each of these may get, relative: 0.1 is 10 %.
[margins]
"""

OVERRIDES: Final = """\
# Who always gets a variant and is never counted, such as staff: customer_id = variant.
[overrides]
"""

VARIANTS: Final = """\
# What is compared, the first is what the others are compared with. A variant changes settings of
# penchant.toml, answers from another build, or both. share is its part against those of the others:
# leave them equal, and begin with a small traffic where you want to be careful.
"""

WRITTEN: Final = "# Written by the commands; the experiment is held to it."


def render_experiment(experiment: Experiment, registration: Registration | None = None) -> str:
    """Write an experiment's file.

    Args:
        experiment: What is compared; its name is that of the file.
        registration: What it is held to; None: it was not started yet.

    Returns:
        TOML, of which `parse_experiment` makes the same experiment.
    """
    defaults = {one.name: one.default for one in fields(Experiment)}
    lines = []
    for key, meaning in MEANINGS.items():
        value = getattr(experiment, key)
        if meaning:
            lines += ["", *_comment(meaning)]
        mark = "# " if key not in ALWAYS and value == defaults[key] else ""
        lines.append(f"{mark}{key} = {toml_value(value)}")
    parts = [
        HEADER.rstrip("\n"),
        *lines,
        "",
        MARGINS + _pairs(experiment.margins, "fallback = 0.1"),
    ]
    parts += ["", OVERRIDES + _pairs(experiment.overrides, '"C10001" = "VARIANT"')]
    parts += ["", VARIANTS.rstrip("\n"), *map(_variant, experiment.variants)]
    if registration is not None:
        parts.append(render_registration(registration))
    if experiment.stopped is not None:
        parts.append(f"stopped = {toml_value(experiment.stopped)}")
    return "\n".join(parts) + "\n"


def render_registration(registration: Registration) -> str:
    """Write the table a started experiment is held to, to be put last in its file.

    Args:
        registration: Of the experiment.
    """
    told = registration.shop_salt
    salt = () if told is None else (f"shop_salt = {toml_value(told)}",)
    return "\n".join(
        (
            "",
            WRITTEN,
            f"[{REGISTERED}]",
            f"design = {toml_value(registration.design)}",
            f"plan = {toml_value(registration.plan)}",
            f"traffic = {toml_value(registration.traffic)}",
            *salt,
        )
    )


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, 98, initial_indent="# ", subsequent_indent="# ")


def _pairs(values: Mapping[str, Any], example: str) -> str:
    rows = [f"{toml_value(key)} = {toml_value(value)}" for key, value in values.items()]
    return "\n".join(rows or [f"# {example}"])


def _variant(variant: Variant) -> str:
    lines = ["[[variants]]", f"name = {toml_value(variant.name)}"]
    lines.append(f"share = {toml_value(variant.share)}")
    mark = "" if variant.build_id else "# "
    lines.append(f"{mark}build_id = {toml_value(variant.build_id)}")
    for section, keys in variant.settings.items():
        lines += ["", f"[variants.settings.{section}]"]
        lines += [f"{key} = {toml_value(plain_value(value))}" for key, value in keys.items()]
    if not variant.settings:
        lines += ["# [variants.settings.homepage]", "# explore = 0.2"]
    return "\n".join([*lines, ""])
