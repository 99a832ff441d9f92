"""A shop's own MobileNetV2 gives what its weights say, whatever file and prefix they come in."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from penchant.encoders import get_encoder
from penchant.encoders.callables import trial_picture
from penchant.encoders.graphs import mobilenet_v2_encoder
from penchant.errors import InputError, NotFoundError

SIZE = 64


@pytest.fixture(scope="module")
def tensors(torch_files: ModuleType) -> dict[str, np.ndarray]:
    return torch_files.random_mobilenet()


@pytest.fixture
def checkpoint(tmp_path: Path, torch_files: ModuleType, tensors: dict[str, np.ndarray]) -> Path:
    path = tmp_path / "shop.pth"
    path.write_bytes(torch_files.zip_checkpoint(tensors))
    return path


def test_embeddings_agree_with_the_slow_twin(
    checkpoint: Path, torch_files: ModuleType, tensors: dict[str, np.ndarray]
) -> None:
    pixels = np.stack([trial_picture(SIZE), trial_picture(SIZE)[:, ::-1]])
    slow = np.stack([torch_files.slow_mobilenet(tensors, photo) for photo in pixels])
    assert slow.std() > 0.1
    fast = mobilenet_v2_encoder(checkpoint, size=SIZE).embed(pixels)
    np.testing.assert_allclose(fast, slow, atol=1e-4)


@pytest.mark.parametrize("width", [0.25, 0.5])
def test_the_width_is_read_from_the_weights(
    tmp_path: Path, torch_files: ModuleType, width: float
) -> None:
    tensors = torch_files.random_mobilenet(3, width=width, last=24)
    (tmp_path / "a.pth").write_bytes(torch_files.legacy_checkpoint(tensors))
    encoder = mobilenet_v2_encoder(tmp_path / "a.pth", size=SIZE)
    assert encoder.dim == 24
    slow = torch_files.slow_mobilenet(tensors, trial_picture(SIZE))
    np.testing.assert_allclose(encoder.embed(trial_picture(SIZE)[None])[0], slow, atol=1e-4)


def test_prefix_form_and_classifier_do_not_change_the_fingerprint(
    checkpoint: Path, tmp_path: Path, torch_files: ModuleType, tensors: dict[str, np.ndarray]
) -> None:
    wrapped = {
        f"module.{name}": value for name, value in tensors.items() if "classifier" not in name
    }
    (tmp_path / "b.pth").write_bytes(torch_files.legacy_checkpoint({"state_dict": wrapped}))
    first, second = mobilenet_v2_encoder(checkpoint), mobilenet_v2_encoder(tmp_path / "b.pth")
    assert first.fingerprint == second.fingerprint
    pixels = trial_picture(224)[None]
    assert np.array_equal(first.embed(pixels), second.embed(pixels))


def test_get_encoder_opens_it_at_224(checkpoint: Path) -> None:
    encoder = get_encoder(f"mobilenet_v2:{checkpoint}")
    assert (encoder.size, encoder.dim, encoder.name) == (224, 48, "mobilenet_v2:shop.pth")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("features.0.0.weight", None, "features.0.0.weight"),
        ("features.9.conv.1.1.running_mean", None, "features.9.conv.1.1.running_mean"),
        ("features.9.conv.1.1.running_mean", np.zeros(3, "f4"), "shape"),
        ("features.18.1.bias", np.full(48, np.nan, "f4"), "NaN"),
        ("features.5.conv.2.weight", np.zeros((8, 9, 1, 1), "f4"), "Block 5"),
    ],
)
def test_weights_that_do_not_fit_are_named(
    tmp_path: Path, torch_files: ModuleType, name: str, value: np.ndarray | None, message: str
) -> None:
    tensors = torch_files.random_mobilenet()
    tensors = {key: item for key, item in tensors.items() if key != name}
    if value is not None:
        tensors[name] = value
    (tmp_path / "a.pth").write_bytes(torch_files.zip_checkpoint(tensors))
    with pytest.raises(InputError, match=message):
        mobilenet_v2_encoder(tmp_path / "a.pth", size=SIZE)


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        get_encoder(f"mobilenet_v2:{tmp_path / 'none.pth'}")
