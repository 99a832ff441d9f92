"""Tables become what this version needs, once, whoever comes first."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from penchant.errors import InputError
from penchant.settings.serving import StoreSettings
from penchant.shop_directory import ShopDirectory
from penchant.store.database.database import Database
from penchant.store.database.migrating import FOLDER, NEWEST, migrate, version_of
from penchant.store.database.schema import METADATA
from penchant.store.database.store import FILE, _engines, open_store
from penchant.store.database.values import Event, ServedAssignment, ServedSlate, ServedSlot
from tests.databases import postgres

NEXT = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "0003", "0002"
def upgrade():
    op.add_column("events", sa.Column("mood", sa.Text, server_default="calm"))
    {more}
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    shop = ShopDirectory.create(tmp_path / "shop")
    url = postgres().new_database() if request.param == "postgresql" else ""
    return shop, StoreSettings(url=url)


@pytest.fixture
def store(place):
    opened = open_store(*place)
    yield opened
    opened.close()


def later_versions(tmp_path, more="pass"):
    """The versions of a penchant to come."""
    folder = tmp_path / "migrations"
    shutil.copytree(FOLDER, folder)
    (folder / "versions" / "v0003_mood.py").write_text(NEXT.format(more=more))
    return folder


def test_the_newest_version_is_the_head_of_all_versions():
    assert ScriptDirectory(str(FOLDER)).get_heads() == [NEWEST]


def test_migrations_leave_the_tables_as_the_schema_says(store):
    with store.database.snapshot() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
        assert version_of(connection) == NEWEST


def test_partial_indexes_are_made_as_the_schema_says(store):
    with store.database.snapshot() as connection:
        made = {one["name"]: one for one in sa.inspect(connection).get_indexes("events")}
    options = made["events_of_request"]["dialect_options"]
    assert "request_id" in str(options[f"{store.database.kind}_where"])


def test_an_older_database_is_migrated_and_keeps_what_it_holds(store, tmp_path):
    event = Event("e1", "c", "p", "view", 1)
    store.events.record([event])
    migrate(store.database, "0003", later_versions(tmp_path))
    with store.database.read() as connection:
        assert version_of(connection) == "0003"
        assert connection.exec_driver_sql("SELECT mood FROM events").scalar() == "calm"
    assert store.people.person("c").events == (event,)


SLATE = """
INSERT INTO slates
    (request_id, customer_id, surface, step, policy, build_id, made_us, slots)
VALUES ('r1', 'c', 'homepage', 'styles', 'pol', 'b1', 10, '[["p0", "visual", 0.1, 1.0]]')
"""


def test_answers_from_before_there_were_experiments_are_kept(place, tmp_path):
    folder = tmp_path / "migrations"
    shutil.copytree(FOLDER, folder)
    for file in (folder / "versions").glob("v*.py"):
        if not file.name.startswith("v0001"):
            file.unlink()
    engines = _engines(*place)
    engines.create()
    old = Database(engines)
    migrate(old, "0001", folder)
    with old.write() as connection:
        connection.exec_driver_sql(SLATE)
    old.close()
    store = open_store(*place)
    slots = (ServedSlot(1, "p0", "visual", 0.1, 1.0),)
    slate = ServedSlate("r1", "c", "homepage", "styles", "pol", "b1", 10, slots)
    assert store.slates.slate("r1") == slate
    assignment = ServedAssignment("tone", "c", "bold", "0123456789ab", True, 10)
    store.assignments.keep([assignment])
    assert store.assignments.of("tone") == (assignment,)
    with store.database.snapshot() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    store.close()


def test_a_migration_that_fails_changes_nothing(store, tmp_path):
    with pytest.raises(ZeroDivisionError):
        migrate(store.database, "0003", later_versions(tmp_path, more="1 / 0"))
    with store.database.read() as connection:
        assert version_of(connection) == NEWEST
        assert "mood" not in {one["name"] for one in sa.inspect(connection).get_columns("events")}
    migrate(store.database)


def test_a_database_of_a_newer_penchant_is_refused_and_left_alone(place, store, tmp_path):
    migrate(store.database, "0003", later_versions(tmp_path))
    with pytest.raises(InputError, match="version 0003, written by a newer penchant"):
        open_store(*place)
    with store.database.read() as connection:
        assert version_of(connection) == "0003"


OPEN = """
import sys
from penchant.settings.serving import StoreSettings
from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import open_store
store = open_store(ShopDirectory.open(sys.argv[1]), StoreSettings(url=sys.argv[2]))
sys.stdout.write(store.erasures.hash_of("c"))
"""


def test_several_workers_that_start_at_once_make_the_tables_once(place):
    shop, settings = place
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, shop.path, settings.url],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    told = [worker.communicate(timeout=120) for worker in workers]
    assert [said for _, said in told] == [""] * 3
    assert len({hashed for hashed, _ in told}) == 1
    assert not [file.name for file in shop.path.iterdir() if file.name.endswith(".tmp")]


def test_a_database_that_is_up_to_date_is_opened_without_the_migration_tool(tmp_path):
    shop = ShopDirectory.create(tmp_path / "shop")
    open_store(shop, StoreSettings()).close()
    script = OPEN + "sys.exit('alembic' in sys.modules)"
    subprocess.run([sys.executable, "-c", script, shop.path, ""], check=True, timeout=120)


def test_a_database_restored_from_a_plain_copy_is_used_as_before(tmp_path):
    shop = ShopDirectory.create(tmp_path / "shop")
    store = open_store(shop, StoreSettings())
    store.events.record([Event("e1", "c", "p", "view", 1)])
    with store.database.read() as connection:
        connection.exec_driver_sql("PRAGMA query_only=OFF")
        connection.exec_driver_sql(f"VACUUM INTO '{tmp_path}/copy.db'")
    store.close()
    shutil.copy(tmp_path / "copy.db", shop.path / FILE)
    again = open_store(shop, StoreSettings())
    assert again.events.record([Event("e2", "c", "p", "view", 2)]).written == ("e2",)
    with again.database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    again.close()
