"""Photos: from bytes of any kind to square RGB pixels, and what a catalogue's photos tell."""

from penchant.images.facts import Look, look_of
from penchant.images.fit import FITS
from penchant.images.health import PhotoFact, PhotoFinding, photo_findings
from penchant.images.photo import (
    RECIPE,
    Photo,
    PhotoError,
    check_fit,
    load_photo,
    read_file,
    read_photo,
)

__all__ = [
    "FITS",
    "RECIPE",
    "Look",
    "Photo",
    "PhotoError",
    "PhotoFact",
    "PhotoFinding",
    "check_fit",
    "load_photo",
    "look_of",
    "photo_findings",
    "read_file",
    "read_photo",
]
