"""The style space: from what a catalogue says and shows to one unit vector per product."""

from penchant.space.catalogue import Catalogue
from penchant.space.fit import fit_space
from penchant.space.style_space import Placement, StyleSpace

__all__ = ["Catalogue", "Placement", "StyleSpace", "fit_space"]
