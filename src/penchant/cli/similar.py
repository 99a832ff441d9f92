"""`penchant similar`: products that look like a product."""

from __future__ import annotations

from penchant.cli.options import AsJson, HowMany, ProductId, ShopPath


def run(shop: ShopPath, product: ProductId, k: HowMany = None, as_json: AsJson = False) -> None:
    """Show the products most similar to a product.

    Example: penchant similar shop 111350 -k 5
    """
    import penchant
    from penchant.cli.output import print_json
    from penchant.cli.recommend import show_slate

    opened = penchant.open(shop)
    slate = opened.similar(product, k=k)
    if as_json:
        print_json(slate.to_dict())
    else:
        title = opened.assortment.titles[opened.assortment.product_ids.row(product)]
        show_slate(opened, slate, f"like {product} {title}")
