"""Every failure penchant reports, as one tree.

    PenchantError
    ├── InputError (ValueError)          what was given is wrong
    │   ├── MissingColumnError           a table lacks a required column
    │   ├── FingerprintError             vectors of two encoders would be mixed
    │   └── BusyError                    another command is writing to the shop
    ├── NotFoundError (KeyError)         no such customer, product or file
    ├── NotBuiltError                    the shop has no build that serves yet
    ├── BuildError                       a build could not be made or read
    ├── RefusedError                     a build may not serve, the gate says
    ├── StoreError                       the database does not answer; try again later
    │   └── StoreFullError               it answers, but has no room to write
    ├── ServiceError                     what a client was told by the service it asked
    └── MissingExtraError (ImportError)  an optional dependency is absent

A message says what is wrong with the value, what is allowed, and how to fix it. `code` is
stable: the command line, the API and callers may rely on it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path


def did_you_mean(name: str, choices: Iterable[str]) -> str:
    """Suggest the closest of `choices` as a sentence with a leading space, or nothing.

    Args:
        name: What was given.
        choices: What is allowed.

    Returns:
        A sentence such as ` Did you mean "timestamp"?`, or an empty string when nothing is close.

    Example:
        >>> did_you_mean("timestmap", ["timestamp", "price"])
        ' Did you mean "timestamp"?'
    """
    close = difflib.get_close_matches(name, list(choices), n=1, cutoff=0.6)
    return f' Did you mean "{close[0]}"?' if close else ""


class PenchantError(Exception):
    """The base of all errors penchant raises on purpose."""

    code = "penchant_error"


class InputError(PenchantError, ValueError):
    """A value, file or setting is not usable; the message names it and the way out."""

    code = "invalid_input"


class MissingColumnError(InputError):
    """A table lacks a column it must have."""

    code = "missing_column"

    def __init__(self, column: str, source: str, found: Sequence[str], required: Sequence[str]):
        hint = did_you_mean(column, found)
        super().__init__(
            f'No column "{column}" in {source}; it has: {", ".join(found) or "no columns"}.{hint} '
            f"Required: {', '.join(required)}. "
            "If it is called otherwise, name it in penchant.toml under [tables] aliases."
        )


class FingerprintError(InputError):
    """Vectors of different encoders would be mixed."""

    code = "fingerprint_mismatch"

    def __init__(self, what: str, found: str, expected: str):
        super().__init__(
            f'{what} has encoder fingerprint "{found}", expected "{expected}". Vectors of '
            "different encoders do not compare: embed again with one encoder, then build."
        )


class BusyError(InputError):
    """Another command holds the shop's lock."""

    code = "busy"

    def __init__(self, directory: Path):
        super().__init__(f"Another command is writing to {directory}: wait until it is done.")


class NotFoundError(PenchantError, KeyError):
    """A customer, product, shop or file does not exist."""

    code = "not_found"

    def __init__(self, kind: str, name: str, choices: Iterable[str] = (), hint: str = ""):
        advice = did_you_mean(name, choices) or (f" {hint}" if hint else "")
        super().__init__(f'No {kind} "{name}".{advice}')

    def __str__(self) -> str:
        return str(self.args[0])


class NotBuiltError(PenchantError):
    """The shop directory has no published build, or no staged one."""

    code = "not_built"

    def __init__(self, directory: Path, what: str = "build", command: str = "build"):
        super().__init__(
            f"{directory} has no {what} yet. Make one with: penchant {command} {directory}"
        )


class BuildError(PenchantError):
    """A build could not be made, or its files do not match its manifest."""

    code = "build_failed"


class RefusedError(PenchantError):
    """The gate advised against publishing a build."""

    code = "refused"

    def __init__(self, build_id: str, directory: Path, reasons: Sequence[str]):
        told = "; ".join(one.rstrip(".") for one in reasons) or "the gate gave no reason"
        super().__init__(
            f"Build {build_id} was not published: {told}. Mend the data and build again, or "
            f"publish it all the same with: penchant publish {directory} {build_id} "
            '--force "REASON"'
        )


class StoreError(PenchantError):
    """The database does not answer, or not in time; nothing was written."""

    code = "store_down"


class StoreFullError(StoreError):
    """The database has no room left; it can still be read."""

    code = "store_full"


class ServiceError(PenchantError):
    """A service that was asked refused, failed, or could not be reached.

    Attributes:
        status: Of HTTP; 0 where there was no answer.
        code: As the service gave it: that of the error it raised, or "unreachable".
        request_id: Under which its log tells of it; "" if it gave none.
    """

    def __init__(self, status: int, code: str, message: str, *, request_id: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.request_id = request_id


class MissingExtraError(PenchantError, ImportError):
    """An optional dependency is not installed."""

    code = "missing_extra"

    def __init__(self, feature: str, extra: str):
        super().__init__(
            f'{feature} needs an extra. Install it with: pip install "penchant[{extra}]".'
        )
