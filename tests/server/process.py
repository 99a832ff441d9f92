"""The real service: `penchant serve` as a process on a free port of this machine."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress

START_SECONDS = 60


class Running:
    """A service that runs, and what it said."""

    def __init__(self, shop, port, process, out):
        self.shop, self.port, self.process, self.out = shop, port, process, out

    def ask(self, method, path, body=None, headers=None):
        """Ask once, over a connection of its own; give (status, JSON)."""
        with self.connected() as link:
            return ask(link, method, path, body, headers)

    @contextmanager
    def connected(self):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            yield link
        finally:
            link.close()

    def end(self, how=signal.SIGTERM):
        """End it; give its exit code."""
        self.process.send_signal(how)
        return self.process.wait(60)

    @property
    def lines(self):
        *whole, _ = self.out.read_text().split("\n")  # the last may be half written
        return [json.loads(one) for one in whole if one.startswith("{")]


def ask(link, method, path, body=None, headers=None):
    content = None if body is None else json.dumps(body)
    kind = {} if body is None else {"Content-Type": "application/json"}
    link.request(method, path, content, {**kind, **(headers or {})})
    answer = link.getresponse()
    text = answer.read()
    is_json = "json" in (answer.getheader("Content-Type") or "")
    return answer.status, json.loads(text) if is_json else text.decode()


def command(shop, *options):
    script = "from penchant.cli.app import main; main()"
    return [sys.executable, "-c", script, "serve", str(shop), *map(str, options)]


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def running(shop, *options, wait=True, **environment):
    """Run `penchant serve` until the block is left."""
    port = free_port()
    out = shop.parent / f"serve-{port}.log"
    env = {**os.environ, **environment, "PYTHONWARNINGS": "default"}
    with out.open("wb") as log:
        process = subprocess.Popen(
            command(shop, "--port", port, *options), stdout=log, stderr=log, env=env,
            start_new_session=True,
        )  # fmt: skip
    service = Running(shop, port, process, out)
    try:
        if wait:
            until_ready(service)
        yield service
    finally:
        if process.poll() is None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # its workers, should one be left
        process.wait(30)


def until_ready(service):
    deadline = time.monotonic() + START_SECONDS
    while True:
        assert service.process.poll() is None, service.out.read_text()
        assert time.monotonic() < deadline, service.out.read_text()
        with suppress(OSError, http.client.HTTPException):
            if service.ask("GET", "/health/ready")[0] == 200:
                return
        time.sleep(0.05)
