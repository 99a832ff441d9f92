"""What docs/how-to/run-an-experiment.md shows is what happens."""

import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import typer.main

from penchant.cli import app
from penchant.experiments.report.telling import ANSWERS

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "run-an-experiment.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_every_command_of_the_page_exists_with_its_options():
    verbs = typer.main.get_command(app.app).commands["experiment"].commands
    found = re.findall(r"penchant experiment ([a-z]+)([^`\n#>]*)", TEXT)
    assert {"simulate", "plan", "init", "start", "report", "replay"} <= {verb for verb, _ in found}
    for verb, rest in found:
        options = {opt for one in verbs[verb].params for opt in one.opts}
        assert set(re.findall(r"(?<=\s)--[a-z-]+", rest)) <= options, (verb, rest)


def test_the_program_of_the_page_prints_what_it_says():
    (program,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    (said,) = re.findall(r"```text\n(.*?)```", TEXT, re.DOTALL)
    out = StringIO()
    with redirect_stdout(out):
        exec(program, {})  # noqa: S102
    assert out.getvalue() == said


def test_every_answer_of_a_report_is_explained():
    table = TEXT[TEXT.index("| it says") : TEXT.index("- **False alarms")]
    for answer in ANSWERS.values():
        assert answer in table
