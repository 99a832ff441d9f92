"""The page of an offline evaluation: one HTML file that needs nothing else, and no script."""

from penchant.evaluation.page.document import render_page

__all__ = ["render_page"]
