"""Tariff editions on their way: drafted by one of the board, approved by another, announced."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.api.deps import Caller, OfProcess, Retry, Spoken, Uow, may
from app.api.failures import (
    FileTypeError,
    InvalidRequestError,
    MalformedBodyError,
    UnreadableFileError,
)
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.rate_limits import Work
from app.api.readings import MOMENT, UNCHANGED
from app.api.schemas.tariff_effects import (
    Month,
    TariffEffectOut,
    effect_rows,
    first_of,
    tariff_effect_out,
)
from app.api.schemas.tariff_proposals import (
    TariffDraftOut,
    TariffProposalIn,
    TariffProposalOut,
    TariffProposalsOut,
    TariffWithdrawalIn,
    tariff_draft_out,
    tariff_proposal_out,
)
from app.api.schemas.types import Code, Day
from app.api.strict_json import StrictRoute
from app.api.tariff_files import BODY, BROUGHT, DOCUMENT, Brought, DocumentRoute, document_file
from app.api.written import FILE, How
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
from app.services.upkeep.tariff_effects import effect_of, last_month

files = APIRouter(prefix="/v1/tariff-proposals", tags=["tariffs"], route_class=DocumentRoute)
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


@files.post(
    "/imports",
    status_code=201,
    response_model=TariffDraftOut,
    dependencies=[may(Role.BOARD)],
    openapi_extra={"requestBody": BODY},
    responses=problem_responses(
        FileTypeError, UnreadableFileError, MalformedBodyError, InvalidRequestError,
        TariffUnfitError, EditionCodeTakenError, *RETRIED,
    ),
)  # fmt: skip
async def import_tariff(
    request: Request,
    uow: Uow,
    caller: Caller,
    retry: Retry,
    language: Spoken,
    starts_on: Day,
    code: Code | None = None,
) -> Response:
    """Propose a tariff edition from a file: the whole document, as JSON or as a table.

    Either is what `GET /v1/tariffs/{code}/document` gives; `code` names the edition anew. Whatever
    is wrong is named at once, in a table by line and column, and then nothing is stored.
    """
    brought: Brought = request.scope[BROUGHT]
    editions = TariffEditions(uow, caller)
    try:
        told = await editions.bring_in(brought.document, code, starts_on, brought.faults)
    except TariffUnfitError as error:
        raise brought.placed(error) from None
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


@router.get(
    "/{tariff_proposal}/document",
    response_class=Response,
    dependencies=[may(*READERS)],
    responses={**DOCUMENT, **UNCHANGED, **problem_responses(ProposalNotFoundError)},
)
async def export_tariff_proposal(
    tariff_proposal: UUID, uow: Uow, caller: Caller, how: How
) -> Response:
    """Return a draft whole, as JSON or as a table, to be changed and brought in again."""
    told = await TariffEditions(uow, caller).told(tariff_proposal)
    return document_file(how, told.proposal.document, public=False, max_age=MOMENT)


@router.get(
    "/{tariff_proposal}/effect",
    response_model=TariffEffectOut,
    dependencies=[may(*READERS, work=Work.HEAVY)],
    responses={**FILE, **UNCHANGED, **problem_responses(ProposalNotFoundError)},
)
async def get_tariff_effect(
    tariff_proposal: UUID, uow: Uow, caller: Caller, how: How, month: Month | None = None
) -> Response:
    """Return what a draft would have changed in a month: its entries, priced by it once more.

    By goods group, class and direction, with the charges that would have risen or fallen most; as
    JSON, or the groups as a table. Without a month it is about the last whole one. What was charged
    is told as it stands; facts are those that were frozen with each charge.
    """
    first = first_of(month, last_month(caller.day))
    effect = await effect_of(uow, caller.reference.tariffs, tariff_proposal, first)
    found = tariff_effect_out(effect)
    name = f"{found.tariff}-{first:%Y-%m}"
    return how.answer(name, found, lambda: effect_rows(found), MOMENT, public=False)


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
