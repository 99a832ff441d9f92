"""The index: nearest rows by cosine with masks and stable ties; a graph where rows are many."""

from penchant.index.exact import ExactIndex
from penchant.index.hnsw import HnswGraph
from penchant.index.neighbors import Index, Neighbors
from penchant.index.planner import PlannedIndex

__all__ = ["ExactIndex", "HnswGraph", "Index", "Neighbors", "PlannedIndex"]
