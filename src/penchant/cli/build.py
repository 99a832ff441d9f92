"""`penchant build`: embed what is new, fit the style space, make profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from penchant.cli.options import AsJson, AsOf, ShopPath, parse_time

if TYPE_CHECKING:
    from penchant.pipeline import BuildOutcome


def run(
    shop: ShopPath,
    as_of: AsOf = None,
    publish: Annotated[
        bool, typer.Option("--publish", help="Publish the build, too, if the gate lets it pass.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Build the shop; the same input gives the same build, and what serves goes on serving.

    Example: penchant build shop
    """
    from penchant.cli.output import note, photo_progress, print_json
    from penchant.cli.publish import publish_now, show_published
    from penchant.pipeline import build_shop
    from penchant.shop_directory import ShopDirectory

    directory = ShopDirectory.open(shop)
    with photo_progress() as progress:
        outcome = build_shop(
            directory,
            settings=directory.settings(),
            as_of=parse_time(as_of),
            on_step=note,
            on_progress=progress,
        )
    if not as_json:
        show_outcome(outcome)
    if publish:
        published = publish_now(directory, outcome.manifest.build_id)
    if as_json:
        print_json({**_values(outcome), "published": publish})
    elif publish:
        show_published(published, shop)
    else:
        note(f"Next: penchant publish {shop}")


def show_outcome(outcome: BuildOutcome) -> None:
    """Tell people what was built.

    Args:
        outcome: Of `build_shop`.
    """
    from penchant.cli.output import note

    counts, space = outcome.manifest.counts, outcome.manifest.space
    again = " (the input had not changed)" if outcome.reused else ""
    note(f"Made build {outcome.manifest.build_id}{again}")
    note(
        f"  {counts['products']} products, {counts['placed_products']} with a style vector; "
        f"{counts['customers']} customers, {counts['profiles']} with a profile"
    )
    channels = ", ".join(f"{name} {dim}" for name, dim in space["channels"].items()) or "none"
    note(f"  style space: {channels}; map: {space['map']}. {space['reason']}")
    for finding in outcome.findings:
        note(f"  {finding.kind}: {finding.message} ({finding.count})")
        for example in finding.examples[:2]:
            note(f"    {example}")


def _values(outcome: BuildOutcome) -> dict[str, Any]:
    manifest = outcome.manifest
    return {
        "build_id": manifest.build_id,
        "folder": str(outcome.folder),
        "as_of": manifest.as_of,
        "reused": outcome.reused,
        "encoder": manifest.encoder,
        "space": manifest.space,
        "counts": manifest.counts,
        "findings": [finding.to_dict() for finding in outcome.findings],
    }
