"""Encoders are found by the words a shop writes, and a slip gets a hint."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from penchant.encoders import CallableEncoder, Encoder, get_encoder
from penchant.encoders.onnx_encoder import OnnxEncoder
from penchant.errors import InputError


def test_the_default_is_lite0(tmp_path: Path) -> None:
    encoder = get_encoder(cache_dir=tmp_path)
    assert isinstance(encoder, Encoder)
    assert (encoder.name, encoder.dim, encoder.size, encoder.fit) == ("lite0", 1280, 224, "squash")
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".onnx", ".sha256"]


def test_a_function_becomes_an_encoder_and_is_tried_at_once() -> None:
    encoder = get_encoder(lambda images: np.ones((len(images), 4)), fit="pad")
    assert isinstance(encoder, CallableEncoder)
    assert (encoder.dim, encoder.fit) == (4, "pad")
    with pytest.raises(InputError, match="NaN"):
        get_encoder(lambda images: np.full((len(images), 4), np.nan))


def test_an_encoder_is_given_back_as_it_is(lite0: OnnxEncoder) -> None:
    assert get_encoder(lite0) is lite0


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("lite", 'Did you mean "lite0"'),
        ("mobilenetv2:a.pth", 'Did you mean "mobilenet_v2"'),
        ("clip:ViT", "Expected one of: lite0, mobilenet_v2:FILE.pth"),
        ("", "Unknown encoder"),
        ("onnx", "expected: onnx:FILE.onnx"),
        ("onnx:", "expected: onnx:FILE.onnx"),
        ("lite0:file", "expected: lite0"),
        ("lite0:", "expected: lite0"),
    ],
)
def test_slips_get_a_hint(spec: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        get_encoder(spec)


def test_an_unknown_fit_is_refused() -> None:
    with pytest.raises(InputError, match='fit is "stretch"'):
        get_encoder("lite0", fit="stretch")


def test_threads_below_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="threads is 0"):
        get_encoder("lite0", cache_dir=tmp_path, threads=0)


def test_importing_the_room_loads_no_model_library() -> None:
    code = (
        "import sys, penchant.encoders; "
        "sys.exit(any(m in sys.modules for m in ('onnx', 'onnxruntime', 'polars', 'pyarrow')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
