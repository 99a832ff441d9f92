"""`penchant similar`: products that look like a product."""

from __future__ import annotations

from typing import Annotated

import typer

from penchant.cli.options import AsJson, HowMany, ProductId, ShopPath


def run(
    shop: ShopPath,
    product: ProductId,
    customer: Annotated[
        str | None,
        typer.Option(metavar="CUSTOMER", help="Sort what is about equally alike by their taste."),
    ] = None,
    k: HowMany = None,
    as_json: AsJson = False,
) -> None:
    """Show the products most similar to a product, as on its page.

    Example: penchant similar shop 111350 -k 5 --customer C10001
    """
    import penchant
    from penchant.cli.output import print_json
    from penchant.cli.recommend import show_slate

    opened = penchant.open(shop)
    slate = opened.similar(product, customer_id=customer, k=k)
    if as_json:
        print_json(slate.to_dict())
    else:
        title = opened.assortment.titles[opened.assortment.product_ids.row(product)]
        whom = f" for {customer}" if customer else ""
        show_slate(opened, slate, f"like {product} {title}{whom}")
