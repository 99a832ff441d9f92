"""`penchant experiment replay`: what other settings would have got, from the shop's own log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from penchant.cli.options import AsJson, ShopPath, parse_time

if TYPE_CHECKING:
    from penchant.evaluation.intervals import MeanInterval
    from penchant.experiments.off_policy.overlap import Valuation
    from penchant.experiments.off_policy.replay import Asked, Replay


def run(
    shop: ShopPath,
    settings: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            help="TOML with the settings to be valued, sections as in penchant.toml.",
        ),
    ],
    surface: Annotated[str, typer.Option(help="Where: homepage or new_arrivals.")] = "homepage",
    reward: Annotated[str, typer.Option(help="What counts: click or purchase.")] = "click",
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="What was seen from when on, ISO 8601.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Until when, exclusive; ISO 8601.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what other settings would have got, from what was seen; no customer is asked.

    It counts how likely each product was shown in its slot, and how likely other settings would
    have shown it. Where the log cannot tell, no value is given, and it is said why. A slot that
    never explores tells of settings only that show the same there. It is taken for granted that
    what comes of a slot does not depend on the products around it.

    Example: penchant experiment replay shop --settings bolder.toml

    Example: penchant experiment replay shop --settings bolder.toml --reward purchase --json
    """
    from penchant.cli.output import print_json
    from penchant.cli.stores import store_of
    from penchant.errors import InputError
    from penchant.experiments.off_policy.contest import contests
    from penchant.experiments.off_policy.overlap import value_policy, value_slots
    from penchant.experiments.off_policy.replay import replay
    from penchant.shop_directory import ShopDirectory

    asked = _asked(surface, reward, since, until)
    overlay = read_overlay(settings)
    directory = ShopDirectory.open(shop)
    check_k(overlay, directory.settings().recommend.k, source=settings.name)
    with store_of(directory) as store:
        if store is None:
            raise InputError(f"{shop} has no database: nothing was ever answered and seen.")
        found = replay(store, contests(directory, store, overlay, source=settings.name), asked)
    whole, slots = value_policy(found.logged), value_slots(found.logged)
    if as_json:
        print_json(to_dict(asked, found, whole, slots))
    else:
        _show(asked, found, whole, slots)


def read_overlay(path: Path) -> dict[str, dict[str, Any]]:
    """Read settings to be laid over those of the shop.

    Args:
        path: A TOML file.

    Raises:
        InputError: if there is no such file, it is no TOML, or holds something else than sections.
    """
    from penchant.errors import InputError
    from penchant.settings_file import MAX_BYTES
    from penchant.toml_file import parse_toml, read_text

    if not path.is_file():
        raise InputError(f"There is no file {path}: --settings names the settings to be valued.")
    values = parse_toml(read_text(path, at_most=MAX_BYTES), str(path))
    for name, section in values.items():
        if not isinstance(section, dict):
            raise InputError(f"{path}: {name} must be in a section, such as [homepage].")
    return values


def check_k(overlay: Mapping[str, Mapping[str, Any]], k: int, *, source: str) -> None:
    """Refuse settings that change how many products are shown.

    Args:
        overlay: The settings to be valued.
        k: Of the shop.
        source: Where they come from, for messages.

    Raises:
        InputError: if they change it.
    """
    from penchant.errors import InputError

    wanted = overlay.get("recommend", {}).get("k", k)
    if wanted != k:
        raise InputError(
            f"{source} sets [recommend] k to {wanted!r}: a log tells of the slots that were "
            "answered, and of no others. Leave k out, and run an experiment for that."
        )


def to_dict(
    asked: Asked, found: Replay, whole: Valuation, slots: Mapping[int, Valuation]
) -> dict[str, Any]:
    """Give all that is said as JSON-ready values.

    Args:
        asked: What was asked.
        found: What the log holds.
        whole: Of all slots together.
        slots: Of each slot.
    """
    return {
        "surface": asked.surface,
        "reward": asked.reward,
        "answers": found.answers,
        "reproduced": found.reproduced,
        "left_out": dict(found.left_out),
        "all": _valuation(whole),
        "slots": {str(slot): _valuation(one) for slot, one in slots.items()},
    }


