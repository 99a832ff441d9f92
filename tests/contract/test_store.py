"""One contract for the store, kept by SQLite and PostgreSQL, and compared with a plain twin."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import asdict, astuple, replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from penchant.errors import InputError, NotFoundError
from penchant.settings.serving import PrivacySettings, StoreSettings
from penchant.shop_directory import ShopDirectory
from penchant.store.database import schema
from penchant.store.database.given import ROWS
from penchant.store.database.people import PERSON
from penchant.store.database.schema import METADATA
from penchant.store.database.spelled import Spelled
from penchant.store.database.standing import Standing, Standings
from penchant.store.database.store import open_store
from penchant.store.database.values import (
    ApiKey,
    Consent,
    Event,
    Exposure,
    LiveProduct,
    ServedAssignment,
    ServedSlate,
    ServedSlot,
)
from tests.databases import empty, postgres, rows_of
from tests.plain_store import DAY_US, PlainStore

HISTORY = 4
KINDS = ("sqlite", "postgresql")
ODD = "ä/ö %s?\\'\"\n 🜁"
"""An id of nearly everything that is allowed in one."""


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    shop = ShopDirectory.create(tmp_path_factory.mktemp("contract") / "shop")
    urls = {"sqlite": "", "postgresql": postgres().new_database()}
    opened = {
        kind: open_store(shop, StoreSettings(url=url, history=HISTORY, read_timeout_ms=5000))
        for kind, url in urls.items()
    }
    yield opened
    for one in opened.values():
        one.close()


@pytest.fixture(params=KINDS)
def store(request, stores):
    empty(stores[request.param])
    return stores[request.param]


def an_event(number, customer_id="c", **changes):
    values = {"product_id": f"p{number % 3}", "interaction_type": "view", "time_us": number}
    return Event(f"e{number}", customer_id, **{**values, **changes})


def a_slate(request_id, customer_id="c", made_us=10, products=("p0", "p1", "p2")):
    slots = tuple(
        ServedSlot(place, product, "visual", 0.1 * place, 1 / place)
        for place, product in enumerate(products, start=1)
    )
    return ServedSlate(request_id, customer_id, "homepage", "styles", "pol", "b1", made_us, slots)


def an_assignment(unit_id="c", variant="bold", first_us=10, experiment="tone", counted=True):
    return ServedAssignment(experiment, unit_id, variant, "0123456789ab", counted, first_us)


WHOLE = Event(ODD, "c", ODD, "purchase", 7, "s", ODD, "o", 2.5, 19.99, "EUR", True)


def test_what_is_recorded_comes_back_value_for_value(store):
    bare = an_event(1)
    assert store.events.record([WHOLE, bare]).written == (ODD, "e1")
    assert store.people.person("c").events == (bare, WHOLE)
    assert [one.is_gift for one in store.people.person("c").events] == [False, True]
    assert all(type(one.is_gift) is bool for one in store.people.person("c").events)
    assert [one for _, one in store.events.since(0)] == [WHOLE, bare]


@pytest.mark.parametrize("who", ["c", "somebody else"])
def test_a_statement_spelled_out_reads_what_sqlalchemy_reads(store, who):
    store.events.record([WHOLE, *(an_event(number) for number in range(6))])
    store.people.set_consent(Consent("c", True, None, 5))
    asked = {"id": who, "person": "nobody's", "most": HISTORY}
    spelled = Spelled.out(PERSON, store.database.engines.quick)
    with store.database.read() as connection:
        slow = connection.execute(PERSON, asked).all()
        assert spelled.rows(connection, asked) == [tuple(row) for row in slow]
        again = [tuple(row) for row in connection.execute(PERSON, asked).all()]
        assert again == spelled.rows(connection, asked)


def test_a_statement_spelled_out_fails_as_sqlalchemy_does(store):
    wrong = Spelled("SELECT nothing FROM nowhere", None, {})
    with store.database.read() as connection:
        with pytest.raises(sa.exc.DBAPIError, match="nowhere") as caught:
            wrong.rows(connection, {})
        assert not caught.value.connection_invalidated
    assert store.available
    assert store.people.person("c").events == ()


def test_what_waits_in_the_pool_goes_with_a_connection_that_was_lost(store):
    if store.database.kind == "sqlite":
        return  # a file is not lost
    quick, ask = store.database.engines.quick, "SELECT pg_backend_pid()"
    spelled, asked = Spelled.out(PERSON, quick), {"id": "c", "person": "nobody's", "most": HISTORY}
    with quick.connect() as lost, quick.connect() as other:
        assert spelled.rows(other, asked) == spelled.rows(lost, asked)
        before = {one.exec_driver_sql(ask).scalar() for one in (lost, other)}
        gone = lost.exec_driver_sql(ask).scalar()
        other.exec_driver_sql(f"SELECT pg_terminate_backend({gone}, 5000)")
        with pytest.raises(sa.exc.DBAPIError) as caught:
            spelled.rows(lost, asked)
        assert caught.value.connection_invalidated
        assert lost.invalidated
    with quick.connect() as one, quick.connect() as two:
        assert not before & {now.exec_driver_sql(ask).scalar() for now in (one, two)}


def test_a_connection_is_kept_open_from_one_question_to_the_next(store):
    opened = []
    sa.event.listen(store.database.engines.quick, "connect", lambda *about: opened.append(about))
    for _ in range(3):
        store.people.person("c")
        with pytest.raises(ZeroDivisionError), store.database.read():
            _ = 1 / 0
        assert store.people.resolve("c") == "c"
    with store.database.read(), store.database.read():
        pass  # two at once need two
    store.people.person("c")
    assert len(opened) == 1  # the other was open since the store was


def test_a_connection_that_was_lost_meanwhile_is_not_asked(store):
    if store.database.kind == "sqlite":
        return  # a file is not lost
    ask, kill = "SELECT pg_backend_pid()", "SELECT pg_terminate_backend({}, 5000)"
    with store.database.read() as one, store.database.read() as other:
        gone = {connection.exec_driver_sql(ask).scalar() for connection in (one, other)}
    with store.database.snapshot() as connection:
        for pid in gone:
            connection.exec_driver_sql(kill.format(pid))
    assert store.people.person("c").events == ()
    with store.database.read() as one, store.database.read() as other:
        now = {connection.exec_driver_sql(ask).scalar() for connection in (one, other)}
    assert not gone & now
    assert store.available


def test_an_event_is_there_once_however_often_it_comes(store):
    event, other = an_event(1), an_event(2)
    recorded = store.events.record([event, event, other])
    assert (recorded.written, recorded.known) == (("e1", "e2"), ("e1",))
    again = store.events.record([an_event(1, "somebody else", time_us=99), an_event(3)])
    assert (again.written, again.known) == (("e3",), ("e1",))
    assert store.people.person("c").events == (event, other, an_event(3))
    assert store.people.person("somebody else").events == ()
    assert store.events.count() == 3


def test_events_of_one_moment_stay_in_the_order_they_came_in(store):
    events = [an_event(number, time_us=5) for number in (3, 1, 2)]
    store.events.record(events)
    assert store.people.person("c").events == tuple(events)


def test_a_person_has_their_newest_events_oldest_first(store):
    events = [an_event(number) for number in range(10)]
    store.events.record(events[5:])
    store.events.record(events[:5])
    assert store.people.person("c").events == tuple(events[-HISTORY:])


def test_somebody_nothing_is_known_of_is_somebody_all_the_same(store):
    person = store.people.person("new")
    assert astuple(person) == ("new", (), None, None)


def test_events_are_followed_in_portions_without_a_gap(store):
    store.events.record([an_event(number) for number in range(7)])
    seen, last = [], 0
    while portion := store.events.since(last, limit=3):
        seen += [event for _, event in portion]
        assert len(portion) <= 3
        last = portion[-1][0]
    assert seen == [an_event(number) for number in range(7)]
    assert last == store.events.last_seq()


def test_numbers_of_events_are_never_given_twice(store):
    store.events.record([an_event(1)])
    first = store.events.last_seq()
    store.erasures.erase("c", at_us=1)
    assert store.events.last_seq() == 0
    store.events.record([an_event(2)])
    assert store.events.last_seq() > first


def test_nothing_to_record_is_nothing_to_do(store):
    assert store.events.record([]).written == ()
    assert store.slates.expose([]) == 0
    store.slates.keep([])
    store.assignments.keep([])
    assert set(rows_of(store).values()) == {0}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"product_id": "a\0b"}, "NUL"),
        ({"session_id": "\ud800"}, "surrogate"),
        ({"time_us": 2**70}, "too large"),
        ({"quantity": float("nan")}, "finite"),
        ({"value": float("inf")}, "finite"),
    ],
)
def test_what_no_database_keeps_is_refused_and_nothing_of_the_batch_is_written(store, change, said):
    with pytest.raises(InputError, match=said):
        store.events.record([an_event(1), an_event(2, **change)])
    assert store.events.count() == 0


def test_nul_in_any_id_is_refused(store):
    nul = "a\0"
    for attempt in (
        lambda: store.people.person(nul),
        lambda: store.people.resolve(nul),
        lambda: store.people.merge(nul, "c", at_us=1),
        lambda: store.people.set_consent(Consent(nul, True, True, 1)),
        lambda: store.slates.keep([a_slate(nul)]),
        lambda: store.slates.keep([a_slate("r", products=(nul,))]),
        lambda: store.slates.expose([Exposure(nul, 1, 1)]),
        lambda: store.slates.slate(nul),
        lambda: store.assignments.keep([an_assignment(nul)]),
        lambda: store.assignments.of(nul),
        lambda: store.products.put(LiveProduct(nul)),
        lambda: store.products.put(LiveProduct("p", {"title": nul})),
        lambda: store.products.remove(nul),
        lambda: store.keys.add(ApiKey(nul, "n", (), "h", 1)),
        lambda: store.keys.revoke(nul, 1),
        lambda: store.erasures.erase(nul, at_us=1),
        lambda: store.erasures.erased_us(nul),
        lambda: store.erasures.receipt(nul),
        lambda: store.export(nul),
    ):
        with pytest.raises(InputError, match="NUL"):
            attempt()


def test_a_merged_visitor_is_the_customer_from_then_on(store):
    store.events.record([an_event(1, "v"), an_event(2, "c"), an_event(3, "other")])
    store.slates.keep([a_slate("r1", "v")])
    assert store.people.merge("v", "c", at_us=9) == 1
    store.events.record([an_event(4, "v")])
    store.slates.keep([a_slate("r2", "v")])
    both = store.people.person("c")
    assert [one.event_id for one in both.events] == ["e1", "e2", "e4"]
    assert {one.customer_id for one in both.events} == {"c"}
    assert store.people.person("v") == both
    assert store.people.resolve("v") == "c"
    assert {store.slates.slate(one).customer_id for one in ("r1", "r2")} == {"c"}


def test_the_same_merge_again_is_no_error(store):
    store.people.merge("v", "c", at_us=1)
    assert store.people.merge("v", "c", at_us=2) == 0


def test_visitors_may_be_merged_one_after_another_but_only_into_one_person(store):
    store.people.merge("v1", "c", at_us=1)
    store.people.merge("v2", "v1", at_us=2)
    assert store.people.resolve("v2") == "c"
    for visitor, customer in (("c", "c"), ("c", "v1"), ("c", "d"), ("v1", "d"), ("v1", "v1")):
        with pytest.raises(InputError):
            store.people.merge(visitor, customer, at_us=3)
    assert [store.people.resolve(one) for one in ("c", "d", "v1", "v2")] == ["c", "d", "c", "c"]


@pytest.mark.parametrize(
    ("visitor", "customer", "both"),
    [
        ((False, None, 1), None, (False, None, 1)),
        ((True, True, 1), (False, True, 5), (False, True, 5)),
        ((False, True, 1), (True, False, 5), (False, False, 5)),
        ((True, None, 3), (None, False, 5), (True, False, 3)),
        (None, (True, True, 5), (True, True, 5)),
    ],
)
def test_a_merge_keeps_the_stricter_consent(store, visitor, customer, both):
    for name, said in (("v", visitor), ("c", customer)):
        if said is not None:
            store.people.set_consent(Consent(name, *said))
    store.people.merge("v", "c", at_us=9)
    assert store.people.consents() == (Consent("c", *both),)


def did_everything(store, who, first):
    """Record one event of each kind that matters, all of one person."""
    kinds = ("view", "purchase", "return", "hide", "add_to_cart")
    events = [an_event(first + n, who, interaction_type=k) for n, k in enumerate(kinds)]
    store.events.record(events)


def kinds_of(store, who):
    return [one.interaction_type for _, one in store.events.since(0) if one.customer_id == who]


def test_of_who_refused_no_event_is_kept_but_what_they_own_and_hid(store):
    """Of a merged visitor the customer's word counts; who said nothing may have in the tables."""
    store.people.set_consent(Consent("c", False, None, 3))
    store.people.set_consent(Consent("d", True, None, 4))
    store.people.merge("v", "c", at_us=9)
    people = ("c", "v", "d", "x", "tables", *(f"n{number}" for number in range(600)))
    kinds = ("view", "hide")
    events = [
        an_event(2 * n + kind, who, interaction_type=kinds[kind])
        for n, who in enumerate(people)
        for kind in (0, 1)
    ]
    asked = []

    def refuses(said):
        asked.append(said)
        return said.personalization is False or said.customer_id == "tables"

    told = store.events.record(events, refuses=refuses)
    assert told.unwanted == ("e0", "e2", "e8")
    assert told.written == tuple(
        one.event_id for one in events if one.event_id not in told.unwanted
    )
    assert told.known == ()
    assert (kinds_of(store, "c"), kinds_of(store, "tables")) == (["hide", "hide"], ["hide"])
    assert kinds_of(store, "d") == kinds_of(store, "x") == ["view", "hide"]
    assert sorted(one.customer_id for one in asked) == sorted({*people} - {"v"})
    assert Consent("d", True, None, 4) in asked
    assert Consent.unsaid("x") in asked


