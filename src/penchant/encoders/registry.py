"""Find an encoder by the text a shop writes in its settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from penchant.encoders.base import Encoder
from penchant.encoders.callables import CallableEncoder
from penchant.encoders.precomputed import PrecomputedVectors, precomputed_vectors
from penchant.errors import InputError, did_you_mean
from penchant.images import check_fit

DEFAULT_ENCODER: Final = "lite0"
SPECS: Final = ("lite0", "mobilenet_v2:FILE.pth", "onnx:FILE.onnx", "precomputed:FILE")


def get_encoder(
    spec: str | Encoder | Callable[[Any], Any] = DEFAULT_ENCODER,
    *,
    fit: str = "squash",
    cache_dir: Path | None = None,
    threads: int = 1,
) -> Encoder | PrecomputedVectors:
    """Open the encoder that `spec` names.

    Args:
        spec: `lite0`, `mobilenet_v2:FILE.pth`, `onnx:FILE.onnx`, `precomputed:FILE` (.npy, .npz,
            .parquet), or a function from a list of RGB images to an array (n, dim). An encoder is
            given back as it is.
        fit: How photos are made square: `squash`, `pad` or `crop`. Not used for precomputed
            vectors.
        cache_dir: Where converted models are kept; the user's cache folder if not given.
        threads: Threads within one call of the model; `embed_products` runs several calls at once
            instead.

    Returns:
        An encoder; for `precomputed:` a `PrecomputedVectors`, which is asked by product and sees no
        photo.

    Raises:
        NotFoundError: if the named file does not exist.
        InputError: if the spec is unknown, or the file is not usable.
    """
    check_fit(fit)
    if not isinstance(spec, str):
        if isinstance(spec, Encoder):
            return spec
        encoder = CallableEncoder(spec, fit=fit)
        _ = encoder.dim  # tries the function out now rather than at the first photo
        return encoder
    kind, colon, file = spec.partition(":")
    if kind not in _OPENERS:
        names = [known.partition(":")[0] for known in SPECS]
        raise InputError(
            f'Unknown encoder "{spec}".{did_you_mean(kind, names)} Expected one of: '
            f"{', '.join(SPECS)}."
        )
    takes_file = kind != "lite0"
    if takes_file != bool(file) or (colon and not takes_file):
        wanted = next(known for known in SPECS if known.partition(":")[0] == kind)
        raise InputError(f'Encoder "{spec}" is not complete, expected: {wanted}.')
    return _OPENERS[kind](Path(file), fit, cache_dir, threads)


def _lite0(_: Path, fit: str, cache_dir: Path | None, threads: int) -> Encoder:
    from penchant.encoders.graphs import lite0_encoder

    return lite0_encoder(fit=fit, cache_dir=cache_dir, threads=threads)


def _mobilenet_v2(path: Path, fit: str, _: Path | None, threads: int) -> Encoder:
    from penchant.encoders.graphs import mobilenet_v2_encoder

    return mobilenet_v2_encoder(path, fit=fit, threads=threads)


def _onnx(path: Path, fit: str, _: Path | None, threads: int) -> Encoder:
    from penchant.encoders.onnx_file import onnx_encoder

    return onnx_encoder(path, fit=fit, threads=threads)


def _precomputed(path: Path, _: str, __: Path | None, ___: int) -> PrecomputedVectors:
    return precomputed_vectors(path)


_OPENERS: Final[
    dict[str, Callable[[Path, str, Path | None, int], Encoder | PrecomputedVectors]]
] = {
    "lite0": _lite0,
    "mobilenet_v2": _mobilenet_v2,
    "onnx": _onnx,
    "precomputed": _precomputed,
}
