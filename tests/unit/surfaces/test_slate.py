"""The one shape of what is shown."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from penchant.errors import InputError
from penchant.surfaces import Reason, Slate, Slot
from penchant.surfaces.slate import InExperiment


def slot(number: int) -> Slot:
    return Slot(number, f"P{number}", 0.5, None, "popular", 1.0, Reason("Popular"))


def slate(*slots: Slot) -> Slate:
    return Slate("C", None, "homepage", "popular", "b", "r", degraded=False, slots=slots)


def test_slots_are_numbered_from_one() -> None:
    assert slate(slot(1), slot(2)).product_ids == ("P1", "P2")
    assert slate().product_ids == ()
    for wrong in ((slot(2),), (slot(2), slot(1)), (slot(1), slot(1)), (slot(0), slot(1))):
        with pytest.raises(InputError, match="numbered 1, 2, 3"):
            slate(*wrong)


def test_a_slate_as_values() -> None:
    assert slate(slot(1)).to_dict() == {
        "customer_id": "C",
        "product_id": None,
        "surface": "homepage",
        "step": "popular",
        "build_id": "b",
        "request_id": "r",
        "degraded": False,
        "slots": [
            {
                "slot": 1,
                "product_id": "P1",
                "score": 0.5,
                "similarity": None,
                "source": "popular",
                "propensity": 1.0,
                "reason": {"text": "Popular", "product_id": None, "share": None},
            }
        ],
        "experiments": [],
    }


def test_a_slate_as_json_is_what_its_values_are() -> None:
    whole = replace(slate(slot(1), slot(2)), experiments=(InExperiment("bold", "control"),))
    assert json.loads(json.dumps(whole.to_dict())) == json.loads(json.dumps(asdict(whole)))