def test_nobodys_word_changes_while_their_events_are_written(store):
    """Who refuses meanwhile waits for that, and what was written is dropped then."""
    begun, saying = threading.Event(), threading.Event()

    def refuse():
        begun.wait(10)
        saying.set()
        store.people.set_consent(Consent("c", False, None, 3))

    other = threading.Thread(target=refuse)
    other.start()

    def refuses(said):
        begun.set()
        saying.wait(10)
        other.join(0.05)  # it waits for this one: as good as any time it may take
        assert other.is_alive()
        return said.personalization is False

    assert store.events.record([an_event(1, "c")], refuses=refuses).written == ("e1",)
    other.join(10)
    assert kinds_of(store, "c") == []


def test_who_refuses_leaves_only_what_they_own_and_hid(store):
    did_everything(store, "c", 1)
    did_everything(store, "other", 11)
    store.people.set_consent(Consent("c", None, False, 3))
    assert len(kinds_of(store, "c")) == 5
    store.people.set_consent(Consent("c", False, None, 4))
    assert kinds_of(store, "c") == ["purchase", "return", "hide"]
    assert len(kinds_of(store, "other")) == 5


@pytest.mark.parametrize("who", ["v", "c"])
def test_a_merge_with_who_refused_leaves_only_what_both_own_and_hid(store, who):
    store.people.set_consent(Consent(who, False, None, 4))
    did_everything(store, "v", 1)
    did_everything(store, "c", 11)
    assert store.people.merge("v", "c", at_us=9) == 3
    assert kinds_of(store, "c") == ["purchase", "return", "hide"] * 2


