"""Builds: immutable, versioned outputs; a build answers every question without the tables."""

from penchant.builds.build import Build
from penchant.builds.inputs import BuildInputs, settings_that_count
from penchant.builds.make import make_build
from penchant.builds.manifest import Manifest

__all__ = ["Build", "BuildInputs", "Manifest", "make_build", "settings_that_count"]
