"""Draw the sample shop's photos: `python -m penchant.sample.render OUT_DIR [PRODUCT_ID ...]`."""

from __future__ import annotations

import sys
from pathlib import Path

from penchant.sample.design import designs
from penchant.sample.render.photos import draw_all


def main(arguments: list[str]) -> int:
    """Draw the photos asked for, all by default; progress goes to stderr."""
    if not arguments or arguments[0].startswith("-"):
        sys.stderr.write("usage: python -m penchant.sample.render OUT_DIR [PRODUCT_ID ...]\n")
        return 2
    directory, wanted = Path(arguments[0]), set(arguments[1:])
    chosen = [d for d in designs() if not wanted or d.product_id in wanted]
    for done, _ in enumerate(draw_all(chosen, directory), start=1):
        sys.stderr.write(f"\r{done}/{len(chosen)} photos")
    sys.stderr.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
