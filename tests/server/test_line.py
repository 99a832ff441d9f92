"""The line all fronts share: each question is answered once, whoever takes it, or told to be."""

import asyncio
import json
import os
import threading
import time
from contextlib import contextmanager

from penchant.question import Question
from penchant.server import line as line_module
from penchant.server.line import LENGTH, MOST, MOST_BYTES, PIPE, Line, Made, serve_line

SECONDS = 20


def echo(question):
    return json.dumps([question.customer_id, question.surface, question.products]).encode()


@contextmanager
def answering(folder, work=echo, readers=2, keep=lambda: None):
    """Let threads answer what waits; they end when told, whatever waits."""
    ends, threads = [], []

    def make(question):
        return Made(work(question), keep)

    for _ in range(readers):
        until, end = os.pipe()
        ends.append((until, end))
        threads.append(threading.Thread(target=serve_line, args=(folder, make, until)))
        threads[-1].start()
    while not (folder / PIPE).exists():
        assert any(one.is_alive() for one in threads)
    try:
        yield
    finally:
        for _, end in ends:
            os.close(end)
        for one in threads:
            one.join(SECONDS)
            assert not one.is_alive()
        for until, _ in ends:
            os.close(until)


def asked(folder, *questions):
    """Ask all at once; give what comes back, errors as they are."""

    async def ask():
        line = Line(folder)
        line.open()
        try:
            return await asyncio.gather(*map(line.ask, questions), return_exceptions=True)
        finally:
            line.close()

    return asyncio.run(asyncio.wait_for(ask(), SECONDS))


def asked_when_there(folder, *questions):
    """Ask until somebody reads: opening the pipe takes a moment."""
    until = time.monotonic() + SECONDS
    while None in (found := asked(folder, *questions)):
        assert time.monotonic() < until
    return found


def test_everybody_gets_the_answer_to_their_own_question(tmp_path):
    questions = [Question(f"Ü \ud83d {n}", "cart", [f"P{n}"] * 3) for n in range(MOST)]
    with answering(tmp_path):
        assert asked_when_there(tmp_path, *questions) == [echo(one) for one in questions]


def test_without_answerers_everybody_answers_by_themselves(tmp_path):
    assert asked(None, Question("A")) == [None]
    assert asked(tmp_path, Question("A")) == [None]
    with answering(tmp_path):
        asked_when_there(tmp_path, Question("A"))
    assert asked(tmp_path, Question("A")) == [None]


def test_what_answered_and_is_gone_is_noticed_while_the_line_is_open(tmp_path):
    async def ask():
        line = Line(tmp_path)
        line.open()
        with answering(tmp_path):
            while await line.ask(Question("A")) is None:
                await asyncio.sleep(0)
        assert await line.ask(Question("B")) is None
        with answering(tmp_path):
            while (found := await line.ask(Question("C"))) is None:
                await asyncio.sleep(0)
        line.close()
        return found

    assert asyncio.run(asyncio.wait_for(ask(), SECONDS)) == echo(Question("C"))


def test_what_fails_or_is_too_long_is_answered_where_it_was_asked(tmp_path):
    sizes = {f"SIZE{n}": n for n in (MOST_BYTES - 8, MOST_BYTES - 7, 2 * MOST_BYTES, 1 << 24)}

    def work(question):
        if question.customer_id == "BAD":
            raise ValueError
        size = sizes.get(question.customer_id)
        return echo(question) if size is None else b"x" * size

    with answering(tmp_path, work):
        asked_when_there(tmp_path, Question("A"))
        long = Question("A", products=["P" * LENGTH])
        found = asked(tmp_path, long, Question("BAD"), Question("A"))
        assert found == [None, None, echo(Question("A"))]
        found = asked(tmp_path, *map(Question, sizes))
        assert found[1:] == [None] * 3
        assert found[0] in (None, b"x" * (MOST_BYTES - 8))  # as much as the system lets through


