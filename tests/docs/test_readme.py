"""What the README says is run here: the demo, the Python, the commands."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import penchant
from penchant.cli.recommend import STEPS
from penchant.cli.recommend import _reason as told
from penchant.surfaces import Reason

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demo as a stranger runs it, with an empty cache."""
    folder = tmp_path_factory.mktemp("stranger")
    words = [sys.executable, "-c", "from penchant.cli.app import main; main()"]
    done = subprocess.run(
        [*words, "demo", str(folder / "shops" / "demo"), "--json"],
        capture_output=True,
        text=True,
        check=False,
        env={
            "PENCHANT_CACHE": str(folder / "cache"),
            "PATH": "",
            "HOME": str(folder),
            "PYTHONPATH": str(Path(penchant.__file__).parents[1]),
        },
    )
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout)


def test_the_demo_recommends_with_reasons_whose_shares_sum_to_the_score(demo):
    _, said = demo
    slots = said["slate"]["slots"]
    assert said["slate"]["step"] in {"profile", "styles"}
    assert len(slots) == len(said["explanations"]) == 10
    for slot, explanation in zip(slots, said["explanations"], strict=True):
        shares = [share["share"] for share in explanation["shares"]]
        channels = [sum(share["channels"].values()) for share in explanation["shares"]]
        assert sum(shares) == pytest.approx(slot["similarity"], abs=1e-6)
        assert sum(explanation["sources"].values()) == pytest.approx(slot["score"], abs=1e-6)
        assert channels == pytest.approx(shares, abs=1e-6)
    assert slots[0]["reason"]["text"].startswith(("Because you ", "You "))


def test_the_demo_never_shows_what_the_customer_owns(demo):
    _, said = demo
    bought = {
        touch["product_id"]
        for touch in said["profile"]["interactions"]
        if touch["interaction_type"] == "purchase"
    }
    assert bought
    assert not bought & {slot["product_id"] for slot in said["slate"]["slots"]}


def test_the_nearest_neighbor_is_the_one_who_shares_the_style(demo):
    _, said = demo
    assert said["neighbors"]["neighbors"][0]["customer_id"] == "C10017"


def demo_table(slate, titles, n):
    """The first slots as the README shows them."""
    lines = [
        f"recommended to {slate['customer_id']} ({STEPS[slate['step']]})\n",
        f"  slot   product   {'title':42}   score   similarity   reason",
    ]
    for slot in slate["slots"][:n]:
        reason = Reason(**slot["reason"])
        lines.append(
            f"{slot['slot']:6}   {slot['product_id']:7}   {titles[slot['product_id']]:42}"
            f"   {slot['score']:5.2f}   {slot['similarity']:10.3f}   "
            f"{told(reason.text, reason.share, slot['similarity'])}"
        )
    return "\n".join(lines)


def test_the_table_in_the_readme_is_what_the_demo_shows(demo, desk):
    """When the demo changes, paste the table of the message into the README."""
    folder, said = demo
    shop = folder / "shops" / "demo"
    stock = penchant.open(shop).assortment
    titles = dict(zip(stock.product_ids, stock.titles, strict=True))
    table = demo_table(said["slate"], titles, 3)
    assert table in README, f"the README should show\n{table}"
    printed = " ".join(desk.run("recommend", shop, "C10001").out.split())
    for slot in said["slate"]["slots"]:
        words = (str(slot["slot"]), slot["product_id"], titles[slot["product_id"]])
        numbers = f"{slot['score']:.2f} {slot['similarity']:.3f}"
        assert re.search(rf"{' '.join(words)} \w+ {re.escape(numbers)} ", printed)


def test_the_first_python_of_the_readme_runs(demo, monkeypatch, capsys):
    folder, said = demo
    monkeypatch.chdir(folder)
    exec(compile(BLOCKS[0], "README.md", "exec"), {})  # noqa: S102
    assert said["slate"]["slots"][0]["product_id"] in capsys.readouterr().out


def test_the_profiler_of_the_readme_runs(monkeypatch):
    rng = np.random.default_rng(0)
    embeddings = {f"P{i}": rng.random(1280) for i in range(30)}
    day = datetime(2026, 3, 1, tzinfo=UTC)
    events = pl.DataFrame(
        {
            "customer_id": ["C10001"] * 4 + ["C10002"] * 4,
            "product_id": [f"P{i}" for i in (1, 2, 3, 4, 3, 4, 5, 6)],
            "interaction_type": ["view", "purchase"] * 4,
            "timestamp": [day + timedelta(days=i) for i in range(8)],
        }
    )
    names = {"product_embeddings": embeddings, "interactions_df": events, "owned": ["P2"]}
    exec(compile(BLOCKS[1], "README.md", "exec"), names)  # noqa: S102
    assert set(names["profiles"]) == {"C10001", "C10002"}


def test_every_command_is_in_the_readme_and_every_one_there_exists():
    from penchant.cli.app import app

    section = README.split("## Commands")[1].split("##")[0]
    first_cells = [row.split("|")[1] for row in section.splitlines() if row.startswith("|")]
    named = set(re.findall(r"`penchant ([a-z-]+)", " ".join(first_cells)))
    assert named == {one.name for one in (*app.registered_commands, *app.registered_groups)}


def test_every_link_of_the_readme_leads_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("http") or (ROOT / target).exists(), target


def test_the_readme_is_short_and_finished():
    assert len(README.splitlines()) <= 120
    assert "MEASURED" not in README
    assert penchant.__version__ in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
