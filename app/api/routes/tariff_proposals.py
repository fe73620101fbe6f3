"""Tariff editions on their way: drafted by one of the board, approved by another, announced."""

from uuid import UUID

from fastapi import APIRouter, Response

from app.api.deps import Caller, OfProcess, Retry, Spoken, Uow, may
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.schemas.tariff_proposals import (
    TariffDraftOut,
    TariffProposalIn,
    TariffProposalOut,
    TariffProposalsOut,
    TariffWithdrawalIn,
    tariff_draft_out,
    tariff_proposal_out,
)
from app.api.strict_json import StrictRoute
from app.domain.errors import (
    EditionCodeTakenError,
    EditionRefusedError,
    NoTariffInForceError,
    ProposalNotFoundError,
    SecondOfficerNeededError,
    TariffUnfitError,
    UnknownCodeError,
)
from app.domain.vocabulary import Role
from app.services.upkeep.tariff_editions import TariffEditions

router = APIRouter(prefix="/v1/tariff-proposals", tags=["tariffs"], route_class=StrictRoute)

READERS = (Role.BOARD, Role.OFFICER, Role.COLLECTOR, Role.AUDITOR)


@router.post(
    "",
    status_code=201,
    response_model=TariffDraftOut,
    dependencies=[may(Role.BOARD)],
    responses=problem_responses(
        UnknownCodeError, NoTariffInForceError, TariffUnfitError, EditionCodeTakenError, *RETRIED
    ),
)
async def propose_tariff(
    body: TariffProposalIn, uow: Uow, caller: Caller, retry: Retry, language: Spoken
) -> Response:
    """Propose a tariff edition for a coming legal day, made from another.

    It says which numbers are to be otherwise; the whole is checked for holes and contradictions,
    all of them named at once. Nothing happens before another member of the board approves it.
    """
    told = await TariffEditions(uow, caller).propose(body.wanted(), body.base, body.starts_on)
    return await retry.answer(tariff_draft_out(told, caller, language))


@router.get("", dependencies=[may(*READERS)])
async def list_tariff_proposals(
    paging: AskedPage, uow: Uow, caller: Caller, language: Spoken, process: OfProcess
) -> TariffProposalsOut:
    """List what the board proposed, the last first: waiting, announced, withdrawn."""
    listing = Listing(process.cursors, "tariff-proposals", paging)
    found = await TariffEditions(uow, caller).page(listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.proposal.proposed_at, one.proposal.id))
    items = [tariff_proposal_out(one, caller, language) for one in page]
    return TariffProposalsOut(items=items, next_cursor=cursor)


@router.get(
    "/{tariff_proposal}",
    dependencies=[may(*READERS)],
    responses=problem_responses(ProposalNotFoundError),
)
async def get_tariff_proposal(
    tariff_proposal: UUID, uow: Uow, caller: Caller, language: Spoken
) -> TariffDraftOut:
    """Return a draft with all that it changes against the edition of the day before its first."""
    told = await TariffEditions(uow, caller).told(tariff_proposal)
    return tariff_draft_out(told, caller, language)


@router.post(
    "/{tariff_proposal}/approval",
    response_model=TariffProposalOut,
    dependencies=[may(Role.BOARD)],
    responses=problem_responses(
        ProposalNotFoundError, SecondOfficerNeededError, EditionRefusedError, TariffUnfitError,
        *RETRIED,
    ),
)  # fmt: skip
async def approve_tariff(
    tariff_proposal: UUID, uow: Uow, caller: Caller, retry: Retry, language: Spoken
) -> Response:
    """Approve what another member of the board proposed: it is announced, and never changed again.

    It is in force from its day, until the next one begins. From now on prices of its days follow
    it; what they were by the knowledge of any time before can still be asked.
    """
    told = await TariffEditions(uow, caller).approve(tariff_proposal)
    return await retry.answer(tariff_proposal_out(told, caller, language), status=200)


@router.post(
    "/{tariff_proposal}/withdrawal",
    response_model=TariffProposalOut,
    dependencies=[may(Role.BOARD)],
    responses=problem_responses(ProposalNotFoundError, EditionRefusedError, *RETRIED),
)
async def withdraw_tariff(
    tariff_proposal: UUID,
    body: TariffWithdrawalIn,
    uow: Uow,
    caller: Caller,
    retry: Retry,
    language: Spoken,
) -> Response:
    """Take back a proposal, or an announced edition before its day."""
    told = await TariffEditions(uow, caller).withdraw(tariff_proposal, body.reason)
    return await retry.answer(tariff_proposal_out(told, caller, language), status=200)
