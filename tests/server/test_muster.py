"""Workers of one machine tell each other that something changed, and wait for each other."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress

import pytest

from penchant.server.muster import AT, BELL, Muster
from penchant.server.runner import LINE, Place, run_service
from penchant.shop_directory import ShopDirectory


@contextmanager
def mustered(*folders):
    """Give workers that have entered; they leave at the end."""
    all_of_them = [Muster(one) for one in folders]
    for one in all_of_them:
        one.enter()
    try:
        yield all_of_them
    finally:
        for one in all_of_them:
            one.leave()


def test_who_is_alone_waits_for_nobody_and_can_be_woken():
    with mustered(None) as (alone,):
        alone.nudge()
        alone.report(1)
        assert not alone.sleep(0)
        assert alone.wait(99, 0)
        alone.wake()
        assert (alone.sleep(60), alone.sleep(0)) == (True, False)


def test_a_nudge_wakes_each_once(tmp_path):
    with mustered(tmp_path, tmp_path) as (one, other):
        assert not other.sleep(0)
        one.nudge()
        one.nudge()
        assert (other.sleep(60), other.sleep(0), one.sleep(60)) == (True, False, True)


def test_who_sleeps_is_woken_at_once(tmp_path):
    with mustered(tmp_path, tmp_path) as (one, other):
        sleeping = threading.Thread(target=other.sleep, args=(60,))
        sleeping.start()
        one.nudge()
        sleeping.join(30)
        assert not sleeping.is_alive()


def test_nobody_has_to_tell_those_who_left_or_were_killed(tmp_path):
    with mustered(tmp_path) as (one,):
        os.mkfifo(tmp_path / f"killed{BELL}")
        with mustered(tmp_path):
            pass
        one.nudge()
        assert one.sleep(60)
    assert [each.name for each in tmp_path.iterdir()] == [f"killed{BELL}"]
    one.wake()  # says nothing: it has left


def test_where_the_folder_was_taken_away_each_looks_by_itself(tmp_path):
    with mustered(tmp_path / "gone", tmp_path / "gone") as (one, other):
        one.report(1)
        one.nudge()
        assert not one.wait(1, 0)  # others may not have it
        assert not other.sleep(0)
        other.wake()
        assert other.sleep(60)


def test_who_was_told_as_often_as_it_can_be_keeps_nobody_waiting(tmp_path):
    with mustered(tmp_path, tmp_path) as (one, other):
        for bell in tmp_path.glob(f"*{BELL}"):
            end = os.open(bell, os.O_WRONLY | os.O_NONBLOCK)
            with suppress(BlockingIOError):
                while True:
                    os.write(end, bytes(4096))
            os.close(end)
        one.nudge()
        one.wake()
        assert other.sleep(60)


def test_word_that_was_tidied_away_is_left_again(tmp_path):
    with mustered(tmp_path) as (own,):
        own.report(3)
        (tmp_path / f"{os.getpid()}{AT}").unlink()
        own.report(3)
        assert not own.wait(4, 0)


def test_who_left_says_nothing_any_more(tmp_path):
    with mustered(tmp_path) as (own,):
        own.report(3)
        own.leave()
        own.report(4)
        own.nudge()
        own.wake()
        assert own.wait(99, 0)
        with pytest.raises(RuntimeError):
            own.sleep(0)
    assert not list(tmp_path.iterdir())


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


def test_what_tidies_temporary_files_up_passes_the_folder_over(own_shop, monkeypatch):
    found = []

    def look(*_, **__):
        folder = os.open(os.environ[LINE], os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            found.append("locked")
        os.close(folder)

    monkeypatch.setattr("penchant.server.runner._run", look)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    run_service(ShopDirectory.open(own_shop), Place("127.0.0.1", 0, workers=2, log_level="info"))
    assert found == ["locked"]
