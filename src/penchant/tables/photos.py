"""Where photos are: paths relative to the table become absolute, URLs stay as they are."""

from __future__ import annotations

import posixpath
from pathlib import Path

import polars as pl

from penchant.tables.repair import Repaired, clean_text

# a scheme of one letter is a Windows drive, also absolute
_ABSOLUTE = r"^(?:[A-Za-z][A-Za-z0-9+.-]*:|/)"
_SEPARATORS = r"\s*[|;]\s*|,\s+"


def clean_photos(values: pl.Series, folder: Path | None) -> Repaired:
    """Give photo paths as absolute POSIX paths; URLs are kept.

    Args:
        values: The raw column.
        folder: What relative paths are relative to; None leaves them relative.

    Example:
        >>> photos = pl.Series("image", ["a.jpg", "https://x/b.jpg"])
        >>> clean_photos(photos, Path("/shop")).values.to_list()
        ['/shop/a.jpg', 'https://x/b.jpg']
    """
    cleaned = clean_text(values)
    return Repaired(_resolved(cleaned.values, folder), cleaned.marks)


def clean_photo_lists(values: pl.Series, folder: Path | None) -> Repaired:
    """Give lists of photo paths from text split at `|`, `;` or a comma and a space.

    Lists (from a frame) are taken as they are. Nothing in the list is null.

    Args:
        values: Text or lists.
        folder: What relative paths start from; None leaves them as they are.

    Example:
        >>> photos = pl.Series("additional_images", ["a.jpg|b.jpg"])
        >>> clean_photo_lists(photos, None).values.to_list()
        [['a.jpg', 'b.jpg']]
    """
    if isinstance(values.dtype, pl.List | pl.Array):
        lists = values.cast(pl.List(pl.String))
    else:
        text = clean_text(values).values
        lists = text.str.replace_all(_SEPARATORS, "\x1f").str.split("\x1f")
    rows = pl.DataFrame({"row": pl.int_range(len(lists), eager=True), "path": lists})
    long = rows.explode("path").drop_nulls()
    long = long.with_columns(_resolved(clean_text(long["path"]).values, folder).alias("path"))
    grouped = long.drop_nulls().group_by("row", maintain_order=True).agg("path")
    joined = rows.select("row").join(grouped, on="row", how="left", maintain_order="left")
    return Repaired(joined["path"].alias(values.name))


def _resolved(paths: pl.Series, folder: Path | None) -> pl.Series:
    relative = (~paths.str.contains(_ABSOLUTE)).fill_null(value=False)
    if not relative.any():
        return paths
    local = paths.str.replace_all("\\", "/", literal=True)
    if folder is not None:
        local = pl.select(pl.lit(folder.absolute().as_posix() + "/") + local).to_series()
        dotted = local.str.contains(r"/\.{0,2}/").fill_null(value=False)
        tidy = {path: posixpath.normpath(path) for path in local.filter(dotted & relative).unique()}
        local = local.replace(tidy)
    return local.alias(paths.name).zip_with(relative, paths)
