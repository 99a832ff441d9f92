"""Workers of one machine tell each other that something changed, and wait for each other."""

import os
import subprocess
import sys
import threading

from penchant.server.muster import Muster


def test_who_is_alone_waits_for_nobody():
    alone = Muster(None)
    alone.nudge()
    alone.report(1)
    assert not alone.nudged()
    assert alone.wait(99, 0)
    alone.leave()


def test_a_nudge_is_seen_once_by_each(tmp_path):
    one, other = Muster(tmp_path), Muster(tmp_path)
    assert not other.nudged()
    one.nudge()
    assert (other.nudged(), other.nudged()) == (True, False)
    one.nudge()
    assert other.nudged()


def test_who_added_something_waits_until_all_have_it(tmp_path):
    own = Muster(tmp_path)
    own.report(3)
    assert own.wait(3, 0)
    assert not own.wait(4, 0)
    later = threading.Timer(0.05, own.report, (4,))
    later.start()
    assert own.wait(4, 20)
    later.join()
    own.leave()
    assert own.wait(99, 0)


def test_nobody_waits_for_a_worker_that_is_dead(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait(60)
    (tmp_path / f"{gone.pid}.at").write_text("1")
    assert Muster(tmp_path).wait(2, 0)
    (tmp_path / f"{os.getpid()}.at").write_text("nonsense")
    assert not Muster(tmp_path).wait(2, 0)
