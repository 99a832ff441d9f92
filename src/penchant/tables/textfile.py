"""Bytes to text: find the encoding, refuse what is not a text table."""

from __future__ import annotations

import re
from dataclasses import dataclass

from penchant.errors import InputError

_SIGNATURES = (
    (b"PK\x03\x04", "an Excel workbook or a ZIP archive", "Save or unpack it as CSV."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "Save it as CSV."),
    (b"\x1f\x8b", "gzip-compressed", "Unpack it first."),
    (b"BZh", "bzip2-compressed", "Unpack it first."),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed", "Unpack it first."),
    (b"%PDF", "a PDF", "Save the table as CSV."),
    (b"\x89PNG", "a picture", "Give a CSV or Parquet table."),
    (b"\xff\xd8\xff", "a picture", "Give a CSV or Parquet table."),
    (b"SQLite format 3", "a SQLite database", "Export the table as CSV."),
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
_SURROGATE = re.compile("[\udc80-\udcff]")
_UTF16_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class DecodedText:
    r"""A file as text with `\n` line ends, and how it was written.

    `foreign` counts the characters that were not UTF-8 in a file read as UTF-8.
    """

    text: str
    encoding: str
    had_bom: bool
    foreign: int


def decode_text(data: bytes, name: str) -> DecodedText:
    r"""Decode UTF-8, UTF-16 (with or without BOM) and Windows-1252 or Latin-1.

    A byte that is not UTF-8 is read as Windows-1252 on its own, so one bad byte never spoils the
    rest.

    Args:
        data: The whole file.
        name: What to call it in messages.

    Raises:
        InputError: if the file is empty, or is not text.

    Example:
        >>> decode_text("größe\r\n".encode("cp1252"), "a.csv").text
        'größe\n'
    """
    if not data.strip():
        raise InputError(f"{name} is empty. It needs at least a line with the column names.")
    _check_signature(data, name)
    decoded = _decoded(data)
    text = decoded.text.replace("\r\n", "\n")
    if "\n" not in text:
        text = text.replace("\r", "\n")
    first = text.lstrip().split("\n", 1)[0]
    if not first or _CONTROL.search(first):
        raise InputError(
            f"{name} is not a text table: its first line holds binary data. Save it as CSV."
        )
    return DecodedText(text, decoded.encoding, decoded.had_bom, decoded.foreign)


def _check_signature(data: bytes, name: str) -> None:
    for signature, what, advice in _SIGNATURES:
        if data.startswith(signature):
            raise InputError(f"{name} is {what}, not a CSV or Parquet table. {advice}")


def _decoded(data: bytes) -> DecodedText:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return DecodedText(data.decode("utf-16", "replace"), "UTF-16", had_bom=True, foreign=0)
    wide = _utf16_order(data)
    if wide:
        return DecodedText(data.decode(wide, "replace"), "UTF-16", had_bom=False, foreign=0)
    had_bom = data.startswith(b"\xef\xbb\xbf")
    body = data[3:] if had_bom else data
    try:
        return DecodedText(body.decode("utf-8"), "UTF-8", had_bom, 0)
    except UnicodeDecodeError:
        text = body.decode("utf-8", "surrogateescape")
    table = {0xDC00 + byte: _western(byte) for byte in range(0x80, 0x100)}
    return DecodedText(
        text.translate(table), "Windows-1252", had_bom, len(_SURROGATE.findall(text))
    )


def _utf16_order(data: bytes) -> str | None:
    """Guess UTF-16 without BOM from zero bytes at every other place."""
    head = data[:2000]
    half = len(head) // 2
    if half < 2:
        return None
    if head[1::2].count(0) >= _UTF16_SHARE * half and head[::2].count(0) == 0:
        return "utf-16-le"
    if head[::2].count(0) >= _UTF16_SHARE * half and head[1::2].count(0) == 0:
        return "utf-16-be"
    return None


def _western(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)
