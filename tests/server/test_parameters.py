"""Parameters of a route are read as the framework itself would read them."""

from typing import Annotated
from urllib.parse import quote

import pytest
from fastapi import APIRouter, BackgroundTasks, Depends, FastAPI, Header
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import JSONResponse

from penchant.server.models.ids import CustomerPath, CustomerQuery, K
from penchant.server.parameters import Parameters
from penchant.server.problems import invalid
from penchant.server.routes.recommendations import Products, Surface
from tests.server.asking import Asker


class Quick(APIRoute):
    """A route that reads its parameters as those of the service do."""

    def get_route_handler(self):
        parameters = Parameters(self.dependant)

        async def handle(request):
            return await self.endpoint(**parameters.read(request))

        return handle


async def echo(
    customer_id: CustomerPath,
    surface: Surface = "homepage",
    product: Products = None,
    k: K = None,
    looks: CustomerQuery = None,
    plain: str = "",
):
    """Give back what was read."""
    return JSONResponse([customer_id, surface, product, k, looks, plain])


def app_of(kind):
    async def refused(request, error):
        return invalid(error.errors(), request_id="r")

    app = FastAPI(exception_handlers={RequestValidationError: refused})
    router = APIRouter(route_class=kind)
    router.get("/{customer_id}")(echo)
    app.router.routes.extend(router.routes)
    return app


@pytest.fixture(scope="module")
def both():
    """The same route twice: as the framework reads it, and as we do."""
    with Asker(app_of(APIRoute)) as slow, Asker(app_of(Quick)) as quick:
        yield slow, quick


NAMES = st.sampled_from(("surface", "product", "k", "looks", "plain", "customer_id", "other"))
GIVEN = ("", "homepage", "moon", "1", "007", "0", "1001", "1.5", " 3", "many", "a\0b", "x" * 257)
VALUES = st.sampled_from(GIVEN) | st.text(st.characters(codec="utf-8"), max_size=4)
PATHS = st.sampled_from(("C1", "a%2Fb", "%E2%82", "a%2500b", "%00", "x" * 257))


@given(PATHS, st.lists(st.tuples(NAMES, VALUES), max_size=5))
def test_parameters_are_read_as_the_framework_reads_them(both, path, told):
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in told)
    answers = [one.request("GET", f"/{path}?{query}") for one in both]
    slow, quick = ((one.status_code, one.json()) for one in answers)
    assert quick == slow


@pytest.mark.parametrize(("query", "status"), [("product=a&product=b&k=3", 200), ("k=x", 422)])
def test_both_outcomes_are_compared(both, query, status):
    answers = [one.request("GET", f"/C1?{query}") for one in both]
    assert [one.status_code for one in answers] == [status, status]


def test_what_would_not_be_read_is_refused():
    async def wants_a_header(told: Annotated[str, Header()] = ""):
        """Something else than path and query."""

    async def wants_work(tasks: BackgroundTasks):
        """Nor is that."""

    def sub():
        """Nor what the framework is to call first."""

    router = APIRouter()
    router.get("/a")(wants_a_header)
    router.get("/b")(wants_work)
    router.get("/c", dependencies=[Depends(sub)])(echo)
    for route, name in zip(router.routes, ("header", "background", "dependencies"), strict=True):
        with pytest.raises(TypeError, match=name):
            Parameters(route.dependant)
