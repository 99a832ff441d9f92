"""The processes of the service, told by the environment what to serve: fronts and answerers."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import threading
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

from starlette.types import ASGIApp

from penchant.errors import PenchantError
from penchant.question import Question
from penchant.server.app import create_app
from penchant.server.line import Made, serve_line
from penchant.server.logs import Logs
from penchant.server.runner import LEVEL, LINE, SHOP
from penchant.server.service import Service
from penchant.server.slates import make
from penchant.shop_directory import ShopDirectory

SWITCH_SECONDS: Final = 0.0005
"""A thread that waits for the interpreter gets it after this, not after ten times as long."""


def front() -> ASGIApp:
    """Make the app of a process that takes requests; uvicorn calls it in each of them."""
    parent = multiprocessing.parent_process()
    if parent is not None:  # it would live on when the command is killed
        name = "penchant-parent"
        threading.Thread(target=_end_with, args=(parent,), name=name, daemon=True).start()
    service = _service()
    _pass_on(service.logs)
    return create_app(service)


def answerer() -> None:
    """Answer what waits in line, until the command that began this process closes its end."""
    service = _service()
    service.start_answering()
    try:
        serve_line(Path(os.environ[LINE]), partial(_made, service), until=sys.stdin.fileno())
    finally:
        service.stop_answering()


def _end_with(parent: BaseProcess) -> None:
    """Be told to end as soon as the process that began this one is gone, however it ended."""
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)


def _service() -> Service:
    sys.setswitchinterval(SWITCH_SECONDS)
    shop = ShopDirectory.open(Path(os.environ[SHOP]))
    return Service(shop, shop.settings(), Logs(os.environ.get(LEVEL, "info")))


def _made(service: Service, question: Question) -> Made:
    try:
        return make(service, question)
    except PenchantError:  # who asked answers it again, and is told
        raise
    except Exception as error:
        service.logs.unexpected(error)
        raise


class _ToLogs(logging.Handler):
    """Passes on what uvicorn says of itself: words, never a trace, which may hold ids."""

    def __init__(self, logs: Logs) -> None:
        super().__init__(logging.INFO)
        self._logs = logs

    def emit(self, record: logging.LogRecord) -> None:
        """Tell one record.

        Args:
            record: Of uvicorn.
        """
        level = "error" if record.levelno >= logging.ERROR else "info"
        if record.exc_info and record.exc_info[1] is not None:
            self._logs.unexpected(record.exc_info[1])
            return
        self._logs.tell(level, "server", text=record.getMessage()[:500])


def _pass_on(logs: Logs) -> None:
    logger = logging.getLogger("uvicorn")
    logger.handlers = [_ToLogs(logs)]
    logger.setLevel(logging.INFO)
    logger.propagate = False
