"""Receipts: looked up by anybody who has the code of one, listed for who paid and who collects."""

from dataclasses import asdict
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from app.api.certificate_sheet import PDF
from app.api.deps import Caller, HeavyVisitor, OfProcess, Retry, Spoken, Uow, by_lookup, may
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.readings import UNCHANGED
from app.api.receipt_desk import ReceiptFormat, get_format, looked_up, receipt_answer
from app.api.schemas.receipts import (
    CorrectionIn,
    CorrectionOut,
    CorrectionsOut,
    ReceiptOut,
    ReceiptsOut,
    correction_out,
    receipt_detail_out,
)
from app.api.schemas.types import Instant, Sought
from app.api.strict_json import StrictRoute
from app.domain.authorisation import Action
from app.domain.errors import (
    CorrectionNotAskedError,
    CorrectionOpenError,
    PayerUnfitError,
    ReceiptNotFoundError,
    ReceiptVoidedError,
    SecondOfficerNeededError,
)
from app.domain.payers import Payer, admitted
from app.domain.questions import CorrectionFilter, ReceiptFilter
from app.domain.receipts.receipt import CorrectionState, ReceiptState
from app.domain.vocabulary import Role
from app.services.money.correcting import Corrections
from app.services.money.numbering import Numbering
from app.services.money.receipts import Receipts

router = APIRouter(prefix="/v1/receipts", tags=["receipts"], route_class=StrictRoute)

READERS: Final = (Role.COMPANY, Role.APP, Role.COLLECTOR, Role.BOARD, Role.AUDITOR)
Lookup = Annotated[str, Path(min_length=8, max_length=40, pattern=r"^[A-Za-z0-9-]+$")]
State = Annotated[
    ReceiptState | None, Query(description="Only those that count, or do not.", examples=["voided"])
]
How = Annotated[ReceiptFormat, Depends(get_format)]
PAPER: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The receipt: JSON, or a paper to print.",
        "content": {PDF: {"schema": {"type": "string", "format": "binary"}}},
    }
}
PAYER: Final = "/payer"
SETTLING: Final = problem_responses(
    ReceiptNotFoundError, ReceiptVoidedError, CorrectionNotAskedError, SecondOfficerNeededError,
    *RETRIED,
)  # fmt: skip
Number = Annotated[int | None, Query(ge=1, le=2**53)]


# A coroutine: the framework runs a dependency that is none in a thread.
async def get_filter(
    *,
    order: UUID | None = None,
    entry: UUID | None = None,
    gate: Sought | None = None,
    series: Sought | None = None,
    number: Number = None,
    state: State = None,
    issued_from: Instant | None = None,
    issued_before: Instant | None = None,
) -> ReceiptFilter:
    """Return what a list of receipts is narrowed to."""
    return ReceiptFilter(
        order=order,
        entry=entry,
        gate=gate,
        series=series,
        number=number,
        state=state,
        issued_from=issued_from,
        issued_before=issued_before,
    )


@router.get("", dependencies=[may(*READERS)])
async def list_receipts(
    where: Annotated[ReceiptFilter, Depends(get_filter)],
    paging: AskedPage,
    uow: Uow,
    caller: Caller,
    language: Spoken,
    process: OfProcess,
) -> ReceiptsOut:
    """List receipts, newest first: a company those of what it declared, paid, or was let pay for.

    One is given for each order as it is paid, in the same instant, under the next number of its
    gate and year. It is a payment confirmation until a provider of electronic receipts has numbered
    it. Nothing on it is ever changed: what was wrong is voided by two, and another replaces it.
    """
    listing = Listing(process.cursors, "receipts", paging, asdict(where))
    found = await Receipts(uow, caller).page(where, listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.receipt.issued_at, one.receipt.id))
    items = [receipt_detail_out(one, caller.reference, language) for one in page]
    return ReceiptsOut(items=items, next_cursor=cursor)


async def get_correction_filter(
    *,
    state: Annotated[
        CorrectionState | None, Query(description="How far it is.", examples=["asked"])
    ] = None,
    gate: Sought | None = None,
    receipt: UUID | None = None,
) -> CorrectionFilter:
    """Return what a list of corrections is narrowed to."""
    return CorrectionFilter(state=state, gate=gate, receipt=receipt)


