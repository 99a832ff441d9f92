"""The shop directory: where everything of one shop lies, and who may write to it.

shop/  penchant.toml                settings
       data/                        tables as ingested (Parquet), with reports
       rejects/                     rows set aside, with reasons
       embeddings/<fingerprint>/    vectors of photos, cached by content
       builds/<build_id>/           immutable builds
       evaluations/<build_id>/      how well each build would have done, with a page to look at
       CURRENT, STAGING             name the published build, and one to look at first
       experiments/NAME.toml        what is compared, one file each
       releases.jsonl               what was published, rolled back and refused, and why
       inbox/                       files the next nightly run reads, then in inbox/done/
       nightly.jsonl                what each nightly run did
       penchant.db                  what happened while the shop was open (SQLite)
       .keys                        says that there were keys: nobody is answered without one
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from penchant.errors import BuildError, BusyError, InputError, NotBuiltError, NotFoundError
from penchant.files import disk_error, is_leftover, remove_leftovers, write_atomically
from penchant.settings import Settings
from penchant.settings.serving import PrivacySettings
from penchant.settings_file import load_sections, load_settings, render_settings
from penchant.store.journal import finish_replacing

SETTINGS_FILE = "penchant.toml"

CURRENT: Final = "current"
STAGING: Final = "staging"
POINTERS: Final = (CURRENT, STAGING)
"""What a build may be published as: the one that serves, or one to look at first."""


@dataclass(frozen=True, slots=True)
class ShopDirectory:
    """Paths of one shop.

    Attributes:
        path: The shop's folder.
        held: Whether this is what `writing` gave: its lock is not taken again.
    """

    path: Path
    held: bool = field(default=False, compare=False)

    @classmethod
    def open(cls, path: str | Path) -> ShopDirectory:
        """Give the directory of a shop that exists.

        Args:
            path: The shop's folder.

        Raises:
            NotFoundError: if there is no shop.
            InputError: if the path is a file.
        """
        shop = cls(Path(path).expanduser().absolute())
        if shop.path.is_file():
            raise InputError(
                f"{path} is a file, a shop is a folder. Make one with: penchant init FOLDER"
            )
        if not shop.settings_file.is_file():
            raise NotFoundError("shop", str(path), hint=f"Make one with: penchant init {path}")
        return shop

    @classmethod
    def create(
        cls, path: str | Path, changes: Mapping[str, Mapping[str, object]] | None = None
    ) -> ShopDirectory:
        """Make a new shop with all default settings.

        Args:
            path: A folder that does not exist, is empty, or was left by an interrupted `create`.
            changes: {section: {key: value}} written into penchant.toml.

        Raises:
            InputError: if the folder holds something already.
            BuildError: if it cannot be made.
        """
        shop = cls(Path(path).expanduser().absolute())
        if shop.settings_file.exists():
            raise InputError(f"{path} is a shop already: ingest into it, or choose another folder.")
        if shop.path.exists() and not shop._is_blank():
            raise InputError(f"{path} exists and is not an empty folder: choose another one.")
        shop._make_folders()
        write_atomically(shop.settings_file, render_settings(changes or {}).encode())
        return shop

    @property
    def settings_file(self) -> Path:
        """The shop's penchant.toml."""
        return self.path / SETTINGS_FILE

    @property
    def data(self) -> Path:
        """Tables as ingested."""
        return self.path / "data"

    @property
    def rejects(self) -> Path:
        """Rows set aside."""
        return self.path / "rejects"

    @property
    def embeddings(self) -> Path:
        """Vectors of photos, one folder per encoder fingerprint."""
        return self.path / "embeddings"

    @property
    def builds(self) -> Path:
        """Immutable builds, one folder each."""
        return self.path / "builds"

    @property
    def evaluations(self) -> Path:
        """What builds would have shown, and how well: one folder each."""
        return self.path / "evaluations"

    @property
    def experiments(self) -> Path:
        """Experiments, one file each; made with the first."""
        return self.path / "experiments"

    @property
    def releases_file(self) -> Path:
        """The record of what was published, rolled back and refused."""
        return self.path / "releases.jsonl"

    @property
    def inbox(self) -> Path:
        """Files the next nightly run reads; those it has read lie in its folder `done`."""
        return self.path / "inbox"

    @property
    def nightly_file(self) -> Path:
        """The record of nightly runs."""
        return self.path / "nightly.jsonl"

    @property
    def database(self) -> Path:
        """What happened while the shop was open, unless the settings name another database."""
        return self.path / "penchant.db"

    @property
    def journal(self) -> Path:
        """The record of tables being replaced; only there in between."""
        return self.path / ".journal"

    def settings(self, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the shop's settings.

        Args:
            environment: Overrides; those of the process by default.
        """
        return load_settings(self.settings_file, os.environ if environment is None else environment)

    def live_settings(self, environment: Mapping[str, str] | None = None) -> Settings:
        """Read those settings that hold for builds made already: of store and privacy.

        A build goes on answering whatever is wrong with the others. Where these cannot be read,
        nobody gets a profile: the file may well say so.

        Args:
            environment: Overrides; those of the process by default.

        Raises:
            InputError: if the environment names a database that is not allowed.
        """
        told = os.environ if environment is None else environment
        try:
            return load_sections(self.settings_file, ("store", "privacy"), told)
        except InputError:
            of_environment = load_sections(self.path / "absent", ("store",), told)
            return replace(of_environment, privacy=PrivacySettings(profiling=False))

    def pointer_file(self, pointer: str = CURRENT) -> Path:
        """Give the file that names a build: the published one, or the staged one.

        Args:
            pointer: "current" or "staging".

        Raises:
            InputError: if it is another word.
        """
        check_pointer(pointer)
        return self.path / pointer.upper()

    def pointed_build(self, pointer: str = CURRENT) -> Path:
        """Give the folder of the build that is published, or staged.

        Args:
            pointer: "current" or "staging".

        Raises:
            NotBuiltError: if none is.
            BuildError: if the pointer names a build that is not there.
            InputError: if the pointer is another word.
        """
        file = self.pointer_file(pointer)
        try:
            name = file.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            raise self._nothing_at(pointer) from None
        except (OSError, UnicodeDecodeError):
            name = ""
        if name not in self.build_ids():
            raise BuildError(
                f'{file} names the build "{name}", there is none in {self.builds}. Go back with: '
                f"penchant rollback {self.path}, or make one with: penchant build {self.path}"
            )
        return self.builds / name

    def build_folder(self, build_id: str) -> Path:
        """Give the folder of a build.

        Args:
            build_id: A build of this shop.

        Raises:
            NotFoundError: if there is no such build.
        """
        if build_id not in self.build_ids():
            hint = f"They are listed by: penchant builds {self.path}"
            raise NotFoundError("build", build_id, self.build_ids(), hint=hint)
        return self.builds / build_id

    def build_ids(self) -> list[str]:
        """Give the names of all builds, sorted."""
        folders = self.builds.iterdir() if self.builds.is_dir() else ()
        return sorted(one.name for one in folders if one.is_dir() and not one.name.startswith("."))

    @contextmanager
    def writing(self) -> Iterator[ShopDirectory]:
        """Hold the shop's one writer lock; a killed writer frees it by itself.

        What a killed writer had begun to put in place is finished first, and the rest removed.

        Yields:
            The shop as those see it who are called meanwhile: they share the lock.

        Raises:
            BusyError: if another command is writing to this shop.
            BuildError: if the folder cannot be written to.
        """
        if self.held:
            yield self
            return
        try:
            lock = (self.path / ".lock").open("a+")
        except OSError as error:
            raise disk_error(error, self.path) from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BusyError(self.path) from None
            folders = self._make_folders()
            finish_replacing(self.journal)
            for folder in (self.path, *folders, *self.embeddings.iterdir()):
                remove_leftovers(folder)
            yield replace(self, held=True)

    def _nothing_at(self, pointer: str) -> NotBuiltError:
        if pointer == STAGING:
            return NotBuiltError(self.path, "staged build", "publish --to staging")
        if self.build_ids():
            return NotBuiltError(self.path, "published build", "publish")
        return NotBuiltError(self.path)

    def _is_blank(self) -> bool:
        """Say whether nothing lies here but what an interrupted `create` may leave."""
        if not self.path.is_dir():
            return False
        ours = {self.data, self.rejects, self.embeddings, self.builds, self.evaluations}
        return all(
            is_leftover(one) or one.name == ".lock" or (one in ours and _is_empty(one))
            for one in self.path.iterdir()
        )

    def _make_folders(self) -> tuple[Path, ...]:
        folders = (self.data, self.rejects, self.embeddings, self.builds, self.evaluations)
        for folder in folders:
            try:
                # what people did lies in them: for the shop's own user and group alone
                folder.mkdir(0o750, parents=True, exist_ok=True)
            except OSError as error:
                raise disk_error(error, folder) from error
        return folders


def check_pointer(pointer: str) -> None:
    """Refuse what is no pointer.

    Args:
        pointer: Any word.

    Raises:
        InputError: if it is neither "current" nor "staging".
    """
    if pointer not in POINTERS:
        raise InputError(f'pointer is "{pointer}", must be one of: {", ".join(POINTERS)}.')


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and all(is_leftover(one) for one in folder.iterdir())
