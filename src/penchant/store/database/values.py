"""What the database keeps, as values: events, consent, answers, variants, products, receipts.

Times are microseconds since 1970 UTC throughout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Event:
    """One thing a customer did, as it came in while the shop was open.

    Attributes:
        event_id: Names it; the same one again changes nothing.
        customer_id: Who; an anonymous visitor until merged into a customer.
        product_id: What with; the build may not know it yet.
        interaction_type: One of `columns.ACTIONS`.
        time_us: When it happened.
        session_id: Of which visit; "" if unknown.
        request_id: The answer it came from; "" if none.
        order_id: Of a purchase or return; "" otherwise.
        quantity: How many were bought; 1 where that means nothing.
        value: What was paid in all, in `currency`; None where that means nothing.
        currency: ISO 4217, "" if unknown.
        is_gift: Bought for somebody else: it tells nothing of taste.
    """

    event_id: str
    customer_id: str
    product_id: str
    interaction_type: str
    time_us: int
    session_id: str = ""
    request_id: str = ""
    order_id: str = ""
    quantity: float = 1.0
    value: float | None = None
    currency: str = ""
    is_gift: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of events that were to be recorded.

    Attributes:
        written: event_ids that are new.
        known: event_ids that were there before; nothing of them was changed.
        unwanted: event_ids that are not kept, because their customers refused.
    """

    written: tuple[str, ...]
    known: tuple[str, ...]
    unwanted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Consent:
    """What a customer allowed; None: nothing was said.

    Attributes:
        customer_id: Who.
        personalization: Whether a profile may be made.
        marketing: Whether mail may be sent.
        at_us: When it was said; the word on profiles counts where both were.
    """

    customer_id: str
    personalization: bool | None
    marketing: bool | None
    at_us: int

    @classmethod
    def unsaid(cls, customer_id: str) -> Consent:
        """Give the word of who said none.

        Args:
            customer_id: Who.
        """
        return cls(customer_id, None, None, 0)


@dataclass(frozen=True, slots=True)
class Person:
    """All the database knows of one person that an answer needs, read at one moment.

    Attributes:
        customer_id: As known now: of a merged visitor, the customer.
        events: The newest, oldest first; at most `store.history` of them.
        consent: The last word; None: nothing was said.
        erased_us: What happened until then is not to be known; None: never erased.
    """

    customer_id: str
    events: tuple[Event, ...] = ()
    consent: Consent | None = None
    erased_us: int | None = None

    @property
    def said(self) -> Consent:
        """The last word, or that there is none."""
        return self.consent or Consent.unsaid(self.customer_id)


@dataclass(frozen=True, slots=True)
class ServedSlot:
    """One slot of an answer.

    Attributes:
        slot: 1-based place.
        product_id: The product.
        source: What lifted it.
        score: What it was ranked by.
        propensity: Probability that it was put here, in (0, 1].
    """

    slot: int
    product_id: str
    source: str
    score: float
    propensity: float


@dataclass(frozen=True, slots=True)
class ServedSlate:
    """One answer as it was given; whether anybody saw it, exposures say.

    Attributes:
        request_id: Names it.
        customer_id: For whom; "" for nobody known.
        surface: Which place.
        step: Rung of the ladder.
        policy: Names the way of choosing: settings and weights of the surface.
        build_id: From which build.
        made_us: When.
        slots: In order.
        took_us: How long choosing took; None: that was not measured.
    """

    request_id: str
    customer_id: str
    surface: str
    step: str
    policy: str
    build_id: str
    made_us: int
    slots: tuple[ServedSlot, ...]
    took_us: int | None = None


@dataclass(frozen=True, slots=True)
class ServedAssignment:
    """Which variant of an experiment somebody got.

    Attributes:
        experiment: Names it.
        unit_id: Who: a customer, or a visitor until merged into one.
        variant: Which.
        design: Of the experiment as it was then; another one means that units were dealt anew.
        counted: False where the variant was given by an override: it tells nothing of customers.
        first_us: When they first got it.
    """

    experiment: str
    unit_id: str
    variant: str
    design: str
    counted: bool
    first_us: int


@dataclass(frozen=True, slots=True)
class Exposure:
    """One slot that was really on somebody's screen.

    Attributes:
        request_id: Of which answer.
        slot: 1-based place in it.
        shown_us: When.
    """

    request_id: str
    slot: int
    shown_us: int


@dataclass(frozen=True, slots=True)
class ShownSlot:
    """An exposure with what is known of its answer, and what came of it.

    Attributes:
        exposure: What was shown.
        slate: The answer; None when it is not kept any more.
        product_id: The product in that slot; "" without the answer.
        propensity: Its propensity; None without the answer.
        outcomes: Events of this request_id and product, oldest first.
    """

    exposure: Exposure
    slate: ServedSlate | None
    product_id: str
    propensity: float | None
    outcomes: tuple[Event, ...]


@dataclass(frozen=True, slots=True, eq=False)
class LiveProduct:
    """A product that was added while the shop is open.

    Attributes:
        product_id: Names it.
        facts: Columns of the products table, as `tables` cleaned them; no product_id, no image.
        embedding: Raw output of the encoder, float32 bytes, little-endian; None without a photo.
        fingerprint: Of the encoder that made it; "" without one.
        added_us: When it was added or changed last.
    """

    product_id: str
    facts: Mapping[str, object] = field(default_factory=dict)
    embedding: bytes | None = None
    fingerprint: str = ""
    added_us: int = 0


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that programs ask with; the secret itself is not kept.

    Attributes:
        key_id: Public part, named in logs.
        name: What it is for, in words.
        scopes: Of `server.scopes.SCOPES`.
        secret_hash: Hex sha256 of the secret part.
        made_us: When it was made.
        expires_us: From when on it is refused; None: never.
        revoked_us: Since when it is refused; None: it is not.
    """

    key_id: str
    name: str
    scopes: tuple[str, ...]
    secret_hash: str
    made_us: int
    expires_us: int | None = None
    revoked_us: int | None = None


@dataclass(frozen=True, slots=True)
class Erasure:
    """The receipt of an erasure.

    Attributes:
        receipt_id: Names it.
        person: Keyed hash of the customer_id; the id itself is not kept once all is done.
        customer_id: Still to be erased from files; None once that is done.
        asked_us: When it was asked for; nothing until then is known any more from that moment on.
        done_us: When the last file was done; None: not yet.
        counts: {place: rows or files erased there}.
        visitors: Ids of visitors merged into them, to be erased from files too; empty once done.
    """

    receipt_id: str
    person: str
    customer_id: str | None
    asked_us: int
    done_us: int | None
    counts: Mapping[str, int]
    visitors: tuple[str, ...] = ()