def _asked(surface: str, reward: str, since: str | None, until: str | None) -> Asked:
    from penchant.experiments.off_policy.replay import Asked
    from penchant.taste.from_tables import microseconds

    times = {
        "since": parse_time(since, option="--since"),
        "until": parse_time(until, option="--until"),
    }
    moments = {f"{name}_us": microseconds(one) for name, one in times.items() if one is not None}
    return Asked(surface=surface, reward=reward, **moments)


def _valuation(one: Valuation) -> dict[str, Any]:
    return {
        "valued": not one.refusals,
        "refusals": list(one.refusals),
        "logged": _interval(one.logged),
        "estimates": {name: _interval(each) for name, each in one.estimates.items()},
        "gain": None if one.gain is None else _interval(one.gain),
        "overlap": {name: _plain(getattr(one.overlap, name)) for name in one.overlap.__slots__},
    }


def _interval(one: MeanInterval) -> dict[str, Any]:
    return {name: _plain(getattr(one, name)) for name in ("value", "low", "high", "n")}


def _plain(value: float) -> float | None:
    """JSON knows no infinity: the end of an interval of one customer is not known."""
    from math import isfinite

    return value if isfinite(value) else None


def _show(asked: Asked, found: Replay, whole: Valuation, slots: Mapping[int, Valuation]) -> None:
    from penchant.cli.output import note, out, print_table

    out().print(verdict(asked, whole), markup=False)
    headers = (
        "slot", ">seen", ">customers", ">counts like", ">max weight", ">support", ">log got",
        ">these would get", ">95 %", "",
    )  # fmt: skip
    title = f"{asked.reward}s of {found.answers:,} answers on the {asked.surface}"
    print_table(title, headers, _rows(whole, slots))
    note(f"{found.reproduced:.1%} of the slots are answered again just as they were logged.")
    for why, n in found.left_out.items():
        note(f"Left out: {n:,} slots {why}.")
    for one in whole.refusals:
        note(one)


def verdict(asked: Asked, whole: Valuation) -> str:
    """Say in one sentence what came out.

    Args:
        asked: What was asked.
        whole: Of all slots together.
    """
    if whole.refusals or whole.gain is None:
        return "This log cannot tell what these settings would get in all slots together."
    gained, thing = whole.gain, f"{asked.reward}s per 1,000 slots"
    low, high = 1000 * gained.low, 1000 * gained.high
    if low <= 0 <= high:
        return (
            f"No difference is seen: these settings would get between {low:+.2f} and {high:+.2f} "
            f"{thing} against those that served."
        )
    more = "more" if low > 0 else "fewer"
    ends = sorted((abs(low), abs(high)))
    return (
        f"These settings would have got {abs(1000 * gained.value):.2f} {more} {thing} (between "
        f"{ends[0]:.2f} and {ends[1]:.2f}) than those that served."
    )


def _rows(whole: Valuation, slots: Mapping[int, Valuation]) -> Iterator[tuple[str, ...]]:
    for name, one in (("all", whole), *((str(slot), each) for slot, each in slots.items())):
        lap, value = one.overlap, one.estimates.get("snips")
        yield (
            name,
            f"{lap.slots:,}",
            f"{lap.customers:,}",
            f"{lap.effective:,.0f}",
            f"{lap.max_weight:.1f}",
            f"{min(lap.support, 1):.0%}",
            f"{one.logged.value:.4f}",
            "-" if value is None else f"{value.value:.4f}",
            "-" if value is None else f"{value.low:.4f} to {value.high:.4f}",
            "" if value is not None else "cannot be told",
        )
