"""Gates and yards: what they are, when they work, whether they are open now."""

from fastapi import APIRouter, Request, Response

from app.api.deps import Spoken, Visitor, anyone
from app.api.problems import problem_responses
from app.api.readings import MINUTES, MOMENT, UNCHANGED, read
from app.api.schemas.gates import (
    GateOut,
    GatesOut,
    YardOut,
    YardsOut,
    gate_out,
    gates_out,
    yard_out,
    yards_out,
)
from app.api.strict_json import StrictRoute
from app.domain.errors import GateNotFoundError, YardNotFoundError

router = APIRouter(prefix="/v1", tags=["gates"], route_class=StrictRoute)


@router.get("/gates", response_model=GatesOut, dependencies=[anyone()], responses=UNCHANGED)
async def list_gates(request: Request, visitor: Visitor, language: Spoken) -> Response:
    """List all gates: names, whether they run a green lane today, open or closed and until when."""
    return read(request, gates_out(visitor, language), MOMENT)


@router.get(
    "/gates/{gate}",
    response_model=GateOut,
    dependencies=[anyone()],
    responses={**UNCHANGED, **problem_responses(GateNotFoundError)},
)
async def get_gate(gate: str, request: Request, visitor: Visitor, language: Spoken) -> Response:
    """Return a gate with its routes, hours, closures, green-lane days and the yards serving it."""
    found = visitor.reference.gates.get(gate)
    if found is None:
        raise GateNotFoundError
    return read(request, gate_out(visitor, found, language), MOMENT)


@router.get("/yards", response_model=YardsOut, dependencies=[anyone()], responses=UNCHANGED)
async def list_yards(request: Request, visitor: Visitor, language: Spoken) -> Response:
    """List all yards, where they lie and which gates they serve."""
    return read(request, yards_out(visitor.reference.yards, language), MINUTES)


@router.get(
    "/yards/{yard}",
    response_model=YardOut,
    dependencies=[anyone()],
    responses={**UNCHANGED, **problem_responses(YardNotFoundError)},
)
async def get_yard(yard: str, request: Request, visitor: Visitor, language: Spoken) -> Response:
    """Return a yard."""
    found = visitor.reference.yards.get(yard)
    if found is None:
        raise YardNotFoundError
    return read(request, yard_out(found, language), MINUTES)
