"""`penchant rollback`: let the build serve again that was published before."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from penchant.cli.options import AsJson, ShopPath


def run(
    shop: ShopPath,
    build: Annotated[
        str | None,
        typer.Argument(metavar="[BUILD]", help="One that served; the last before this if absent."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Go back to the build published before, at once; what is gone or damaged is passed over.

    Example: penchant rollback shop
    """
    from penchant.cli.output import print_json
    from penchant.cli.publish import show_published
    from penchant.rollback import roll_back
    from penchant.shop_directory import ShopDirectory

    done = roll_back(ShopDirectory.open(shop), build, at=datetime.now(UTC))
    if as_json:
        print_json(done.to_dict())
    else:
        show_published(done, shop)
