"""A build is warmed before it serves: nobody's request pays for what is worked out once."""

import subprocess
import sys

import pytest

SCRIPT = """
import sys
from datetime import timedelta

from penchant.engine import open_shop
from penchant.store.database.values import Event, Person
from penchant.taste.from_tables import microseconds

shop = open_shop(sys.argv[1])
if sys.argv[2] == "warmed":
    shop.people.warm()
before, later = set(sys.modules), microseconds(shop.as_of + timedelta(days=400))
customer_id = shop.build.customer_ids[0]
events = tuple(
    Event(f"new{place}", customer_id, product_id, "view", later - place)
    for place, product_id in enumerate(shop.build.product_ids)
)
shop.people.gather(customer_id, later, person=Person(customer_id, events))
print(len(set(sys.modules) - before))
"""


@pytest.mark.parametrize(("state", "loads"), [("warmed", False), ("cold", True)])
def test_who_is_judged_anew_waits_for_no_code_to_be_loaded(own_shop, state, loads):
    words = [sys.executable, "-c", SCRIPT, str(own_shop), state]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert (int(done.stdout) > 0) == loads
