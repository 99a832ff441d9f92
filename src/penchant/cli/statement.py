"""`penchant statement`: what decides which products are shown, for customers to read."""

from __future__ import annotations

from penchant.cli.options import AsJson, ShopPath


def run(shop: ShopPath, as_json: AsJson = False) -> None:
    """Say in plain language what decides which products are shown, and how to influence it.

    It is generated from the settings and the weights of the build that serves, as Markdown to be
    put on a page of the shop.

    Example: penchant statement shop > how_we_choose.md
    """
    from penchant.cli.output import print_json, print_text
    from penchant.privacy.statement import shop_statement
    from penchant.shop_directory import ShopDirectory

    told = shop_statement(ShopDirectory.open(shop))
    if as_json:
        print_json(told.to_dict())
    else:
        print_text(told.to_text())
