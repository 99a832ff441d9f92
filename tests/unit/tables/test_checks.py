"""Tables are compared with each other, and only with those that are there."""

from __future__ import annotations

import polars as pl

from penchant.tables import cross_check, empty_table

TABLES = {
    "products": pl.DataFrame({"product_id": ["p1", "p2", "p3"]}),
    "customers": pl.DataFrame({"customer_id": ["c1", "c2", "c3"]}),
    "orders": pl.DataFrame({"order_id": ["o1", "o2"], "customer_id": ["c2", "c9"]}),
    "order_items": pl.DataFrame({"order_id": ["o1", "o1", "o7"], "product_id": ["p1", "p1", "p8"]}),
    "interactions": pl.DataFrame(
        {
            "customer_id": ["c1", "c1", "c8"],
            "product_id": ["p2", "p9", "p9"],
            "interaction_id": ["e1", "e1", None],
        }
    ),
}


def test_every_loose_end_is_found_with_its_count_and_ids():
    found = [(f.table, f.code, f.count, f.examples) for f in cross_check(TABLES)]
    assert found == [
        ("interactions", "unknown_product", 2, ("p9",)),
        ("interactions", "unknown_customer", 1, ("c8",)),
        ("orders", "unknown_customer", 1, ("c9",)),
        ("order_items", "unknown_product", 1, ("p8",)),
        ("order_items", "item_without_order", 1, ("o7",)),
        ("orders", "order_without_items", 1, ("o2",)),
        ("customers", "customer_without_interactions", 1, ("c3",)),
        ("products", "product_never_touched", 1, ("p3",)),
        ("interactions", "interaction_id_repeats", 1, ("e1",)),
        ("order_items", "order_item_repeats", 1, ("o1",)),
    ]


def test_absent_tables_are_not_compared_with():
    assert cross_check({"products": TABLES["products"]}) == ()
    assert cross_check({}) == ()


def test_consistent_tables_give_no_finding():
    tables = {
        "products": pl.DataFrame({"product_id": ["p1"]}),
        "customers": pl.DataFrame({"customer_id": ["c1"]}),
        "interactions": pl.DataFrame({"customer_id": ["c1"], "product_id": ["p1"]}),
    }
    assert cross_check(tables) == ()


def test_empty_tables_are_fine():
    assert cross_check({table: empty_table(table) for table in TABLES}) == ()
