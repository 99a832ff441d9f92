"""In memory: a shop built and opened without a disk, for trying things out."""

from __future__ import annotations

from penchant.builds import BuildInputs, Manifest, make_build
from penchant.builds.learn import Step
from penchant.engine import Shop
from penchant.settings import Settings


def shop_of(inputs: BuildInputs, *, on_step: Step | None = None) -> Shop:
    """Build and open.

    Args:
        inputs: What the build is made of.
        on_step: Told what is being done.

    Raises:
        InputError: as `make_build`.
    """
    build = make_build(inputs, on_step=on_step)
    return Shop(Manifest.of(inputs, build, {}), build)


def reopen(shop: Shop, settings: Settings) -> Shop:
    """Let the same build answer under other settings of taste and of what is shown.

    Args:
        shop: An open shop.
        settings: The others; what the build was made with stays in it.
    """
    return shop.under(settings)
