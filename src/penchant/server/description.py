"""The OpenAPI: every route with its failures, examples and who may call it."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from penchant import __version__
from penchant.server.keys import MAKE_KEY
from penchant.server.models.problem import Problem, failures
from penchant.server.routes import all_routes
from penchant.server.routes.events import BODY_MODELS
from penchant.server.routing import json_bytes
from penchant.server.scopes import ACCESS, Access

TEXT: Final = f"""Products for the places of a shop, in the taste of who looks, and why.

**Keys.** Send an API key as `X-API-Key`, or as `Authorization: Bearer`. Keys are made with
`{MAKE_KEY}`; each is good for some of the scopes `events`,
`read` and `admin`. A page in a browser gets a *page token* of its own server instead, good for one
person and a while.

**Ids** may hold any character but NUL; in a path they are percent-encoded, the slash too.

**Failures** are `application/problem+json` with a stable `code`. After a 503 or 429 wait as long
as `Retry-After` says; every request may be repeated.
"""

TAGS: Final = (
    ("recommendations", "Products for a place in the shop."),
    ("events", "What customers do, and what they saw."),
    ("customers", "What is known of a customer."),
    ("privacy", "What customers allow, and their rights."),
    ("products", "Products added while the shop is open."),
    ("admin", "Builds."),
    ("health", "The service itself."),
)

SCHEMES: Final = {
    "ApiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "An API key, or a page token.",
    },
    "Bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key, or a page token.",
    },
}


@cache
def described_bytes() -> bytes:
    """Give the description as it is sent."""
    return json_bytes(described())


@cache
def described() -> dict[str, Any]:
    """Give the OpenAPI: the same for every service, and made once."""
    made = get_openapi(
        title="penchant",
        version=__version__,
        summary="A visual taste engine for online shops.",
        description=TEXT,
        routes=all_routes(),
        tags=[{"name": name, "description": text} for name, text in TAGS],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    parts = made.setdefault("components", {})
    parts["securitySchemes"] = SCHEMES
    schemas = parts.setdefault("schemas", {})
    schemas |= _schemas(Problem, *BODY_MODELS)
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            _complete(operation, ACCESS[(method.upper(), path)])
    return made


def _schemas(*kinds: type[BaseModel]) -> dict[str, Any]:
    template = "#/components/schemas/{model}"
    _, made = models_json_schema([(one, "serialization") for one in kinds], ref_template=template)
    return dict(made["$defs"])


def _complete(operation: dict[str, Any], access: Access) -> None:
    """Say who may call it, and leave out what only readers of the source need."""
    text = operation.get("description", "").split("\n\nArgs:")[0].strip()
    operation["description"] = f"{text}\n\n{access.sentence}"
    if not access.open:
        operation["security"] = [{"ApiKey": []}, {"Bearer": []}]
    for status, answer in failures(414, 503).items():
        operation["responses"].setdefault(str(status), answer)
    for status, answer in operation["responses"].items():
        answer["headers"] = {"X-Request-ID": _REQUEST_ID}
        if status in ("429", "503"):
            answer["headers"]["Retry-After"] = _RETRY_AFTER


_REQUEST_ID: Final = {
    "description": "By which the request is found in the logs.",
    "schema": {"type": "string"},
    "required": True,
}
_RETRY_AFTER: Final = {
    "description": "Seconds after which it may work again.",
    "schema": {"type": "integer"},
}
