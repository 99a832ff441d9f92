"""The index: nearest rows by cosine, exactly, with masks and stable ties."""

from penchant.index.exact import ExactIndex, Neighbors

__all__ = ["ExactIndex", "Neighbors"]
