"""The green lane: verdicts for anybody who asks, its rules, the list of produce."""

from fastapi import APIRouter, Request, Response

from app.api.deps import Spoken, Visitor, anyone
from app.api.problems import problem_responses
from app.api.readings import MINUTES, UNCHANGED, read
from app.api.schemas.green_lane import (
    JudgementOut,
    ProduceOut,
    RulesOut,
    VerdictIn,
    judgement_out,
    produce_out,
    rules_out,
)
from app.api.schemas.types import Day
from app.api.strict_json import StrictRoute
from app.domain.errors import UnknownCodeError
from app.services.declarations.verdicts import verdict_on

router = APIRouter(prefix="/v1/green-lane", tags=["green-lane"], route_class=StrictRoute)


@router.post("/verdicts", dependencies=[anyone()], responses=problem_responses(UnknownCodeError))
async def judge_green_lane(body: VerdictIn, visitor: Visitor, language: Spoken) -> JudgementOut:
    """Judge a vehicle without registering it, for any day.

    The answer has every rule of that day, whether it passed, and what it rests on; the refused
    ones all at once. The customs channel plays no part.
    """
    reference = visitor.reference
    on = body.on or reference.day(body.presence_at or visitor.now)
    verdict = verdict_on(reference, body.papers(), body.lines(), on)
    return judgement_out(verdict, body, language)


@router.get("/rules", response_model=RulesOut, dependencies=[anyone()], responses=UNCHANGED)
async def list_green_lane_rules(
    request: Request, _: Visitor, language: Spoken, on: Day | None = None
) -> Response:
    """List the rules in force on a day; without `on` all there ever were, with their days."""
    return read(request, rules_out(on, language), MINUTES)


@router.get("/produce", response_model=ProduceOut, dependencies=[anyone()], responses=UNCHANGED)
async def list_produce(
    request: Request, visitor: Visitor, language: Spoken, on: Day | None = None
) -> Response:
    """List the produce: market access, papers and seasons of a day, or all of them."""
    return read(request, produce_out(visitor.reference.lane_rows.produce, on, language), MINUTES)
