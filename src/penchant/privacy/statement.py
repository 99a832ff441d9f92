"""The statement: what decides which products are shown, for the shop's customers to read.

It is generated from the settings in use and the weights of the build that serves, so that it says
what is done: whoever changes a setting changes the statement. Laws ask for it, such as article 27
of the EU's Digital Services Act: the main parameters, why they weigh what they weigh, and how to
influence them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from penchant.errors import NotBuiltError
from penchant.privacy import statement_places as places
from penchant.privacy import statement_rights as rights
from penchant.privacy import statement_rules as rules
from penchant.ranking.blend import default_blend
from penchant.settings import Settings
from penchant.settings.showing import SURFACES

if TYPE_CHECKING:
    from penchant.shop_directory import ShopDirectory

SET: Final = "set"
FITTED: Final = "fitted"
DEFAULT: Final = "default"

Weights = Mapping[str, Mapping[str, float]]
"""Surface -> what each source weighs there."""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the statement.

    Attributes:
        title: In a few words.
        sentences: Said in full, one paragraph.
        points: Said as a list below.
    """

    title: str
    sentences: tuple[str, ...]
    points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """What decides which products are shown.

    Attributes:
        shop: Name of the shop.
        build_id: Of which build the weights are; "" where none is published yet.
        profiling: Whether profiles are made at all.
        sections: In reading order.
        weights: Surface -> source -> its share, in [0, 1].
    """

    shop: str
    build_id: str
    profiling: bool
    sections: tuple[Section, ...]
    weights: Weights

    def to_text(self) -> str:
        """Give the statement as Markdown."""
        parts = [f"# How {self.shop} chooses the products it shows"]
        for section in self.sections:
            parts += [f"## {section.title}", " ".join(section.sentences)]
            if section.points:
                parts.append("\n".join(f"- {one}" for one in section.points))
        return "\n\n".join(one for one in parts if one) + "\n"

    def to_dict(self) -> dict[str, Any]:
        """Give the statement as JSON-ready values; `text` is all of it as Markdown."""
        values = asdict(self)
        values["weights"] = {place: dict(by) for place, by in self.weights.items()}
        return {**values, "text": self.to_text()}


def statement_of(
    settings: Settings,
    weights: Weights,
    *,
    origins: Mapping[str, str],
    shop: str,
    build_id: str = "",
) -> Statement:
    """Put what is done into words.

    Args:
        settings: Those in use.
        weights: Surface -> what each source weighs there, > 0 for those that count.
        origins: Surface -> where its weights are from: "set", "fitted" or "default".
        shop: Its name.
        build_id: Of which build the weights are.

    Example:
        >>> told = statement_of(Settings(), {}, origins={}, shop="Dots & Rings")
        >>> told.to_text().splitlines()[0]
        '# How Dots & Rings chooses the products it shows'
    """
    shares = {one: _shares(weights[one]) for one in SURFACES if one in weights}
    sections = (
        Section("In short", *rules.in_short(settings)),
        Section("What we look at", *rules.what_counts(settings)),
        Section("What counts at which place", *places.by_place(settings, shares, origins)),
        Section("Rules of the shop", *rules.shop_rules(settings)),
        Section("Without your consent", *rights.without_consent(settings)),
        Section("What you can do", *rights.choices(settings)),
        Section("How long we keep it", *rights.retention(settings)),
    )
    return Statement(shop, build_id, settings.privacy.profiling, sections, shares)


def shop_statement(shop: ShopDirectory) -> Statement:
    """Give the statement of a shop: of the build that serves, with the privacy settings of now.

    Args:
        shop: The shop; one that nothing was published of says what its settings are.

    Raises:
        InputError: if the settings cannot be read.
        BuildError: if the build that serves is damaged.
    """
    from penchant.builds.demand import load_blends
    from penchant.builds.manifest import Manifest
    from penchant.settings_file import settings_from_dict

    own = shop.settings()
    try:
        folder = shop.pointed_build()
    except NotBuiltError:
        return _of_blends(own, {}, shop.path.name, "")
    manifest = Manifest.read(folder)
    built = settings_from_dict(manifest.settings, source="manifest.json")
    fitted = {name: one.weights for name, one in load_blends(folder / "demand")[0].items()}
    profiling = own.privacy.profiling and built.privacy.profiling
    privacy = replace(own.privacy, profiling=profiling)
    live = replace(built, store=own.store, privacy=privacy)
    return _of_blends(live, fitted, shop.path.name, manifest.build_id)


def _of_blends(settings: Settings, fitted: Weights, shop: str, build_id: str) -> Statement:
    """Choose the weights as the recommender does: those set, else those fitted, else defaults."""
    weights: dict[str, Mapping[str, float]] = {}
    origins: dict[str, str] = {}
    for surface in SURFACES:
        chosen = settings.of_surface(surface).weights
        usual = default_blend(surface, settings.blend.leave_out).weights
        weights[surface] = chosen or fitted.get(surface) or usual
        origins[surface] = SET if chosen else FITTED if surface in fitted else DEFAULT
    return statement_of(settings, weights, origins=origins, shop=shop, build_id=build_id)


def _shares(weights: Mapping[str, float]) -> dict[str, float]:
    """Give what each source weighs as a share of all, the greatest first."""
    total = sum(weights.values())
    ordered = sorted(weights.items(), key=lambda one: (-one[1], one[0]))
    return {name: weight / total for name, weight in ordered if weight > 0}
