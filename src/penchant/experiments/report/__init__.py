"""How an analysis is told: as text, as JSON, and as one HTML file that needs nothing else."""

from penchant.experiments.report.document import render_page
from penchant.experiments.report.json_values import to_dict
from penchant.experiments.report.text import printable, render_text

__all__ = ["printable", "render_page", "render_text", "to_dict"]