def test_a_merge_asks_whether_the_tables_tell_of_a_refusal(store):
    did_everything(store, "v", 1)
    asked = []
    store.people.merge("v", "c", at_us=9, refuses=lambda said: asked.append(said) or True)
    assert asked == [Consent("c", None, None, 0)]
    assert kinds_of(store, "c") == ["purchase", "return", "hide"]


def test_consent_that_says_nothing_keeps_what_was_said(store):
    assert store.people.set_consent(Consent("c", True, None, 1)) == Consent("c", True, None, 1)
    # a word on mail does not make the old yes to profiles a newer one
    assert store.people.set_consent(Consent("c", None, False, 2)) == Consent("c", True, False, 1)
    assert store.people.set_consent(Consent("c", False, None, 3)) == Consent("c", False, False, 3)
    assert store.people.person("c").consent == Consent("c", False, False, 3)


def test_consent_of_a_merged_visitor_is_the_customers(store):
    store.people.merge("v", "c", at_us=1)
    assert store.people.set_consent(Consent("v", False, None, 2)).customer_id == "c"
    assert store.people.person("c").consent.personalization is False


def test_answers_come_back_value_for_value_and_are_kept_once(store):
    slate = a_slate(ODD, "", products=(ODD, "p1"))
    store.slates.keep([slate, slate, a_slate("r2")])
    store.slates.keep([a_slate("r2", made_us=99)])
    assert store.slates.slate(ODD) == slate
    assert store.slates.slate("r2") == a_slate("r2")
    assert store.slates.slate("r3") is None


