"""Whatever is sent, the service keeps to its description and never fails: cases of the OpenAPI."""

import shutil
from collections import Counter

import hypothesis
import pytest
import requests
import schemathesis
from schemathesis.checks import CHECKS
from schemathesis.generation import GenerationMode

from penchant.server.description import described
from tests.databases import postgres
from tests.server.adapter import AskerAdapter
from tests.server.conftest import served

CONFORMANCE = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_headers_conformance", "response_schema_conformance", "allow_header_conformance",
)  # fmt: skip
FEW, MANY = 12, 640

schema = schemathesis.openapi.from_dict(described())
schema.config.generation.update(modes=list(GenerationMode))
OPERATIONS = {one.ok().label: one.ok() for one in schema.get_all_operations()}
PUBLISH = {"POST /v1/admin/publish", "POST /v1/admin/rollback"}
"""A process for each case of these: a few cases are enough."""


def checks():
    return CHECKS.get_by_names(CONFORMANCE)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def asked(request, built_shop, tmp_path_factory):
    """A session with a service on either database."""
    shop = shutil.copytree(built_shop, tmp_path_factory.mktemp("fuzz") / "shop")
    url = {} if request.param == "sqlite" else {"store_url": postgres().new_database()}
    serving = served(shop, server_requests_per_second=0, **url)
    with serving as service, requests.Session() as session:
        session.mount("http://localhost", AskerAdapter(service.client))
        yield session


def strategy_of(operation):
    good = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    bad = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    return good | bad if operation.iter_parameters() or operation.body else good


def go_through(operation, session, cases):
    """Send cases; give how often each status came."""
    statuses = Counter()

    @hypothesis.settings(
        max_examples=cases, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck), phases=[hypothesis.Phase.generate],
    )  # fmt: skip
    @hypothesis.given(case=strategy_of(operation))
    def check(case):
        answer = case.call(base_url="http://localhost", session=session)
        case.validate_response(answer, checks=checks())
        statuses[answer.status_code] += 1
        assert answer.status_code < 500, answer.text

    check()
    return statuses


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_a_few_cases_of_every_route_keep_to_the_description(label, asked):
    go_through(OPERATIONS[label], asked, 3 if label in PUBLISH else FEW)


@pytest.mark.proof
def test_ten_thousand_cases_keep_to_the_description(asked):
    total = Counter()
    for label, operation in sorted(OPERATIONS.items()):
        total += go_through(operation, asked, 20 if label in PUBLISH else MANY)
    assert total.total() >= 10_000, total
    assert not [one for one in total if one >= 500]
