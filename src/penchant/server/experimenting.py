"""Which experiments run: read from their files when these change; a broken one never stops any."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from penchant.engine import Shop
from penchant.errors import InputError, PenchantError
from penchant.experiments.arms import Arms
from penchant.experiments.experiment import Experiment
from penchant.experiments.files.lifecycle import ExperimentFiles
from penchant.experiments.making_arms import make_arms
from penchant.settings import ExperimentSettings
from penchant.shop_directory import ShopDirectory

BROKEN: Final = "experiments_broken"
"""What is told of experiments that cannot be taken up as their files are."""

Told = Callable[[str, str, PenchantError | None], None]
"""Told (event, experiment, what is wrong)."""

Experiments = Mapping[str, Experiment]
Troubles = Mapping[str, PenchantError]


class Experimenting:
    """The experiments of a shop as they were last readable; one thread looks after them.

    Args of the constructor:
        directory: The shop.
        told: Told of each experiment that is taken up, dropped or cannot be.
    """

    def __init__(self, directory: ShopDirectory, told: Told) -> None:
        self._files = ExperimentFiles(directory)
        self._told = told
        self._good: Experiments = {}
        self._shared = ExperimentSettings()
        self._unread: Troubles = {}
        self._unmade: Troubles = {}
        self._seen: tuple[object, ...] | None = None

    @property
    def broken(self) -> tuple[str, ...]:
        """Names of the experiments that are not as their files say."""
        return tuple(sorted({*self._unread, *self._unmade}))

    @property
    def unmade(self) -> tuple[str, ...]:
        """Names of the experiments of which a variant could not be made when it was last tried."""
        return tuple(sorted(self._unmade))

    def look(self) -> bool:
        """Read what has changed; of what is broken the last good state stays.

        Returns:
            Whether anything may have changed.
        """
        seen = (self._files.signature(), file_state(self._files.shop.settings_file))
        if seen == self._seen:
            return False
        before, told = self._good, self._unread
        names: Sequence[str] = (self._files.folder.name,)
        try:
            names = self._files.names()
            shared = self._files.shop.settings().experiments
            self._good, self._unread = self._read(names)
            self._shared = self._dealt_as_before(shared)
        except PenchantError as error:
            self._unread = dict.fromkeys(self._good or names, error)
        self._seen = seen
        self._tell_trouble(self._unread, told)
        for name in sorted({*before, *self._good} - {*self._unread}):
            if before.get(name) != self._good.get(name):
                event = "experiment_taken_up" if name in self._good else "experiment_dropped"
                self._told(event, name, None)
        return True

    def arms_over(self, base: Shop, opened: Callable[[str], Shop]) -> Arms:
        """Give the ways to answer over a build.

        An experiment whose variants cannot be made is left out, and told of.

        Args:
            base: The build that serves.
            opened: Opens another one.
        """
        made = make_arms(base, self._running(), self._shared, opened)
        told, self._unmade = self._unmade, made.unmade
        self._tell_trouble(self._unmade, told)
        return made.arms

    def _running(self) -> Sequence[Experiment]:
        now = datetime.now(UTC)
        return [one for _, one in sorted(self._good.items()) if now < one.over_at]

    def _read(self, names: Sequence[str]) -> tuple[Experiments, Troubles]:
        good: dict[str, Experiment] = {}
        unread: dict[str, PenchantError] = {}
        for name in names:
            try:
                found = self._files.started(name)
            except Exception as error:
                # whatever is wrong with one file, the others are taken up, and can be stopped
                unread[name], found = _told_as(error, name), self._good.get(name)
            if found is not None:
                good[name] = found
        return good, unread

    def _dealt_as_before(self, shared: ExperimentSettings) -> ExperimentSettings:
        """Let no unit of an experiment that runs be dealt anew, whatever salt the shop has now.

        What began with that other salt waits until the salt is put back, or the others are over.
        """
        running = [one.name for one in self._running()]
        if shared.salt == self._shared.salt or not {*running} & {*self._unread}:
            return shared
        new = [name for name in running if name not in self._unread]
        wrong = InputError(f"salt is {shared.salt}, other experiments run with another one.")
        self._unread = {**self._unread, **dict.fromkeys(new, wrong)}
        self._good = {name: one for name, one in self._good.items() if name not in new}
        return replace(shared, salt=self._shared.salt)

    def _tell_trouble(self, now: Troubles, before: Troubles) -> None:
        for name, error in now.items():
            if str(before.get(name)) != str(error):
                self._told("experiment_not_taken_up", name, error)


def _told_as(error: Exception, name: str) -> PenchantError:
    if isinstance(error, PenchantError):
        return error
    return InputError(f"{name} cannot be read: {error}.")


def file_state(path: Path | None) -> tuple[int, int] | None:
    """Give what differs as soon as a file or folder is another one; None: there is none.

    Args:
        path: Of either.
    """
    try:
        about = path.stat() if path is not None else None
    except (OSError, ValueError):
        return None
    return None if about is None else (about.st_ino, about.st_mtime_ns)
