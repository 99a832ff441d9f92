"""Any usual encoding is read, and what is no text is refused."""

from __future__ import annotations

import pytest

from penchant.errors import InputError
from penchant.tables.textfile import decode_text

TEXT = "id,title\n1,Größe für 5 €\n"


@pytest.mark.parametrize(
    ("data", "encoding", "had_bom"),
    [
        (TEXT.encode(), "UTF-8", False),
        (TEXT.encode("utf-8-sig"), "UTF-8", True),
        (TEXT.encode("utf-16"), "UTF-16", True),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "UTF-16", True),
        (TEXT.encode("utf-16-le"), "UTF-16", False),
        (TEXT.encode("utf-16-be"), "UTF-16", False),
        (TEXT.encode("cp1252"), "Windows-1252", False),
    ],
)
def test_every_encoding_gives_the_same_text(data, encoding, had_bom):
    decoded = decode_text(data, "a.csv")
    assert (decoded.text, decoded.encoding, decoded.had_bom) == (TEXT, encoding, had_bom)


def test_latin1_bytes_that_windows_does_not_know_are_kept():
    assert decode_text(b"a\n\x81\n", "a.csv").text == "a\n\x81\n"


def test_one_foreign_byte_does_not_spoil_the_rest():
    decoded = decode_text("id\nGröße\n".encode() + b"f\xfcr\n", "a.csv")
    assert (decoded.text, decoded.foreign) == ("id\nGröße\nfür\n", 1)


@pytest.mark.parametrize("data", [b"a\r\n1\r\n", b"a\r1\r", b"a\n1\n"])
def test_line_ends_of_every_system_become_one(data):
    assert decode_text(data, "a.csv").text == "a\n1\n"


@pytest.mark.parametrize("data", [b"", b"  \n \n"])
def test_an_empty_file_is_refused(data):
    with pytest.raises(InputError, match=r"a\.csv is empty"):
        decode_text(data, "a.csv")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"PK\x03\x04rest", "Excel workbook.*as CSV"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel.*as CSV"),
        (b"\x1f\x8brest", "gzip.*Unpack"),
        (b"%PDF-1.4\n", "PDF"),
        (b"SQLite format 3\x00", "SQLite"),
        (b"\x7fELF\x02\x01\x01\x00\x00\n1,2", "binary data"),
    ],
)
def test_other_files_are_refused_with_a_way_out(data, what):
    with pytest.raises(InputError, match=what):
        decode_text(data, "a.csv")
