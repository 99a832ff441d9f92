"""Write a `Network` as an ONNX graph: uint8 photos in, one embedding per photo out.

Normalisation is inside the graph, so that what a photo goes through cannot drift from what the
weights were trained with. The bytes depend on the network alone.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from penchant.encoders.network import Conv, Network

INPUT: Final = "pixels"
OUTPUT: Final = "embedding"
_OPSET: Final = 13
_IR_VERSION: Final = 8


def onnx_bytes(network: Network, size: int) -> bytes:
    """Write the graph.

    Args:
        network: What to compute.
        size: Side of the square photos, in pixels.

    Returns:
        An ONNX file: input `pixels` (n, size, size, 3) uint8, output `embedding` (n, dim) float32,
        the global average of the last convolution, not normalised.
    """
    from onnx import TensorProto, helper

    writer = _Writer(network)
    name = writer.normalised()
    for block in network.blocks:
        entered = name
        for conv in block.convs:
            name = writer.conv(name, conv)
        if block.residual:
            name = writer.add("Add", [entered, name])
    name = writer.add("GlobalAveragePool", [name])
    writer.add("Flatten", [name], output=OUTPUT, axis=1)
    photos = helper.make_tensor_value_info(INPUT, TensorProto.UINT8, ["n", size, size, 3])
    result = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["n", network.dim])
    graph = helper.make_graph(writer.nodes, "encoder", [photos], [result], writer.weights)
    model = helper.make_model(
        graph,
        producer_name="penchant",
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=_IR_VERSION,
    )
    return bytes(model.SerializeToString(deterministic=True))


class _Writer:
    """Nodes and weights of the graph so far."""

    def __init__(self, network: Network):
        self._network = network
        self.nodes: list[Any] = []
        self.weights: list[Any] = []

    def add(self, kind: str, inputs: list[str], *, output: str = "", **attributes: Any) -> str:
        """Append a node and return the name of its output."""
        from onnx import helper

        name = output or f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def weight(self, value: NDArray[np.float32]) -> str:
        """Append a constant and return its name."""
        from onnx import numpy_helper

        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def normalised(self) -> str:
        """Turn uint8 NHWC photos into normalised float NCHW."""
        from onnx import TensorProto

        shape = (1, 3, 1, 1)
        mean = np.array(self._network.mean, dtype=np.float32).reshape(shape)
        scale = (1.0 / np.array(self._network.std)).astype(np.float32).reshape(shape)
        planes = self.add("Transpose", [INPUT], perm=[0, 3, 1, 2])
        floats = self.add("Cast", [planes], to=TensorProto.FLOAT)
        centred = self.add("Sub", [floats, self.weight(mean)])
        return self.add("Mul", [centred, self.weight(scale)])

    def conv(self, name: str, conv: Conv) -> str:
        """Append a convolution, with its clip to [0, 6] if it has one."""
        inputs = [name, self.weight(conv.weight), self.weight(conv.bias)]
        out = self.add("Conv", inputs, **self._geometry(conv))
        if not conv.relu6:
            return out
        low = self.weight(np.array(0.0, dtype=np.float32))
        high = self.weight(np.array(6.0, dtype=np.float32))
        return self.add("Clip", [out, low, high])

    def _geometry(self, conv: Conv) -> dict[str, Any]:
        side = int(conv.weight.shape[2])
        shape: dict[str, Any] = {
            "kernel_shape": [side, side],
            "strides": [conv.stride, conv.stride],
            "group": conv.groups,
        }
        if self._network.padding == "same":
            return {**shape, "auto_pad": "SAME_UPPER"}
        return {**shape, "pads": [(side - 1) // 2] * 4}
