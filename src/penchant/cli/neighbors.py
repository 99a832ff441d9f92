"""`penchant neighbors`: customers with a similar taste."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penchant.cli.options import AsJson, AsOf, CustomerId, HowMany, ShopPath, parse_time

if TYPE_CHECKING:
    from penchant.answers import StyleNeighbors


def run(
    shop: ShopPath,
    customer: CustomerId,
    k: HowMany = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Show the customers whose taste is nearest.

    Example: penchant neighbors shop C10001 -k 5
    """
    import penchant
    from penchant.cli.output import print_json

    found = penchant.open(shop).neighbors(customer, k=k, as_of=parse_time(as_of))
    if as_json:
        print_json(found.to_dict())
    else:
        show_neighbors(found)


def show_neighbors(found: StyleNeighbors) -> None:
    """Print similar customers as a table.

    Args:
        found: What to show.
    """
    from penchant.cli.output import note, number, print_table

    if not found.neighbors:
        note(f"{found.customer_id} has no profile, or nobody's taste points the same way.")
        return
    rows = [(one.customer_id, number(one.similarity)) for one in found.neighbors]
    print_table(f"customers like {found.customer_id}", ("customer", ">similarity"), rows)
