"""A service in this process, asked without a network."""

from __future__ import annotations

import io
import json
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from penchant.server.app import create_app
from penchant.server.keys import make_key
from penchant.server.logs import Logs
from penchant.server.scopes import SCOPES
from penchant.server.service import Service
from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import open_store
from tests.server.asking import Asker


@dataclass
class Served:
    """A service and a client of it."""

    client: Asker
    service: Service
    out: io.StringIO

    def get(self, path, **more):
        return self.client.request("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.client.request("POST", path, **_with(body), **more)

    def put(self, path, body=None, **more):
        return self.client.request("PUT", path, **_with(body), **more)

    def delete(self, path, **more):
        return self.client.request("DELETE", path, **more)

    @property
    def lines(self):
        """All lines of the log so far."""
        self.service.logs.flush()
        return [json.loads(one) for one in self.out.getvalue().splitlines()]

    @property
    def log(self):
        """The log so far, as it is written."""
        self.service.logs.flush()
        return self.out.getvalue()

    def settled(self, what, seconds=20):
        """Wait until something holds."""
        until = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < until, "it never came to that"
            self.service.watcher.look()
        return True


@contextmanager
def served(shop: Path, **settings):
    """Serve a shop in this process; `settings` are environment overrides such as server_burst=3."""
    directory = ShopDirectory.open(shop)
    environment = {f"PENCHANT_{name.upper()}": str(value) for name, value in settings.items()}
    out = io.StringIO()
    service = Service(directory, directory.settings(environment), Logs("debug", out))
    with Asker(create_app(service)) as client:
        yield Served(client, service, out)


def _with(body):
    return {} if body is None else {"json": body}


def add_keys(shop: Path, **more):
    """Add one key for each scope, one for all; give {scope: text}."""
    directory = ShopDirectory.open(shop)
    store = open_store(directory, directory.settings().store)
    made = {one: make_key(one, [one], now_us=time.time_ns() // 1000) for one in SCOPES}
    made["all"] = make_key("all", SCOPES, now_us=time.time_ns() // 1000)
    for one in made.values():
        store.keys.add(one.key)
    store.close()
    return {name: one.text for name, one in made.items()}


@pytest.fixture
def service(own_shop):
    """The small shop, served without keys."""
    with served(own_shop) as one:
        yield one