@router.get("/corrections", dependencies=[may(Role.COLLECTOR, Role.BOARD, Role.AUDITOR)])
async def list_corrections(
    where: Annotated[CorrectionFilter, Depends(get_correction_filter)],
    paging: AskedPage,
    uow: Uow,
    caller: Caller,
    language: Spoken,
    process: OfProcess,
) -> CorrectionsOut:
    """List the corrections of receipts that were asked for, newest first, with who decided.

    `state=asked` is what waits for a second person: another than `asked_by`.
    """
    listing = Listing(process.cursors, "corrections", paging, asdict(where))
    found = await Corrections(uow, caller).page(where, listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.correction.asked_at, one.correction.id))
    items = [correction_out(one, caller.reference, language) for one in page]
    return CorrectionsOut(items=items, next_cursor=cursor)


@router.get(
    "/{lookup}",
    response_model=ReceiptOut,
    dependencies=[by_lookup()],
    responses={**PAPER, **UNCHANGED, **problem_responses(ReceiptNotFoundError)},
)
async def look_up_receipt(
    lookup: Lookup,
    request: Request,
    visitor: HeavyVisitor,
    language: Spoken,
    written: How,
    process: OfProcess,
) -> Response:
    """Return what a receipt says and whether it counts, to whoever has its code: JSON or PDF.

    The code stands on the paper, and in its QR code; it may be typed in any case. The paper is in
    Vietnamese with English beside it, or with Chinese for who asks in Chinese. A page for people is
    at `/receipts/{lookup}`.
    """
    shown = await looked_up(process, lookup)
    return await receipt_answer(request, shown, visitor, language, written)


@router.post(
    "/{receipt}/numbering",
    status_code=202,
    dependencies=[may(Role.COLLECTOR, on=Action.RECEIPT)],
    responses=problem_responses(ReceiptNotFoundError),
)
async def number_receipt_again(receipt: UUID, uow: Uow, caller: Caller, process: OfProcess) -> None:
    """Have a provider told again of a receipt that it refused, once what it wants is mended."""
    await Numbering(uow, caller, process.machine_now()).again(receipt)


@router.post(
    "/{receipt}/correction",
    status_code=201,
    response_model=CorrectionOut,
    dependencies=[may(Role.COLLECTOR, on=Action.RECEIPT)],
    responses=problem_responses(
        ReceiptNotFoundError, ReceiptVoidedError, CorrectionOpenError, PayerUnfitError, *RETRIED
    ),
)
async def ask_correction(
    receipt: UUID,
    body: CorrectionIn,
    uow: Uow,
    caller: Caller,
    retry: Retry,
    language: Spoken,
) -> Response:
    """Ask that a receipt name another payer; nothing happens before another approves."""
    payer = _admitted(body)
    told = await Corrections(uow, caller).ask(receipt, payer, body.reason)
    return await retry.answer(correction_out(told, caller.reference, language))


@router.post(
    "/{receipt}/correction/approval",
    response_model=CorrectionOut,
    dependencies=[may(Role.COLLECTOR, Role.BOARD, on=Action.RECEIPT)],
    responses=SETTLING,
)
async def approve_correction(
    receipt: UUID, uow: Uow, caller: Caller, retry: Retry, language: Spoken
) -> Response:
    """Approve what another has asked for: the receipt counts no more, and another replaces it."""
    told = await Corrections(uow, caller).approve(receipt)
    return await retry.answer(correction_out(told, caller.reference, language), status=200)


@router.post(
    "/{receipt}/correction/refusal",
    response_model=CorrectionOut,
    dependencies=[may(Role.COLLECTOR, Role.BOARD, on=Action.RECEIPT)],
    responses=SETTLING,
)
async def refuse_correction(
    receipt: UUID, uow: Uow, caller: Caller, retry: Retry, language: Spoken
) -> Response:
    """Refuse what another has asked for: the receipt stays as it is."""
    told = await Corrections(uow, caller).refuse(receipt)
    return await retry.answer(correction_out(told, caller.reference, language), status=200)


def _admitted(body: CorrectionIn) -> Payer:
    payer = body.payer
    try:
        return admitted(payer.name, payer.country, payer.tax_code, payer.address)
    except PayerUnfitError as error:
        raise error.within(PAYER) from None
