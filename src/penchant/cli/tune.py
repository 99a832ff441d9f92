"""`penchant tune`: which settings suit a shop, and what each part adds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from penchant.cli.options import AsJson, ShopPath

if TYPE_CHECKING:
    from penchant.tuning.tune import Tuning


def run(
    shop: ShopPath,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Try half-life and weights of actions only: two builds."),
    ] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Write what was confirmed into penchant.toml.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Try other settings on purchases before those that `evaluate` hides; say which are better.

    Values are chosen on half of the customers and proved on the others; in doubt, what is stays.
    Without --quick it makes about twenty-five builds, in memory; none of them is kept.

    Example: penchant tune shop --quick

    Example: penchant tune shop --write
    """
    from penchant.cli.output import note, print_json
    from penchant.shop_directory import ShopDirectory
    from penchant.tuning.of_shop import tune_shop, write_confirmed
    from penchant.tuning.report import to_dict

    directory = ShopDirectory.open(shop)
    settings = directory.settings()
    tuning = tune_shop(directory, settings=settings, quick=quick, on_step=note)
    written = write and write_confirmed(directory, tuning, settings=settings)
    if as_json:
        print_json({**to_dict(tuning), "written": written})
        return
    show_tuning(tuning)
    if written:
        note(f"Written into {directory.settings_file}. Next: penchant build {shop}")
    elif write:
        note(f"Nothing was confirmed: {directory.settings_file} stays as it is.")
    elif tuning.confirmed:
        note(f"To keep them: penchant tune {shop} --write, or by hand in penchant.toml.")


def show_tuning(tuning: Tuning) -> None:
    """Print what was tried, what was proved, and what each part adds."""
    from penchant.cli.output import note, out, print_table
    from penchant.tuning.edit import setting_lines
    from penchant.tuning.report import knob_rows, part_rows, sentences, weight_rows

    when = f"{tuning.known_until[:10]} to {tuning.asked_until[:10]}"
    customers = tuning.attempts[0].gain.n if tuning.attempts else 0
    print_table(
        f"settings tried on {customers} customers who bought something from {when}",
        ("setting", ">is", ">best other", f">gain, ndcg@{tuning.k}", "verdict"),
        knob_rows(tuning),
    )
    if tuning.parts:
        title = f"what is lost without each part, on {tuning.parts[0].lost.n} other customers"
        headers = ("", "part", f">lost, ndcg@{tuning.k}", "verdict")
        print_table(title, headers, part_rows(tuning))
    print_table("what the sources weigh", ("surface", "weights are", "source"), weight_rows(tuning))
    for one in sentences(tuning):
        note(one)
    if tuning.confirmed:
        out().print("\n".join(setting_lines(tuning.confirmed)), markup=False)
