"""Open ONNX bytes in onnxruntime, on the CPU, with a fixed number of threads."""

from __future__ import annotations

from typing import Any

from penchant.errors import InputError


def open_session(data: bytes, *, name: str, threads: int = 1) -> Any:
    """Open a model.

    Args:
        data: An ONNX file.
        name: What to call it in errors.
        threads: Threads within one call; 1 is best when several calls run at once.

    Returns:
        An `onnxruntime.InferenceSession`.

    Raises:
        InputError: if the file is not a usable ONNX model.
    """
    import onnxruntime

    if threads < 1:
        raise InputError(f"threads is {threads}, must be at least 1.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises its own, unrelated classes
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f'"{name}" cannot be opened as an ONNX model: {reason}. Export it again, opset 21 or '
            "lower, in one file without external data."
        ) from error
