"""The folder of a shop's experiments: which there are, and what each of them says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from penchant.errors import InputError, NotFoundError
from penchant.experiments.experiment import NAME, Experiment
from penchant.experiments.files.clashes import check_clashes
from penchant.experiments.files.parsing import (
    REGISTERED,
    ExperimentFile,
    held_to_file,
    parse_experiment,
)
from penchant.experiments.files.registration import check_salt
from penchant.settings import Settings
from penchant.shop_directory import ShopDirectory
from penchant.toml_file import parse_toml, read_bytes, read_text

SUFFIX: Final = ".toml"

MAX_RAW_BYTES: Final = 100_000_000
"""Of a file that is only searched."""


@dataclass(frozen=True, slots=True)
class ExperimentFolder:
    """Reads the experiments of one shop.

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
            shown = name.encode("utf-8", "backslashreplace").decode("utf-8")
            raise InputError(
                f'"{shown}" cannot be the name of an experiment: use up to 64 of a-z, 0-9, - and '
                "_, beginning with a letter or digit."
            )
        return self.folder / f"{name}{SUFFIX}"

    def names(self) -> list[str]:
        """Give the names of all files, sorted: of experiments that were started, and others.

        Raises:
            InputError: if the folder cannot be listed.
        """
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
            InputError: if its file is broken, or it or the shop's salt was changed after the start.
        """
        settings = self.shop.settings()
        read = self._parsed(name, self.text(name), settings)
        return _held(read, f"{name}{SUFFIX}", settings)

    def started(self, name: str) -> Experiment | None:
        """Read an experiment that was started; None: it was not, and may be half written.

        Args:
            name: Of the experiment.

        Raises:
            NotFoundError: if there is none.
            InputError: if its file is broken, or it or the shop's salt was changed after the start.
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
        return self._parsed(name, self.text(name), self.shop.settings())

    def overridden(self, name: str) -> tuple[str, ...]:
        """Give the units a file gives a variant by override, however wrong the rest of it is.

        Args:
            name: Of the experiment.

        Raises:
            NotFoundError: if there is none.
            InputError: if it is no TOML.
        """
        told = parse_toml(self.text(name), f"{name}{SUFFIX}").get("overrides", {})
        return tuple(told) if isinstance(told, dict) else ()

    def signature(self) -> tuple[tuple[str | int, ...], ...]:
        """Give what differs as soon as a file does, or can be read; nothing there breaks it."""
        try:
            paths = self._paths()
        except InputError as error:
            return ((str(error),),)
        found = (_about(path) for path in paths)
        return tuple(sorted(one for one in found if one is not None))

    def builds_needed(self, at: datetime | None = None) -> set[str]:
        """Give the builds that variants answer from, or will.

        Of a started experiment whose file is broken, all that its text names.

        Args:
            at: Now, with a time zone: those over by then need none; None: all do.

        Raises:
            InputError: if the folder or a file cannot be read at all.
        """
        needed: set[str] = set()
        for name in self.names():
            try:
                one = self.started(name)
            except NotFoundError:
                continue  # removed since the folder was listed
            except InputError:
                needed |= self._builds_named(self.raw(name))
                continue
            if one is not None and (at is None or at < one.over_at):
                needed |= {variant.build_id for variant in one.variants if variant.build_id}
        return needed

    def raw(self, name: str) -> str:
        """Give what is in a file, however wrong that is; "" where there is no file of the name.

        Args:
            name: Any that `names` gives.

        Raises:
            InputError: if it cannot be read, or is far too large.
        """
        path = self.folder / f"{name}{SUFFIX}"
        if not path.is_file():
            return ""
        return read_bytes(path, at_most=MAX_RAW_BYTES).decode("utf-8", "replace")

    def text(self, name: str) -> str:
        """Give the text of a file.

        Args:
            name: Of the experiment.

        Raises:
            NotFoundError: if there is none.
            InputError: if it is no file, cannot be read, is too large or not UTF-8.
        """
        path = self.path(name)
        try:
            return read_text(path)
        except FileNotFoundError:
            hint = f"They are listed by: penchant experiment list {self.shop.path}"
            raise NotFoundError("experiment", name, self.names(), hint=hint) from None

    def check(self, experiment: Experiment) -> None:
        """See whether an experiment could be started.

        Args:
            experiment: Not started yet.

        Raises:
            NotFoundError: if a variant answers from a build the shop does not have.
            InputError: if it cannot run beside one that was started.
        """
        self.check_builds(experiment)
        check_clashes(experiment, self.all())

    def check_builds(self, experiment: Experiment) -> None:
        """See whether the builds that variants answer from are there.

        Args:
            experiment: What is compared.

        Raises:
            NotFoundError: if one is not.
        """
        for variant in experiment.variants:
            if variant.build_id:
                self.shop.build_folder(variant.build_id)

    def _paths(self) -> list[Path]:
        try:
            found = list(self.folder.iterdir())
        except FileNotFoundError:
            return []
        except OSError as error:
            reason = error.strerror or error
            raise InputError(f"{self.folder} cannot be listed: {reason}.") from error
        return [one for one in found if one.suffix == SUFFIX and not one.name.startswith(".")]

    def _builds_named(self, text: str) -> set[str]:
        """Give the builds a broken file names; none if it was not started."""
        return (
            {one for one in self.shop.build_ids() if one in text} if REGISTERED in text else set()
        )

    def _parsed(self, name: str, text: str, settings: Settings) -> ExperimentFile:
        return parse_experiment(text, name, source=f"{name}{SUFFIX}", settings=settings)

    def _started(self, name: str, settings: Settings) -> Experiment | None:
        """Read one that was started; others may be half written."""
        text = self.text(name)
        if REGISTERED not in parse_toml(text, f"{name}{SUFFIX}"):
            return None
        read = self._parsed(name, text, settings)
        return _held(read, f"{name}{SUFFIX}", settings)


def _held(read: ExperimentFile, source: str, settings: Settings) -> Experiment:
    """Hold an experiment to its file, and until it is over to the salt of its shop."""
    experiment = held_to_file(read, source=source)
    if read.registration is not None and datetime.now(UTC) < experiment.over_at:
        check_salt(read.registration, settings.experiments, source=source)
    return experiment


def _about(path: Path) -> tuple[str | int, ...] | None:
    """Give what differs as soon as a file does; None: it was removed since it was listed."""
    try:
        told = path.stat()
    except OSError as error:
        try:
            told, broken = path.lstat(), error.errno or 0
        except OSError:
            return None
        return path.name, told.st_ino, told.st_mtime_ns, told.st_ctime_ns, -broken
    # the second time differs too when it is only allowed to be read
    return path.name, told.st_ino, told.st_mtime_ns, told.st_ctime_ns, told.st_size
