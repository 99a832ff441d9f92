"""The `penchant` command: registers the verbs and turns errors into one sentence and an exit code.

Exit codes: 0 ok, 1 failed, 2 bad usage or input. Nothing heavy is imported here.
"""

from __future__ import annotations

import json
import os
import sys
from io import TextIOWrapper

import typer

from penchant.cli import (
    bench,
    build,
    demo,
    doctor,
    embed,
    explain,
    ingest,
    init,
    neighbors,
    profile,
    recommend,
    similar,
)
from penchant.errors import BuildError, PenchantError

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
    recommend,
    similar,
    neighbors,
    profile,
    explain,
    doctor,
    bench,
):
    app.command(name=module.__name__.rsplit(".", 1)[1])(module.run)


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
        app()
    except PenchantError as error:
        _report(error.code, str(error))
        sys.exit(1 if isinstance(error, BuildError) else 2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        place = f": {error.filename}" if error.filename else ""
        _report("system_error", f"The system said: {error.strerror or error}{place}.")
        sys.exit(1)


def _report(code: str, message: str) -> None:
    if "--json" in sys.argv:
        sys.stderr.write(json.dumps({"code": code, "message": message}) + "\n")
    else:
        sys.stderr.write(f"error: {message}\n")
