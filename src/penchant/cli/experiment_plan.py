"""`penchant experiment plan`: how long it takes, and by what to decide."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from penchant.cli.options import AsJson, ShopPath, Surface, parse_time

if TYPE_CHECKING:
    from penchant.experiments.planning.power import MetricPlan
    from penchant.experiments.planning.shop_plan import ShopPlan


def run(
    shop: ShopPath,
    surface: Surface = "homepage",
    lift: Annotated[float, typer.Option(help="Relative lift to find, such as 0.1.")] = 0.1,
    variants: Annotated[int, typer.Option(help="Variants, with the control.")] = 2,
    days: Annotated[
        float, typer.Option(help="Days after the first exposure in which orders count.")
    ] = 7.0,
    as_of: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Look back from then, ISO 8601; now if absent."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say how many weeks an experiment takes in this shop, and by which metric to decide it.

    By what customers did in the last weeks; what the shop does not know is assumed, and said so.

    Example: penchant experiment plan shop

    Example: penchant experiment plan shop --surface cart --lift 0.05 --json
    """
    from penchant.cli.output import print_json
    from penchant.experiments.planning.shop_plan import Ask, plan_shop
    from penchant.shop_directory import ShopDirectory

    moment = parse_time(as_of) or datetime.now(UTC)
    ask = Ask(surface, lift, variants, days)
    found = plan_shop(ShopDirectory.open(shop), ask, as_of=moment)
    if as_json:
        print_json(_told(found))
    else:
        _show(found)


def _told(found: ShopPlan) -> dict[str, Any]:
    plan, ask = found.plan, found.ask
    return {
        "advice": plan.advice,
        "primary": plan.primary,
        "weeks": plan.weeks,
        "surface": ask.surface,
        "lift": ask.lift,
        "variants": ask.arms,
        "attribution_days": ask.attribution_days,
        "power": plan.power,
        "level": plan.level,
        "new_customers_per_day": found.new_customers_per_day,
        "customers_by_week": list(found.customers_by_week),
        "sources": dict(found.sources),
        "metrics": [_metric(one) for one in plan.metrics],
    }


def _metric(one: MetricPlan) -> dict[str, Any]:
    return {
        "metric": one.scatter.metric,
        "cv": one.scatter.cv if math.isfinite(one.scatter.cv) else None,
        "rho": one.scatter.rho,
        "customers_per_variant": one.units_per_arm,
        "weeks": one.weeks,
        "detectable": {str(weeks): lift for weeks, lift in one.detectable},
    }


def _show(found: ShopPlan) -> None:
    from penchant.cli.output import note, out, print_table

    plan, ask = found.plan, found.ask
    console = out()
    console.print(plan.advice)
    console.print(
        f"About {found.new_customers_per_day:,.0f} new customers a day on {ask.surface}, in "
        f"{ask.arms} variants; customers who came last are watched {ask.attribution_days:g} days "
        "more."
    )
    weeks = [number for number, _ in next((m.detectable for m in plan.metrics if m.detectable), ())]
    headers = ("metric", ">scatter", ">before", ">weeks", *(f">{number} w" for number in weeks))
    title = f"Smallest lift found in so many weeks, at {plan.power:.0%} power"
    print_table(title, headers, [_row(one, len(weeks), found.sources) for one in plan.metrics])
    for what, source in found.sources.items():
        if source == "assumed":
            note(f"Assumed, as the shop's data do not tell it: {what}.")


def _row(one: MetricPlan, n_weeks: int, sources: Any) -> tuple[str, ...]:
    scatter = one.scatter
    name = scatter.metric + (" (assumed)" if sources[scatter.metric] == "assumed" else "")
    lifts = [f"{lift:.1%}" for _, lift in one.detectable] or ["-"] * n_weeks
    cv = f"{scatter.cv:.2f}" if math.isfinite(scatter.cv) else "-"
    return name, cv, f"{scatter.rho:+.2f}", str(one.weeks or "-"), *lifts
