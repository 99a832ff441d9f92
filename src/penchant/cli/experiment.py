"""`penchant experiment`: what is compared, from the file that says so to its end.

Each command is a module of its own, `experiment_VERB.py`, with a function `run` whose docstring is
its help. To add one, import the module here and name it in COMMANDS: the verb is its name.
"""

from __future__ import annotations

from typing import Final

import typer

from penchant.cli import (
    experiment_assign,
    experiment_init,
    experiment_list,
    experiment_plan,
    experiment_ramp,
    experiment_report,
    experiment_show,
    experiment_start,
    experiment_stop,
)

COMMANDS: Final = (
    experiment_init,
    experiment_start,
    experiment_ramp,
    experiment_stop,
    experiment_list,
    experiment_show,
    experiment_assign,
    experiment_plan,
    experiment_report,
)

HELP = """Compare ways of recommending on customers, by a rule fixed before.

An experiment is a file, SHOP/experiments/NAME.toml: made by init, edited by you, begun by start.
All of it takes --json.

Example: penchant experiment init shop bold --variant bold --set bold.homepage.explore=0.3

Example: penchant experiment start shop bold
"""

app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False)

for module in COMMANDS:
    verb = module.__name__.rsplit("experiment_", 1)[1].replace("_", "-")
    app.command(name=verb)(module.run)
