"""A worker is warmed before it answers: nobody's request pays for what is done once."""

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


LOADED = """
import gc
import os
import sys

os.environ["PENCHANT_SHOP"] = sys.argv[1]
from penchant.server.worker import front
from tests.server.asking import Asker

with Asker(front()) as client:
    assert client.request("GET", "/v1/customers/WARM/recommendations").status_code == 200
    share = gc.get_freeze_count() / (gc.get_freeze_count() + len(gc.get_objects()))
    print(share, file=sys.stderr)
"""


def test_the_collector_of_cycles_passes_over_what_is_loaded(own_shop):
    words = [sys.executable, "-c", LOADED, str(own_shop)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert float(done.stderr) > 0.9
