"""The record of campaigns: where their files were written, so that a person can be erased there.

One line of JSON for each file, in SHOP/campaigns.jsonl. It is added before the file is written: a
file that was recorded may be missing, one that is there is never unknown.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from penchant.files import disk_error
from penchant.shop_directory import ShopDirectory

FILE: Final = "campaigns.jsonl"


def record_campaign(shop: ShopDirectory, file: Path, *, at: datetime) -> None:
    """Remember where a campaign is going to be written.

    Args:
        shop: The shop; its lock need not be held.
        file: The file; a known one is not added again.
        at: Now, with its zone.

    Raises:
        BuildError: if the record cannot be written; the campaign must not be, then.
    """
    path, place = shop.path / FILE, file.expanduser().absolute()
    if place in campaign_files(shop):
        return
    # a shop may be moved or copied, with what lies in it
    inside = place.is_relative_to(shop.path)
    file_name = place.relative_to(shop.path).as_posix() if inside else str(place)
    line = json.dumps({"at": at.astimezone(UTC).isoformat(), "file": file_name}) + "\n"
    try:
        whole = not path.exists() or not path.stat().st_size or path.read_bytes()[-1:] == b"\n"
        with path.open("a", encoding="utf-8") as record:
            record.write(line if whole else f"\n{line}")
    except OSError as error:
        raise disk_error(error, path) from error


def campaign_files(shop: ShopDirectory) -> tuple[Path, ...]:
    """Give all files that campaigns were written to, in the order they were first; some are gone.

    Args:
        shop: The shop. What is no whole line of its record is passed over.
    """
    path = shop.path / FILE
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    files = (_file_of(shop, line) for line in lines)
    return tuple(dict.fromkeys(one for one in files if one is not None))


def _file_of(shop: ShopDirectory, line: str) -> Path | None:
    try:
        file = json.loads(line)["file"]
    except (ValueError, KeyError, TypeError):
        return None
    return shop.path / file if isinstance(file, str) else None
