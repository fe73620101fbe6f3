"""Reductions of the fee: those that are announced, and those that the board proposes."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from app.api.deps import Caller, OfProcess, Retry, Spoken, Uow, Visitor, anyone, may
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.readings import MINUTES, UNCHANGED, read
from app.api.schemas.reductions import (
    ReductionOut,
    ReductionProposalIn,
    ReductionProposalOut,
    ReductionProposalsOut,
    ReductionsOut,
    ReductionWithdrawalIn,
    reduction_out,
    reduction_proposal_out,
    reductions_out,
)
from app.api.schemas.types import Day, Sought
from app.api.strict_json import StrictRoute
from app.domain.announced_reductions import ReductionFilter
from app.domain.editions import EditionState
from app.domain.errors import (
    ProposalNotFoundError,
    ReductionCodeTakenError,
    ReductionNotFoundError,
    ReductionRefusedError,
    ReductionUnfitError,
    SecondOfficerNeededError,
)
from app.domain.vocabulary import Direction, Journey, Role
from app.services.upkeep.reductions import Reductions

router = APIRouter(prefix="/v1", tags=["reductions"], route_class=StrictRoute)

PROPOSALS = "/reduction-proposals"
READERS = (Role.BOARD, Role.OFFICER, Role.COLLECTOR, Role.AUDITOR)


# A coroutine: the framework runs a dependency that is none in a thread.
async def get_filter(
    on: Annotated[
        Day | None, Query(description="Only those of that legal day.", examples=["2027-01-15"])
    ] = None,
    state: Annotated[
        EditionState | None, Query(description="Where it stands.", examples=["in-force"])
    ] = None,
    gate: Sought | None = None,
    direction: Direction | None = None,
    journey: Annotated[
        Journey | None, Query(description="How the goods go on.", examples=["own_vehicle"])
    ] = None,
    goods_group: Annotated[
        Sought | None, Query(description="A goods group.", examples=["ordinary"])
    ] = None,
) -> ReductionFilter:
    """Return what the list of reductions is narrowed to."""
    return ReductionFilter(
        on=on, state=state, gate=gate, direction=direction, journey=journey, goods_group=goods_group
    )


@router.get(
    "/reductions", response_model=ReductionsOut, dependencies=[anyone()], responses=UNCHANGED
)
async def list_reductions(
    request: Request,
    where: Annotated[ReductionFilter, Depends(get_filter)],
    visitor: Visitor,
    language: Spoken,
) -> Response:
    """List what the board takes off the fee and by which law: announced, in force, ended.

    One that is for any gate, direction, journey or goods group is for each of them. Every price
    names those that it was made with.
    """
    announced = visitor.reference.tariffs.reductions.announced
    found = [one for one in announced if where.finds(one, visitor.day)]
    return read(request, reductions_out(found, visitor, language), MINUTES)


@router.get(
    "/reductions/{reduction}",
    response_model=ReductionOut,
    dependencies=[anyone()],
    responses={**UNCHANGED, **problem_responses(ReductionNotFoundError)},
)
async def get_reduction(
    reduction: Sought, request: Request, visitor: Visitor, language: Spoken
) -> Response:
    """Return a reduction that was announced."""
    for one in visitor.reference.tariffs.reductions.announced:
        if one.code == reduction:
            return read(request, reduction_out(one, visitor, language), MINUTES)
    raise ReductionNotFoundError


@router.post(
    PROPOSALS,
    status_code=201,
    response_model=ReductionProposalOut,
    dependencies=[may(Role.BOARD)],
    responses=problem_responses(ReductionUnfitError, ReductionCodeTakenError, *RETRIED),
)
async def propose_reduction(
    body: ReductionProposalIn, uow: Uow, caller: Caller, retry: Retry, language: Spoken
) -> Response:
    """Propose a reduction or an exemption of the fee from a coming legal day on, with its law.

    Nothing happens before another member of the board approves it. Where several are for one
    vehicle each takes its share of the full price, the greatest first and of equals the first by
    code, until nothing is left.
    """
    told = await Reductions(uow, caller).propose(body.wanted())
    return await retry.answer(reduction_proposal_out(told, caller, language))


@router.get(PROPOSALS, dependencies=[may(*READERS)])
async def list_reduction_proposals(
    paging: AskedPage, uow: Uow, caller: Caller, language: Spoken, process: OfProcess
) -> ReductionProposalsOut:
    """List the reductions that the board proposed, the last first, whatever became of them."""
    listing = Listing(process.cursors, "reduction-proposals", paging)
    found = await Reductions(uow, caller).page(listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.proposal.proposed_at, one.proposal.id))
    items = [reduction_proposal_out(one, caller, language) for one in page]
    return ReductionProposalsOut(items=items, next_cursor=cursor)


@router.get(
    f"{PROPOSALS}/{{reduction_proposal}}",
    dependencies=[may(*READERS)],
    responses=problem_responses(ProposalNotFoundError),
)
async def get_reduction_proposal(
    reduction_proposal: UUID, uow: Uow, caller: Caller, language: Spoken
) -> ReductionProposalOut:
    """Return a reduction on its way, and who stands behind it."""
    told = await Reductions(uow, caller).told(reduction_proposal)
    return reduction_proposal_out(told, caller, language)


@router.post(
    f"{PROPOSALS}/{{reduction_proposal}}/approval",
    response_model=ReductionProposalOut,
    dependencies=[may(Role.BOARD)],
    responses=problem_responses(
        ProposalNotFoundError, SecondOfficerNeededError, ReductionRefusedError, *RETRIED
    ),
)
async def approve_reduction(
    reduction_proposal: UUID, uow: Uow, caller: Caller, retry: Retry, language: Spoken
) -> Response:
    """Approve what another member of the board proposed: it is announced, and never changed again.

    From now on prices of its days have it; what they were by the knowledge of any time before can
    still be asked. Entries keep their price until they arrive or are amended.
    """
    told = await Reductions(uow, caller).approve(reduction_proposal)
    return await retry.answer(reduction_proposal_out(told, caller, language), status=200)


@router.post(
    f"{PROPOSALS}/{{reduction_proposal}}/withdrawal",
    response_model=ReductionProposalOut,
    dependencies=[may(Role.BOARD)],
    responses=problem_responses(ProposalNotFoundError, ReductionRefusedError, *RETRIED),
)
async def withdraw_reduction(
    reduction_proposal: UUID,
    body: ReductionWithdrawalIn,
    uow: Uow,
    caller: Caller,
    retry: Retry,
    language: Spoken,
) -> Response:
    """Take back a proposal or a reduction before its day, or end one from a coming day on.

    What it took off before that day stays.
    """
    told = await Reductions(uow, caller).withdraw(reduction_proposal, body.reason, body.ends_on)
    return await retry.answer(reduction_proposal_out(told, caller, language), status=200)
