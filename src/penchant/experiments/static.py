"""Assignment as a plain function, for shops that serve files and run nothing of penchant's.

It reads the experiment's file and the shop's settings, nothing else: no build, no database.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from penchant.errors import InputError, NotFoundError
from penchant.experiments.assignment import assign as assigned
from penchant.experiments.experiment import Experiment
from penchant.experiments.files.parsing import (
    ExperimentFile,
    held_to_file,
    parse_experiment,
)
from penchant.experiments.files.registration import check_salt
from penchant.settings.judging import ExperimentSettings
from penchant.settings_file import load_sections
from penchant.toml_file import read_text


def assign(
    experiment: Experiment | str | Path,
    unit_id: str,
    *,
    at: datetime | None = None,
    shop: ExperimentSettings | None = None,
) -> str | None:
    """Say which variant a unit gets now.

    The unit is the canonical customer_id, or a visitor id while nobody is logged in. Who logs in
    is somebody else from then on, and may get another variant; a unit that was shown two variants
    counts for the first.

    Args:
        experiment: What is compared, or its file, SHOP/experiments/NAME.toml: that is read again
            when it changes, and assigns nobody before it is started.
        unit_id: Any text; "" is nobody.
        at: When, with a time zone; now if absent.
        shop: What all experiments of the shop share; read from SHOP/penchant.toml for a file, all
            defaults for an experiment.

    Returns:
        Name of the variant; None for who takes no part, and while the experiment does not run:
        then show what is always shown.

    Raises:
        NotFoundError: if there is no such file.
        InputError: if the file is broken, or it or the shop's salt was changed after its start, or
            `at` has no time zone.

    Example:
        >>> from penchant.experiments.experiment import Variant
        >>> may = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 29, tzinfo=UTC)
        >>> bold = Experiment("bold", ("homepage",), (Variant("plain"), Variant("bold")), *may)
        >>> assign(bold, "C10001", at=may[0]), assign(bold, "C10001", at=may[1])
        ('plain', None)
    """
    moment = at or datetime.now(UTC)
    if moment.tzinfo is None:
        raise InputError(f"at is {moment.isoformat()}, must have a time zone.")
    if isinstance(experiment, Experiment):
        value, shared = experiment, shop or ExperimentSettings()
    else:
        read, of_file = _opened(Path(experiment))
        value, shared = read.experiment, shop or of_file
        if read.registration is None:
            return None
        if value.runs_at(moment):
            check_salt(read.registration, shared, source=f"{value.name}.toml")
    given = assigned(value, unit_id, shop=shared) if value.runs_at(moment) else None
    return None if given is None else given.variant


def _opened(path: Path) -> tuple[ExperimentFile, ExperimentSettings]:
    file = path.expanduser().absolute()
    settings = file.parent.parent / "penchant.toml"
    try:
        told = file.stat()
        of_settings = settings.stat().st_mtime_ns if settings.exists() else 0
        return _read(file, settings, (told.st_mtime_ns, told.st_size, of_settings))
    except OSError:
        raise NotFoundError("file", str(path), hint="It is SHOP/experiments/NAME.toml.") from None


@lru_cache(maxsize=64)
def _read(
    file: Path, settings: Path, _as_of: tuple[int, int, int]
) -> tuple[ExperimentFile, ExperimentSettings]:
    """Read a file and the settings beside it; `_as_of` differs as soon as one of them does."""
    read = parse_experiment(read_text(file), file.stem, source=file.name)
    held_to_file(read, source=file.name)
    return read, load_sections(settings, ("experiments",), os.environ).experiments
