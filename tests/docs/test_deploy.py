"""The files of deploy/: they parse, and what they run exists."""

from __future__ import annotations

import re
from configparser import ConfigParser
from pathlib import Path

import pytest
import typer.main

from penchant.cli import app
from penchant.cli.nightly import BUSY
from penchant.nightly import EXIT_CODES
from penchant.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
TEXTS = {one.name: one.read_text(encoding="utf-8") for one in sorted(DEPLOY.iterdir())}
COMMANDS = typer.main.get_command(app.app).commands  # type: ignore[attr-defined]


def unit(name: str) -> ConfigParser:
    parser = ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(TEXTS[name])
    return parser


def test_the_service_runs_once_with_little_rights_and_writes_to_the_shop() -> None:
    service = unit("penchant-nightly.service")["Service"]
    assert service["Type"] == "oneshot"
    assert service["NoNewPrivileges"] == service["PrivateNetwork"] == "yes"
    assert service["ProtectSystem"] == "strict"
    shop = Path(service["ExecStart"].split()[2])
    assert shop.is_relative_to(service["ReadWritePaths"])
    assert 0 < int(service["Nice"]) < 20


def test_the_server_keeps_to_loopback_and_may_finish_what_it_began() -> None:
    service = unit("penchant-serve.service")["Service"]
    assert "--host" not in service["ExecStart"]
    assert service["Restart"] == "always"
    assert service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert int(service["TimeoutStopSec"]) > Settings().server.grace_seconds
    shop = Path(service["ExecStart"].split()[2])
    assert shop.is_relative_to(service["ReadWritePaths"])


def test_the_timer_starts_the_service_of_its_name() -> None:
    timer = unit("penchant-nightly.timer")
    assert timer["Timer"]["Persistent"] == "yes"
    assert re.fullmatch(r"\*-\*-\* \d\d:\d\d", timer["Timer"]["OnCalendar"])
    assert timer["Install"]["WantedBy"] == "timers.target"


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_every_command_named_there_exists_with_its_options(name: str) -> None:
    found = re.findall(r"(?:bin/|`)penchant ([a-z-]+)([^`\n]*)", TEXTS[name])
    assert found or name.endswith(".timer")
    for verb, rest in found:
        options = {opt for one in COMMANDS[verb].params for opt in one.opts}
        assert set(re.findall(r"(?<=\s)--[a-z-]+", rest)) <= options, (verb, rest)


def test_the_crontab_has_one_line_at_a_time_of_day() -> None:
    lines = [one for one in TEXTS["crontab.example"].splitlines() if re.match(r"[\d*]", one)]
    assert len(lines) == 1
    assert re.match(r"\d+ \d+ \* \* \* ", lines[0])


def test_every_exit_code_is_explained() -> None:
    codes = [int(code) for code in re.findall(r"^\| (\d) \|", TEXTS["README.md"], re.MULTILINE)]
    assert codes == sorted({*EXIT_CODES.values(), BUSY})
