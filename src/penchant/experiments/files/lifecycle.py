"""The experiments of a shop: one file each, `SHOP/experiments/NAME.toml`, begun and ended here.

Each change is one renamed file: after a kill the old one is there, or the whole new one. People's
comments stay. There is a lock of their own, so that an experiment can be stopped at any moment,
also while the shop is built.
"""

from __future__ import annotations

import fcntl
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from penchant.errors import InputError
from penchant.experiments.experiment import Experiment
from penchant.experiments.files.editing import Changes, edit_experiment, without_overrides
from penchant.experiments.files.folder import SUFFIX, ExperimentFolder
from penchant.experiments.files.parsing import REGISTERED, parse_experiment
from penchant.experiments.files.registration import Registration, register, sealed_again
from penchant.experiments.files.rendering import render_experiment, render_registration
from penchant.files import disk_error, remove_leftovers, write_atomically


@dataclass(frozen=True, slots=True)
class ExperimentFiles(ExperimentFolder):
    """Reads and writes the experiments of one shop.

    Attributes:
        shop: The shop.
    """

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
        return self._new(experiment, register(experiment, self.shop.settings().experiments))

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
            read, text = self.read(name), self.text(name)
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
            registration = register(experiment, self.shop.settings().experiments)
            registered = render_registration(registration)
            self._write(name, f"{edited}{ending}{registered}\n")
        return experiment

    def stop(self, name: str, at: datetime) -> Experiment:
        """End an experiment before its planned end, or earlier than an end that was set.

        Also one whose file was changed meanwhile, and whatever is wrong with penchant.toml.

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
            experiment, told = self._begun(name, before=at)
            if at >= experiment.end:
                raise InputError(
                    f'Experiment "{name}" is over: it ended at {experiment.end.isoformat()}.'
                )
            plan = sealed_again(experiment, told, at)
            self._edit(name, {(REGISTERED, "plan"): plan, (REGISTERED, "stopped"): at})
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

    def without(self, name: str, units: Collection[str]) -> None:
        """Take units out of the overrides of an experiment; all else stays as it is.

        Args:
            name: Of the experiment.
            units: Their ids.

        Raises:
            NotFoundError: if there is no such experiment.
            InputError: if its file is written in a way that this cannot be done safely.
            BuildError: if it cannot be written.
        """
        with self._writing():
            text = self.text(name)
            self._write(name, without_overrides(text, units, source=f"{name}{SUFFIX}"))

    def _begun(
        self, name: str, *, before: datetime | None = None
    ) -> tuple[Experiment, Registration]:
        """Give an experiment that was started and not stopped; it may be, if after a moment."""
        read = parse_experiment(self.text(name), name, source=f"{name}{SUFFIX}")
        if read.registration is None:
            raise InputError(
                f'Experiment "{name}" was not started yet. Start it with: '
                f"penchant experiment start {self.shop.path} {name}"
            )
        stopped = read.experiment.stopped
        if stopped is not None and not (before and before < stopped):
            raise InputError(f'Experiment "{name}" was stopped at {stopped.isoformat()}.')
        return read.experiment, read.registration

    def _new(self, experiment: Experiment, registration: Registration | None) -> Path:
        path = self.path(experiment.name)
        text = render_experiment(experiment, registration)
        with self._writing():
            if path.exists():
                raise InputError(f'There is an experiment "{experiment.name}" already: {path}')
            self._parsed(experiment.name, text, self.shop.settings())
            if registration is None:
                self.check_builds(experiment)
            else:
                self.check(experiment)
            self._write(experiment.name, text)
        return path

    def _edit(self, name: str, changes: Changes) -> None:
        edited = edit_experiment(self.text(name), changes, source=f"{name}{SUFFIX}")
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
