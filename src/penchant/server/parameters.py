"""Parameters of a route: its path and query, read in one go by a model that is made once.

The framework finds out anew for each request what each parameter is. Here only the values differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, get_args, get_origin

from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError, create_model
from starlette.requests import Request

BEYOND: Final = (
    "header_params",
    "cookie_params",
    "dependencies",
    "background_tasks_param_name",
    "response_param_name",
    "security_scopes_param_name",
)
"""What a function may ask the framework for, beside path, query and the request."""


class Parameters:
    """Reads what the function of a route takes from path and query, as the framework would.

    Args of the constructor:
        asked: What the framework found in the signature of the function.

    Raises:
        TypeError: if it wants anything else, such as a header: it would not be read.
    """

    def __init__(self, asked: Dependant) -> None:
        if beyond := [name for name in BEYOND if getattr(asked, name)]:
            raise TypeError(f"Only path and query are read here, not {', '.join(beyond)}.")
        self._place_of = {one.alias: "path" for one in asked.path_params}
        self._place_of |= {one.alias: "query" for one in asked.query_params}
        self._several = [one.alias for one in asked.query_params if _is_list(one.field_info)]
        fields: dict[str, Any] = {
            one.name: (one.field_info.annotation, one.field_info)
            for one in (*asked.path_params, *asked.query_params)
        }
        self._model: type[BaseModel] = create_model("Parameters", **fields)

    def read(self, request: Request) -> dict[str, Any]:
        """Give the parameters of a request.

        Args:
            request: Of the route.

        Returns:
            {name: value} of all of them.

        Raises:
            RequestValidationError: if one is not as the function wants it.
        """
        query = request.query_params
        told: dict[str, Any] = {**query, **request.path_params}
        told |= {name: query.getlist(name) for name in self._several if name in told}
        try:
            return vars(self._model.model_validate(told))
        except ValidationError as error:
            raise RequestValidationError(self._placed(error)) from None

    def _placed(self, error: ValidationError) -> Sequence[dict[str, Any]]:
        """Say of each mistake whether it is in the path or in the query."""
        found = error.errors(include_url=False)
        return [{**one, "loc": (self._place_of[str(one["loc"][0])], *one["loc"])} for one in found]


def _is_list(field: Any) -> bool:
    kinds = (field.annotation, *get_args(field.annotation))
    return any(get_origin(one) is list for one in kinds)
