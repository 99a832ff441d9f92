"""Surfaces: the places in a shop, and the one shape of what is shown there."""

from penchant.surfaces.slate import InExperiment, Reason, Slate, Slot

__all__ = ["InExperiment", "Reason", "Slate", "Slot"]