def test_an_answer_is_kept_where_it_was_given(tmp_path, monkeypatch):
    """Not what was too long, or too late for who asked: that is made again, and kept, elsewhere."""
    kept, given_up = [], []

    def work(question):
        if question.customer_id == "SLOW":
            wait_until(lambda: given_up)
        return b"x" * (2 * MOST_BYTES if question.customer_id == "LONG" else 1)

    with answering(tmp_path, work, readers=1, keep=lambda: kept.append(1)):
        asked_when_there(tmp_path, Question("A"))
        wait_until(lambda: kept)
        kept.clear()
        assert asked(tmp_path, Question("LONG"), Question("A")) == [None, b"x"]
        wait_until(lambda: len(kept) == 1)
        monkeypatch.setattr(line_module, "PATIENCE", 0.2)
        assert asked(tmp_path, Question("SLOW")) == [None]
        given_up.append(True)
        monkeypatch.setattr(line_module, "PATIENCE", SECONDS)
        assert asked(tmp_path, Question("A")) == [b"x"]
        wait_until(lambda: len(kept) == 2)
    assert len(kept) == 2


def wait_until(true):
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline


def test_when_the_line_is_full_everybody_answers_by_themselves_at_once(tmp_path, monkeypatch):
    """The one thread that reads is stuck until the test is over."""
    monkeypatch.setattr(line_module, "PATIENCE", 0.2)
    begun, go = threading.Event(), threading.Event()

    def work(question):
        begun.set()
        assert go.wait(SECONDS)
        return b""

    with answering(tmp_path, work, readers=1):
        while not begun.is_set():
            assert asked(tmp_path, Question("A")) == [None]
        assert asked(tmp_path, *[Question("A")] * (MOST + 9)) == [None] * (MOST + 9)
        monkeypatch.setattr(line_module, "PATIENCE", 2 * SECONDS)
        assert asked(tmp_path, Question("A")) == [None]
        go.set()


def test_whose_folder_was_taken_away_asks_no_more(tmp_path, monkeypatch):
    async def ask():
        line = Line(tmp_path)
        line.open()
        while await line.ask(Question("A")) is None:
            await asyncio.sleep(0)
        for one in tmp_path.iterdir():
            one.unlink()
        monkeypatch.setattr(line_module, "PATIENCE", 0.2)
        assert await line.ask(Question("A")) is None
        monkeypatch.setattr(line_module, "PATIENCE", 2 * SECONDS)
        found = await line.ask(Question("A"))
        line.close()
        return found

    with answering(tmp_path):
        assert asyncio.run(asyncio.wait_for(ask(), SECONDS)) is None


def test_what_nobody_waits_for_any_more_is_not_begun(tmp_path, monkeypatch):
    seen = []
    with answering(tmp_path, lambda question: seen.append(question) or b"1"):
        asked_when_there(tmp_path, Question("now"))
        monkeypatch.setattr(line_module, "PATIENCE", -1.0)
        assert asked(tmp_path, *[Question("late")] * 9) == [None] * 9
        monkeypatch.setattr(line_module, "PATIENCE", SECONDS)
        assert asked(tmp_path, Question("now")) == [b"1"]
    assert set(seen) == {Question("now")}


def test_a_front_that_is_gone_is_not_waited_for(tmp_path):
    """Its questions are read and answered to nobody; the next one's answer comes."""
    with answering(tmp_path, readers=1):
        asked_when_there(tmp_path, Question("A"))
        pipe = os.open(tmp_path / PIPE, os.O_WRONLY)
        nobody = ("gone", 7, time.monotonic() + SECONDS, "GONE", "homepage", None, None)
        os.write(pipe, json.dumps(nobody).encode().ljust(LENGTH))
        os.close(pipe)
        assert asked(tmp_path, Question("B")) == [echo(Question("B"))]


def test_questions_of_several_writers_never_mix(tmp_path):
    """As many bytes are written and read at once as the system lets be one piece."""
    seen, writers = [], 4
    with answering(tmp_path, lambda question: seen.append(question.customer_id) or b"1", readers=3):
        asked_when_there(tmp_path, Question("A"))
        start = len(seen)

        def write(label):
            pipe = os.open(tmp_path / PIPE, os.O_WRONLY)
            for n in range(300):
                until, name = time.monotonic() + SECONDS, f"{label}-{n}" * 9
                about = ("gone", n, until, name, "homepage", None, None)
                os.write(pipe, json.dumps(about).encode().ljust(LENGTH))
            os.close(pipe)

        threads = [threading.Thread(target=write, args=(one,)) for one in range(writers)]
        for one in threads:
            one.start()
        for one in threads:
            one.join(SECONDS)
        until = time.monotonic() + SECONDS
        while len(seen) - start < 300 * writers:
            assert time.monotonic() < until
    expected = sorted(f"{label}-{n}" * 9 for label in range(writers) for n in range(300))
    assert sorted(seen[start:]) == expected
