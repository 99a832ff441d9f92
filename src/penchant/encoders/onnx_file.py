"""Use any ONNX image model as an encoder: layout, type, size and output are read from the file."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from penchant.encoders.base import fingerprint_of, photo_parts
from penchant.encoders.network import IMAGENET_MEAN, IMAGENET_STD
from penchant.encoders.onnx_encoder import OnnxEncoder, OnnxInput, pooled
from penchant.encoders.session import open_session
from penchant.errors import InputError, NotFoundError, did_you_mean

_DEFAULT_SIZE: Final = 224
_FLOATS: Final = ("tensor(float)", "tensor(float16)")


def onnx_encoder(
    path: Path,
    *,
    fit: str = "squash",
    output: str | None = None,
    mean: Sequence[float] = IMAGENET_MEAN,
    std: Sequence[float] = IMAGENET_STD,
    threads: int = 1,
) -> OnnxEncoder:
    """Open an ONNX file as an encoder.

    The model takes one input of 4 axes, (n, 3, size, size) or (n, size, size, 3), where n is free
    or 1 and an open size means 224. A uint8 input is given the pixels as they are; a float input
    (pixel - mean) / std.

    Args:
        path: The file.
        fit: How photos are made square.
        output: Which output to take; the first that has 2 or 4 axes if not given.
        mean: Per colour, in 0..255; ImageNet's if not given. Models trained on x / 255 take (0, 0,
            0).
        std: Per colour, in 0..255; ImageNet's if not given. Models trained on x / 255 take (255,
            255, 255).
        threads: Threads within one call.

    Returns:
        The encoder; `dim` is found by embedding one grey photo.

    Raises:
        NotFoundError: if there is no such file.
        InputError: if it is not an ONNX model, or not one that takes a photo and gives a vector.
    """
    data = _read_model(path)
    session = open_session(data, name=str(path), threads=threads)
    photos, size = _input_of(session, path, mean=tuple(mean), std=tuple(std))
    name = _output_of(session, path, output)
    grey = np.full((1, size, size, 3), 127, dtype=np.uint8)
    parts = {
        "weights": hashlib.sha256(data).hexdigest(),
        "input": asdict(photos),
        "output": name,
        "kind": "onnx/1",
        **photo_parts(size, fit),
    }
    return OnnxEncoder(
        name=f"onnx:{path.name}",
        dim=pooled(
            _first_answer(session, name, photos.name, photos.prepare(grey), path), photos
        ).size,
        fingerprint=fingerprint_of(parts),
        size=size,
        fit=fit,
        _session=session,
        _input=photos,
        _output=name,
    )


def _first_answer(session: Any, output: str, name: str, value: Any, path: Path) -> Any:
    try:
        answer = session.run([output], {name: value})[0]
    except Exception as error:  # onnxruntime raises its own, unrelated classes
        reason = str(error).splitlines()[0]
        raise InputError(f'"{path}" fails on a first photo: {reason}') from error
    if answer.ndim not in (2, 4) or answer.shape[0] != 1:
        raise InputError(f'"{path}" gives shape {answer.shape} for one photo, expected (1, dim).')
    return answer


def _read_model(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise NotFoundError("model file", str(path), hint=f"({error.strerror})") from error
    start = data[:64].lstrip()
    if start[:1] == b"<" or start[:8] == b"version ":
        what = "a web page" if start[:1] == b"<" else "a pointer to a file kept elsewhere (Git LFS)"
        raise InputError(f'"{path}" is {what}, not an ONNX model. Download the model file itself.')
    # an ONNX file is a protobuf that begins with its field 1, the IR version
    if len(data) < 16 or data[:1] != b"\x08":
        raise InputError(
            f'"{path}" is not an ONNX model: it starts with {data[:8]!r}. Expected a file written '
            "by an ONNX exporter."
        )
    return data


def _input_of(
    session: Any,
    path: Path,
    *,
    mean: tuple[float, ...],
    std: tuple[float, ...],
) -> tuple[OnnxInput, int]:
    inputs = session.get_inputs()
    shape = list(inputs[0].shape) if len(inputs) == 1 else []
    first, last = (shape[1] == 3, shape[3] == 3) if len(shape) == 4 else (False, False)
    sides = [side for side in (shape[2:] if first else shape[1:3]) if isinstance(side, int)]
    batch_fits = bool(shape) and (not isinstance(shape[0], int) or shape[0] == 1)
    if not (first or last) or not batch_fits or len(set(sides)) > 1:
        found = [(value.name, value.shape) for value in inputs]
        raise InputError(
            f'"{path}" takes {found}; expected one input (n, 3, size, size) or (n, size, size, 3), '
            "n open or 1."
        )
    size = sides[0] if sides else _DEFAULT_SIZE
    kind = inputs[0].type
    if kind == "tensor(uint8)":
        return OnnxInput(inputs[0].name, channels_first=first), size
    if kind not in _FLOATS:
        raise InputError(f'"{path}" takes {kind}; expected uint8, float or float16 pixels.')
    _check_normalisation(mean, std)
    half = kind == "tensor(float16)"
    return OnnxInput(inputs[0].name, channels_first=first, mean=mean, std=std, half=half), size


def _check_normalisation(mean: tuple[float, ...], std: tuple[float, ...]) -> None:
    if len(mean) != 3 or len(std) != 3 or not all(value > 0 for value in std):
        raise InputError(f"mean is {mean} and std is {std}; expected three numbers each, std > 0.")


def _output_of(session: Any, path: Path, wanted: str | None) -> str:
    outputs = {value.name: value.shape for value in session.get_outputs()}
    if wanted is not None:
        if wanted not in outputs:
            raise InputError(
                f'"{path}" has no output "{wanted}"; it has: {", ".join(outputs)}.'
                f"{did_you_mean(wanted, outputs)}"
            )
        return wanted
    for name, shape in outputs.items():
        if len(shape) in (2, 4):
            return str(name)
    raise InputError(
        f'"{path}" gives {outputs}; expected an output of 2 or 4 axes. Name it with output=.'
    )
