"""Write checkpoints as torch does, without torch, and compute networks the slow, obvious way."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

import numpy as np

STORAGES = {
    "f4": "FloatStorage",
    "f8": "DoubleStorage",
    "f2": "HalfStorage",
    "i8": "LongStorage",
    "i4": "IntStorage",
    "i2": "ShortStorage",
    "i1": "CharStorage",
    "u1": "ByteStorage",
    "b1": "BoolStorage",
}
MAGIC = 0x1950A86A20F9469CFC6C


class Emitter:
    """Writes protocol 2 pickles of plain values and tensors; collects the tensors' bytes."""

    def __init__(self, *, legacy: bool = False) -> None:
        self.storages: list[np.ndarray] = []
        self._tail = (None,) if legacy else ()

    def dump(self, value: object) -> bytes:
        return b"\x80\x02" + self.value(value) + b"."

    def value(self, value: object) -> bytes:  # noqa: PLR0911
        match value:
            case None:
                return b"N"
            case bool():
                return b"\x88" if value else b"\x89"
            case int():
                data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
                return b"\x8a" + bytes([len(data)]) + data
            case float():
                return b"G" + struct.pack(">d", value)
            case str():
                data = value.encode()
                return b"X" + struct.pack("<I", len(data)) + data
            case tuple():
                return b"(" + b"".join(map(self.value, value)) + b"t"
            case list():
                return b"](" + b"".join(map(self.value, value)) + b"e"
            case dict():
                items = b"".join(self.value(key) + self.value(item) for key, item in value.items())
                return b"ccollections\nOrderedDict\n)R(" + items + b"u"
            case np.ndarray() | np.generic():
                return self.tensor(np.asarray(value))
        raise TypeError(type(value))

    def tensor(self, array: np.ndarray) -> bytes:
        key = str(len(self.storages))
        self.storages.append(np.ascontiguousarray(array))
        kind = STORAGES[array.dtype.str[1:]]
        pid = (
            b"("
            + self.value("storage")
            + b"ctorch\n"
            + kind.encode()
            + b"\n"
            + b"".join(map(self.value, (key, "cpu", array.size, *self._tail)))
            + b"tQ"
        )
        strides, step = [], 1
        for length in reversed(array.shape):
            strides.insert(0, step)
            step *= length
        rest = (0, tuple(array.shape), tuple(strides), False, {})
        return (
            b"ctorch._utils\n_rebuild_tensor_v2\n(" + pid + b"".join(map(self.value, rest)) + b"tR"
        )


def zip_checkpoint(tree: object, *, compression: int = zipfile.ZIP_STORED) -> bytes:
    emitter, buffer = Emitter(), io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        archive.writestr("model/data.pkl", emitter.dump(tree))
        archive.writestr("model/byteorder", "little")
        for key, storage in enumerate(emitter.storages):
            archive.writestr(f"model/data/{key}", storage.tobytes())
        archive.writestr("model/version", "3\n")
    return buffer.getvalue()


def legacy_checkpoint(tree: object) -> bytes:
    emitter = Emitter(legacy=True)
    system = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"int": 4}}
    head = Emitter().dump(MAGIC) + Emitter().dump(1001) + Emitter().dump(system)
    body = emitter.dump(tree)
    keys = Emitter().dump([str(key) for key in range(len(emitter.storages))])
    data = b"".join(struct.pack("<q", s.size) + s.tobytes() for s in emitter.storages)
    return head + body + keys + data


