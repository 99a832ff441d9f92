"""The experiments of a shop: one file each, `SHOP/experiments/NAME.toml`, begun and ended here.

Each change is one renamed file: after a kill the old one is there, or the whole new one. People's
comments stay. There is a lock of their own, so that an experiment can be stopped at any moment,
also while the shop is built.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from penchant.errors import InputError, NotFoundError
from penchant.experiments.clashes import check_clashes
from penchant.experiments.experiment import NAME, Experiment
from penchant.experiments.experiment_edit import Changes, edit_experiment
from penchant.experiments.experiment_file import (
    REGISTERED,
    ExperimentFile,
    parse_experiment,
    parse_toml,
    running_experiment,
)
from penchant.experiments.experiment_text import render_experiment, render_registration
from penchant.experiments.registration import Registration, register
from penchant.files import disk_error, remove_leftovers, write_atomically
from penchant.settings import Settings
from penchant.shop_directory import ShopDirectory

SUFFIX: Final = ".toml"


@dataclass(frozen=True, slots=True)
class ExperimentFiles:
    """Reads and writes the experiments of one shop.

    Attributes:
        shop: The shop.
    """

    shop: ShopDirectory

    @property
    def folder(self) -> Path:
        """Where the files lie; it is made with the first of them."""
        return self.shop.experiments

    def path(self, name: str) -> Path:
        """Give the file of an experiment, there or not.

        Args:
            name: Of the experiment.

        Raises:
            InputError: if that cannot be a name.
        """
        if not NAME.fullmatch(name):
            raise InputError(
                f'"{name}" cannot be the name of an experiment: use up to 64 of a-z, 0-9, - and _, '
                "beginning with a letter or digit."
            )
        return self.folder / f"{name}{SUFFIX}"

    def names(self) -> list[str]:
        """Give the names of all files, sorted: of experiments that were started, and others."""
        return sorted(path.name.removesuffix(SUFFIX) for path in self._paths())

    def all(self) -> tuple[Experiment, ...]:
        """Read all experiments that were started, by name, also those that are over.

        Raises:
            InputError: if a file is broken, or was changed after the start; it names the file.
        """
        settings = self.shop.settings() if self.names() else Settings()
        started = (self._started(name, settings) for name in self.names())
        return tuple(one for one in started if one is not None)

    def load(self, name: str) -> Experiment:
        """Read an experiment, started or not.

        Args:
            name: Of the experiment.

        Raises:
            NotFoundError: if there is none.
            InputError: if its file is broken, or was changed after the start.
        """
        return running_experiment(self.read(name), source=f"{name}{SUFFIX}")

    def started(self, name: str) -> Experiment | None:
        """Read an experiment that was started; None: it was not, and may be half written.

        Args:
            name: Of the experiment.

        Raises:
            NotFoundError: if there is none.
            InputError: if its file is broken, or was changed after the start.
        """
        return self._started(name, self.shop.settings())

    def read(self, name: str) -> ExperimentFile:
        """Read a file as it is, without a look at what was registered.

        Args:
            name: Of the experiment.

        Raises:
            NotFoundError: if there is none.
            InputError: if it is broken.
        """
        return self._parsed(name, self._text(name), self.shop.settings())

    def signature(self) -> tuple[tuple[str, int, int], ...]:
        """Give what differs as soon as a file does: (name, time in ns, bytes) of each."""
        found = []
        for path in self._paths():
            try:
                told = path.stat()
            except FileNotFoundError:
                continue  # removed since the folder was listed
            found.append((path.name, told.st_mtime_ns, told.st_size))
        return tuple(sorted(found))

    def builds_needed(self, at: datetime | None = None) -> set[str]:
        """Give the builds that variants answer from, or will.

        Args:
            at: Now, with a time zone: those over by then need none; None: all do.

        Raises:
            InputError: as for `all`.
        """
        return {
            variant.build_id
            for one in self.all()
            if at is None or at < (one.stopped or one.end)
            for variant in one.variants
            if variant.build_id
        }

    def draft(self, experiment: Experiment) -> Path:
        """Write the file of an experiment that is not started yet.

        Args:
            experiment: To begin with.

        Raises:
            InputError: if there is one of the name, or a variant changes what it cannot.
            NotFoundError: if a variant answers from a build the shop does not have.
            BuildError: if it cannot be written.
        """
        return self._new(experiment, None)

    def create(self, experiment: Experiment) -> Path:
        """Write the file of an experiment and start it, all in one.

        Args:
            experiment: As it runs.

        Raises:
            InputError: as for `draft`, or if it cannot run beside one that was started.
            NotFoundError: if a variant answers from a build the shop does not have.
            BuildError: if it cannot be written.
        """
        return self._new(experiment, register(experiment))

    def start(self, name: str, at: datetime) -> Experiment:
        """Start an experiment: from then on it is held to what its file says.

        One whose start is still to come begins then; any other begins now, and keeps its length.

        Args:
            name: Of the experiment.
            at: Now, with a time zone.

        Returns:
            As it runs.

        Raises:
            NotFoundError: if there is none, or a variant's build is not there.
            InputError: if it was started already, or cannot run beside another.
            BuildError: if it cannot be written.
        """
        with self._writing():
            read, text = self.read(name), self._text(name)
            if read.registration is not None:
                raise InputError(f'Experiment "{name}" was started already.')
            late = max(at - read.experiment.start, timedelta())
            experiment = replace(
                read.experiment, start=read.experiment.start + late, end=read.experiment.end + late
            )
            self.check(experiment)
            times = {("", "start"): experiment.start, ("", "end"): experiment.end}
            edited = edit_experiment(text, times if late else {}, source=self.path(name).name)
            ending = "" if edited.endswith("\n") else "\n"
            registered = render_registration(register(experiment))
            self._write(name, f"{edited}{ending}{registered}\n")
        return experiment

    def stop(self, name: str, at: datetime) -> Experiment:
        """End an experiment before its planned end; also one whose file was changed meanwhile.

        Args:
            name: Of the experiment.
            at: From when on nobody is assigned, with a time zone.

        Returns:
            As it is now.

        Raises:
            NotFoundError: if there is none.
            InputError: if it was not started, or is over.
            BuildError: if it cannot be written.
        """
        with self._writing():
            experiment = self._begun(name)
            if at >= experiment.end:
                raise InputError(
                    f'Experiment "{name}" is over: it ended at {experiment.end.isoformat()}.'
                )
            self._edit(name, {(REGISTERED, "stopped"): at})
        return replace(experiment, stopped=at)

    def ramp(self, name: str, traffic: float) -> Experiment:
        """Let more of the customers take part; nobody changes sides.

        Args:
            name: Of the experiment.
            traffic: Share of the units, not less than before, in [0, 1].

        Returns:
            As it is now.

        Raises:
            NotFoundError: if there is none.
            InputError: if it would shrink, was not started, or was stopped.
            BuildError: if it cannot be written.
        """
        with self._writing():
            self._begun(name)
            before = self.load(name)
            grown = replace(before, traffic=float(traffic))
            if grown.traffic < before.traffic:
                raise InputError(
                    f"traffic is {before.traffic:g} and may only grow, {traffic:g} is less: those "
                    "who dropped out would have seen a variant. Stop the experiment instead."
                )
            now = grown.traffic
            self._edit(name, {("", "traffic"): now, (REGISTERED, "traffic"): now})
        return grown

    def check(self, experiment: Experiment) -> None:
        """See whether an experiment could be started.

        Args:
            experiment: Not started yet.

        Raises:
            NotFoundError: if a variant answers from a build the shop does not have.
            InputError: if it cannot run beside one that was started.
        """
        _check_builds(self.shop, experiment)
        check_clashes(experiment, self.all())

    def _paths(self) -> list[Path]:
        return [one for one in self.folder.glob(f"*{SUFFIX}") if not one.name.startswith(".")]

    def _text(self, name: str) -> str:
        path = self.path(name)
        try:
            return path.read_bytes().decode("utf-8")
        except FileNotFoundError:
            hint = f"They are listed by: penchant experiment list {self.shop.path}"
            raise NotFoundError("experiment", name, self.names(), hint=hint) from None
        except UnicodeDecodeError as error:
            raise InputError(f"{path.name} is not UTF-8: {error}.") from error

    def _parsed(self, name: str, text: str, settings: Settings) -> ExperimentFile:
        return parse_experiment(text, name, source=f"{name}{SUFFIX}", settings=settings)

    def _started(self, name: str, settings: Settings) -> Experiment | None:
        """Read one that was started; others may be half written."""
        text = self._text(name)
        if REGISTERED not in parse_toml(text, f"{name}{SUFFIX}"):
            return None
        read = self._parsed(name, text, settings)
        return running_experiment(read, source=f"{name}{SUFFIX}")

    def _begun(self, name: str) -> Experiment:
        read = self.read(name)
        if read.registration is None:
            raise InputError(
                f'Experiment "{name}" was not started yet. Start it with: '
                f"penchant experiment start {self.shop.path} {name}"
            )
        if read.experiment.stopped is not None:
            when = read.experiment.stopped.isoformat()
            raise InputError(f'Experiment "{name}" was stopped at {when}.')
        return read.experiment

    def _new(self, experiment: Experiment, registration: Registration | None) -> Path:
        path = self.path(experiment.name)
        text = render_experiment(experiment, registration)
        with self._writing():
            if path.exists():
                raise InputError(f'There is an experiment "{experiment.name}" already: {path}')
            self._parsed(experiment.name, text, self.shop.settings())
            if registration is None:
                _check_builds(self.shop, experiment)
            else:
                self.check(experiment)
            self._write(experiment.name, text)
        return path

    def _edit(self, name: str, changes: Changes) -> None:
        edited = edit_experiment(self._text(name), changes, source=f"{name}{SUFFIX}")
        self._write(name, edited)

    def _write(self, name: str, text: str) -> None:
        write_atomically(self.path(name), text.encode("utf-8"))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the lock of the experiments; it is only ever held for moments."""
        try:
            self.folder.mkdir(exist_ok=True)
            lock = (self.folder / ".lock").open("a+")
        except OSError as error:
            raise disk_error(error, self.folder) from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            remove_leftovers(self.folder)
            yield


def _check_builds(shop: ShopDirectory, experiment: Experiment) -> None:
    for variant in experiment.variants:
        if variant.build_id:
            shop.build_folder(variant.build_id)
