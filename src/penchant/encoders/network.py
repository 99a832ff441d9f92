"""A convolutional network as plain values: what a checkpoint holds once batch norms are folded in.

Covers the MobileNetV2 family (stem, inverted residual blocks, head, global average), which includes
EfficientNet-Lite. No names of any framework appear here, and nothing is computed on photos.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError, did_you_mean

Padding: TypeAlias = Literal["same", "symmetric"]
Floats: TypeAlias = NDArray[np.float32]
Weights4: TypeAlias = NDArray[np.float32]
"""Shape (out, in / groups, k, k): the kernel of one convolution."""

IMAGENET_MEAN: Final = (123.675, 116.28, 103.53)
IMAGENET_STD: Final = (58.395, 57.12, 57.375)


@dataclass(frozen=True, slots=True)
class Conv:
    """One convolution with its batch norm folded in.

    Attributes:
        weight: Shape (out, in / groups, k, k), float32.
        bias: Shape (out,), float32.
        stride: Step in pixels, 1 or 2.
        groups: 1, or the number of input channels for a depthwise convolution.
        relu6: Whether the output is clipped to [0, 6].
    """

    weight: Weights4
    bias: Floats
    stride: int = 1
    groups: int = 1
    relu6: bool = True


@dataclass(frozen=True, slots=True)
class Block:
    """Convolutions in a row; with `residual` the block's input is added to its output."""

    convs: tuple[Conv, ...]
    residual: bool = False


@dataclass(frozen=True, slots=True)
class Network:
    """A whole network from pixels to a global average.

    Attributes:
        blocks: From the stem to the head, in order.
        mean: Subtracted from each colour channel, in 0..255.
        std: Each colour channel is divided by this afterwards, in 0..255.
        padding: `same` pads as TensorFlow does (uneven at stride 2), `symmetric` as torch does.
    """

    blocks: tuple[Block, ...]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    padding: Padding

    @property
    def dim(self) -> int:
        """Length of the embedding."""
        return int(self.blocks[-1].convs[-1].weight.shape[0])


def folded_conv(
    tensors: Mapping[str, NDArray[Any]],
    conv: str,
    norm: str,
    *,
    eps: float,
    stride: int = 1,
    relu6: bool = True,
) -> Conv:
    """Fold the batch norm `norm` into the convolution `conv`, both read from a checkpoint.

    weight' = weight * gamma / sqrt(var + eps), bias' = beta - mean * gamma / sqrt(var + eps), in
    float64.

    Args:
        tensors: Arrays by name.
        conv: Name of the convolution, without `.weight`.
        norm: Name of the batch norm, without `.weight`.
        eps: Added to the variance; 1e-5 in torch, 1e-3 in TensorFlow.
        stride: Step in pixels.
        relu6: Whether a clip to [0, 6] follows.

    Returns:
        The convolution. A kernel with one input channel per group is taken as depthwise.

    Raises:
        InputError: if a tensor is missing or has the wrong shape.
    """
    weight = tensor_of(tensors, f"{conv}.weight", ndim=4)
    channels = (weight.shape[0],)
    gamma, beta, mean, var = (
        tensor_of(tensors, f"{norm}.{part}", ndim=1, shape=channels)
        for part in ("weight", "bias", "running_mean", "running_var")
    )
    scale = gamma / np.sqrt(var + eps)
    depthwise = weight.shape[1] == 1 and weight.shape[2] > 1
    return Conv(
        weight=(weight * scale[:, None, None, None]).astype(np.float32),
        bias=(beta - mean * scale).astype(np.float32),
        stride=stride,
        groups=weight.shape[0] if depthwise else 1,
        relu6=relu6,
    )


def tensor_of(
    tensors: Mapping[str, NDArray[Any]],
    name: str,
    *,
    ndim: int,
    shape: tuple[int, ...] | None = None,
) -> NDArray[np.float64]:
    """Look up one tensor and check its shape.

    Args:
        tensors: Arrays by name.
        name: The one wanted.
        ndim: Its number of axes.
        shape: Its exact shape, where known.

    Returns:
        The tensor as float64.

    Raises:
        InputError: if it is missing, has another shape, or holds NaN or infinity.
    """
    if name not in tensors:
        some = ", ".join(list(tensors)[:4])
        raise InputError(
            f'The checkpoint has no tensor "{name}"; it starts with: {some}.'
            f"{did_you_mean(name, tensors)} Expected the key names of the reference implementation."
        )
    value = np.asarray(tensors[name], dtype=np.float64)
    if value.ndim != ndim or (shape is not None and value.shape != shape):
        wanted = shape or f"{ndim} axes"
        raise InputError(f'Tensor "{name}" has shape {value.shape}, expected {wanted}.')
    if not np.isfinite(value).all():
        raise InputError(f'Tensor "{name}" holds NaN or infinity; train or export the model again.')
    return value


def weights_digest(tensors: Mapping[str, NDArray[Any]]) -> str:
    """Digest the values of the tensors, whatever file they came from.

    Args:
        tensors: Arrays by name.

    Returns:
        SHA-256 in hex over names, types, shapes and values in order of name.

    Example:
        >>> weights_digest({"a": np.zeros(2)}) == weights_digest({"a": np.ones(2)})
        False
    """
    digest = hashlib.sha256()
    for name in sorted(tensors):
        value = np.ascontiguousarray(tensors[name])
        digest.update(f"{name}:{value.dtype.str}:{value.shape};".encode())
        digest.update(value.tobytes())
    return digest.hexdigest()


def check_chain(network: Network) -> Network:
    """Check that each convolution takes as many channels as the one before it gives.

    Args:
        network: The network to check.

    Returns:
        The same network.

    Raises:
        InputError: naming the first place where the channels do not fit.
    """
    channels = 3
    for number, block in enumerate(network.blocks):
        entered = channels
        for conv in block.convs:
            if conv.weight.shape[1] * conv.groups != channels:
                raise InputError(
                    f"Block {number} of the checkpoint takes {conv.weight.shape[1] * conv.groups} "
                    f"channels but is given {channels}: it is not the expected architecture."
                )
            channels = int(conv.weight.shape[0])
        if block.residual and channels != entered:
            raise InputError(
                f"Block {number} of the checkpoint adds {entered} to {channels} channels."
            )
    return network
