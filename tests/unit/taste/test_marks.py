"""An interaction's name survives rebuilds, and finds its place again."""

import numpy as np

from penchant.id_map import IdMap
from penchant.taste.histories import Histories, History
from penchant.taste.marks import event_id, event_ids, places_of, places_of_all

PRODUCTS = IdMap.from_ids("product", ["a", "b", "c"])
EVENTS = History(
    np.array([0, 2, -1, 1], np.int32),
    np.array([0, 3, 3, 3], np.int8),
    np.arange(4) * 7,
    np.ones(4, np.float32),
)


def test_the_name_is_made_of_product_action_and_time_alone():
    """Row numbers of another catalogue do not matter; a product that is gone has no name."""
    names = event_ids(EVENTS, PRODUCTS)
    assert names == (
        event_id("a", "purchase", 0),
        event_id("c", "view", 7),
        "",
        event_id("b", "view", 21),
    )
    more = IdMap.from_ids("product", ["Z", "a", "b", "c"])
    moved = History(EVENTS.product_row + 1, EVENTS.action, EVENTS.time_us, EVENTS.trust)
    assert event_ids(moved, more)[0] == names[0]
    assert len({event_id("a", action, t) for action in ("view", "click") for t in (0, 1)}) == 4
    assert all(len(name) == 12 for name in names if name)


def test_marks_are_found_by_name():
    """Of one customer and of all; what names nothing is passed over."""
    own = {event_id("c", "view", 7): "gift", event_id("b", "view", 21): "own", "gone": "gift"}
    found = places_of(own, EVENTS, PRODUCTS)
    assert (found.aside, found.kept) == ({1}, {3})
    twice = Histories(np.array([0, 0, 4]), EVENTS)  # the first customer did nothing
    customers = IdMap.from_ids("customer", ["x", "y"])
    everyone = places_of_all({"y": own, "x": own, "nobody": own}, twice, customers, PRODUCTS)
    assert (everyone.aside, everyone.kept) == ({1}, {3})
    assert places_of_all({}, twice, customers, PRODUCTS).aside == frozenset()
