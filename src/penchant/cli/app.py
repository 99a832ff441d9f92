"""The `penchant` command: registers the verbs and turns errors into one sentence and an exit code.

Exit codes: 0 ok, 1 failed, 2 bad usage or input, 130 interrupted; `nightly` has two more.
Nothing heavy is imported here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from io import TextIOWrapper
from typing import Any

import typer
import typer.main

from penchant.cli import (
    bench,
    build,
    builds,
    campaign,
    consent,
    demo,
    doctor,
    embed,
    evaluate,
    experiment,
    explain,
    export,
    forget,
    ingest,
    init,
    keys,
    neighbors,
    nightly,
    profile,
    prune,
    publish,
    recommend,
    rollback,
    serve,
    similar,
    statement,
    tune,
    why_not,
)
from penchant.cli.output import error_line
from penchant.errors import BuildError, PenchantError, StoreError

INTERRUPTED = 130
"""What shells give for a command ended by Ctrl-C."""

HELP = """A visual taste engine for online shops.

Learns what each customer likes to look at from product photos and past interactions, and says why.

Start with: penchant demo
"""

app = typer.Typer(
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for module in (
    demo,
    init,
    ingest,
    embed,
    build,
    evaluate,
    tune,
    publish,
    rollback,
    builds,
    prune,
    nightly,
    recommend,
    similar,
    neighbors,
    profile,
    explain,
    why_not,
    campaign,
    serve,
    keys,
    consent,
    export,
    forget,
    statement,
    doctor,
    bench,
):
    app.command(name=module.__name__.rsplit(".", 1)[1].replace("_", "-"))(module.run)

app.add_typer(experiment.app, name="experiment", rich_help_panel="Experiments")


@app.callback(invoke_without_command=True)
def _version(
    version: bool = typer.Option(False, "--version", help="Print the version and exit."),
) -> None:
    if version:
        from penchant import __version__

        typer.echo(__version__)
        raise typer.Exit


def main() -> None:
    """Run the command line; every error penchant knows ends in one sentence."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        sys.exit(_run())
    except PenchantError as error:
        _report(error.code, str(error))
        sys.exit(1 if isinstance(error, BuildError | StoreError) else 2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        place = f": {error.filename}" if error.filename else ""
        _report("system_error", f"The system said: {error.strerror or error}{place}.")
        sys.exit(1)


def _run() -> int:
    """Run one command and give its exit code; wrong usage and Ctrl-C are told here."""
    try:
        code = app(standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except Exception as error:
        # by its method: the class is click's or, in newer versions, typer's own copy of it
        if not hasattr(error, "format_message"):
            raise
        return _report_usage(error)
    if code == INTERRUPTED:
        _report("interrupted", "Interrupted. What was there before still is.")
    return code if isinstance(code, int) else 0


def _report_usage(error: Any) -> int:
    if _wants_json():
        _report("usage", str(error.format_message()))
    else:
        from typer.rich_utils import rich_format_error

        rich_format_error(error)
    return int(error.exit_code)


def _report(code: str, message: str) -> None:
    error_line(code, message, as_json=_wants_json())


def _wants_json() -> bool:
    """Say whether --json was given as an option, not as an option's value or behind `--`."""
    words = sys.argv[1:]
    options = words[: words.index("--")] if "--" in words else words
    before = ["", *options]
    takes_value = _options_with_value()
    return any(
        word == "--json" and last not in takes_value
        for last, word in zip(before, options, strict=False)
    )


def _options_with_value() -> set[str]:
    return set(_value_options(typer.main.get_command(app)))


def _value_options(command: Any) -> Iterator[str]:
    """Give the options that take a value, of a command and of all commands within it."""
    for inner in getattr(command, "commands", {}).values():
        yield from _value_options(inner)
    for one in command.params:
        if one.param_type_name == "option" and not one.is_flag:
            yield from one.opts
