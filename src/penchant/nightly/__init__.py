"""The nightly run: from new files to a build that serves, in one step that may be repeated."""

from penchant.nightly.record import EXIT_CODES, NightlyRun, NightlyStep
from penchant.nightly.run import Errand, nightly

__all__ = ["EXIT_CODES", "Errand", "NightlyRun", "NightlyStep", "nightly"]
