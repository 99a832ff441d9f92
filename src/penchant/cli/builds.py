"""`penchant builds`: which builds a shop has, and what became of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penchant.cli.options import AsJson, ShopPath

if TYPE_CHECKING:
    from penchant.shelf import ShelvedBuild


def run(shop: ShopPath, as_json: AsJson = False) -> None:
    """List all builds, the one made last first, with their scores and what became of them.

    Example: penchant builds shop
    """
    from penchant.cli.output import print_json, print_table
    from penchant.shelf import list_builds
    from penchant.shop_directory import ShopDirectory

    shelved = list_builds(ShopDirectory.open(shop))
    if as_json:
        print_json({"builds": [one.to_dict() for one in shelved]})
        return
    headers = ("build", "made", "as of", ">products", ">customers", "scores", "state")
    print_table("", headers, [_row(one) for one in shelved])


def _row(one: ShelvedBuild) -> tuple[str, ...]:
    from penchant.cli.output import number

    scores = ", ".join(f"{name} {number(value)}" for name, value in one.scores.items())
    return (
        one.build_id,
        one.made[:16].replace("T", " "),
        one.as_of[:10] or "-",
        str(one.counts.get("products", "-")),
        str(one.counts.get("customers", "-")),
        scores or "-",
        _state(one),
    )


def _state(one: ShelvedBuild) -> str:
    """Say what became of a build; what is wrong with it comes in full."""
    refused = None if one.refused is None else f"refused: {' '.join(one.refused)}"
    parts = ("serves" if one.current else "", "staged" if one.staged else "", refused, one.damage)
    return ", ".join(part for part in parts if part)
