"""Encoders: from photos to embeddings, and the run that embeds a catalogue."""

from penchant.encoders.base import Encoder
from penchant.encoders.cache import EmbeddingCache
from penchant.encoders.callables import CallableEncoder
from penchant.encoders.precomputed import PrecomputedVectors, VectorProblem
from penchant.encoders.records import EmbeddingRun, PhotoRecord, ProductPhotos
from penchant.encoders.registry import DEFAULT_ENCODER, SPECS, get_encoder
from penchant.encoders.run import embed_products
from penchant.encoders.saved import load_run, save_run

__all__ = [
    "DEFAULT_ENCODER",
    "SPECS",
    "CallableEncoder",
    "EmbeddingCache",
    "EmbeddingRun",
    "Encoder",
    "PhotoRecord",
    "PrecomputedVectors",
    "ProductPhotos",
    "VectorProblem",
    "embed_products",
    "get_encoder",
    "load_run",
    "save_run",
]
