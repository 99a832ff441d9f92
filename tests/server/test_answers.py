"""What the service answers: the same as the shop itself."""

import json

import penchant


def test_a_customer_gets_products_with_reasons(service):
    answer = service.get("/v1/customers/WARM/recommendations?k=5")
    assert answer.status_code == 200, answer.text
    slate = answer.json()
    assert (slate["customer_id"], slate["surface"], len(slate["slots"])) == ("WARM", "homepage", 5)
    assert answer.headers["x-request-id"]
    assert len(slate["request_id"]) == 32
