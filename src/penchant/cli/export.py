"""`penchant export`: everything that is held of a person, as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from penchant.cli.options import CustomerId, ShopPath


def run(
    shop: ShopPath,
    customer: CustomerId,
    as_json: Annotated[bool, typer.Option("--json", help="It always is JSON.")] = True,
) -> None:
    """Print everything that is held of a person, as JSON, to be handed over to them.

    Example: penchant export shop C10001 > C10001.json
    """
    from penchant.cli.output import print_json
    from penchant.cli.stores import store_of
    from penchant.privacy.person import person_data
    from penchant.shop_directory import ShopDirectory

    directory = ShopDirectory.open(shop)
    with store_of(directory) as store:
        print_json(person_data(directory, store, customer, at=datetime.now(UTC)))
