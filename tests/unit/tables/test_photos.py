"""Photo paths become absolute, URLs stay."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from penchant.tables.photos import clean_photo_lists, clean_photos

SHOP = Path("/shop/data")


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("a.jpg", "/shop/data/a.jpg"),
        ("./a.jpg", "/shop/data/a.jpg"),
        ("../photos/a.jpg", "/shop/photos/a.jpg"),
        ("x//a.jpg", "/shop/data/x/a.jpg"),
        ("x\\a.jpg", "/shop/data/x/a.jpg"),
        ("/abs/a.jpg", "/abs/a.jpg"),
        ("C:\\x\\a.jpg", "C:\\x\\a.jpg"),
        ("https://cdn.example/a b.jpg?x=1|2", "https://cdn.example/a b.jpg?x=1|2"),
        ("file:///x/a.jpg", "file:///x/a.jpg"),
        ("//cdn.example/a.jpg", "//cdn.example/a.jpg"),
        (" ", None),
    ],
)
def test_a_photo_is_resolved(raw, clean):
    assert clean_photos(pl.Series("image", [raw]), SHOP).values.to_list() == [clean]


def test_without_a_folder_relative_paths_stay_relative():
    assert clean_photos(pl.Series("image", ["x\\a.jpg"]), None).values.to_list() == ["x/a.jpg"]


@pytest.mark.parametrize(
    ("raw", "paths"),
    [
        ("a.jpg|b.jpg", ["/shop/data/a.jpg", "/shop/data/b.jpg"]),
        ("a.jpg; https://x/b.jpg", ["/shop/data/a.jpg", "https://x/b.jpg"]),
        ("a.jpg, b.jpg", ["/shop/data/a.jpg", "/shop/data/b.jpg"]),
        ("a,b.jpg", ["/shop/data/a,b.jpg"]),
        ("|a.jpg||", ["/shop/data/a.jpg"]),
        ("|", None),
        ("", None),
        (None, None),
    ],
)
def test_several_photos_are_split(raw, paths):
    values = pl.Series("additional_images", [raw], dtype=pl.String)
    assert clean_photo_lists(values, SHOP).values.to_list() == [paths]


def test_lists_of_a_frame_are_taken_as_they_are():
    values = pl.Series("additional_images", [["https://x/a;b.jpg", None], [], None])
    done = clean_photo_lists(values, SHOP).values
    assert done.to_list() == [["https://x/a;b.jpg"], None, None]
    assert done.dtype == pl.List(pl.String)
