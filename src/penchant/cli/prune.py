"""`penchant prune`: remove old builds."""

from __future__ import annotations

from datetime import UTC, datetime

from penchant.cli.options import AsJson, ShopPath


def run(shop: ShopPath, as_json: AsJson = False) -> None:
    r"""Remove all but the newest builds (`\[builds] keep`) and those that are needed.

    Needed are the build that serves, the staged one, the one a rollback goes to, and those of
    experiments that are not over.

    Example: penchant prune shop
    """
    from penchant.cli.output import note, print_json
    from penchant.shelf import prune_builds
    from penchant.shop_directory import ShopDirectory

    directory = ShopDirectory.open(shop)
    keep = directory.settings().builds.keep
    removed = prune_builds(directory, keep=keep, at=datetime.now(UTC))
    kept = directory.build_ids()
    if as_json:
        print_json({"removed": list(removed), "kept": kept})
    else:
        for name in removed:
            note(f"Removed build {name}")
        note(f"{len(removed)} removed, {len(kept)} kept")