def test_how_long_an_answer_took_is_kept_where_it_was_measured(store):
    store.slates.keep([replace(a_slate("r1"), took_us=1234), a_slate("r2")])
    assert [store.slates.slate(one).took_us for one in ("r1", "r2")] == [1234, None]
    assert [one["took_ms"] for one in store.export("c")["slates"]] == [1.234, None]


def test_answers_need_not_wait_for_the_disk_and_events_always_do(store):
    asks, waits, does_not = {
        "sqlite": ("PRAGMA synchronous", 2, 1),
        "postgresql": ("SHOW synchronous_commit", "on", "off"),
    }[store.database.kind]
    found = []

    def ask(connection):
        found.append(connection.exec_driver_sql(asks).scalar())

    sa.event.listen(store.database.engines.writing, "commit", ask)
    try:
        store.slates.keep([a_slate("r1")], durable=False)
        store.assignments.keep([an_assignment()], durable=False)
        store.events.record([an_event(1)])
        store.slates.keep([a_slate("r2")])
        store.assignments.keep([an_assignment("d")])
    finally:
        sa.event.remove(store.database.engines.writing, "commit", ask)
    assert found == [does_not, does_not, waits, waits, waits]


def test_how_somebody_stands_is_found_by_index_however_many_are_known(store):
    many = [f"c{number}" for number in range(20_000)]
    rows = {
        schema.aliases: [
            {"anonymous_id": f"v{one}", "customer_id": one, "at_us": 1} for one in many
        ],
        schema.consents: [
            {"customer_id": one, "personalization": True, "marketing": None, "at_us": 1}
            for one in many
        ],
        schema.erased: [{"person": one, "asked_us": 1} for one in many],
    }
    with store.database.write() as connection:
        for table, own in rows.items():
            connection.execute(sa.insert(table), own)
            connection.exec_driver_sql(f"ANALYZE {table.name}")
    spelled = Standings(store.database, store.people._people)._statement
    explain = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}[store.database.kind]
    plan = replace(spelled, text=explain + spelled.text)
    with store.database.read() as connection:
        said = plan.rows(connection, {ROWS: '[{"id": "c7", "person": "c8"}]'})
    told = [str(row[-1]) for row in said]
    by_index = [line for line in told if "Index Scan" in line or line.startswith("SEARCH")]
    assert len(by_index) == len(rows)


def test_who_was_erased_as_a_visitor_stays_so_as_a_customer(store):
    store.erasures.erase("v", at_us=50)
    store.people.merge("v", "c", at_us=60)
    late = [an_event(45, "v"), an_event(50, "v"), an_event(51, "v"), an_event(46, "c")]
    assert store.events.record(late).written == ("e51", "e46")


def test_how_hundreds_stand_is_known_of_each(store):
    ids = [f"{ODD} {number}" for number in range(1200)]
    store.people.merge(ids[0], ids[1], at_us=1)
    store.people.set_consent(Consent(ids[1], False, None, 5))
    store.people.set_consent(Consent(ids[2], True, None, 5))
    store.erasures.erase(ids[3], at_us=50)
    store.erasures.erase("nobody here", at_us=50)
    standings = Standings(store.database, store.people._people)
    with store.database.read() as connection:
        found = standings.of(connection, ids)
    known = {
        ids[0]: Standing(ids[1], Consent(ids[1], False, None, 5)),
        ids[1]: Standing(ids[1], Consent(ids[1], False, None, 5)),
        ids[2]: Standing(ids[2], Consent(ids[2], True, None, 5)),
        ids[3]: Standing(ids[3], erased_us=50),
    }
    assert found == {one: Standing(one) for one in ids} | known


