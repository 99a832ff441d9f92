"""What was really seen."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from penchant.server.exposing import Shown, expose
from penchant.server.models.problem import failures
from penchant.server.models.reports import EXPOSURES, ExposureReported, ExposuresReported
from penchant.server.routing import Guarded, json_answer, service_of
from penchant.store.event_fields import read_time
from penchant.taste.from_tables import microseconds

router = APIRouter(route_class=Guarded, tags=["events"])


@router.post(
    "/v1/exposures",
    operation_id="reportExposures",
    summary="Report what was on the screen",
    responses={200: EXPOSURES, **failures(400, 401, 403, 408, 413, 415, 422, 429, 503)},
)
async def report_exposures(
    request: Request, reported: ExposureReported | ExposuresReported
) -> Response:
    """Slots of answers that customers really saw, each once however often it is sent.

    Args:
        request: As it came.
        reported: Of one answer or of several.
    """
    several = [reported] if isinstance(reported, ExposureReported) else reported.exposures
    now_us = microseconds(datetime.now(UTC))
    shown = [
        Shown(
            one.request_id,
            None if one.slots is None else tuple(one.slots),
            None,
            read_time(one.shown_at, now_us=now_us),
        )
        for one in several
    ]
    return json_answer(await expose(service_of(request), shown, request.state.caller))
