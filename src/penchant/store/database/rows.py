"""Rows of the database as values, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from penchant.store.database import schema
from penchant.store.database.values import (
    ApiKey,
    Consent,
    Erasure,
    Event,
    LiveProduct,
    ServedAssignment,
    ServedSlate,
    ServedSlot,
)

EVENT: Final = tuple(one for one in schema.events.c if one.name != "seq")
"""Columns in the order of `Event`."""

SLATE: Final = tuple(schema.slates.c)
"""Columns in the order of `ServedSlate`."""

Row: TypeAlias = Sequence[Any]


def event_of(row: Row) -> Event:
    """Give an event.

    Args:
        row: Values of `EVENT`, as SQLAlchemy or as the driver gives them.
    """
    return Event(*[*row[:-1], bool(row[-1])])


def event_row(event: Event, customer_id: str) -> dict[str, Any]:
    """Give an event as a row.

    Args:
        event: Any.
        customer_id: As known now.
    """
    return {
        "event_id": event.event_id,
        "customer_id": customer_id,
        "product_id": event.product_id,
        "interaction_type": event.interaction_type,
        "time_us": event.time_us,
        "session_id": event.session_id,
        "request_id": event.request_id,
        "order_id": event.order_id,
        "quantity": float(event.quantity),
        "value": None if event.value is None else float(event.value),
        "currency": event.currency,
        "is_gift": event.is_gift,
    }


def slate_of(row: Row) -> ServedSlate:
    """Give an answer that was served.

    Args:
        row: Values of `SLATE`.
    """
    *whole, slots, took_us = row
    places = tuple(ServedSlot(place, *one) for place, one in enumerate(slots, start=1))
    return ServedSlate(*[*whole, places, took_us])


def slate_row(slate: ServedSlate, customer_id: str) -> dict[str, Any]:
    """Give an answer as a row.

    Args:
        slate: Its slots numbered from 1, in order.
        customer_id: As known now.
    """
    return {
        "request_id": slate.request_id,
        "customer_id": customer_id,
        "surface": slate.surface,
        "step": slate.step,
        "policy": slate.policy,
        "build_id": slate.build_id,
        "made_us": slate.made_us,
        "slots": [[one.product_id, one.source, one.score, one.propensity] for one in slate.slots],
        "took_us": slate.took_us,
    }


def assignment_of(row: Row) -> ServedAssignment:
    """Give which variant somebody got.

    Args:
        row: Of the table of assignments.
    """
    experiment, unit_id, variant, design, counted, first_us = row
    return ServedAssignment(experiment, unit_id, variant, design, bool(counted), first_us)


def assignment_row(assignment: ServedAssignment, unit_id: str) -> dict[str, Any]:
    """Give which variant somebody got as a row.

    Args:
        assignment: Any.
        unit_id: As known now.
    """
    return {
        "experiment": assignment.experiment,
        "unit_id": unit_id,
        "variant": assignment.variant,
        "design": assignment.design,
        "counted": assignment.counted,
        "first_us": assignment.first_us,
    }


def consent_of(row: Row) -> Consent:
    """Give what a customer allowed.

    Args:
        row: Of the table of consents.
    """
    customer_id, personalization, marketing, at_us = row
    return Consent(customer_id, _said(personalization), _said(marketing), at_us)


def consent_row(consent: Consent) -> dict[str, Any]:
    """Give what a customer allowed as a row.

    Args:
        consent: Any.
    """
    return {
        "customer_id": consent.customer_id,
        "personalization": consent.personalization,
        "marketing": consent.marketing,
        "at_us": consent.at_us,
    }


def product_of(row: Row) -> LiveProduct:
    """Give a live product.

    Args:
        row: Of the table of products.
    """
    product_id, facts, embedding, fingerprint, added_us = row
    return LiveProduct(
        product_id, facts, None if embedding is None else bytes(embedding), fingerprint, added_us
    )


def product_row(product: LiveProduct) -> dict[str, Any]:
    """Give a live product as a row.

    Args:
        product: Any.
    """
    return {
        "product_id": product.product_id,
        "facts": dict(product.facts),
        "embedding": product.embedding,
        "fingerprint": product.fingerprint,
        "added_us": product.added_us,
    }


def key_of(row: Row) -> ApiKey:
    """Give an API key.

    Args:
        row: Of the table of keys.
    """
    key_id, name, scopes, *whole = row
    return ApiKey(key_id, name, tuple(scopes.split()), *whole)


def key_row(key: ApiKey) -> dict[str, Any]:
    """Give an API key as a row.

    Args:
        key: Its scopes are single words.
    """
    return {
        "key_id": key.key_id,
        "name": key.name,
        "scopes": " ".join(key.scopes),
        "secret_hash": key.secret_hash,
        "made_us": key.made_us,
        "expires_us": key.expires_us,
        "revoked_us": key.revoked_us,
    }


def erasure_of(row: Row) -> Erasure:
    """Give the receipt of an erasure.

    Args:
        row: Of the table of erasures.
    """
    receipt_id, person, customer_id, visitors, asked_us, done_us, counts = row
    return Erasure(receipt_id, person, customer_id, asked_us, done_us, counts, tuple(visitors))


def erasure_row(erasure: Erasure) -> Mapping[str, Any]:
    """Give the receipt of an erasure as a row.

    Args:
        erasure: Any.
    """
    return {
        "receipt_id": erasure.receipt_id,
        "person": erasure.person,
        "customer_id": erasure.customer_id,
        "visitors": list(erasure.visitors),
        "asked_us": erasure.asked_us,
        "done_us": erasure.done_us,
        "counts": dict(erasure.counts),
    }


def _said(value: object) -> bool | None:
    return None if value is None else bool(value)
