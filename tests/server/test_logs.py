"""Lines of the log: each is whole, however many processes write to one place at once."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from select import PIPE_BUF

from penchant.server.logs import Logs


class Stream:
    """Keeps what comes between two flushes together: that is written at once."""

    def __init__(self):
        self.written, self._waiting = [], ""

    def write(self, text):
        self._waiting += text

    def flush(self):
        self.written.append(self._waiting)
        self._waiting = ""


class HeardStream(Stream):
    """Tells when something was written."""

    def __init__(self):
        super().__init__()
        self.heard = threading.Event()

    def flush(self):
        super().flush()
        self.heard.set()


def numbers_in(stream):
    return [json.loads(line)["number"] for line in "".join(stream.written).splitlines()]


def test_what_is_told_is_written_by_itself_also_after_nothing_was_told_for_a_while():
    stream = HeardStream()
    logs = Logs(stream=stream)
    logs.start()
    for number in range(3):
        stream.heard.clear()
        logs.tell("info", "something", number=number)
        assert stream.heard.wait(30)
    logs.stop()
    assert numbers_in(stream) == [0, 1, 2]


def test_what_is_told_last_is_written_and_then_the_thread_ends():
    for _ in range(50):
        stream = Stream()
        logs = Logs(stream=stream)
        logs.start()
        logs.tell("info", "something", number=1)
        logs.stop()
        assert numbers_in(stream) == [1]
        assert not logs._thread.is_alive()


def test_many_lines_are_written_in_portions_that_no_other_process_can_get_into():
    stream = Stream()
    logs = Logs(stream=stream)
    for number in range(500):
        logs.tell("info", "something", number=number, text="x" * (number % 300))
    logs.flush()
    assert all(portion.endswith("\n") and len(portion) <= PIPE_BUF for portion in stream.written)
    assert numbers_in(stream) == list(range(500))
    assert len(stream.written) < 100


def test_a_line_longer_than_a_portion_is_written_alone():
    stream = Stream()
    logs = Logs(stream=stream)
    for size in (1, 2 * PIPE_BUF, 1):
        logs.tell("info", "something", text="x" * size)
    logs.flush()
    assert [portion.count("\n") for portion in stream.written] == [1, 1, 1]


WRITER = """
import sys
from penchant.server.logs import Logs
place, who = sys.argv[1:]
with open(place, "a") as stream:
    logs = Logs(stream=stream)
    for number in range(4_000):
        logs.tell("info", who, number=number)
        if number % 200 == 199:
            logs.flush()
"""


def test_two_processes_that_write_to_one_file_tear_no_line(tmp_path):
    place = tmp_path / "log"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, place, who]) for who in "ab"]
    assert [one.wait() for one in writers] == [0, 0]
    told = [json.loads(line) for line in place.read_text().splitlines()]
    for who in "ab":
        assert [one["number"] for one in told if one["event"] == who] == list(range(4_000))
