"""The two encoders whose graphs are written here: the default, and a shop's own MobileNetV2."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from penchant.encoders import lite0, mobilenet_v2
from penchant.encoders.base import fingerprint_of, photo_parts
from penchant.encoders.checkpoint import read_checkpoint
from penchant.encoders.model_cache import cached_model
from penchant.encoders.network import weights_digest
from penchant.encoders.onnx_encoder import OnnxEncoder, OnnxInput
from penchant.encoders.onnx_graph import INPUT, OUTPUT, onnx_bytes
from penchant.encoders.session import open_session

_GRAPH: Final = "graph/1"


def lite0_encoder(
    *, fit: str = "squash", cache_dir: Path | None = None, threads: int = 1
) -> OnnxEncoder:
    """Open the default encoder, EfficientNet-Lite0.

    It gives 1280 numbers, none negative, from 224 x 224 pixels.

    Args:
        fit: How photos are made square.
        cache_dir: Where the converted model is kept; the user's cache folder if not given.
        threads: Threads within one call.

    Returns:
        The encoder. The first call on a machine takes about half a second longer.
    """

    def make() -> bytes:
        tensors = lite0.read_weights(lite0.weights_file())
        return onnx_bytes(lite0.lite_network(tensors), lite0.SIZE)

    parts = {"kind": "lite0/1", "weights": lite0.SHA256, "graph": _GRAPH}
    model = cached_model(f"lite0-{fingerprint_of(parts)}", make, cache_dir=cache_dir)
    fingerprint = fingerprint_of({**parts, **photo_parts(lite0.SIZE, fit)})
    return _encoder(
        "lite0", model, fingerprint=fingerprint, size=lite0.SIZE, fit=fit, threads=threads
    )


def mobilenet_v2_encoder(
    path: Path, *, fit: str = "squash", size: int = mobilenet_v2.SIZE, threads: int = 1
) -> OnnxEncoder:
    """Open a shop's own MobileNetV2 from a torch checkpoint with torchvision's key names.

    Prefixes `module.` and `model.` are dropped and the classifier is ignored; the width is read
    from the weights.

    Args:
        path: The `.pth` file, as `torch.save(model.state_dict(), file)` writes it.
        fit: How photos are made square.
        size: Side of the photos the model was trained with, in pixels.
        threads: Threads within one call.

    Returns:
        The encoder; `dim` is 1280 at widths up to 1.

    Raises:
        NotFoundError: if there is no such file.
        InputError: if it is not such a checkpoint.
    """
    tensors = mobilenet_v2.used_tensors(read_checkpoint(path))
    network = mobilenet_v2.mobilenet_network(tensors)
    parts = {"kind": "mobilenet_v2/1", "weights": weights_digest(tensors), "graph": _GRAPH}
    return _encoder(
        f"mobilenet_v2:{path.name}",
        onnx_bytes(network, size),
        fingerprint=fingerprint_of({**parts, **photo_parts(size, fit)}),
        size=size,
        fit=fit,
        threads=threads,
    )


def _encoder(
    name: str, model: bytes, *, fingerprint: str, size: int, fit: str, threads: int
) -> OnnxEncoder:
    session = open_session(model, name=name, threads=threads)
    return OnnxEncoder(
        name=name,
        dim=int(session.get_outputs()[0].shape[1]),
        fingerprint=fingerprint,
        size=size,
        fit=fit,
        _session=session,
        _input=OnnxInput(INPUT, channels_first=False),
        _output=OUTPUT,
    )
