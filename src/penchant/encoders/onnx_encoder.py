"""An encoder that runs an ONNX graph of ours: uint8 photos in, embeddings out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from penchant.encoders.base import check_pixels
from penchant.types import Embeddings, Pixels


@dataclass(frozen=True, slots=True)
class OnnxInput:
    """How an ONNX model wants its photos.

    Attributes:
        name: Of the input.
        channels_first: Whether the axes are (n, 3, size, size).
        mean: Subtracted from the pixels, per colour, in 0..255; empty for models that take uint8.
        std: The pixels are divided by this afterwards, per colour, in 0..255.
        half: Whether the input is float16.
    """

    name: str
    channels_first: bool
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    half: bool = False

    def prepare(self, pixels: Pixels) -> NDArray[Any]:
        """Bring uint8 photos (n, size, size, 3) into the form the model takes."""
        values: NDArray[Any] = pixels
        if self.mean:
            mean, std = np.array(self.mean, np.float32), np.array(self.std, np.float32)
            values = (pixels.astype(np.float32) - mean) / std
            values = values.astype(np.float16) if self.half else values
        if self.channels_first:
            values = values.transpose(0, 3, 1, 2)
        return np.ascontiguousarray(values)


@dataclass(frozen=True, slots=True)
class OnnxEncoder:
    """Embeds photos with onnxruntime.

    Photos are run one by one: batching gains nothing on a CPU, and so a row is the same to the last
    bit whatever else was in the call.

    Attributes:
        name: As in `get_encoder`.
        dim: Length of an embedding.
        fingerprint: Over weights, preprocessing and postprocessing.
        size: Side of the photos, in pixels.
        fit: `squash`, `pad` or `crop`.
    """

    name: str
    dim: int
    fingerprint: str
    size: int
    fit: str
    _session: Any = field(repr=False, compare=False)
    _input: OnnxInput = field(repr=False, compare=False)
    _output: str = field(repr=False, compare=False)

    @property
    def thread_safe(self) -> bool:
        """True: a session may run in several threads at once."""
        return True

    def embed(self, pixels: Pixels) -> Embeddings:
        """Embed photos; see `Encoder.embed`."""
        check_pixels(pixels, self.size)
        rows = np.empty((len(pixels), self.dim), dtype=np.float32)
        for row in range(len(pixels)):
            feed = {self._input.name: self._input.prepare(pixels[row : row + 1])}
            rows[row] = pooled(self._session.run([self._output], feed)[0], self._input)
        return rows


def pooled(output: NDArray[Any], photos: OnnxInput) -> NDArray[np.float32]:
    """Reduce one photo's output to a vector.

    Args:
        output: Shape (1, dim), or a feature map of 4 axes laid out as the input is.
        photos: How the input is laid out.

    Returns:
        Shape (dim,), float32: the output itself, or its global average.

    Example:
        >>> pooled(np.arange(8.0).reshape(1, 2, 2, 2), OnnxInput("x", channels_first=True)).tolist()
        [1.5, 5.5]
    """
    if output.ndim == 4:
        axes = (2, 3) if photos.channels_first else (1, 2)
        averages: NDArray[np.float32] = output.astype(np.float32).mean(axis=axes)[0]
        return averages
    return output.astype(np.float32).reshape(-1)
