"""What each unit was shown and clicked, as sums, from answers, rendered slots and clicks."""

from __future__ import annotations

from typing import Final

import polars as pl

from penchant import columns as c
from penchant.experiments.units.orders import AT, UNIT
from penchant.experiments.units.outcomes import FIRST
from penchant.experiments.units.seen import Seen

FALLBACKS: Final = ("segment", "category", "popular", "newest", "empty")
"""Rungs below all that know the customer or what they look at."""

SHOWN_SCHEMA: Final = {
    UNIT: pl.String(),
    "variant": pl.String(),
    FIRST: pl.Int64(),
    "surface": pl.String(),
    "exposures": pl.Float64(),
    "clicks": pl.Float64(),
    "exposures_before": pl.Float64(),
    "clicks_before": pl.Float64(),
    "answers": pl.Float64(),
    "fallbacks": pl.Float64(),
    "took_ms": pl.Float64(),
}
_SUMS: Final = tuple(SHOWN_SCHEMA)[4:]
_TRIGGER: Final = "\x00trigger"


def no_units() -> pl.DataFrame:
    """Give the sums of nobody."""
    return pl.DataFrame(schema=SHOWN_SCHEMA)


def shown_sums(
    assigned: pl.DataFrame,
    seen: Seen,
    span_us: int,
    *,
    at_serving: bool,
    until_us: int | None = None,
) -> pl.DataFrame:
    """Sum up what units were shown within a span of their first exposure, and of that before it.

    Args:
        assigned: Columns unit_id, variant and first_us: units that count.
        seen: What they were shown; that of others is passed over.
        span_us: Length of the window, and of that before it.
        at_serving: True: the first answer is the first exposure; False: the first rendered slot.
        until_us: Who is exposed first at or after it is no unit; None: whenever that is.

    Returns:
        Columns of SHOWN_SCHEMA, a row per exposed unit. `surface`: where it was exposed first.
        `took_ms` is null where no answer of the unit was timed; an answer that was not timed
        counts as the mean of the unit's others.
    """
    answers = seen.answers.join(assigned.select(UNIT, "first_us"), on=UNIT).with_columns(
        (pl.col("made_us") >= pl.col("first_us")).alias("during")
    )
    slots = _slots(answers, seen)
    first = _first(answers, slots, at_serving=at_serving)
    if until_us is not None:
        first = first.filter(pl.col(FIRST) < until_us)
    slots = slots.join(first.select(UNIT, FIRST), on=UNIT)
    since = pl.col("shown_us") - pl.col(FIRST)
    inside = pl.col("during") & since.is_between(0, span_us, closed="left")
    before = since.is_between(-span_us, 0, closed="left")
    clicked_since = pl.col(AT) - pl.col(FIRST)
    in_time = pl.col("clicked") & (clicked_since < span_us)
    clicked_before = pl.col("clicked") & (clicked_since < 0)
    sums = slots.group_by(UNIT).agg(
        inside.sum().alias("exposures"),
        (inside & in_time).sum().alias("clicks"),
        before.sum().alias("exposures_before"),
        (before & clicked_before).sum().alias("clicks_before"),
    )
    return (
        assigned.join(first, on=UNIT, maintain_order="left")
        .join(sums, on=UNIT, how="left", maintain_order="left")
        .join(_served(answers, first, span_us), on=UNIT, how="left", maintain_order="left")
        .with_columns(pl.col(_SUMS[:-1]).fill_null(0))
        .select(pl.col(name).cast(kind) for name, kind in SHOWN_SCHEMA.items())
    )


def _slots(answers: pl.DataFrame, seen: Seen) -> pl.DataFrame:
    """Give each rendered slot with its product, and when it was clicked first."""
    held = answers.select("request_id", UNIT, "surface", "made_us", "during", "products")
    place = pl.col("slot") - 1
    product = pl.when(place >= 0).then(pl.col("products").list.get(place, null_on_oob=True))
    clicks = (
        seen.clicks.group_by(UNIT, "request_id", c.PRODUCT_ID)
        .agg(pl.col(AT).min())
        .with_columns(pl.lit(value=True).alias("clicked"))
    )
    return (
        seen.rendered.join(held, on="request_id")
        .with_columns(
            product.alias(c.PRODUCT_ID),
            # a page's clock may be behind: nothing is seen before it was made
            pl.max_horizontal("shown_us", "made_us").alias("shown_us"),
        )
        .drop("products")
        .filter(pl.col(c.PRODUCT_ID).is_not_null())
        .join(clicks, on=[UNIT, "request_id", c.PRODUCT_ID], how="left", maintain_order="left")
        .with_columns(pl.col("clicked").fill_null(value=False))
    )


def _first(answers: pl.DataFrame, slots: pl.DataFrame, *, at_serving: bool) -> pl.DataFrame:
    moments = (
        answers.with_columns(pl.col("made_us").alias(_TRIGGER))
        if at_serving
        else slots.with_columns(pl.col("shown_us").alias(_TRIGGER))
    )
    return (
        moments.filter("during")
        .sort(_TRIGGER, "request_id")
        .group_by(UNIT, maintain_order=True)
        .agg(pl.col(_TRIGGER).first().alias(FIRST), pl.col("surface").first())
    )


def _served(answers: pl.DataFrame, first: pl.DataFrame, span_us: int) -> pl.DataFrame:
    """Count answers of the window, those that fell back, and the milliseconds they took."""
    mine = answers.filter("during").join(first.select(UNIT, FIRST), on=UNIT)
    return (
        mine.filter(pl.col("made_us") < pl.col(FIRST) + span_us)
        .group_by(UNIT)
        .agg(
            pl.len().alias("answers"),
            pl.col("step").is_in(FALLBACKS).sum().alias("fallbacks"),
            (pl.col("took_us").mean() * pl.len() / 1000).alias("took_ms"),
        )
    )
