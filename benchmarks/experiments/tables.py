"""The part of docs/benchmarks.md about experiments, from committed results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

RULES = {
    "combined": "**1 % at all looks + 4 % at the end**",
    "always_valid": "5 % at all looks",
    "fixed": "one look at the end, 5 %",
    "daily": "a look every day, as if it were the only one",
    "over_exposures": "one look, exposures taken for customers",
}

ERRORS = """
## Experiments

`{command}`: made-up customers who come back, {customers:,} in each of two variants, clicks per
exposure, {looks} daily looks. Share of runs that called a difference, 95 % interval.

| rule | no difference | lift 10 % | lift 20 % |
|---|---|---|---|
"""

STOPPED = """
Of the first rule, stopped early: {shares}; median day {days}. The lift seen at an early stop was
{lifts} in the median: early stops overstate, and the report says so.

The check of planned shares, {units:,} customers a day, {looks} looks: false alarms {healthy} of
{runs:,} sound experiments (a chi-square test every day: {chi}); a split of 49 to 51 is found in
{found}, in the median on day {day:g}.
"""

REREAD = """
### Published tests, read again

`{command}`: {tests} tests of a fashion shop with {variants} variants, four metrics, every published
look. Confirmed: the look at the end calls the same; reversed: it calls the opposite.

| metric | rule | stopped | confirmed | no longer sure | reversed |
|---|---|---|---|---|---|
"""

MAIL = """
An e-mail of a clothing shop to customers dealt at random, {n:,} in all, each beside no e-mail;
interval at 96 %:

| metric | e-mail | without | with | change |
|---|---|---|---|---|
"""

REPLAY = """
### A policy valued before it runs

`{command}`: clicks per 1,000 of a policy, from the log of another one, beside what it got itself.
The limits of what is refused were set by a simulation, after the first ones had refused the first
row: so that row is no blind test.

| policy | from the log of | position | its own | SNIPS | own inside | told |
|---|---|---|---|---|---|---|
"""


def experiments(result: Mapping[str, Any]) -> str:
    """Render results/experiments.json.

    Args:
        result: As read.
    """
    return "".join((_errors(result["aa"]), _reread(result["reread"]), _mail(result["reread"])))


def off_policy(result: Mapping[str, Any]) -> str:
    """Render results/off_policy.json.

    Args:
        result: As read.
    """
    return REPLAY.format(**result) + "\n".join(map(_valued, result["rows"])) + "\n"


def _errors(result: Mapping[str, Any]) -> str:
    crowd, lifts = result["crowd"], result["lifts"]
    head = ERRORS.format(customers=crowd["customers"], looks=result["looks"], **_command(result))
    rows = [
        f"| {name} | {' | '.join(_share(one[rule]) for one in lifts)} |"
        for rule, name in RULES.items()
    ]
    healthy, _, skewed = result["splits"]
    real = [one for one in lifts if one["lift"]]
    stopped = STOPPED.format(
        shares=" and ".join(
            f"{one['stopped_early']['value']:.0%} at {one['lift']:.0%}" for one in real
        ),
        days=" and ".join(f"{one['median_day']:g}" for one in real),
        lifts=" and ".join(f"{one['median_lift_at_stop']:.1%}" for one in real),
        units=healthy["units_a_day"],
        looks=result["looks"],
        healthy=_share(healthy["alarms"]),
        runs=healthy["alarms"]["runs"],
        chi=_share(healthy["chi_square_daily"]),
        found=_share(skewed["alarms"]),
        day=skewed["median_day"],
    )
    return head + "\n".join(rows) + "\n" + stopped


def _reread(result: Mapping[str, Any]) -> str:
    head = REREAD.format(**_command(result), **result["shares"])
    return head + "\n".join(_read_again(result)) + "\n"


def _read_again(result: Mapping[str, Any]) -> Iterator[str]:
    columns = ("metric", "rule", "stopped", "confirmed", "no_longer_sure", "reversed")
    for one in result["tests"]:
        yield f"| {' | '.join(str(one[name]) for name in columns)} |"


def _mail(result: Mapping[str, Any]) -> str:
    rows = [
        f"| {one['metric']} | {one['variant']} | {one['control_value']:.4g} | "
        f"{one['variant_value']:.4g} | {one['lift']:+.0%} [{one['lift_low']:+.0%}, "
        f"{one['lift_high']:+.0%}] |"
        for one in result["e_mail"]["effects"]
    ]
    return MAIL.format(n=sum(result["e_mail"]["check"]["counts"])) + "\n".join(rows) + "\n"


def _valued(row: Mapping[str, Any]) -> str:
    told, snips = row["refusals"], row["estimates"]["snips"]
    own = row["own"]["value"]
    return (
        f"| {row['target']} | {row['log']} | {row['position']} | {1000 * own:.2f} | "
        f"{1000 * snips['value']:.2f} [{1000 * snips['low']:.2f}, {1000 * snips['high']:.2f}] | "
        f"{'yes' if snips['inside'] else 'no'} | {'refused' if told else 'valued'} |"
    )


def _command(result: Mapping[str, Any]) -> dict[str, str]:
    return {"command": result["command"]}


def _share(one: Mapping[str, float]) -> str:
    return f"{one['value']:.3f} [{one['low']:.3f}, {one['high']:.3f}]"