def test_hundreds_of_answers_are_kept_at_once(store):
    slates = [a_slate(f"r{number}", f"c{number % 7}") for number in range(700)]
    store.slates.keep(slates)
    assert [store.slates.slate(one.request_id) for one in slates[::100]] == slates[::100]
    assert rows_of(store)["slates"] == 700


def test_what_was_seen_is_joined_with_its_answer_and_what_came_of_it(store):
    store.slates.keep([a_slate("r1")])
    seen = [Exposure("r1", 1, 20), Exposure("r1", 2, 21), Exposure("gone", 1, 22)]
    assert store.slates.expose([*seen, Exposure("r1", 1, 99)]) == 3
    assert store.slates.expose(seen) == 0
    bought = [an_event(n, product_id="p1", request_id="r1", time_us=40 - n) for n in (1, 2)]
    store.events.record([*bought, an_event(3, product_id="p9", request_id="r1"), an_event(4)])
    first, second, third = store.slates.shown(0, 100)
    assert (first.exposure, first.product_id, first.propensity) == (seen[0], "p0", 1.0)
    assert (first.slate, first.outcomes) == (a_slate("r1"), ())
    assert (second.product_id, second.propensity) == ("p1", 0.5)
    assert second.outcomes == (bought[1], bought[0])
    assert (third.slate, third.product_id, third.propensity) == (None, "", None)


