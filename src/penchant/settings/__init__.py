"""Frozen settings: every knob of penchant with its unit, default and limits, by layer.

`settings_file.py` reads them from `penchant.toml` and the environment, and writes them there.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from penchant.settings.finding import (
    BlendSettings,
    ComplementSettings,
    EaseSettings,
    GraphFilterSettings,
    IndexSettings,
    ItemKnnSettings,
)
from penchant.settings.judging import EvaluationSettings, ExperimentSettings, GateSettings
from penchant.settings.keeping import BuildSettings
from penchant.settings.seeing import EncoderSettings, SpaceSettings, TableSettings
from penchant.settings.serving import PrivacySettings, ServerSettings, StoreSettings
from penchant.settings.showing import (
    CartSettings,
    HomepageSettings,
    NewArrivalsSettings,
    PostPurchaseSettings,
    ProductPageSettings,
    RecommendSettings,
    SurfaceSettings,
)
from penchant.settings.tasting import StyleSettings, TasteSettings, TrustSettings

__all__ = [
    "BlendSettings",
    "BuildSettings",
    "CartSettings",
    "ComplementSettings",
    "EaseSettings",
    "EncoderSettings",
    "EvaluationSettings",
    "ExperimentSettings",
    "GateSettings",
    "GraphFilterSettings",
    "HomepageSettings",
    "IndexSettings",
    "ItemKnnSettings",
    "NewArrivalsSettings",
    "PostPurchaseSettings",
    "PrivacySettings",
    "ProductPageSettings",
    "RecommendSettings",
    "ServerSettings",
    "Settings",
    "SpaceSettings",
    "StoreSettings",
    "StyleSettings",
    "SurfaceSettings",
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
    index: IndexSettings = field(default_factory=IndexSettings)
    blend: BlendSettings = field(default_factory=BlendSettings)
    item_knn: ItemKnnSettings = field(default_factory=ItemKnnSettings)
    graph_filter: GraphFilterSettings = field(default_factory=GraphFilterSettings)
    ease: EaseSettings = field(default_factory=EaseSettings)
    complements: ComplementSettings = field(default_factory=ComplementSettings)
    recommend: RecommendSettings = field(default_factory=RecommendSettings)
    product_page: ProductPageSettings = field(default_factory=ProductPageSettings)
    homepage: HomepageSettings = field(default_factory=HomepageSettings)
    new_arrivals: NewArrivalsSettings = field(default_factory=NewArrivalsSettings)
    cart: CartSettings = field(default_factory=CartSettings)
    post_purchase: PostPurchaseSettings = field(default_factory=PostPurchaseSettings)
    evaluation: EvaluationSettings = field(default_factory=EvaluationSettings)
    gate: GateSettings = field(default_factory=GateSettings)
    experiments: ExperimentSettings = field(default_factory=ExperimentSettings)
    builds: BuildSettings = field(default_factory=BuildSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    server: ServerSettings = field(default_factory=ServerSettings)
    privacy: PrivacySettings = field(default_factory=PrivacySettings)

    def of_surface(self, surface: str) -> SurfaceSettings:
        """Give the section of a surface.

        Args:
            surface: One of `showing.SURFACES`.
        """
        section: SurfaceSettings = getattr(self, surface)
        return section
