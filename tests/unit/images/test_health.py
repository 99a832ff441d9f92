"""Placeholders, flat pictures and duplicates are found, and honest photos left alone."""

from __future__ import annotations

import itertools
import random

from penchant.images import PhotoFact, photo_findings

_NUMBERS = itertools.count()


def fact(
    product: str, *, file: str = "", std: float = 40.0, dhash: str = "", path: str = ""
) -> PhotoFact:
    number = next(_NUMBERS)
    return PhotoFact(
        product_id=product,
        path=path or f"{number:03}.jpg",
        sha256=file or f"{number:064x}",
        width=100,
        height=150,
        std=std,
        dhash=dhash or f"{number * 7919:016x}",
    )


def test_different_photos_give_no_finding() -> None:
    assert photo_findings([fact(f"P{i}") for i in range(20)]) == ()


def test_no_photos_give_no_finding() -> None:
    assert photo_findings([]) == ()


def test_one_file_under_many_products_is_a_placeholder() -> None:
    facts = [fact(f"P{i}", file="f" * 64, dhash="a" * 16) for i in range(5)]
    (finding,) = photo_findings(facts)
    assert finding.kind == "placeholder"
    assert finding.product_ids == ("P0", "P1", "P2", "P3", "P4")
    assert finding.paths == tuple(sorted(item.path for item in facts))
    assert "file" in finding.message


def test_one_picture_encoded_anew_each_time_is_a_placeholder_too() -> None:
    facts = [fact(f"P{i}", dhash="b" * 16, std=40 + i / 100) for i in range(6)]
    (finding,) = photo_findings(facts)
    assert finding.kind == "placeholder"
    assert "picture" in finding.message


def test_alike_shapes_that_differ_in_brightness_are_not_one_picture() -> None:
    assert photo_findings([fact(f"P{i}", dhash="b" * 16, std=40 + i) for i in range(9)]) == ()


def test_four_products_are_below_the_limit_and_count_as_duplicates() -> None:
    (finding,) = photo_findings([fact(f"P{i}", file="f" * 64, dhash="a" * 16) for i in range(4)])
    assert finding.kind == "duplicate"
    assert finding.product_ids == ("P0", "P1", "P2", "P3")


def test_variants_of_one_design_may_share_a_photo() -> None:
    facts = [fact(f"P{i}", file="f" * 64, dhash="a" * 16, path="one.jpg") for i in range(8)]
    groups = {f"P{i}": "ring" for i in range(8)}
    assert photo_findings(facts, groups=groups) == ()
    assert photo_findings(facts)[0].kind == "placeholder"


def test_a_group_named_like_a_product_is_another_thing() -> None:
    facts = [fact(name, file="f" * 64, dhash="a" * 16, path="one.jpg") for name in ("A", "B")]
    (finding,) = photo_findings(facts, groups={"A": "B"})
    assert finding.kind == "duplicate"


def test_flat_pictures_are_named_once_per_file() -> None:
    facts = [
        fact("P1", file="c" * 64, std=0.0),
        fact("P2", file="c" * 64, std=0.0),
        fact("P3", std=1.9),
    ]
    findings = photo_findings([*facts, fact("P4", std=2.0)])
    assert [finding.kind for finding in findings] == ["flat", "flat"]
    assert findings[0].product_ids == ("P1", "P2")
    assert findings[1].product_ids == ("P3",)


def test_one_product_with_the_same_photo_twice_is_a_duplicate() -> None:
    facts = [fact("P1", file="d" * 64, dhash="e" * 16) for _ in range(2)]
    (finding,) = photo_findings(facts)
    assert (finding.kind, finding.product_ids) == ("duplicate", ("P1",))
    assert "twice" in finding.message


def test_the_order_of_the_facts_does_not_matter() -> None:
    facts = [fact(f"P{i}", file="f" * 64, dhash="a" * 16) for i in range(5)]
    facts += [fact("Q", std=0.0), *(fact("R", file="9" * 64, dhash="8" * 16) for _ in range(2))]
    expected = photo_findings(facts)
    assert [finding.kind for finding in expected] == ["placeholder", "flat", "duplicate"]
    for seed in range(5):
        mixed = facts.copy()
        random.Random(seed).shuffle(mixed)  # noqa: S311
        assert photo_findings(mixed) == expected
