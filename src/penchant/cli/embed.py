"""`penchant embed`: turn photos into embeddings."""

from __future__ import annotations

from penchant.cli.options import AsJson, ShopPath


def run(shop: ShopPath, as_json: AsJson = False) -> None:
    """Embed all product photos; interrupted or repeated, it goes on where it was.

    Example: penchant embed shop
    """
    from penchant.cli.output import note, photo_progress, print_json
    from penchant.embedding import embed_shop
    from penchant.shop_directory import ShopDirectory

    directory = ShopDirectory.open(shop)
    with photo_progress() as progress:
        run_ = embed_shop(directory, settings=directory.settings(), on_progress=progress)
    values = {
        "fingerprint": run_.fingerprint if run_ else "",
        "dim": run_.dim if run_ else 0,
        "products": len(run_.product_ids) if run_ else 0,
        "photos": run_.counts if run_ else {},
    }
    if as_json:
        print_json(values)
    elif run_ is None:
        note("No product names a photo: nothing to embed.")
    else:
        counts = ", ".join(f"{count} {status}" for status, count in run_.counts.items())
        note(f"{len(run_.product_ids)} products, photos: {counts or 'precomputed vectors'}")
        note(f"Next: penchant build {shop}")
