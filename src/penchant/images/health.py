"""What a catalogue's photos tell: placeholders, flat pictures, and photos used twice.

Works on facts gathered while embedding; it opens no file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

PLACEHOLDER: Final = "placeholder"
FLAT: Final = "flat"
DUPLICATE: Final = "duplicate"

_FLAT_STD: Final = 2.0
_SAME_STD: Final = 0.5


@dataclass(frozen=True, slots=True)
class PhotoFact:
    """What is known of one photo of one product.

    Attributes:
        product_id: Whose photo it is.
        path: Where it lies.
        sha256: Digest of its bytes.
        width: In pixels.
        height: In pixels.
        std: Standard deviation of its grey values, 0..127.5.
        dhash: Difference hash, 16 hex digits.
    """

    product_id: str
    path: str
    sha256: str
    width: int
    height: int
    std: float
    dhash: str


@dataclass(frozen=True, slots=True)
class PhotoFinding:
    """One thing to look at.

    Attributes:
        kind: `placeholder`, `flat` or `duplicate`.
        product_ids: Products concerned, sorted.
        paths: Photos concerned, sorted.
        message: One sentence for the shop's team.
    """

    kind: str
    product_ids: tuple[str, ...]
    paths: tuple[str, ...]
    message: str


def photo_findings(
    facts: Iterable[PhotoFact],
    *,
    groups: Mapping[str, str] | None = None,
    min_products: int = 5,
    flat_std: float = _FLAT_STD,
) -> tuple[PhotoFinding, ...]:
    """Find placeholder, flat and duplicate photos.

    A picture counts as a placeholder when `min_products` different designs use the same file, or
    files that look the same (equal difference hash and size, brightness variation within 0.5). The
    same file under fewer designs, or twice under one product, is a duplicate. Colour variants of
    one design may share a photo.

    Args:
        facts: One entry per photo that could be read, in any order.
        groups: Design (`group_id`) of each product that has one.
        min_products: Designs that must share a picture before it is called a placeholder, >= 2.
        flat_std: Photos that vary less than this are flat, in grey levels.

    Returns:
        Findings: placeholders first, then flat pictures, then duplicates; within a kind by path. A
            photo is
        named in one finding only.

    Example:
        >>> grey = [PhotoFact(f"P{i}", f"{i}.jpg", "a" * 64, 9, 9, 0.0, "0" * 16) for i in range(5)]
        >>> [finding.kind for finding in photo_findings(grey)]
        ['placeholder']
    """
    rows = sorted(set(facts), key=lambda fact: (fact.path, fact.product_id))
    design = dict(groups or {})
    placeholders = _placeholders(rows, design, min_products)
    named = {path for finding in placeholders for path in finding.paths}
    rest = [fact for fact in rows if fact.path not in named]
    flat = _flat(rest, flat_std)
    named |= {path for finding in flat for path in finding.paths}
    duplicates = _duplicates([fact for fact in rest if fact.path not in named], design)
    return (*placeholders, *flat, *duplicates)


def _placeholders(
    rows: Sequence[PhotoFact], design: Mapping[str, str], min_products: int
) -> list[PhotoFinding]:
    findings = []
    for alike in _look_alikes(rows):
        count = _n_designs(alike, design)
        if count >= min_products:
            files = "file" if len({fact.sha256 for fact in alike}) == 1 else "picture"
            message = (
                f"The same {files} stands for {count} different products; is it a placeholder?"
            )
            findings.append(_finding(PLACEHOLDER, alike, message))
    return sorted(findings, key=lambda finding: finding.paths)


def _look_alikes(rows: Sequence[PhotoFact]) -> list[list[PhotoFact]]:
    """Group photos by look, then split each group where the brightness variation jumps."""
    by_look: dict[tuple[str, int, int], list[PhotoFact]] = defaultdict(list)
    for fact in rows:
        by_look[fact.dhash, fact.width, fact.height].append(fact)
    groups = []
    for alike in by_look.values():
        alike.sort(key=lambda fact: (fact.std, fact.path))
        start = 0
        for end in range(1, len(alike) + 1):
            if end == len(alike) or alike[end].std - alike[start].std > _SAME_STD:
                groups.append(alike[start:end])
                start = end
    return groups


def _flat(rows: Sequence[PhotoFact], flat_std: float) -> list[PhotoFinding]:
    by_file: dict[str, list[PhotoFact]] = defaultdict(list)
    for fact in rows:
        if fact.std < flat_std:
            by_file[fact.sha256].append(fact)
    message = "The photo is one flat colour; it tells nothing about the product."
    return [_finding(FLAT, group, message) for group in by_file.values()]


def _duplicates(rows: Sequence[PhotoFact], design: Mapping[str, str]) -> list[PhotoFinding]:
    by_file: dict[str, list[PhotoFact]] = defaultdict(list)
    for fact in rows:
        by_file[fact.sha256].append(fact)
    findings = []
    for group in by_file.values():
        count = _n_designs(group, design)
        if count > 1:
            findings.append(
                _finding(DUPLICATE, group, f"{count} different products use the same photo.")
            )
        elif len({fact.path for fact in group}) > len({fact.product_id for fact in group}):
            findings.append(_finding(DUPLICATE, group, "One product uses the same photo twice."))
    return findings


def _n_designs(group: Iterable[PhotoFact], design: Mapping[str, str]) -> int:
    return len(
        {
            ("group", design[f.product_id]) if f.product_id in design else ("", f.product_id)
            for f in group
        }
    )


def _finding(kind: str, group: Sequence[PhotoFact], message: str) -> PhotoFinding:
    products = tuple(sorted({fact.product_id for fact in group}))
    return PhotoFinding(kind, products, tuple(sorted({fact.path for fact in group})), message)
