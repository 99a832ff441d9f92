"""Turn the bytes of one product photo into square RGB pixels, or say why it cannot be done.

Nothing here trusts the file: the size is checked before decoding, and every failure is a
`PhotoError` with a stable reason, so that one bad photo never stops a run.
"""

from __future__ import annotations

import io
import stat
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from penchant.errors import InputError, did_you_mean
from penchant.images.colours import to_rgb
from penchant.images.fit import FITS, fit_square, side_needed

__all__ = [
    "FITS",
    "MAX_PIXELS",
    "RECIPE",
    "Photo",
    "PhotoError",
    "check_fit",
    "load_photo",
    "read_photo",
]

RECIPE: Final = "draft1-gap2-bilinear/1"
"""Changes whenever the same file would give other pixels; part of every encoder's fingerprint."""

MAX_PIXELS: Final = 80_000_000
MAX_BYTES: Final = 256 * 1024 * 1024
FORMATS: Final = ("JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000", "PPM")
"""What is read. Pillow knows more, some of which run other programs (EPS) or have no signature."""

_ORIENTATION_TAG: Final = 0x0112
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_BOMBS: Final = (Image.DecompressionBombError, Image.DecompressionBombWarning)


class PhotoError(InputError):
    """One photo cannot be used.

    Attributes:
        reason: Stable code: `missing`, `not_local`, `empty_file`, `not_an_image`, `too_large`,
            `truncated` or `unreadable`.
    """

    code = "unusable_photo"

    def __init__(self, reason: str, message: str):
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """One decoded photo.

    Attributes:
        pixels: Shape (size, size, 3), uint8, RGB.
        width: Of the original as displayed (after EXIF rotation), in pixels.
        height: Of the original as displayed, in pixels.
    """

    pixels: NDArray[np.uint8]
    width: int
    height: int


def load_photo(
    source: bytes | Path, *, size: int, fit: str = "squash", max_pixels: int = MAX_PIXELS
) -> NDArray[np.uint8]:
    """Decode one photo to square RGB pixels.

    EXIF rotation is honoured, transparency becomes white, CMYK, 16-bit, palette and grey photos
    become RGB, of an animation the first frame is taken. Big JPEGs are decoded at reduced scale.

    Args:
        source: The file, or its bytes.
        size: Side of the result in pixels, > 0.
        fit: `squash` stretches to the square, `pad` adds margins in the colour of the photo's
            border, `crop` takes the middle 87.5 % of the shorter side.
        max_pixels: Photos of more pixels are refused before they are decoded; Pillow itself refuses
            above about 179 million.

    Returns:
        Shape (size, size, 3), uint8. The same file gives the same pixels.

    Raises:
        PhotoError: if the photo cannot be used; `reason` says why.
        InputError: if `fit` or `size` is not allowed.

    Example:
        >>> import io
        >>> file = io.BytesIO()
        >>> Image.new("RGB", (30, 40), "red").save(file, "PNG")
        >>> load_photo(file.getvalue(), size=2).tolist()
        [[[255, 0, 0], [255, 0, 0]], [[255, 0, 0], [255, 0, 0]]]
    """
    data = source if isinstance(source, bytes) else read_file(source)
    return read_photo(data, size=size, fit=fit, max_pixels=max_pixels).pixels


def read_file(path: Path) -> bytes:
    """Read a photo's file.

    Args:
        path: Where it lies.

    Returns:
        Its bytes.

    Raises:
        PhotoError: `missing` if there is no such file, `too_large` above 256 MB, `unreadable` if it
            is not a plain file or cannot be read.
    """
    try:
        status = path.stat()
        # a pipe or device would be read for ever
        if not stat.S_ISREG(status.st_mode):
            raise PhotoError("unreadable", f'Photo "{path}" is not a plain file.')
        if status.st_size > MAX_BYTES:
            raise PhotoError(
                "too_large", f'Photo "{path}" has {status.st_size} bytes; at most {MAX_BYTES}.'
            )
        return path.read_bytes()
    except PhotoError:
        raise
    except (FileNotFoundError, NotADirectoryError) as error:
        raise PhotoError("missing", f'No photo "{path}".') from error
    except (OSError, ValueError) as error:
        raise PhotoError("unreadable", f'Photo "{path}" cannot be read: {error}.') from error


def read_photo(
    data: bytes, *, size: int, fit: str = "squash", max_pixels: int = MAX_PIXELS
) -> Photo:
    """Decode one photo and keep its original width and height; see `load_photo`.

    Args:
        data: The bytes of the file.
        size: Side of the result in pixels, > 0.
        fit: `squash`, `pad` or `crop`.
        max_pixels: Photos of more pixels are refused.

    Returns:
        Pixels, width and height.

    Raises:
        PhotoError: if the photo cannot be used.
        InputError: if `fit` or `size` is not allowed.
    """
    check_fit(fit)
    if size < 1:
        raise InputError(f"size is {size}, must be at least 1 pixel.")
    if not data:
        raise PhotoError("empty_file", "The photo is an empty file.")
    with _opened(data) as image:
        width, height = image.size
        if width * height > max_pixels:
            raise PhotoError(
                "too_large",
                f"The photo has {width} x {height} pixels; at most {max_pixels} are read.",
            )
        return _decoded(image, size=size, fit=fit)


def check_fit(fit: str) -> str:
    """Check the name of a fit.

    Args:
        fit: What was given.

    Returns:
        The same name.

    Raises:
        InputError: if it is not `squash`, `pad` or `crop`.
    """
    if fit not in FITS:
        raise InputError(
            f'fit is "{fit}", must be one of {", ".join(FITS)}.{did_you_mean(fit, FITS)}'
        )
    return fit


def _opened(data: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=_formats())
    except UnidentifiedImageError as error:
        hint = " It looks like a web page." if data.lstrip()[:1] == b"<" else ""
        raise PhotoError(
            "not_an_image",
            f"The file is not in a format that is read ({', '.join(FORMATS)}).{hint}",
        ) from error
    except _BOMBS as error:
        raise PhotoError("too_large", f"The photo is too large: {error}") from error
    except Exception as error:  # damaged headers raise whatever the format's reader happens to
        raise _damage(error) from error


@cache
def _formats() -> tuple[str, ...]:
    Image.init()
    return tuple(name for name in FORMATS if name in Image.OPEN)


def _decoded(image: Image.Image, *, size: int, fit: str) -> Photo:
    width, height = image.size
    try:
        # the scale nearest above what is needed: close to a full decode at a fraction of the cost
        side = side_needed(size, fit)
        image.draft(None, (side, side))
        turn = _TURNS.get(_orientation(image))
        square = fit_square(to_rgb(image), size=size, fit=fit)
    except _BOMBS as error:
        raise PhotoError("too_large", f"The photo is too large: {error}") from error
    except Exception as error:  # hostile files raise struct, index, value and OS errors alike
        raise _damage(error) from error
    if turn is not None:
        square = square.transpose(turn)
        if turn in _TURNED:
            width, height = height, width
    return Photo(np.asarray(square), width, height)


_TURNED: Final = frozenset(_TURNS[number] for number in (5, 6, 7, 8))


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(_ORIENTATION_TAG, 1)
        return value if isinstance(value, int) else 1
    except Exception:  # a damaged EXIF block does not spoil the photo
        return 1


def _damage(error: Exception) -> PhotoError:
    text = str(error).lower()
    if isinstance(error, EOFError) or "truncated" in text or "unexpected end" in text:
        return PhotoError("truncated", f"The photo is cut short: {error}.")
    return PhotoError(
        "unreadable", f"The photo cannot be decoded: {error or type(error).__name__}."
    )