MOBILENET = (  # expansion, channels, blocks, stride: the table of the paper
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


def random_mobilenet(
    seed: int = 0, *, width: float = 0.25, last: int = 48
) -> dict[str, np.ndarray]:
    """Weights of a narrow MobileNetV2 under torchvision's names, with a classifier."""
    rng = np.random.default_rng(seed)
    tensors: dict[str, np.ndarray] = {}

    def conv(name: str, out: int, into: int, side: int) -> None:
        scale = np.sqrt(2.0 / (into * side * side))
        tensors[f"{name}.weight"] = rng.normal(0, scale, (out, into, side, side)).astype(np.float32)

    def norm(name: str, out: int) -> None:
        tensors[f"{name}.weight"] = rng.uniform(0.5, 1.5, out).astype(np.float32)
        tensors[f"{name}.bias"] = rng.normal(0, 0.3, out).astype(np.float32)
        tensors[f"{name}.running_mean"] = rng.normal(0, 0.3, out).astype(np.float32)
        tensors[f"{name}.running_var"] = rng.uniform(0.5, 1.5, out).astype(np.float32)
        tensors[f"{name}.num_batches_tracked"] = np.array(7, dtype=np.int64)

    def width_of(channels: int) -> int:
        return max(8, int(channels * width) // 8 * 8)

    channels, number = width_of(32), 1
    conv("features.0.0", channels, 3, 3)
    norm("features.0.1", channels)
    for expansion, out, blocks, _ in MOBILENET:
        for _ in range(blocks):
            base, inner, at = f"features.{number}.conv", channels * expansion, 0
            if expansion > 1:
                conv(f"{base}.0.0", inner, channels, 1)
                norm(f"{base}.0.1", inner)
                at = 1
            conv(f"{base}.{at}.0", inner, 1, 3)
            norm(f"{base}.{at}.1", inner)
            conv(f"{base}.{at + 1}", width_of(out), inner, 1)
            norm(f"{base}.{at + 2}", width_of(out))
            channels, number = width_of(out), number + 1
    conv("features.18.0", last, channels, 1)
    norm("features.18.1", last)
    tensors["classifier.1.weight"] = np.ones((10, last), dtype=np.float32)
    return tensors


def slow_conv(x: np.ndarray, weight: np.ndarray, *, stride: int, same: bool) -> np.ndarray:
    """Convolve (channels, height, width) in float64, one kernel cell at a time."""
    out, into, side, _ = weight.shape
    size = x.shape[1]
    result = -(-size // stride)
    total = max((result - 1) * stride + side - size, 0) if same else side - 1
    before = total // 2
    after = total - before
    padded = np.pad(x, ((0, 0), (before, after), (before, after)))
    result = (padded.shape[1] - side) // stride + 1
    y = np.zeros((out, result, result))
    for dy in range(side):
        for dx in range(side):
            stop = stride * (result - 1) + 1
            patch = padded[:, dy : dy + stop : stride, dx : dx + stop : stride]
            if into == 1 and x.shape[0] == out:
                y += patch * weight[:, 0, dy, dx][:, None, None]
            else:
                y += np.tensordot(weight[:, :, dy, dx].astype(np.float64), patch, axes=1)
    return y


def slow_norm(
    x: np.ndarray, tensors: Mapping[str, np.ndarray], name: str, eps: float
) -> np.ndarray:
    gamma, beta, mean, var = (
        np.asarray(tensors[f"{name}.{part}"], dtype=np.float64)[:, None, None]
        for part in ("weight", "bias", "running_mean", "running_var")
    )
    return (x - mean) / np.sqrt(var + eps) * gamma + beta


def slow_mobilenet(tensors: Mapping[str, np.ndarray], pixels: np.ndarray) -> np.ndarray:
    """One photo (size, size, 3) through MobileNetV2, batch norms not folded."""
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    x = ((pixels / 255.0 - mean) / std).transpose(2, 0, 1)

    def step(
        x: np.ndarray, conv: str, norm: str, *, stride: int = 1, clip: bool = True
    ) -> np.ndarray:
        y = slow_conv(x, tensors[f"{conv}.weight"], stride=stride, same=False)
        y = slow_norm(y, tensors, norm, 1e-5)
        return np.clip(y, 0, 6) if clip else y

    x, number = step(x, "features.0.0", "features.0.1", stride=2), 1
    for expansion, _, blocks, first in MOBILENET:
        for block in range(blocks):
            base, y, at = f"features.{number}.conv", x, 0
            if expansion > 1:
                y, at = step(y, f"{base}.0.0", f"{base}.0.1"), 1
            stride = first if block == 0 else 1
            y = step(y, f"{base}.{at}.0", f"{base}.{at}.1", stride=stride)
            y = step(y, f"{base}.{at + 1}", f"{base}.{at + 2}", clip=False)
            x = x + y if stride == 1 and x.shape == y.shape else y
            number += 1
    return step(x, "features.18.0", "features.18.1").mean(axis=(1, 2))


LITE0 = (  # expansion, kernel, stride, channels, blocks
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)


def slow_lite0(tensors: Mapping[str, np.ndarray], pixels: np.ndarray) -> np.ndarray:
    """One photo (224, 224, 3) through EfficientNet-Lite0, batch norms not folded."""
    x = ((pixels - 127.0) / 128.0).transpose(2, 0, 1)

    def step(
        x: np.ndarray, conv: str, norm: str, *, stride: int = 1, clip: bool = True
    ) -> np.ndarray:
        y = slow_conv(x, np.asarray(tensors[f"{conv}.weight"]), stride=stride, same=True)
        y = slow_norm(y, tensors, norm, 1e-3)
        return np.clip(y, 0, 6) if clip else y

    x, number = step(x, "_conv_stem", "_bn0", stride=2), 0
    for expansion, _, first, _, blocks in LITE0:
        for block in range(blocks):
            base, y, stride = f"_blocks.{number}", x, first if block == 0 else 1
            if expansion > 1:
                y = step(y, f"{base}._expand_conv", f"{base}._bn0")
            y = step(y, f"{base}._depthwise_conv", f"{base}._bn1", stride=stride)
            y = step(y, f"{base}._project_conv", f"{base}._bn2", clip=False)
            x = x + y if block else y
            number += 1
    return step(x, "_conv_head", "_bn1").mean(axis=(1, 2))
