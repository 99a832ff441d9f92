"""The default encoder gives the numbers an independent implementation gives."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from penchant.encoders import lite0 as weights
from penchant.encoders.callables import trial_picture
from penchant.encoders.onnx_encoder import OnnxEncoder
from penchant.encoders.onnx_graph import onnx_bytes
from penchant.errors import InputError

# Made with torch 2.13.0 on a CPU: the .pth file read by torch.load, EfficientNet-Lite0 written anew
# with torch.nn.functional, on `trial_picture(224)` and on the same upside down.
GOLDEN_DIMS = [0, 3, 7, 100, 580, 900, 1220]
GOLDEN = [
    [
        0.0468963757,
        0.0020795558,
        0.8792060018,
        0.1392495930,
        0.0625052527,
        1.3094855547,
        0.5051573514,
    ],
    [0.0193346515, 0.0, 1.2397431135, 0.2117819041, 0.0, 1.9371008873, 0.3269464076],
]
GOLDEN_NORMS = [15.2709866, 16.9540367]
GOLDEN_SUMS = [175.1207581, 210.2484741]


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    return np.stack([trial_picture(224), trial_picture(224)[::-1]])


def test_the_embedding_agrees_with_torch(lite0: OnnxEncoder, pictures: np.ndarray) -> None:
    vectors = lite0.embed(pictures)
    assert vectors.shape == (2, 1280)
    np.testing.assert_allclose(vectors[:, GOLDEN_DIMS], GOLDEN, atol=2e-4)
    assert vectors.argmax(axis=1).tolist() == [113, 989]
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), GOLDEN_NORMS, rtol=1e-5)
    np.testing.assert_allclose(vectors.sum(axis=1), GOLDEN_SUMS, rtol=1e-5)


def test_the_embedding_agrees_with_the_slow_twin(
    lite0: OnnxEncoder, pictures: np.ndarray, torch_files: ModuleType
) -> None:
    slow = torch_files.slow_lite0(weights.read_weights(weights.weights_file()), pictures[0])
    np.testing.assert_allclose(lite0.embed(pictures[:1])[0], slow, atol=1e-4)


def test_features_are_never_negative(lite0: OnnxEncoder, pictures: np.ndarray) -> None:
    assert lite0.embed(pictures).min() >= 0.0


def test_the_network_has_the_layout_of_the_paper() -> None:
    network = weights.lite_network(weights.read_weights(weights.weights_file()))
    strides = [max(conv.stride for conv in block.convs) for block in network.blocks]
    assert strides == [2, 1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1]
    assert [number for number, block in enumerate(network.blocks) if block.residual] == [
        *(3, 5, 7, 8, 10, 11, 13, 14, 15)
    ]
    assert network.dim == 1280


def test_the_graph_is_the_same_to_the_byte() -> None:
    network = weights.lite_network(weights.read_weights(weights.weights_file()))
    assert onnx_bytes(network, 224) == onnx_bytes(network, 224)


def test_another_file_of_weights_is_refused(tmp_path: Path) -> None:
    data = bytearray(weights.weights_file().read_bytes())
    data[-1] ^= 1
    (tmp_path / "weights.pth").write_bytes(data)
    with pytest.raises(InputError, match="SHA-256"):
        weights.read_weights(tmp_path / "weights.pth")


def test_missing_weights_are_named() -> None:
    tensors = weights.read_weights(weights.weights_file())
    del tensors["_blocks.4._bn1.running_var"]
    with pytest.raises(InputError, match=r"_blocks\.4\._bn1\.running_var"):
        weights.lite_network(tensors)
