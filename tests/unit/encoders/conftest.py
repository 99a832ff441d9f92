"""Fixtures for the encoders' tests."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from penchant.encoders.graphs import lite0_encoder
from penchant.encoders.onnx_encoder import OnnxEncoder


@pytest.fixture(scope="session")
def torch_files() -> ModuleType:
    """Writers of checkpoints and slow twins of networks (`torch_files.py` beside this file)."""
    path = Path(__file__).with_name("torch_files.py")
    spec = importlib.util.spec_from_file_location("torch_files", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def lite0(tmp_path_factory: pytest.TempPathFactory) -> OnnxEncoder:
    """The default encoder, converted into a folder of the tests' own."""
    return lite0_encoder(cache_dir=tmp_path_factory.mktemp("models"))
