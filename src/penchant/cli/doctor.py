"""`penchant doctor`: what is wrong with a shop's data, photos and build."""

from __future__ import annotations

from penchant.cli.options import AsJson, ShopPath


def run(shop: ShopPath, as_json: AsJson = False) -> None:
    """Show every repair, rejected row, missing or doubtful photo, and whether the build is sound.

    Example: penchant doctor shop
    """
    from penchant.cli.output import out, print_json, print_table
    from penchant.doctor import examine
    from penchant.shop_directory import ShopDirectory

    checkup = examine(ShopDirectory.open(shop))
    if as_json:
        print_json(checkup.to_dict())
        return
    rows = [(one.table, str(one.rows), str(one.rejected), one.source) for one in checkup.tables]
    print_table("tables", ("table", ">rows", ">set aside", "read from"), rows)
    found = [
        (one.table, one.kind, str(one.count), one.message, "\n".join(one.examples))
        for one in checkup.findings
    ]
    if found:
        print_table("findings", ("where", "kind", ">count", "what", "examples"), found)
    out().print(f"build {checkup.build_id or '-'}; {len(found)} findings")
