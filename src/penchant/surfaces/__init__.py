"""Surfaces: the places in a shop, and the one shape of what is shown there."""

from penchant.surfaces.slate import Reason, Slate, Slot

__all__ = ["Reason", "Slate", "Slot"]
