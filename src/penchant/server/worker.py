"""One worker: the app as a process of its own makes it, told by its environment what to serve."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Final

from starlette.types import ASGIApp

from penchant.server.app import create_app
from penchant.server.logs import Logs
from penchant.server.runner import LEVEL, SHOP
from penchant.server.service import Service
from penchant.shop_directory import ShopDirectory

SWITCH_SECONDS: Final = 0.0005
"""A thread that waits for the interpreter gets it after this, not after ten times as long."""


def worker() -> ASGIApp:
    """Make the app of one worker; uvicorn calls it in each process."""
    sys.setswitchinterval(SWITCH_SECONDS)
    shop = ShopDirectory.open(Path(os.environ[SHOP]))
    logs = Logs(os.environ.get(LEVEL, "info"))
    _pass_on(logs)
    return create_app(Service(shop, shop.settings(), logs))


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
