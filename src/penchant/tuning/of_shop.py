"""Tuning a shop directory, and writing what was confirmed into its settings."""

from __future__ import annotations

from penchant.errors import InputError
from penchant.evaluation.evaluate import Step
from penchant.files import write_atomically
from penchant.pipeline import gather_inputs
from penchant.settings import Settings
from penchant.shop_directory import ShopDirectory
from penchant.tuning.edit import edit_settings
from penchant.tuning.tune import Tuning, tune


def tune_shop(
    shop: ShopDirectory, *, settings: Settings, quick: bool = False, on_step: Step | None = None
) -> Tuning:
    """Find the settings that suit a shop; nothing of it is changed.

    Args:
        shop: The shop; others may write to it meanwhile.
        settings: Its present ones.
        quick: As in `tune`.
        on_step: Told what is being done.

    Raises:
        InputError: if there is too little to choose and prove on.
        BuildError: if the disk is full.
    """
    return tune(gather_inputs(shop, settings=settings), quick=quick, on_step=on_step)


def write_confirmed(shop: ShopDirectory, tuning: Tuning, *, settings: Settings) -> bool:
    """Write the confirmed changes into `penchant.toml`; they count from the next build on.

    Args:
        shop: The shop.
        tuning: Of `tune_shop`.
        settings: Those it was tuned under.

    Returns:
        Whether anything was written: nothing is that was not confirmed.

    Raises:
        InputError: if the settings were changed meanwhile, or their file cannot be edited safely.
        BuildError: if the disk is full.
    """
    if not tuning.confirmed:
        return False
    with shop.writing():
        if shop.settings() != settings:
            raise InputError(
                f"{shop.settings_file} was changed since tuning began, so what was found may not "
                f"hold: tune again with: penchant tune {shop.path}"
            )
        text = shop.settings_file.read_bytes().decode()
        write_atomically(shop.settings_file, edit_settings(text, tuning.confirmed).encode())
    return True
