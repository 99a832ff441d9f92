"""Measure time and peak memory of a piece of work in a process of its own."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from penchant.errors import BuildError

Prepare = Callable[[], Callable[[], object]]
"""Gets everything ready and gives the work to be measured."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a piece of work cost.

    Attributes:
        seconds: Wall time of the work alone.
        peak_mb: Largest resident memory of its process, preparation included, in MB.
    """

    seconds: float
    peak_mb: float


def measure(prepare: Prepare) -> Measurement:
    """Run work in a fresh process, so that its memory is its own.

    Args:
        prepare: A function of a module; it makes the input and gives the work.

    Raises:
        BuildError: if the process died.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(prepare, there))
    process.start()
    there.close()
    try:
        return Measurement(*here.recv())
    except EOFError:
        raise BuildError("The measured process died before it was done.") from None
    finally:
        process.join()


def peak_mb() -> float:
    """Give the largest resident memory this process has had, in MB."""
    status = Path("/proc/self/status")
    if status.is_file():
        lines = status.read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _run(prepare: Prepare, there: Connection) -> None:
    work = prepare()
    start = time.perf_counter()
    work()
    there.send((time.perf_counter() - start, peak_mb()))
