"""What docs/how-to/ says of the service is what the service does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from penchant.server.problems import STATUS_OF
from penchant.server.routes import all_routes
from penchant.server.scopes import ACCESS, SCOPES

ROOT = Path(__file__).parents[2]
SERVE = (ROOT / "docs" / "how-to" / "serve.md").read_text(encoding="utf-8")
PAGES = sorted((ROOT / "docs" / "how-to").glob("*.md"))


def test_every_route_is_listed_with_who_may_call_it() -> None:
    rows = re.findall(r"^\| `([A-Z]+) (\S+)` \| (.*?) \| (.*?) \|$", SERVE, re.MULTILINE)
    told = {(method, path): (who, what) for method, path, who, what in rows}
    summaries = {
        (method, route.path): route.summary for route in all_routes() for method in route.methods
    }
    wanted = {}
    for route, access in ACCESS.items():
        scopes = ", ".join(f"`{one}`" for one in SCOPES if one in access.scopes)
        who = "anybody" if access.open else f"{scopes}, token" if access.token else scopes
        wanted[route] = (who, summaries[route])
    assert told == wanted


def test_every_code_a_caller_may_meet_is_explained() -> None:
    rows = re.findall(r"^\| ([\d, ]+) \| (.*?) \|", SERVE, re.MULTILINE)
    told = {code: statuses for statuses, codes in rows for code in re.findall(r"`(\w+)`", codes)}
    for code, statuses in told.items():
        assert str(STATUS_OF[code]) in statuses
    rare = {"missing_column", "fingerprint_mismatch", "unexpected"}
    assert set(STATUS_OF) - set(told) == rare


@pytest.mark.parametrize("page", PAGES, ids=[one.name for one in PAGES])
def test_every_link_of_a_how_to_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert target.startswith("http") or (page.parent / target).exists(), target
