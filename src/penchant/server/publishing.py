"""Publishing beside the service: the gate asks hundreds of customers, in a process of its own.

A thread would share the interpreter with every answer that is given meanwhile. A process that is
ended leaves what served before.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any, Final

from penchant.errors import BusyError
from penchant.server.problems import STATUS_OF, ProblemError
from penchant.server.runner import TOGETHER

_RUN: Final = "import os; os.nice(10); from penchant.cli.app import main; main()"


class Publishing:
    """Publishes one build at a time: whoever comes meanwhile is told so.

    Args of the constructor:
        shop: The shop directory.
    """

    def __init__(self, shop: Path) -> None:
        self._shop = shop
        self._busy = False

    async def publish(self, build_id: str | None, force: str | None) -> dict[str, Any]:
        """Publish a build.

        Args:
            build_id: As `publish_aside`.
            force: As `publish_aside`.

        Raises:
            BusyError: if one is being published.
            ProblemError: as `publish_aside`.
        """
        if self._busy:
            raise BusyError(self._shop)
        self._busy = True
        try:
            return await publish_aside(self._shop, build_id, force)
        finally:
            self._busy = False


async def publish_aside(shop: Path, build_id: str | None, force: str | None) -> dict[str, Any]:
    """Publish a build as `penchant publish --json` does.

    Args:
        shop: The shop directory.
        build_id: Which; the one made last if absent.
        force: Why, whatever the gate says.

    Returns:
        What the command prints.

    Raises:
        ProblemError: with the code and the sentence the command ends with.
    """
    options = ["--json", *(() if force is None else (f"--force={force}",))]
    names = [str(shop), *(() if build_id is None else (build_id,))]
    environment = {k: v for k, v in os.environ.items() if k != TOGETHER}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _RUN, "publish", *options, "--", *names,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )  # fmt: skip
    try:
        out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode == 0:
        told: dict[str, Any] = json.loads(out)
        return told
    raise _refusal(err, shop)


def _refusal(err: bytes, shop: Path) -> ProblemError:
    """Give what the command said last."""
    lines = err.decode(errors="replace").strip().splitlines()
    try:
        told = json.loads(lines[-1])
        code, message = str(told["code"]), str(told["message"])
    except (IndexError, ValueError, KeyError, TypeError):
        raise RuntimeError("publishing ended without a word") from None
    if code not in STATUS_OF:
        raise RuntimeError(f"publishing ended with the code {code}")
    return ProblemError(code, message.replace(str(shop), "SHOP"))
