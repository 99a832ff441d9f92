"""Servers of the benchmarks: what their processes took."""

import subprocess
import sys

from benchmarks.service.processes import Server

BURNS = """
import signal, subprocess, sys, time
if len(sys.argv) == 1:
    child = subprocess.Popen([sys.executable, __file__, "child"], stdout=subprocess.PIPE)
    child.stdout.readline()
while time.process_time() < 0.3:
    pass
print("done", flush=True)
signal.pause()
"""


def test_processor_time_is_that_of_a_server_and_its_children(tmp_path):
    script = tmp_path / "server.py"
    script.write_text(BURNS)
    process = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE)
    server = Server(process, 0)
    try:
        assert process.stdout.readline() == b"done\n"
        assert len(server.family()) == 2
        assert 0.55 < server.cpu_seconds() < 3  # ticks of a hundredth each
    finally:
        for pid in server.family():
            subprocess.run(["kill", "-9", str(pid)], check=True)
        process.wait(60)
        process.stdout.close()
