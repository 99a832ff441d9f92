"""`penchant init`: make an empty shop directory."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from penchant.cli.options import AsJson, ShopPath


def run(
    shop: ShopPath,
    encoder: Annotated[
        str | None,
        typer.Option(
            help='"lite0" (default), "mobilenet_v2:FILE.pth", "onnx:FILE" or "precomputed:FILE".'
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make an empty shop directory with all default settings.

    Example: penchant init shop
    """
    from penchant.cli.output import note, print_json
    from penchant.shop_directory import ShopDirectory

    changes = {"encoder": {"spec": _absolute(encoder)}} if encoder else {}
    made = ShopDirectory.create(shop, changes)
    if as_json:
        print_json({"shop": str(made.path), "settings": str(made.settings_file)})
    else:
        note(f"Made {shop}. Settings: {made.settings_file}")
        note(f"Next: penchant ingest {shop} --products products.csv")


def _absolute(spec: str) -> str:
    """Check the spec, and make its file independent of the folder the command was started in."""
    from penchant.encoders import get_encoder

    kind, colon, file = spec.partition(":")
    absolute = f"{kind}:{Path(file).expanduser().absolute()}" if colon and file else spec
    get_encoder(absolute)
    return absolute
