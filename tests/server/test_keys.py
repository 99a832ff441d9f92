"""Keys and page tokens: what is let in, and what is not, not even nearly."""

import sqlite3
import stat
from dataclasses import replace

import pytest

from penchant.errors import InputError
from penchant.server.caller import check_access, check_rate, identify, shown_key
from penchant.server.keys import DAY_US, MAKE_KEY, MARKER, KeyRing, make_key
from penchant.server.problems import ProblemError
from penchant.server.rates import Rates
from penchant.server.scopes import ADMIN, READ, Access, check_scopes
from penchant.server.tokens import LONGEST, PageToken, make_token, read_token
from tests.server.conftest import add_keys, served

NOW = 1_000 * DAY_US
SECRET = b"s" * 32


def ring_of(*keys):
    return KeyRing.of(one.key for one in keys)


def test_a_key_is_found_by_its_text_and_its_secret_is_not_kept():
    made = make_key("web shop", ["read", "events"], now_us=NOW)
    assert ring_of(made).find(made.text, now_us=NOW) == made.key
    assert made.key.scopes == ("events", "read")
    assert made.text.split("_", 2)[2] not in repr(made.key)


def test_a_key_that_could_not_be_made_closes_no_shop(desk, own_shop):
    assert desk.run("keys", own_shop, "add", "--name", "x", "--scope", "nonsense").code == 2
    assert not (own_shop / MARKER).exists()


def test_the_command_that_makes_a_key_works_as_it_is_told(desk, own_shop):
    with served(own_shop) as service:
        words = MAKE_KEY.replace("SHOP", str(own_shop)).split()[1:]
        made = desk.run(*words)
        assert made.code == 0, made.err
        service.settled(lambda: service.get("/v1/recommendations").status_code == 401)
        assert MAKE_KEY in service.get("/v1/recommendations").json()["detail"]
        headers = {"X-API-Key": made.out.strip()}
        assert service.get("/v1/recommendations", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1],
        lambda text: text + "A",
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
        lambda text: text.upper(),
        lambda text: text.replace("pk_", "pt_"),
        lambda text: text[:15] + "_",
        lambda _: "",
        lambda _: "pk_",
        lambda _: "pk_0123456789ab_" + "\N{SNOWMAN}" * 43,
    ],
)
def test_nothing_but_the_key_itself_is_let_in(spoil):
    made = make_key("web shop", ["read"], now_us=NOW)
    assert ring_of(made).find(spoil(made.text), now_us=NOW) is None


def test_a_key_is_refused_from_the_moment_it_expires_and_when_it_was_revoked():
    made = make_key("web shop", ["read"], days=2, now_us=NOW)
    ring = ring_of(made)
    assert ring.find(made.text, now_us=NOW + 2 * DAY_US - 1) is not None
    assert ring.find(made.text, now_us=NOW + 2 * DAY_US) is None
    revoked = KeyRing.of([replace(made.key, revoked_us=NOW)])
    assert revoked.find(made.text, now_us=NOW) is None


@pytest.mark.parametrize(
    ("name", "scopes", "days"),
    [("", ["read"], None), ("x", [], None), ("x", ["root"], None), ("x", ["read"], 0),
     ("a\nb", ["read"], None), ("x", ["read"], 1e9)],
)  # fmt: skip
def test_a_key_that_makes_no_sense_is_not_made(name, scopes, days):
    with pytest.raises(InputError):
        make_key(name, scopes, days=days, now_us=NOW)


def test_scopes_are_told_in_their_usual_order():
    assert check_scopes(("admin", "events")) == ("events", "admin")


IDS = ["C1", "a/b c%d", "😀" * 256, '"\\', "\x01" * 256, "ünï"]


@pytest.mark.parametrize("customer_id", IDS)
def test_a_token_says_whom_it_is_for_whatever_the_id_is(customer_id):
    text = make_token(PageToken(customer_id, NOW + 1, "k"), SECRET)
    assert read_token(text, SECRET, now_us=NOW) == PageToken(customer_id, NOW + 1, "k")
    assert len(text) <= LONGEST
    assert text.isascii()


def test_a_token_is_refused_when_it_is_over_or_of_another_secret_or_changed():
    text = make_token(PageToken("C1", NOW, ""), SECRET)
    assert read_token(text, SECRET, now_us=NOW) is None
    assert read_token(text, b"x" * 32, now_us=NOW - 1) is None
    said, seal = text.split(".")
    other = make_token(PageToken("C2", NOW, ""), b"x" * 32).split(".")[0]
    for spoiled in (
        f"{other}.{seal}",
        f"{said}.",
        said,
        f"{said}.{seal}AA",
        f"{said}.%%",
        "pt_.",
        "pt_",
    ):
        assert read_token(spoiled, SECRET, now_us=NOW - 1) is None


def identified(text, *keys, now_us=NOW):
    return identify(text, ring_of(*keys), SECRET, now_us=now_us)


def test_without_any_key_everybody_may_do_everything():
    assert identified("").scopes == {"events", "read", "admin"}


