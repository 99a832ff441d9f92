"""The OpenAPI says all of it: who may call what, what comes back, and examples that are right."""

import pytest

from penchant.server.models.base import Asked
from penchant.server.routes import all_routes
from penchant.server.scopes import ACCESS

all_routes()  # which models there are is known once routes are


@pytest.fixture(scope="module")
def described():
    from penchant.server.description import described

    return described()


def operations(described):
    return {
        (method.upper(), path): one
        for path, methods in described["paths"].items()
        for method, one in methods.items()
    }


def test_every_route_is_described_and_no_other(described):
    assert set(operations(described)) == set(ACCESS)


def test_names_of_operations_are_stable_and_each_its_own(described):
    names = [one["operationId"] for one in operations(described).values()]
    assert len(set(names)) == len(names)
    assert {"recommend", "similar", "reportEvents", "reportExposures", "forget"} <= set(names)


def test_every_route_says_in_words_who_may_call_it(described):
    for route, one in operations(described).items():
        assert one["description"].endswith(ACCESS[route].sentence)
        assert "Args:" not in one["description"]
        assert bool(one.get("security")) is not ACCESS[route].open
        assert one["tags"]
        assert one["summary"]


def test_every_failure_is_a_problem(described):
    for one in operations(described).values():
        for status, answer in one["responses"].items():
            assert answer["description"]
            assert "X-Request-ID" in answer["headers"]
            if int(status) >= 400 and one["operationId"] != "ready":
                content = answer["content"]["application/problem+json"]
                assert content["schema"]["$ref"].endswith("/Problem")
                assert content["example"]["status"] == int(status)


def examples_of(described, content):
    """Give the examples of a body, its own or those of its models."""
    told = list(content.get("examples", {}).values())
    schema = content["schema"]
    names = [schema, *schema.get("anyOf", ())]
    refs = [one["$ref"].rpartition("/")[2] for one in names if "$ref" in one]
    return told + [described["components"]["schemas"][one].get("examples") for one in refs]


def test_every_body_has_an_example(described):
    for one in operations(described).values():
        if "requestBody" in one:
            content = one["requestBody"]["content"]["application/json"]
            assert any(examples_of(described, content)), one["operationId"]


@pytest.mark.parametrize("kind", Asked.__subclasses__(), ids=lambda one: one.__name__)
def test_examples_of_bodies_are_right(kind):
    for told in kind.model_json_schema()["examples"]:
        assert kind.model_validate(told).model_dump(exclude_unset=True) == told


def test_examples_of_parameters_are_right_together(service):
    query = "surface=product_page&product=P03"
    assert service.get(f"/v1/recommendations?{query}").status_code == 200


def test_every_answer_has_an_example(described):
    for one in operations(described).values():
        if one["operationId"] in ("metrics", "openapi"):
            continue
        good = next(one["responses"][code] for code in ("200", "202") if code in one["responses"])
        assert "example" in good["content"]["application/json"]


def test_the_description_is_served_and_no_page_from_elsewhere(service, described):
    answer = service.get("/openapi.json")
    assert answer.json() == described
    assert answer.headers["cache-control"] == "public, max-age=300"
    for path in ("/docs", "/redoc"):
        assert service.get(path).status_code == 404


def test_every_schema_that_is_named_is_there(described):
    import json
    import re

    named = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(described)))
    assert named <= set(described["components"]["schemas"])
