"""Strikes of companies that missed calls: listed, appealed, decided."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from app.api.deps import Caller, OfProcess, Retry, Spoken, Uow, may
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.schemas.strikes import (
    AppealIn,
    DecisionIn,
    StrikeBriefOut,
    StrikeOut,
    StrikesOut,
    strike_brief_out,
    strike_out,
    strikes_out,
)
from app.api.schemas.types import Id, Sought
from app.api.strict_json import StrictRoute
from app.domain.authorisation import Action
from app.domain.errors import (
    AppealTooLateError,
    OtherDeciderNeededError,
    StrikeAppealedError,
    StrikeDecidedError,
    StrikeNotAppealedError,
    StrikeNotFoundError,
)
from app.domain.questions import StrikeFilter
from app.domain.strikes import DECIDERS
from app.domain.vocabulary import Role
from app.services.queues.strikes import Strikes

router = APIRouter(prefix="/v1", tags=["strikes"], route_class=StrictRoute)

READERS = (Role.COMPANY, Role.OFFICER, Role.BOARD, Role.AUDITOR)


# A coroutine: the framework runs a dependency that is none in a thread.
async def get_filter(
    gate: Sought | None = None, entry: Id | None = None, *, undecided: bool = False
) -> StrikeFilter:
    """Return what a list of strikes is narrowed to."""
    return StrikeFilter(gate=gate, entry=entry, undecided=undecided)


@router.get("/strikes", dependencies=[may(*READERS)])
async def list_strikes(
    where: Annotated[StrikeFilter, Depends(get_filter)],
    paging: AskedPage,
    uow: Uow,
    caller: Caller,
    language: Spoken,
    process: OfProcess,
) -> StrikesOut:
    """List strikes, newest first; a company sees its own, and the limit it has because of them.

    A call that was missed and counts gives a strike, and so does cancelling after the call. So many
    of them in so many days, as the policy edition says, and few entries of the company may wait at
    a time, for some days.
    """
    listing = Listing(process.cursors, "strikes", paging, asdict(where))
    strikes = Strikes(uow, caller)
    found = await strikes.page(where, listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.strike.struck_at, one.strike.id))
    items = [strike_brief_out(one, caller, language) for one in page]
    return strikes_out(items, cursor, await strikes.tally(), caller)


@router.get(
    "/strikes/{strike}",
    dependencies=[may(*READERS, on=Action.STRIKES)],
    responses=problem_responses(StrikeNotFoundError),
)
async def get_strike(strike: UUID, uow: Uow, caller: Caller, language: Spoken) -> StrikeOut:
    """Return a strike with the company's appeal and the reason of the decision."""
    return strike_out(await Strikes(uow, caller).get(strike), caller, language)


@router.post(
    "/strikes/{strike}/appeal",
    response_model=StrikeBriefOut,
    dependencies=[may(Role.COMPANY, on=Action.APPEAL)],
    responses=problem_responses(
        StrikeNotFoundError, StrikeAppealedError, AppealTooLateError, *RETRIED
    ),
)
async def appeal_strike(
    strike: UUID, body: AppealIn, uow: Uow, caller: Caller, retry: Retry, language: Spoken
) -> Response:
    """Appeal a strike of your company with a reason, once and in time; it counts until decided."""
    shown = await Strikes(uow, caller).appeal(strike, body.reason)
    return await retry.answer(strike_brief_out(shown, caller, language), status=200)


@router.post(
    "/strikes/{strike}/decision",
    response_model=StrikeBriefOut,
    dependencies=[may(*DECIDERS, on=Action.STRIKES)],
    responses=problem_responses(
        StrikeNotFoundError, StrikeNotAppealedError, StrikeDecidedError, OtherDeciderNeededError,
        *RETRIED,
    ),
)  # fmt: skip
async def decide_strike(
    strike: UUID, body: DecisionIn, uow: Uow, caller: Caller, retry: Retry, language: Spoken
) -> Response:
    """Decide on an appeal with a reason, once, as another than who made the call.

    A strike that is lifted counts no more, and whom the limit kept out begins to wait at once.
    """
    shown = await Strikes(uow, caller).decide(strike, body.decision, body.reason)
    return await retry.answer(strike_brief_out(shown, caller, language), status=200)