def test_with_a_key_nobody_comes_in_without():
    made = make_key("web shop", ["read"], now_us=NOW)
    for text in ("", "pk_no", "nonsense"):
        with pytest.raises(ProblemError) as error:
            identified(text, made)
        assert error.value.code == "no_key"
        assert error.value.headers["WWW-Authenticate"].startswith("Bearer")
    assert identified(made.text, made).scopes == {"read"}


def test_a_token_ends_with_the_key_it_was_asked_for_with():
    made = make_key("web shop", ["read"], days=1, now_us=NOW)
    text = make_token(PageToken("C1", NOW + 9 * DAY_US, made.key.key_id), SECRET)
    assert identified(text, made).customer_id == "C1"
    with pytest.raises(ProblemError):
        identified(text, made, now_us=NOW + 2 * DAY_US)
    with pytest.raises(ProblemError):
        identified(make_token(PageToken("C1", NOW + 9 * DAY_US, ""), SECRET), made)


def test_a_token_may_only_what_tokens_may_and_only_for_its_own_person():
    caller = identified(make_token(PageToken("C1", NOW + 1, ""), SECRET))
    check_access(caller, Access(frozenset({READ}), token=True))
    with pytest.raises(ProblemError) as error:
        check_access(caller, Access(frozenset({READ, ADMIN})))
    assert error.value.code == "forbidden"
    caller.check_is("C1")
    caller.check_is(None)
    with pytest.raises(ProblemError):
        caller.check_is("C2")


@pytest.mark.parametrize(
    ("headers", "shown"),
    [
        ({"x-api-key": " k "}, "k"),
        ({"authorization": "Bearer k"}, "k"),
        ({"authorization": "bearer  k "}, "k"),
        ({"authorization": "Basic k"}, ""),
        ({"x-api-key": "a", "authorization": "Bearer b"}, "a"),
        ({}, ""),
    ],
)
def test_a_key_is_read_from_either_header(headers, shown):
    assert shown_key(headers) == shown


def test_a_caller_may_burst_then_only_as_fast_as_the_rate():
    now = [0.0]
    rates = Rates(per_second=10, burst=3, clock=lambda: now[0])
    assert [rates.wait("a") for _ in range(3)] == [0, 0, 0]
    assert rates.wait("a") == pytest.approx(0.1)
    assert rates.wait("b") == 0
    now[0] = 0.1
    assert rates.wait("a") == 0
    assert rates.wait("a") > 0
    now[0] = 100
    assert [rates.wait("a") > 0 for _ in range(4)] == [False, False, False, True]


def test_too_many_requests_are_told_when_to_come_back():
    caller = identified("")
    rates = Rates(per_second=0.5, burst=1, clock=lambda: 0.0)
    check_rate(caller, rates)
    with pytest.raises(ProblemError) as error:
        check_rate(caller, rates)
    assert (error.value.code, error.value.headers) == ("rate_limited", {"Retry-After": "2"})


def test_a_rate_of_0_is_no_limit():
    rates = Rates(per_second=0, burst=1, clock=lambda: 0.0)
    assert not any(rates.wait("a") for _ in range(1_000))


def test_a_shop_that_had_keys_lets_nobody_in_when_its_database_has_none():
    lost = KeyRing.of([], had_keys=True)
    for text in ("", "pk_no", make_token(PageToken("C1", NOW + 1, ""), SECRET)):
        with pytest.raises(ProblemError) as error:
            identify(text, lost, SECRET, now_us=NOW)
        assert error.value.code == "no_key"


def test_a_shop_with_keys_stays_closed_when_its_database_is_lost(own_shop):
    key = add_keys(own_shop)["all"]
    with served(own_shop) as service:
        assert service.get("/v1/customers/WARM/profile").status_code == 401
        assert stat.S_IMODE((own_shop / MARKER).stat().st_mode) == 0o600
    for one in own_shop.glob("penchant.db*"):
        one.unlink()
    with served(own_shop) as service:
        for headers in ({}, {"X-API-Key": key}):
            assert service.get("/v1/customers/WARM/profile", headers=headers).status_code == 401
        key = add_keys(own_shop)["all"]
        own = {"headers": {"X-API-Key": key}}
        service.settled(lambda: service.get("/v1/customers/WARM/profile", **own).status_code == 200)


def test_a_service_remembers_that_there_were_keys(own_shop):
    add_keys(own_shop)
    with served(own_shop) as service:
        (own_shop / MARKER).unlink()
        with sqlite3.connect(own_shop / "penchant.db") as database:
            database.execute("DELETE FROM keys")
            database.execute("UPDATE versions SET number = number + 1 WHERE name = 'keys'")
        database.close()
        service.settled(lambda: not service.service.link.remembered.ring.keys)
        assert service.get("/v1/customers/WARM/profile").status_code == 401


def test_the_first_key_closes_a_shop_and_the_list_says_so(desk, own_shop):
    assert desk.run("keys", own_shop, "list", "--json").json["closed"] is False
    desk.run("keys", own_shop, "add", "--name", "x", "--scope", "read")
    (own_shop / "penchant.db").unlink()
    told = desk.run("keys", own_shop, "list")
    assert "nobody is let in" in told.out + told.err
    assert desk.run("keys", own_shop, "list", "--json").json == {"keys": [], "closed": True}
