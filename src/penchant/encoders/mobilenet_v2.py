"""A shop's own MobileNetV2, trained with torch and saved under torchvision's key names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from numpy.typing import NDArray

from penchant.encoders.network import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    Block,
    Network,
    check_chain,
    folded_conv,
    tensor_of,
)

SIZE: Final = 224
EPS: Final = 1e-5
_STRIDED: Final = frozenset((2, 4, 7, 14))
_N_BLOCKS: Final = 17


def mobilenet_network(tensors: Mapping[str, NDArray[Any]]) -> Network:
    """Build MobileNetV2 from torchvision-named weights, at whatever width they have.

    Args:
        tensors: Arrays by tensor name; classifier and counters are ignored.

    Returns:
        The network without its classifier: ImageNet mean and std, symmetric padding.

    Raises:
        InputError: if tensors are missing or do not fit together.
    """
    stem = folded_conv(tensors, "features.0.0", "features.0.1", eps=EPS, stride=2)
    blocks = [Block((stem,))]
    channels = stem.weight.shape[0]
    for number in range(1, _N_BLOCKS + 1):
        stride = 2 if number in _STRIDED else 1
        convs = _convs(tensors, f"features.{number}.conv", stride=stride)
        out = convs[-1].weight.shape[0]
        blocks.append(Block(convs, residual=stride == 1 and out == channels))
        channels = out
    blocks.append(Block((folded_conv(tensors, "features.18.0", "features.18.1", eps=EPS),)))
    return check_chain(Network(tuple(blocks), IMAGENET_MEAN, IMAGENET_STD, padding="symmetric"))


def _convs(tensors: Mapping[str, NDArray[Any]], name: str, *, stride: int) -> tuple[Any, ...]:
    expanded = f"{name}.1.0.weight" in tensors
    tensor_of(tensors, f"{name}.0.0.weight", ndim=4)
    if not expanded:
        depthwise = folded_conv(tensors, f"{name}.0.0", f"{name}.0.1", eps=EPS, stride=stride)
        project = folded_conv(tensors, f"{name}.1", f"{name}.2", eps=EPS, relu6=False)
        return (depthwise, project)
    expand = folded_conv(tensors, f"{name}.0.0", f"{name}.0.1", eps=EPS)
    depthwise = folded_conv(tensors, f"{name}.1.0", f"{name}.1.1", eps=EPS, stride=stride)
    project = folded_conv(tensors, f"{name}.2", f"{name}.3", eps=EPS, relu6=False)
    return (expand, depthwise, project)


def used_tensors(tensors: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Keep the tensors the embedding depends on: no classifier, no counters.

    Args:
        tensors: Arrays by tensor name.

    Returns:
        The `features.*` tensors without `num_batches_tracked`.
    """
    return {
        name: value
        for name, value in tensors.items()
        if name.startswith("features.") and not name.endswith("num_batches_tracked")
    }
