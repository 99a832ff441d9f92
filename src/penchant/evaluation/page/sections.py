"""The sections of the page, each from the report alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from penchant.charts import Bar, Caption, Interval, data_table, draw_bars, draw_forest
from penchant.charts.markup import Markup, joined, tag
from penchant.charts.numbers import UNKNOWN, number
from penchant.evaluation.intervals import MeanInterval
from penchant.evaluation.page.dates import day
from penchant.evaluation.page.examples import pictured
from penchant.evaluation.page.metrics import has_interval, in_order, metric
from penchant.evaluation.page.verdict import find_verdict, hits_in_words
from penchant.evaluation.report_values import (
    COUNTS,
    POPULARITY,
    SHOP,
    MethodRow,
    Report,
    SegmentRow,
    shop_of,
)


def verdict(report: Report) -> Markup:
    """Answer first: is it better, and by how much."""
    findings = joined(
        tag(
            "div",
            tag("h3", one.question),
            tag("p", tag("strong", one.answer), class_="answer"),
            tag("p", one.told),
            class_=f"finding {one.outcome}",
        )
        for one in find_verdict(report)
    )
    more = tag("a", "What the numbers mean", href="#definitions")
    words = tag("p", f"{hits_in_words(report)} ", more, ".")
    return Markup(tag("div", findings, class_="findings") + words)


def measured(report: Report) -> Markup:
    """Say what was done, for people who never heard of an offline evaluation."""
    counts = report.counts
    return tag(
        "p",
        f"We went back to {day(report.cut)} and hid from the build everything that happened "
        f"afterwards. Then it put together a list of {report.k} products for each of "
        f"{_count(counts, 'customers')} customers who bought something between then and "
        f"{day(report.until)}, and we looked whether their {_count(counts, 'hidden')} hidden "
        "purchases were among what it showed. Other methods were asked the same questions with "
        "the same knowledge. Shoppers never saw these lists: the test says which method knows "
        "them better, not how much more they would buy.",
    )


def methods(report: Report) -> Markup:
    """Compare all methods on all metrics, with the best that could be reached."""
    names = _names(report.methods, report.headline)
    limits = ["Best possible", *(metric(n).form(report.ceiling.get(n, _NAN)) for n in names)]
    rows = [_cells(row.name, row.measures, names) for row in report.methods]
    table = data_table(
        "Mean over customers, with its 95\u00a0% interval; larger is better",
        ["Method", *(metric(name).named(report.k) for name in names)],
        rows,
        last=limits if report.ceiling else (),
    )
    return Markup(tag("p", _BEST) + table)


def leads(report: Report) -> Markup:
    """Show how far the build is ahead of each method, paired by customer."""
    others = [one for one in report.methods if one.kind != SHOP]
    chart = _forest({one.name: one for one in others}, report, "leads", "Lead over each method")
    names = in_order((name for one in others for name in one.lead), first=report.headline)
    table = data_table(
        "The build less each method, with its 95\u00a0% interval",
        ["Method", *(metric(name).named(report.k) for name in names)],
        [_cells(one.name, one.lead, names) for one in others],
    )
    return Markup(tag("p", _PAIRED) + chart + table)


def segments(report: Report) -> Markup:
    """Show where it helps, and where not."""
    titles = dict.fromkeys(row.name for one in report.segments for row in one.methods)
    table = data_table(
        f"{metric(report.headline).named(report.k)} by segment, with its 95\u00a0% interval",
        ["Segment", *titles],
        [
            [_who(one, report), *(_within(one, name, report) for name in titles)]
            for one in report.segments
        ],
    )
    popular = [row for row in report.methods if row.kind == POPULARITY]
    if not popular:
        return table
    best = max(popular, key=lambda row: row.measures[report.headline].value).name
    found = [(one.name, row) for one in report.segments for row in one.methods if row.name == best]
    title = f"Lead over “{best}” by segment"
    return Markup(table + _forest(dict(found), report, "segments", title))


def beyond(report: Report) -> Markup:
    """Say what the lists are like, apart from hitting."""
    names = in_order(name for row in report.beyond for name in row.values)
    table = data_table(
        "What the lists are like; where they were estimated, with 95\u00a0% intervals",
        ["Method", *(metric(name).named(report.k) for name in names)],
        [_cells(row.method, row.values, names) for row in report.beyond],
    )
    if "coverage" not in names:
        return table
    bars = [
        Bar(row.method, row.values["coverage"].value)
        for row in report.beyond
        if "coverage" in row.values
    ]
    about = "The share of all products that each method showed to at least one customer."
    caption = Caption("coverage", "How much of the range is shown", about)
    return Markup(table + draw_bars(bars, caption, form=metric("coverage").form).__html__())


def examples(report: Report) -> Markup:
    """Show some customers in pictures."""
    return Markup(tag("p", _PICTURED) + pictured(report.examples))


def left_out(report: Report) -> Markup:
    """Count what was judged and what was not, and add the notes."""
    names = [*(n for n in COUNTS if n in report.counts), *sorted(set(report.counts) - set(COUNTS))]
    rows = [[COUNTS.get(n, n.replace("_", " ")), _count(report.counts, n)] for n in names]
    notes = tag("ul", *(tag("li", note) for note in report.notes)) if report.notes else ""
    return Markup(data_table("What was counted", ["What", "Number"], rows) + notes)


def definitions(report: Report) -> Markup:
    """Define every metric the page shows."""
    used = [*(name for row in report.methods for name in row.measures)]
    used += [name for row in report.beyond for name in row.values]
    known = [metric(name) for name in in_order(used, first=report.headline)]
    return tag(
        "dl",
        *(
            joined([tag("dt", one.named(report.k)), tag("dd", one.meaning.format(k=report.k))])
            for one in known
            if one.meaning
        ),
        tag("dt", "95\u00a0% interval"),
        tag("dd", _INTERVAL),
    )


def settings(report: Report) -> Markup:
    """List what the report was made with."""
    made = {
        "shop": report.shop,
        "build": report.build_id,
        "judged": report.as_of,
        "cut": report.cut,
        "until": report.until,
        "k": report.k,
        "headline": report.headline,
    }
    rows = [[key, _value(value)] for key, value in [*made.items(), *_flat(report.settings)]]
    return data_table("Made with", ["Setting", "Value"], rows)


_NAN = float("nan")
_BEST = (
    "Customers buy few of all the products there are, so no list can be right all the time: the "
    "last row says what the best list of all would reach."
)
_PAIRED = (
    "Each customer is compared with themselves, which is sharper than comparing two means. An "
    "interval to the right of the dashed line (full dot) is a lead; one across it (hollow dot) "
    "shows no difference. A dot without an interval is of too few customers to say."
)
_PICTURED = (
    "Some customers whose next purchase was among what they would have been shown, and some where "
    "it was not. They illustrate, the tables decide."
)
_INTERVAL = (
    "With other customers of the same kind the value would be a little different; in 95 of 100 "
    "such repetitions the interval made this way holds the true value."
)


def _forest(rows: Mapping[str, MethodRow], report: Report, name: str, title: str) -> Markup:
    one, none = metric(report.headline), MeanInterval(_NAN, _NAN, _NAN, 0)
    found = [(label, row.lead.get(report.headline, none)) for label, row in rows.items()]
    intervals = [
        Interval(
            label, mean.value, *((mean.low, mean.high) if has_interval(mean) else (_NAN, _NAN))
        )
        for label, mean in found
    ]
    about = (
        f"The build's {one.named(report.k)} less the other's, with 95\u00a0% intervals. Right of "
        "0, the dashed line, the build is better."
    )
    caption = Caption(name, f"{title}: {one.named(report.k)}", about)
    return Markup(draw_forest(intervals, caption, form=one.form).__html__())


def _names(rows: Sequence[MethodRow], headline: str) -> list[str]:
    return in_order((name for row in rows for name in row.measures), first=headline)


def _cells(title: str, means: Mapping[str, MeanInterval], names: Sequence[str]) -> list[object]:
    return [title, *(metric(n).write(means[n]) if n in means else UNKNOWN for n in names)]


def _who(segment: SegmentRow, report: Report) -> Markup:
    mean = shop_of(segment.methods).measures.get(report.headline)
    size = f"; {mean.n:,} customer{'s' if mean.n != 1 else ''}" if mean else ""
    return joined([segment.name, tag("small", segment.about + size)])


def _within(segment: SegmentRow, name: str, report: Report) -> str:
    means = (row.measures.get(report.headline) for row in segment.methods if row.name == name)
    mean = next(means, None)
    return metric(report.headline).write(mean) if mean else UNKNOWN


def _count(counts: Mapping[str, int], name: str) -> str:
    return number(counts[name]) if name in counts else "some"


def _flat(values: Mapping[str, object], prefix: str = "") -> list[tuple[str, object]]:
    flat: list[tuple[str, object]] = []
    for key, value in values.items():
        inside = isinstance(value, Mapping)
        flat += _flat(value, f"{prefix}{key}.") if inside else [(f"{prefix}{key}", value)]  # type: ignore[arg-type]
    return flat


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
