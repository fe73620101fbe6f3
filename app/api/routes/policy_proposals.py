"""Policy editions on their way: proposed by one of the board, approved by another, announced."""

from uuid import UUID

from fastapi import APIRouter, Response

from app.api.deps import Caller, OfProcess, Retry, Spoken, Uow, may
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.schemas.policy_proposals import (
    PolicyProposalIn,
    PolicyProposalOut,
    PolicyProposalsOut,
    PolicyWithdrawalIn,
    policy_proposal_out,
)
from app.api.strict_json import StrictRoute
from app.domain.errors import (
    EditionCodeTakenError,
    EditionRefusedError,
    NoPolicyInForceError,
    PolicyUnfitError,
    ProposalNotFoundError,
    SecondOfficerNeededError,
    SharesOverCapacityError,
    UnknownCodeError,
)
from app.domain.vocabulary import Role
from app.services.upkeep.editions import Editions

router = APIRouter(prefix="/v1/policy-proposals", tags=["policies"], route_class=StrictRoute)


@router.post(
    "",
    status_code=201,
    response_model=PolicyProposalOut,
    dependencies=[may(Role.BOARD)],
    responses=problem_responses(
        UnknownCodeError, PolicyUnfitError, SharesOverCapacityError, EditionCodeTakenError,
        NoPolicyInForceError, *RETRIED,
    ),
)  # fmt: skip
async def propose_policy(
    body: PolicyProposalIn, uow: Uow, caller: Caller, retry: Retry, language: Spoken
) -> Response:
    """Propose a policy edition for a coming legal day, or as an emergency for some hours at once.

    It says what is to be otherwise than in the edition that it is made from; the slow-down of the
    slowest lane is computed. Nothing happens before another member of the board approves it.
    """
    told = await Editions(uow, caller).propose(
        body.wanted(), body.base, body.starts_on, body.wanted_at_once()
    )
    return await retry.answer(policy_proposal_out(told, caller, language))


@router.get("", dependencies=[may(Role.BOARD, Role.OFFICER, Role.AUDITOR)])
async def list_policy_proposals(
    paging: AskedPage, uow: Uow, caller: Caller, language: Spoken, process: OfProcess
) -> PolicyProposalsOut:
    """List what the board proposed, the last first: waiting, announced, withdrawn."""
    listing = Listing(process.cursors, "policy-proposals", paging)
    found = await Editions(uow, caller).page(listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.proposal.proposed_at, one.proposal.id))
    items = [policy_proposal_out(one, caller, language) for one in page]
    return PolicyProposalsOut(items=items, next_cursor=cursor)


@router.post(
    "/{policy_proposal}/approval",
    response_model=PolicyProposalOut,
    dependencies=[may(Role.BOARD)],
    responses=problem_responses(
        ProposalNotFoundError, SecondOfficerNeededError, EditionRefusedError, NoPolicyInForceError,
        *RETRIED,
    ),
)  # fmt: skip
async def approve_policy(
    policy_proposal: UUID, uow: Uow, caller: Caller, retry: Retry, language: Spoken
) -> Response:
    """Approve what another member of the board proposed: it is announced, and never changed again.

    It rules from its day on; an emergency from now on, with a notice at each gate that calls, and
    when its hours are over the edition of the day rules again.
    """
    told = await Editions(uow, caller).approve(policy_proposal)
    return await retry.answer(policy_proposal_out(told, caller, language), status=200)


@router.post(
    "/{policy_proposal}/withdrawal",
    response_model=PolicyProposalOut,
    dependencies=[may(Role.BOARD)],
    responses=problem_responses(
        ProposalNotFoundError, EditionRefusedError, NoPolicyInForceError, *RETRIED
    ),
)
async def withdraw_policy(
    policy_proposal: UUID,
    body: PolicyWithdrawalIn,
    uow: Uow,
    caller: Caller,
    retry: Retry,
    language: Spoken,
) -> Response:
    """Take back a proposal, or an announced edition before its day; end an emergency early."""
    told = await Editions(uow, caller).withdraw(policy_proposal, body.reason)
    return await retry.answer(policy_proposal_out(told, caller, language), status=200)
