"""The store: what happens between two builds, in the shop's own SQLite file or in PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from penchant.errors import StoreError
from penchant.settings.serving import PrivacySettings, StoreSettings
from penchant.store.database.assignments import AssignmentLog
from penchant.store.database.database import Database
from penchant.store.database.engines import Engines
from penchant.store.database.erased import People
from penchant.store.database.erasures import ErasureBook
from penchant.store.database.events import EventLog
from penchant.store.database.exporting import export
from penchant.store.database.keys import KeyBook
from penchant.store.database.living import Living, living
from penchant.store.database.migrating import migrate
from penchant.store.database.people import PeopleBook
from penchant.store.database.postgres import postgres_engines
from penchant.store.database.products import ProductBook
from penchant.store.database.pruning import prune
from penchant.store.database.scrubbing import scrub
from penchant.store.database.secrets import PERSON, SecretBook
from penchant.store.database.slates import SlateLog
from penchant.store.database.sqlite import sqlite_engines
from penchant.store.database.standing import Standings
from penchant.store.database.versions import all_versions

if TYPE_CHECKING:
    from penchant.shop_directory import ShopDirectory

FILE: Final = "penchant.db"


class Store:
    """All that is kept of a shop while it is open; every part is synchronous and thread-safe.

    Attributes:
        database: Connections and transactions.
        events: What customers did.
        people: Who they are, and what they allowed.
        slates: What was answered, and seen.
        assignments: Who got which variant of which experiment.
        products: Products added since the build.
        keys: Who may ask.
        erasures: Who is to be forgotten.
        secrets: The shop's own secrets.
        available: Whether the database answers, as far as is known.
    """

    def __init__(self, database: Database, settings: StoreSettings):
        self.database = database
        self.settings = settings
        self.secrets = SecretBook(database)
        self._people = People(self.secrets)
        standings = Standings(database, self._people)
        self.events = EventLog(database, standings)
        self.people = PeopleBook(database, self._people, settings.history)
        self.slates = SlateLog(database, standings)
        self.assignments = AssignmentLog(database, standings)
        self.products = ProductBook(database)
        self.keys = KeyBook(database)
        self.erasures = ErasureBook(database, self._people)

    @property
    def available(self) -> bool:
        """Whether the database answers, as far as is known."""
        return self.database.available

    def ping(self) -> None:
        """Ask whether the database answers.

        Raises:
            StoreError: if it does not.
        """
        self.database.ping()

    def versions(self) -> Mapping[str, int]:
        """Give how often "products", "keys" and "erasures" changed, in one question.

        Raises:
            StoreError: if the database does not answer.
        """
        return all_versions(self.database)

    def prune(self, *, as_of_us: int, privacy: PrivacySettings) -> Mapping[str, int]:
        """Delete what is older than the shop keeps it, and events beyond a customer's newest.

        Args:
            as_of_us: The moment ages are counted from.
            privacy: How many days each thing is kept.

        Returns:
            {table: rows deleted}.

        Raises:
            StoreError: if the database does not answer; what was deleted until then stays so.
        """
        return prune(self.database, as_of_us, privacy, self.settings.history)

    def export(self, customer_id: str) -> Mapping[str, Any]:
        """Give everything the database holds of a person, JSON-ready.

        Args:
            customer_id: Of a customer, or of a visitor merged into one.

        Raises:
            InputError: if the id is one no database keeps.
            StoreError: if the database does not answer.
        """
        return export(self.database, self._people, customer_id)

    def living(self) -> Living:
        """Give of whom the database knows anything: of all others nobody need ask.

        Raises:
            StoreError: if the database does not answer.
        """
        return living(self.database)

    def scrub(self) -> bool:
        """Leave nothing of deleted rows in the files of the database, after an erasure.

        Returns:
            False where somebody was reading or writing all the time: ask again.

        Raises:
            StoreError: if the database does not answer.
        """
        return scrub(self.database)

    def reopen(self) -> None:
        """Let go of all connections: the file of the database is another one.

        Raises:
            InputError: if it is of a newer penchant.
            StoreError: if it does not answer.
        """
        self.database.close()
        self._people.forget_key()
        migrate(self.database)
        self.secrets.get(PERSON)

    def close(self) -> None:
        """Close all connections; the store must not be used after that."""
        self.database.close()


def open_store(
    shop: ShopDirectory, settings: StoreSettings, *, create: bool = True
) -> Store | None:
    """Open a shop's store, and bring its tables to the newest version.

    Args:
        shop: Whose; its file is penchant.db where the settings name no other database.
        settings: Which database, and how long to wait for it.
        create: Whether to make the file if there is none.

    Returns:
        The store; None if there is no file and none was to be made.

    Raises:
        InputError: if the address is none, or the database is of a newer penchant.
        MissingExtraError: if the driver for PostgreSQL is not installed.
        StoreError: if the database does not answer.
    """
    engines = _engines(shop, settings)
    if not engines.exists():
        if not create:
            return None
        engines.create()
    store = Store(Database(engines), settings)
    try:
        migrate(store.database)
        store.secrets.get(PERSON)  # made now: nobody who writes has to wait for it
    except StoreError as error:
        store.close()
        raise StoreError(_with_cause(error)) from error
    except BaseException:
        store.close()
        raise
    return store


def _engines(shop: ShopDirectory, settings: StoreSettings) -> Engines:
    if settings.url:
        return postgres_engines(settings.url, settings)
    return sqlite_engines(shop.path / FILE, settings)


def _with_cause(error: StoreError) -> str:
    """Whoever opens a database may know where it is, and what it said."""
    orig = getattr(error.__cause__, "orig", None)
    said = str(orig or "").strip().splitlines()
    return f"{error} It said: {said[0].strip()}" if said else str(error)