def test_what_was_seen_is_read_in_pages_and_within_two_moments(store):
    seen = [Exposure(f"r{n % 3}", n, 10 + n // 4) for n in range(1, 20)]
    store.slates.expose(seen)
    pages, last = [], None
    while page := store.slates.shown(11, 14, limit=5, after=last):
        pages += [one.exposure for one in page]
        last = page[-1].exposure
    wanted = [one for one in seen if 11 <= one.shown_us < 14]
    assert pages == sorted(wanted, key=lambda one: (one.shown_us, one.request_id, one.slot))


def test_a_slot_the_answer_never_had_has_no_product(store):
    store.slates.keep([a_slate("r1", products=("p0",))])
    store.slates.expose([Exposure("r1", 5, 1)])
    assert [(one.product_id, one.propensity) for one in store.slates.shown(0, 9)] == [("", None)]


def test_variants_come_back_value_for_value_and_are_kept_once(store):
    odd = ServedAssignment("tone", ODD, "plain", "ba9876543210", False, 7)
    store.assignments.keep([odd, an_assignment(), an_assignment(experiment="other")])
    store.assignments.keep([an_assignment(first_us=15), an_assignment(first_us=16)])
    assert store.assignments.of("tone") == (an_assignment(), odd)
    store.assignments.keep([an_assignment(first_us=5)])  # another worker was slower to write
    assert store.assignments.of("tone") == (an_assignment(first_us=5), odd)
    store.assignments.keep([an_assignment(first_us=20, counted=False)])
    assert store.assignments.of("tone") == (an_assignment(first_us=5, counted=False), odd)
    assert store.assignments.of("none") == ()


def test_variants_are_read_in_pages_and_no_unit_is_cut_in_two(store):
    rows = [an_assignment(f"u{n % 7}", f"v{n // 7}", n) for n in range(21)]
    store.assignments.keep(rows)
    pages, last = [], ""
    while page := store.assignments.of("tone", after=last, limit=4):
        pages.append(page)
        last = page[-1].unit_id
    assert [len(page) for page in pages] == [6, 6, 6, 3]
    wanted = sorted(rows, key=lambda one: (one.unit_id, one.variant))
    assert [one for page in pages for one in page] == wanted


def test_variants_of_a_merged_visitor_are_the_customers(store):
    mine = [an_assignment("c", "bold", 10), an_assignment("c", "plain", 3)]
    theirs = [an_assignment("v", "bold", 4, counted=False), an_assignment("v", "plain", 5)]
    store.assignments.keep([*mine, *theirs, an_assignment("v", "shy", 6), an_assignment("other")])
    store.people.merge("v", "c", at_us=9)
    store.assignments.keep([an_assignment("v", "loud", 20)])
    assert store.assignments.of("tone") == (
        an_assignment("c", "bold", 4, counted=False),
        an_assignment("c", "loud", 20),
        an_assignment("c", "plain", 3),
        an_assignment("c", "shy", 6),
        an_assignment("other"),
    )


def same(one, other):
    return astuple(one) == astuple(other)


def test_live_products_come_back_value_for_value(store):
    facts = {"title": ODD, "price": 9.5, "created_date": datetime(2026, 1, 2, 3, 4, 5, 6, UTC)}
    whole = LiveProduct(ODD, {**facts, "tags": ["a", None, 3]}, bytes(range(256)), "lite0", 5)
    store.products.put(LiveProduct(ODD, {"title": "old"}))
    store.products.put(whole)
    store.products.put(LiveProduct("a"))
    first, second = store.products.all()
    assert same(first, LiveProduct("a"))
    assert same(second, whole)


def test_every_change_of_a_product_raises_the_version(store):
    versions = [store.products.version()]
    store.products.put(LiveProduct("a"))
    versions.append(store.products.version())
    store.products.put(LiveProduct("a"))
    versions.append(store.products.version())
    assert store.products.remove("a")
    versions.append(store.products.version())
    assert not store.products.remove("a")
    assert store.products.all() == ()
    assert [*versions, store.products.version()] == [0, 1, 2, 3, 3]


@pytest.mark.parametrize("fact", [{1, 2}, float("nan"), object()])
def test_a_fact_that_is_no_json_is_refused(store, fact):
    with pytest.raises(InputError, match="cannot be kept"):
        store.products.put(LiveProduct("p", {"odd": fact}))
    assert store.products.all() == ()


def test_keys_are_kept_until_revoked_and_listed_for_ever(store):
    key = ApiKey("k1", ODD, ("read", "events"), "hash", 5, expires_us=99)
    store.keys.add(key)
    store.keys.add(ApiKey("k0", "first", (), "other", 1))
    with pytest.raises(InputError, match="k1"):
        store.keys.add(ApiKey("k1", "again", (), "x", 6))
    assert store.keys.all() == (ApiKey("k0", "first", (), "other", 1), key)
    assert [store.keys.revoke("k1", 7), store.keys.revoke("k1", 8)] == [True, False]
    assert not store.keys.revoke("no such key", 8)
    assert [one.revoked_us for one in store.keys.all()] == [None, 7]
    assert store.keys.version() == 3
    assert store.versions() == {"keys": 3}


def test_a_secret_is_made_once_and_can_be_renewed(store):
    first = store.secrets.get("token")
    assert len(first) == 32
    assert store.secrets.get("token") == first
    assert store.secrets.get("log") != first
    assert store.secrets.renew("token", made_before_us=0) == first
    renewed = store.secrets.renew("token")
    assert renewed != first
    assert store.secrets.get("token") == renewed
    assert store.secrets.renew("token", made_before_us=2**60) != renewed


def fill(store):
    store.events.record([an_event(1, "c"), an_event(2, "v"), an_event(3, "other")])
    store.slates.keep([a_slate("r1", "c"), a_slate("r2", "v"), a_slate("r3", "other")])
    store.slates.expose([Exposure(f"r{n}", 1, 20) for n in (1, 2, 3)])
    store.assignments.keep([an_assignment(one) for one in ("c", "other")])
    store.assignments.keep([an_assignment("v", "plain")])
    store.people.merge("v", "c", at_us=5)
    store.people.set_consent(Consent("c", True, None, 6))
    store.people.set_consent(Consent("other", True, None, 6))


def test_an_erasure_takes_everything_of_a_person_and_nothing_of_others(store):
    fill(store)
    erasure = store.erasures.erase("v", at_us=50)
    gone = {"events": 2, "slates": 2, "exposures": 2, "assignments": 2, "consents": 1, "aliases": 1}
    assert asdict(erasure)["counts"] == gone
    assert (erasure.customer_id, erasure.visitors) == ("c", ("v",))
    assert (erasure.asked_us, erasure.done_us) == (50, None)
    left = {"events": 1, "slates": 1, "exposures": 1, "assignments": 1, "consents": 1, "aliases": 0}
    assert rows_of(store) == left
    for name in ("c", "v"):
        assert astuple(store.people.person(name)) == (name, (), None, 50)
    assert store.people.person("other").events == (an_event(3, "other"),)
    assert store.people.person("other").erased_us is None


def test_a_receipt_whose_ids_were_taken_out_is_still_pending(store):
    fill(store)
    first, second = store.erasures.erase("c", at_us=50), store.erasures.erase("d", at_us=60)
    store.erasures.unname([first.receipt_id])
    unnamed = replace(first, customer_id=None, visitors=())
    assert store.erasures.pending() == (unnamed, second)
    store.erasures.unname([])
    assert store.erasures.finish(first.receipt_id, {}, 70) == replace(unnamed, done_us=70)


def test_a_receipt_keeps_the_ids_until_files_are_done_too(store):
    fill(store)
    erasure = store.erasures.erase("c", at_us=50)
    assert store.erasures.pending() == (erasure,)
    assert store.erasures.receipt(erasure.receipt_id) == erasure
    done = store.erasures.finish(erasure.receipt_id, {"campaign files": 2}, 60)
    assert (done.customer_id, done.visitors, done.done_us) == (None, (), 60)
    assert done.counts == {**erasure.counts, "campaign files": 2}
    assert store.erasures.pending() == ()
    assert store.erasures.receipt(erasure.receipt_id) == done
    assert store.erasures.finish(erasure.receipt_id, {"more": 1}, 70) == done
    assert store.erasures.receipt("none") is None
    with pytest.raises(NotFoundError):
        store.erasures.finish("none", {}, 1)


def test_nothing_in_the_database_names_a_person_who_was_erased(store):
    names = [f"erased-{n}-{ODD}" for n in (1, 2)]
    store.events.record([an_event(1, names[0]), an_event(2, names[1])])
    store.slates.keep([a_slate("r1", names[0])])
    store.assignments.keep([an_assignment(one) for one in names])
    store.people.merge(names[1], names[0], at_us=1)
    store.people.set_consent(Consent(names[0], False, None, 1))
    receipt = store.erasures.erase(names[0], at_us=50).receipt_id
    store.erasures.finish(receipt, {}, 51)
    with store.database.read() as connection:
        for table in METADATA.sorted_tables:
            rows = connection.execute(sa.select(table)).all()
            assert "erased-" not in str(rows), table.name


def test_the_erased_are_known_by_hash_with_the_shops_own_key(store):
    assert not store.erasures.any()
    store.people.merge("v", "c", at_us=5)
    erasure = store.erasures.erase("c", at_us=50)
    assert erasure.person == store.erasures.hash_of("c")
    assert store.erasures.hashes() == {store.erasures.hash_of(one): 50 for one in ("c", "v")}
    assert store.erasures.any()
    assert [store.erasures.erased_us(one) for one in ("c", "v", "other")] == [50, 50, None]
    store.erasures.erase("c", at_us=40)
    assert store.erasures.erased_us("c") == 50
    assert store.erasures.version() == 2


def test_what_happened_before_an_erasure_does_not_come_back_late(store):
    store.erasures.erase("c", at_us=50)
    late, after = an_event(49), an_event(51)
    assert store.events.record([late, after]).known == ("e49",)
    store.slates.keep([a_slate("r1", made_us=50), a_slate("r2", made_us=51)])
    store.assignments.keep([an_assignment(first_us=50), an_assignment("c", "plain", 51)])
    person = store.people.person("c")
    assert (person.events, person.erased_us) == ((after,), 50)
    assert store.assignments.of("tone") == (an_assignment("c", "plain", 51),)
    assert (store.slates.slate("r1"), store.slates.slate("r2").made_us) == (None, 51)


def test_a_clock_that_is_ahead_does_not_undo_an_erasure(store):
    now_us, hour_us = time.time_ns() // 1000, 3_600_000_000
    sent = [an_event(n, who, time_us=now_us + hour_us) for n, who in enumerate("cdv")]
    assert store.events.record(sent[:1]).written == ("e0",)
    store.people.merge("v", "c", at_us=now_us)
    store.erasures.erase("c", at_us=now_us)
    store.erasures.erase("d", at_us=now_us - 25 * hour_us)
    told = store.events.record(sent)
    assert (told.written, told.known) == (("e1",), ("e0", "e2"))
    assert store.people.person("c").events == ()


def test_who_was_erased_may_come_back_as_a_visitor_of_somebody(store):
    store.erasures.erase("c", at_us=50)
    store.people.merge("v", "c", at_us=60)
    store.events.record([an_event(70, "v"), an_event(45, "v")])
    person = store.people.person("v")
    assert (person.customer_id, person.erased_us) == ("c", 50)
    assert [one.time_us for one in person.events] == [70]


def test_old_rows_and_events_beyond_the_newest_are_pruned(store):
    days = [n * DAY_US for n in range(10)]
    store.events.record([an_event(n, "c", time_us=days[n]) for n in range(10)])
    store.events.record([an_event(20, "other", time_us=days[9]), an_event(21, "other", time_us=0)])
    store.slates.keep([a_slate(f"r{n}", made_us=days[n]) for n in range(10)])
    store.slates.expose([Exposure(f"r{n}", 1, days[n]) for n in range(10)])
    store.assignments.keep([an_assignment(f"u{n}", first_us=days[n]) for n in range(10)])
    store.assignments.keep([an_assignment("c", "bold", days[0], "long")])  # answered until day 9
    privacy = PrivacySettings(event_days=7, slate_days=2, exposure_days=5)
    pruned = store.prune(as_of_us=days[9], privacy=privacy)
    assert pruned == {"events": 7, "slates": 7, "exposures": 4, "assignments": 7}
    assert [one.unit_id for one in store.assignments.of("tone")] == ["u7", "u8", "u9"]
    assert [one.unit_id for one in store.assignments.of("long")] == ["c"]
    newest = tuple(an_event(n, "c", time_us=days[n]) for n in range(6, 10))
    assert store.people.person("c").events == newest
    assert store.people.person("other").events == (an_event(20, "other", time_us=days[9]),)
    assert store.prune(as_of_us=days[9], privacy=privacy) == dict.fromkeys(pruned, 0)


def test_an_export_holds_everything_of_a_person_and_nothing_of_others(store):
    fill(store)
    told = store.export("v")
    assert json.loads(json.dumps(told)) == told
    moment = "1970-01-01T00:00:00.0000"
    assert told["customer_id"] == "c"
    assert told["visitors"] == [{"anonymous_id": "v", "at": f"{moment}05+00:00"}]
    assert told["consent"]["personalization"] is True
    assert [one["event_id"] for one in told["events"]] == ["e1", "e2"]
    assert told["events"][0]["time"] == f"{moment}01+00:00"
    assert [one["request_id"] for one in told["slates"]] == ["r1", "r2"]
    slot = {"slot": 1, "product_id": "p0", "source": "visual", "score": 0.1, "propensity": 1.0}
    assert told["slates"][0]["slots"][0] == slot
    assert [one["request_id"] for one in told["exposures"]] == ["r1", "r2"]
    bold, plain = told["assignments"]
    assert plain == {**bold, "variant": "plain"}
    assert bold == {
        "experiment": "tone", "variant": "bold", "design": "0123456789ab", "counted": True,
        "first": f"{moment}10+00:00",
    }  # fmt: skip
    assert store.export("nobody")["events"] == []
    store.erasures.erase("c", at_us=50)
    assert store.export("c")["erased_until"] == f"{moment}50+00:00"


# what happens in any order, on the plain twin and on both databases

PEOPLE = st.sampled_from(["a", "b", "c", "d", ODD])
MOMENTS = st.integers(0, 30)
REQUESTS = st.sampled_from(["", "r1", "r2", "r3"])
PRODUCTS = st.sampled_from(["p0", "p1", "p2"])
WORDS = st.sampled_from([None, True, False])
EVENTS = st.builds(
    Event,
    st.sampled_from([f"e{n}" for n in range(25)]),
    PEOPLE,
    PRODUCTS,
    st.sampled_from(["view", "purchase"]),
    MOMENTS,
    request_id=REQUESTS,
    value=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    is_gift=st.booleans(),
)
SLATES = st.builds(
    a_slate, st.sampled_from(["r1", "r2", "r3"]), PEOPLE | st.just(""), MOMENTS, st.tuples(PRODUCTS)
)
EXPOSURES = st.builds(Exposure, st.sampled_from(["r1", "r2", "r3"]), st.integers(1, 2), MOMENTS)
ASSIGNMENTS = st.builds(
    an_assignment, PEOPLE, st.sampled_from(["bold", "plain"]), MOMENTS, counted=st.booleans()
)
STEPS = st.one_of(
    st.tuples(st.just("record"), st.lists(EVENTS, max_size=8)),
    st.tuples(st.just("merge"), PEOPLE, PEOPLE, MOMENTS),
    st.tuples(st.just("consent"), st.builds(Consent, PEOPLE, WORDS, WORDS, MOMENTS)),
    st.tuples(st.just("erase"), PEOPLE, MOMENTS),
    st.tuples(st.just("keep"), st.lists(SLATES, max_size=3)),
    st.tuples(st.just("assign"), st.lists(ASSIGNMENTS, max_size=4)),
    st.tuples(st.just("expose"), st.lists(EXPOSURES, max_size=4)),
    st.tuples(st.just("prune"), st.integers(0, 10)),
)


def on_plain(plain, step, *given):
    match step:
        case "merge":
            return plain.merge(given[0], given[1], at_us=given[2])
        case "erase":
            return plain.erase(given[0], at_us=given[1])
        case "consent":
            return plain.set_consent(*given)
        case "prune":
            return plain.prune(*[DAY_US * given[0] - keep for keep in KEPT_US])
    return getattr(plain, step)(*given)


KEPT_US = tuple(DAY_US * days - early for days, early in ((4, 9), (3, 5), (5, 1)))


def on_store(store, step, *given):
    match step:
        case "merge":
            return store.people.merge(given[0], given[1], at_us=given[2])
        case "erase":
            return dict(store.erasures.erase(given[0], at_us=given[1]).counts)
        case "consent":
            return store.people.set_consent(*given)
        case "prune":
            kept = [one / DAY_US for one in KEPT_US]
            privacy = PrivacySettings(event_days=kept[0], slate_days=kept[1], exposure_days=kept[2])
            return store.prune(as_of_us=DAY_US * given[0], privacy=privacy)
    return log_of(store, step)(*given)


def log_of(store, step):
    match step:
        case "assign":
            return store.assignments.keep
        case "record":
            return store.events.record
    return getattr(store.slates, step)


def outcome(act, target, step):
    try:
        return act(target, *step)
    except InputError:
        return "refused"


def state(store):
    names = ["a", "b", "c", "d", ODD]
    return {
        "people": [store.people.person(one) for one in names],
        "log": [event for _, event in store.events.since(0)],
        "shown": store.slates.shown(3, 28),
        "consents": store.people.consents(),
        "slates": [store.slates.slate(one) for one in ("r1", "r2", "r3")],
        "variants": store.assignments.of("tone"),
        "rows": rows_of(store),
        "erased": [store.erasures.erased_us(one) for one in names],
    }


def plain_state(plain):
    names = ["a", "b", "c", "d", ODD]
    return {
        "people": [plain.person(one) for one in names],
        "log": plain.log,
        "shown": plain.shown(3, 28),
        "consents": plain.consents(),
        "slates": [plain.kept.get(one) for one in ("r1", "r2", "r3")],
        "variants": plain.variants("tone"),
        "rows": plain.counts(),
        "erased": [plain.erased.get(one) for one in names],
    }


def agree(stores, steps):
    plain = PlainStore(HISTORY)
    for store in stores.values():
        empty(store)
    for step in steps:
        wanted = outcome(on_plain, plain, step)
        for kind, store in stores.items():
            assert outcome(on_store, store, step) == wanted, (kind, step)
    for kind, store in stores.items():
        assert state(store) == plain_state(plain), kind


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(STEPS, max_size=20))
def test_whatever_happens_in_whatever_order_databases_and_twin_agree(stores, steps):
    agree(stores, steps)


@pytest.mark.proof
@settings(
    max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(STEPS, max_size=60))
def test_thousands_of_histories_agree(stores, steps):
    agree(stores, steps)
