"""Charts as SVG strings, and the safe HTML they stand in: no library, no script, no request."""

from penchant.charts.areas import Area, draw_areas
from penchant.charts.bars import Bar, draw_bars
from penchant.charts.chart import Caption, Chart
from penchant.charts.data_table import data_table
from penchant.charts.forest import Interval, draw_forest
from penchant.charts.histogram import draw_histogram
from penchant.charts.lines import Line, draw_lines
from penchant.charts.markup import Markup, joined, tag
from penchant.charts.palette import STYLE

__all__ = [
    "STYLE",
    "Area",
    "Bar",
    "Caption",
    "Chart",
    "Interval",
    "Line",
    "Markup",
    "data_table",
    "draw_areas",
    "draw_bars",
    "draw_forest",
    "draw_histogram",
    "draw_lines",
    "joined",
    "tag",
]
