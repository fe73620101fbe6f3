"""Whether the process lives, and whether it may be sent work."""

from dataclasses import asdict

from fastapi import APIRouter, Request, Response
from prometheus_client import generate_latest
from starlette.responses import PlainTextResponse

from app.api.deps import OfProcess, anyone
from app.api.failures import NotReadyError
from app.api.gauges import Gauges
from app.api.metrics import CONTENT_TYPE, Metrics
from app.api.problems import problem_responses
from app.api.schemas.types import Out
from app.api.strict_json import StrictRoute

router = APIRouter(tags=["health"], route_class=StrictRoute)


class LiveOut(Out):
    """The process answers."""

    status: str


class ReadyOut(Out):
    """What the service needs to do its work, each with what is wrong, or null."""

    ready: bool
    database: str | None
    migrations: str | None
    clock: str | None
    editions: str | None


@router.get("/health/live", dependencies=[anyone()])
async def check_live() -> LiveOut:
    """Answer while the process lives; asks nothing of the database."""
    return LiveOut(status="live")


@router.get("/health/ready", dependencies=[anyone()], responses=problem_responses(NotReadyError))
async def check_ready(process: OfProcess) -> ReadyOut:
    """Tell whether database, migrations, clocks and editions are fit; 503 names what is not."""
    found = await process.readiness()
    if not found.ready:
        raise NotReadyError(**asdict(found))
    return ReadyOut(ready=True, **asdict(found))


@router.get("/metrics", dependencies=[anyone()], response_class=PlainTextResponse)
async def get_metrics(request: Request, process: OfProcess) -> Response:
    """Return what Prometheus reads: requests of this process; queues, workers, readiness of all."""
    metrics: Metrics = request.app.state.metrics
    gauges = Gauges(await process.vitals(), process.settings.data_dir)
    body = metrics.payload() + generate_latest(gauges.registry)
    return Response(body, media_type=CONTENT_TYPE)
