"""Frozen settings: every knob of penchant with its unit, default and limits, by layer.

`settings_file.py` reads them from `penchant.toml` and the environment, and writes them there.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from penchant.settings.finding import (
    ComplementSettings,
    EaseSettings,
    GraphFilterSettings,
    ItemKnnSettings,
)
from penchant.settings.seeing import EncoderSettings, SpaceSettings, TableSettings
from penchant.settings.showing import RecommendSettings
from penchant.settings.tasting import StyleSettings, TasteSettings, TrustSettings

__all__ = [
    "ComplementSettings",
    "EaseSettings",
    "EncoderSettings",
    "GraphFilterSettings",
    "ItemKnnSettings",
    "RecommendSettings",
    "Settings",
    "SpaceSettings",
    "StyleSettings",
    "TableSettings",
    "TasteSettings",
    "TrustSettings",
]


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a shop.

    Example:
        >>> Settings().taste.half_life_days
        30.0
    """

    tables: TableSettings = field(default_factory=TableSettings)
    encoder: EncoderSettings = field(default_factory=EncoderSettings)
    space: SpaceSettings = field(default_factory=SpaceSettings)
    taste: TasteSettings = field(default_factory=TasteSettings)
    trust: TrustSettings = field(default_factory=TrustSettings)
    styles: StyleSettings = field(default_factory=StyleSettings)
    recommend: RecommendSettings = field(default_factory=RecommendSettings)
