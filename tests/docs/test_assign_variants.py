"""The page on assigning elsewhere: its JavaScript and its Python say what penchant says."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import typer.main

from penchant.cli import app
from penchant.experiments.assignment import number
from tests.assignment_vectors import FILE, render

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "assign-variants.md").read_text(encoding="utf-8")
VECTORS = json.loads(FILE.read_text(encoding="utf-8"))
SCRIPTS = re.findall(r"```js\n(.*?)```", PAGE, re.DOTALL)
PYTHON = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)

DRIVER = """
import { readFileSync } from "node:fs";
import { assign, number, runs } from "./assign.js";
const { numbers, cases, times } = JSON.parse(readFileSync(0, "utf8"));
const told = cases.map(({ experiment, units }) => Object.fromEntries(
  Object.keys(units).map((unit) => [unit, assign(experiment, unit)])));
console.log(JSON.stringify({
  numbers: numbers.map(({ text }) => number(text)), told,
  runs: times.map(([one, now]) => runs(one, Date.parse(now))),
}));
"""

EXPECTED = [
    {
        unit: None if got is None else {"variant": got[0], "counted": got[1]}
        for unit, got in one["units"].items()
    }
    for one in VECTORS["cases"]
]
BOLD = {"state": "runs", "start": "2026-05-04T00:00:00+00:00", "end": "2026-06-01T00:00:00+00:00"}
ENDED = BOLD | {"stopped": "2026-05-05T02:00:00+02:00"}
TIMES = [
    (BOLD | {"stopped": None}, "2026-05-03T23:59:59Z", False),
    (BOLD | {"stopped": None}, "2026-05-04T00:00:00Z", True),
    (BOLD | {"stopped": None}, "2026-06-01T00:00:00Z", False),
    (ENDED, "2026-05-04T23:59:59Z", True),
    (ENDED, "2026-05-05T00:00:00Z", False),
    (BOLD | {"stopped": None, "state": "draft"}, "2026-05-05T00:00:00Z", False),
]


def test_the_vectors_are_what_the_code_says():
    """They never change: each customer of each shop would be dealt anew."""
    assert FILE.read_text(encoding="utf-8") == render()
    told = {one["text"]: one["number"] for one in VECTORS["numbers"]}
    assert told["abc"] == 0.8466046359861451
    assert told[""] == 0.8931675160897388


def test_the_vectors_show_all_that_can_happen():
    got = [tuple(one.values()) for one in EXPECTED]
    assert {"variant": "bold", "counted": False} in got[-1]
    assert all(None in one for one in got)  # "" is nobody, in each case
    assert any(len(unit) > 128 for unit in VECTORS["cases"][0]["units"])
    assert {one["experiment"]["shop"]["holdout"] for one in VECTORS["cases"]} == {0.0, 0.3, 0.5}


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node here")
def test_javascript_says_the_same(tmp_path):
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (tmp_path / "assign.js").write_text(SCRIPTS[0], encoding="utf-8")
    (tmp_path / "driver.mjs").write_text(DRIVER, encoding="utf-8")
    (tmp_path / "slates.js").write_text(SCRIPTS[1], encoding="utf-8")
    (tmp_path / "bold.json").write_text("{}", encoding="utf-8")
    asked = {**VECTORS, "times": [(one, now) for one, now, _ in TIMES]}
    done = subprocess.run(
        ["node", "driver.mjs"],
        input=json.dumps(asked), cwd=tmp_path, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["numbers"] == [one["number"] for one in VECTORS["numbers"]]
    assert told["told"] == EXPECTED
    assert told["runs"] == [wanted for _, _, wanted in TIMES]


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node here")
def test_the_script_serves_the_file_of_the_variant(tmp_path):
    case = VECTORS["cases"][0]
    told = {**case["experiment"], **BOLD, "stopped": None, "end": "2999-01-01T00:00:00+00:00"}
    told["start"] = "2026-01-01T00:00:00+00:00"
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (tmp_path / "bold.json").write_text(json.dumps(told), encoding="utf-8")
    (tmp_path / "assign.js").write_text(SCRIPTS[0], encoding="utf-8")
    (tmp_path / "slates.js").write_text(SCRIPTS[1], encoding="utf-8")
    for variant in ("control", "bold"):
        folder = tmp_path / "slates" / variant
        folder.mkdir(parents=True)
        for unit in ("C10001", "C10002"):
            (folder / f"{unit}.json").write_text(json.dumps([variant, unit]), encoding="utf-8")
    code = (
        'import { slate } from "./slates.js";'
        'console.log(JSON.stringify([await slate("C10001"), await slate("C10002")]));'
    )
    done = subprocess.run(
        ["node", "--input-type=module", "-e", code],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    served = json.loads(done.stdout)
    for unit, one in zip(("C10001", "C10002"), served, strict=True):
        variant, counted = case["units"][unit]
        assert one["given"] == {"variant": variant, "counted": counted}
        assert one["products"] == [variant, unit]


def test_the_python_of_the_page_says_the_same():
    names = {}
    exec(compile(PYTHON[1], "assign-variants.md", "exec"), names)  # noqa: S102
    assert [names["number"](one["text"]) for one in VECTORS["numbers"]] == [
        number(one["text"]) for one in VECTORS["numbers"]
    ]
    for case in VECTORS["cases"]:
        given = {unit: names["assign"](case["experiment"], unit) for unit in case["units"]}
        assert {unit: got and list(got) for unit, got in given.items()} == case["units"]


def test_every_command_of_the_page_exists_with_its_options():
    verbs = typer.main.get_command(app.app).commands["experiment"].commands
    found = re.findall(r"penchant experiment ([a-z]+)([^`\n#>]*)", PAGE)
    assert {"init", "start", "ramp", "stop", "show", "assign"} <= {verb for verb, _ in found}
    for verb, rest in found:
        options = {opt for one in verbs[verb].params for opt in one.opts}
        assert set(re.findall(r"(?<=\s)--[a-z-]+", rest)) <= options, (verb, rest)


def test_every_link_of_the_page_leads_somewhere():
    folder = ROOT / "docs" / "how-to"
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert target.startswith("http") or (folder / target).exists(), target
