"""One thread while inside, the old number afterwards, from any thread and at any depth."""

from __future__ import annotations

from threading import Barrier, Thread

import numpy as np  # noqa: F401  # its library is the one whose threads are counted
import pytest
from threadpoolctl import ThreadpoolController, threadpool_limits

from penchant.maths.threads import one_thread


def threads() -> set[int]:
    libraries = ThreadpoolController().select(user_api="blas").info()
    return {one["num_threads"] for one in libraries if "numpy" in one["filepath"]}


def test_one_thread_inside_and_the_old_number_after() -> None:
    with threadpool_limits(2, user_api="blas"):
        with one_thread():
            assert threads() == {1}
            with one_thread():
                assert threads() == {1}
            assert threads() == {1}
        assert threads() == {2}


def test_an_error_inside_restores_the_number() -> None:
    with threadpool_limits(2, user_api="blas"):
        with pytest.raises(ZeroDivisionError), one_thread():
            _ = 1 / 0
        assert threads() == {2}


def test_the_last_of_several_threads_restores_the_number() -> None:
    seen: list[set[int]] = []
    together = Barrier(4)

    def work() -> None:
        for _ in range(50):
            with one_thread():
                together.wait(10)
                seen.append(threads())
                together.wait(10)

    with threadpool_limits(2, user_api="blas"):
        workers = [Thread(target=work) for _ in range(4)]
        for one in workers:
            one.start()
        for one in workers:
            one.join(30)
        assert seen == [{1}] * 200
        assert threads() == {2}
