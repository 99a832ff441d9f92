"""Overlays: what a variant changes of a shop's settings, and that it can be changed at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from penchant.errors import InputError
from penchant.experiments.experiment import Experiment, Overlay
from penchant.settings import Settings
from penchant.settings.showing import SURFACES
from penchant.settings_file import plain_value, settings_from_dict, settings_to_dict

ANSWERING: Final = ("taste", "trust", "styles", "recommend", *SURFACES)
"""Sections that count when a customer is answered; the others are settled when a build is made."""


def laid_over(settings: Settings, overlay: Overlay, *, source: str = "overlay") -> Settings:
    """Lay what a variant changes over settings; a mapping changes only the keys it names.

    Args:
        settings: Of the shop, or of a build.
        overlay: {section: {key: value}}.
        source: Where the overlay comes from, for messages.

    Raises:
        InputError: if a section, key or value is not allowed.

    Example:
        >>> laid_over(Settings(), {"homepage": {"explore": 0.2}}).homepage.explore
        0.2
    """
    values: dict[str, Any] = dict(settings_to_dict(settings))
    for section, given in overlay.items():
        known = values.get(section, {})
        values[section] = {**known, **_merged(known, given)} if _is_table(given) else given
    return settings_from_dict(values, source=source)


def check_overlays(experiment: Experiment, settings: Settings, *, source: str) -> None:
    """Refuse a variant that changes what is not there, or what would change no answer.

    Args:
        experiment: What is compared.
        settings: Of the shop.
        source: The experiment's file, for messages.

    Raises:
        InputError: if a section, key or value is not allowed, or would change nothing.
    """
    for variant in experiment.variants:
        where = f'{source}, variant "{variant.name}"'
        laid_over(settings, variant.settings, source=where)
        for section in variant.settings:
            if section not in ANSWERING:
                raise InputError(
                    f"{where} changes [{section}], which is settled when a build is made: make a "
                    "build with it, and name that as the variant's build_id."
                )
            if section in SURFACES and section not in experiment.surfaces:
                raise InputError(
                    f"{where} changes [{section}], but the experiment runs on "
                    f"{', '.join(experiment.surfaces)}: name that surface too, or leave it alone."
                )


def _merged(known: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: {**known[key], **part} if _is_table(part) and _is_table(known.get(key)) else part
        for key, part in ((key, plain_value(part)) for key, part in given.items())
    }


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping)
