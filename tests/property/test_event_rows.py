"""Whatever is sent as events, reading it never fails, and good events are kept."""

from datetime import UTC, datetime

from hypothesis import example, given
from hypothesis import strategies as st

from penchant import columns as c
from penchant.store.event_fields import CLOCK_SLACK_US, MAX_ID_CHARS
from penchant.store.event_rows import events_from

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
NOW_US = 1_782_907_200_000_000
FIELDS = (
    "event_id", "customer_id", "anonymous_id", "product_id", "interaction_type", "timestamp",
    "session_id", "request_id", "order_id", "quantity", "price", "value", "currency", "is_gift",
    "name", "event_name", "params", "event_params", "items", "events", "item_id", "user_id",
    "client_id", "key", "string_value", "timestamp_micros", "item_list_id", "transaction_id",
    "ecommerce",
)  # fmt: skip
WORDS = ("view", "purchase", "view_item", "refund", "view_item_list", "P1", "2026-07-01T00:00:00Z")

texts = st.sampled_from(WORDS) | st.text(st.characters(), max_size=12)
leaves = (
    st.none()
    | st.booleans()
    | texts
    | st.floats()
    | st.integers()
    | st.integers(10**300, 10**320)
    | st.integers(10**9, 10**19)
)
anything = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(FIELDS) | texts, inner, max_size=8)
    ),
    max_leaves=25,
)
good_rows = st.fixed_dictionaries(
    {
        "event_id": st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"),
                            min_size=1, max_size=20),
        "customer_id": st.sampled_from(("C1", "C2")),
        "product_id": st.sampled_from(("P1", "P2")),
        "interaction_type": st.sampled_from(c.ACTIONS),
    }
)  # fmt: skip


@given(st.lists(anything, max_size=6))
@example([{"event_name": "view_item", "event_params": [{"key": "items", "value": []}]}])
@example([{"events": [{"events": [{}]}]}])
def test_reading_never_fails_and_loses_no_row(rows):
    found = events_from(rows, now=NOW)
    given_rows = sum(
        len(row["events"]) if isinstance(row, dict) and isinstance(row.get("events"), list) else 1
        for row in rows
    )
    told = {
        *found.places,
        *(one.place for one in (*found.shown, *found.ignored, *found.rejected)),
    }
    assert told == set(range(given_rows))
    for event in found.events:
        ids = (event.event_id, event.customer_id, event.product_id)
        assert all(0 < len(one) <= MAX_ID_CHARS and "\x00" not in one for one in ids)
        assert "".join(ids).encode()
        assert event.interaction_type in c.ACTIONS
        assert 0 <= event.time_us <= NOW_US + CLOCK_SLACK_US
        assert event.quantity > 0
    for problem in (*found.ignored, *found.rejected):
        assert problem.reason.encode()
        assert len(problem.reason) < 500


@given(st.lists(st.tuples(good_rows, st.lists(anything, max_size=2)), max_size=5))
def test_good_events_are_kept_whatever_the_others_are(pairs):
    rows = [one for good, others in pairs for one in (good, *others)]
    kept = [event.event_id for event in events_from(rows, now=NOW).events]
    wanted = [good["event_id"] for good, _ in pairs]
    remaining = iter(kept)
    assert all(name in remaining for name in wanted)


@given(st.lists(anything, max_size=4))
def test_the_same_rows_give_the_same_events(rows):
    assert events_from(rows, now=NOW) == events_from(rows, now=NOW)
