"""Gates and yards: what they are, when they work, whether they are open now."""

from fastapi import APIRouter, Request, Response

from app.api.deps import OfProcess, Spoken, Visitor, anyone
from app.api.problems import problem_responses
from app.api.readings import AT_ONCE, MOMENT, UNCHANGED, read
from app.api.schemas.gates import (
    GateOut,
    GatesOut,
    OccupiedYardOut,
    YardsOut,
    gate_out,
    gates_out,
    occupied_yard_out,
    yards_out,
)
from app.api.schemas.types import Sought
from app.api.strict_json import StrictRoute
from app.domain.errors import GateNotFoundError, YardNotFoundError

router = APIRouter(prefix="/v1", tags=["gates"], route_class=StrictRoute)


@router.get("/gates", response_model=GatesOut, dependencies=[anyone()], responses=UNCHANGED)
async def list_gates(request: Request, visitor: Visitor, language: Spoken) -> Response:
    """List all gates: names, whether they run a green lane today, open or closed and until when."""
    return read(request, gates_out(visitor, language), AT_ONCE)


@router.get(
    "/gates/{gate}",
    response_model=GateOut,
    dependencies=[anyone()],
    responses={**UNCHANGED, **problem_responses(GateNotFoundError)},
)
async def get_gate(gate: Sought, request: Request, visitor: Visitor, language: Spoken) -> Response:
    """Return a gate with its routes, hours, closures, green-lane days and the yards serving it."""
    found = visitor.reference.gates.get(gate)
    if found is None:
        raise GateNotFoundError
    return read(request, gate_out(visitor, found, language), AT_ONCE)


@router.get("/yards", response_model=YardsOut, dependencies=[anyone()], responses=UNCHANGED)
async def list_yards(
    request: Request, visitor: Visitor, language: Spoken, process: OfProcess
) -> Response:
    """List all yards: where they lie, which gates they serve, how many places are free now."""
    now = await process.occupancy()
    return read(request, yards_out(visitor.reference.yards, now, language), MOMENT)


@router.get(
    "/yards/{yard}",
    response_model=OccupiedYardOut,
    dependencies=[anyone()],
    responses={**UNCHANGED, **problem_responses(YardNotFoundError)},
)
async def get_yard(
    yard: Sought, request: Request, visitor: Visitor, language: Spoken, process: OfProcess
) -> Response:
    """Return a yard with its capacity, who stands in it and how many places are free now."""
    found = visitor.reference.yards.get(yard)
    if found is None:
        raise YardNotFoundError
    now = await process.occupancy()
    return read(request, occupied_yard_out(found, now, language), MOMENT)
