"""Money that came in: told by banks, listed, shown, and settled where it pays nothing by itself."""

import os
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from app.api.deps import Caller, OfProcess, Retry, Spoken, Uow, may
from app.api.failures import FileTypeError, InvalidRequestError, UnreadableFileError
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses, request_id_of
from app.api.rate_limits import Work
from app.api.schemas.payments import (
    BankOut,
    BankSecretIn,
    BankSecretOut,
    BanksOut,
    NotificationIn,
    PaymentDetailOut,
    PaymentSettlementIn,
    PaymentsOut,
    StatementOut,
    bank_secret_out,
    payment_brief_out,
    payment_detail_out,
)
from app.api.schemas.types import Instant, Sought
from app.api.statements import BODY, STATEMENT, Asked, StatementRoute, came_of, statement_out
from app.api.strict_json import StrictRoute
from app.core.signed_words import SignedWords
from app.domain.authorisation import Action
from app.domain.errors import (
    OrderNotDueError,
    OrganisationNotFoundError,
    OrganisationUnfitError,
    PaymentNotFoundError,
    PaymentNotUnderReviewError,
    PaymentTooSmallError,
    RetryCollisionError,
    RetryMismatchError,
    SignatureRefusedError,
    UnknownCodeError,
)
from app.domain.money_in import Channel, PaymentState, ReviewKind
from app.domain.organisations import OrganisationKind
from app.domain.questions import OrganisationFilter, PaymentFilter
from app.domain.vocabulary import Role, Scope
from app.services.access.organisations import Organisations
from app.services.money.applying import CameIn
from app.services.money.matching import Matching
from app.services.money.reviewing import Reviewing
from app.services.money.secrets import BankSecrets, Signing
from app.services.money.statements import Statements

router = APIRouter(prefix="/v1/payments", tags=["payments"], route_class=StrictRoute)
statements = APIRouter(prefix="/v1/payments", tags=["payments"], route_class=StatementRoute)
banks = APIRouter(prefix="/v1/organisations", tags=["payments"], route_class=StrictRoute)

LATEST: Final = 2**32 - 1
READERS = (Role.COLLECTOR, Role.BOARD, Role.AUDITOR)
REPLAYED: Final[Mapping[str, str]] = {"Idempotency-Replayed": "true"}
KNOWN: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The same came before: what became of it, with `Idempotency-Replayed`.",
        "model": PaymentDetailOut,
    }
}


MessageId = Annotated[
    str,
    Header(
        alias="webhook-id",
        min_length=1,
        max_length=255,
        pattern="^[!-~]+$",
        description="The message's own id, the same however often it is sent.",
        examples=["msg_2f1c"],
    ),
]
SignedAt = Annotated[
    int,
    Header(
        alias="webhook-timestamp",
        ge=0,
        le=LATEST,
        description="When it was signed, in seconds since 1970.",
        examples=[1773198000],
    ),
]
Signatures = Annotated[
    str,
    Header(
        alias="webhook-signature",
        min_length=1,
        max_length=1000,
        description="`v1,` and the HMAC in base64; several after spaces.",
        examples=["v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="],
    ),
]


async def get_words(
    request: Request, message: MessageId, seconds: SignedAt, signatures: Signatures
) -> SignedWords:
    """Return what a bank has signed."""
    return SignedWords(message, seconds, signatures, await request.body())


async def get_filter(
    state: Annotated[
        PaymentState | None, Query(description="What became of it.", examples=["under-review"])
    ] = None,
    kind: Annotated[
        ReviewKind | None, Query(description="Why it needed a review.", examples=["double"])
    ] = None,
    channel: Annotated[
        Channel | None, Query(description="How it came in.", examples=["bank"])
    ] = None,
    source_reference: Sought | None = None,
    received_from: Instant | None = None,
    received_before: Instant | None = None,
) -> PaymentFilter:
    """Return what a list of payments is narrowed to."""
    return PaymentFilter(
        state=state,
        kind=kind,
        channel=channel,
        source_reference=source_reference,
        received_from=received_from,
        received_before=received_before,
    )


async def get_secrets(uow: Uow, caller: Caller, process: OfProcess) -> BankSecrets:
    """Return the secrets of banks."""
    return BankSecrets(uow, caller, Signing(process.machine_now(), os.urandom))


Secrets = Annotated[BankSecrets, Depends(get_secrets)]


@router.post(
    "/notifications",
    status_code=201,
    dependencies=[may(Role.BANK)],
    responses={
        **KNOWN,
        **problem_responses(SignatureRefusedError, RetryCollisionError, RetryMismatchError),
    },
)
async def notify_payment(
    body: NotificationIn,
    words: Annotated[SignedWords, Depends(get_words)],
    uow: Uow,
    caller: Caller,
    secrets: Secrets,
    response: Response,
    language: Spoken,
) -> PaymentDetailOut:
    """Tell of money that came in, signed by the bank; the answer says what became of it.

    Signed as Standard Webhooks says, with the secret that the bank was given, within five minutes.
    An order whose code the text has is paid if it is due and asks for exactly so much; everything
    else is kept and waits for a review. The bank's reference counts once: sent again, under any
    `webhook-id`, it gets the same answer; with another amount it is refused (`retry-mismatch`). So
    is a `webhook-id` that came before with another reference: nothing of it is kept.
    """
    bank = await secrets.ensure_signed(words)
    came = CameIn(
        amount_vnd=body.amount.amount,
        source_reference=body.source_reference,
        channel=Channel.BANK,
        organisation_id=caller.principal.organisation_id,
        message_id=words.id,
        purpose=body.purpose,
        paid_at=body.paid_at,
    )
    matched = await Matching(uow, caller).receive(came)
    if matched.known:
        response.status_code = 200
        response.headers.update(REPLAYED)
    shown = await Reviewing(uow, caller).shown(matched, bank, body.purpose or None)
    return payment_detail_out(shown, language)


@statements.post(
    "/statements",
    dependencies=[may(Role.BANK, Role.COLLECTOR, work=Work.HEAVY)],
    openapi_extra={"requestBody": BODY},
    response_model=StatementOut,
    responses=problem_responses(
        FileTypeError, UnreadableFileError, InvalidRequestError, UnknownCodeError, *RETRIED
    ),
)
async def send_statement(
    request: Request,
    uow: Uow,
    caller: Caller,
    retry: Retry,
    language: Spoken,
    bank: Annotated[
        UUID | None,
        Query(
            description="Whose statement it is, where it is not a bank that sends it.",
            examples=["019c7d2e-4f60-7c1a-9b1e-6d2a8f0c3b55"],
        ),
    ] = None,
) -> Response:
    """Send a bank's statement as CSV of up to 2,000 rows: what no notification has told of.

    Columns: `source_reference`, `amount` (plain, or in groups of three), `paid_at` (RFC 3339, or
    `31/12/2026 23:59:59` in Hanoi), `purpose`, and `currency` if there is any. Each row is matched
    as a notification is, once by the bank's reference: a row that was told before is `known`, so a
    file may be sent twice. A row that is wrong is refused with its line and spoils no other.
    """
    service, rows = Statements(uow, caller), request.scope[STATEMENT]
    whose = await service.bank(bank)
    fit = [(one.line, came_of(one.told, whose)) for one in rows if one.told is not None]
    booked = {one.line: one for one in await service.take(fit)}
    asked = Asked(language, request_id_of(request.scope))
    return await retry.answer(statement_out(rows, booked, asked), status=200)


@router.get("", dependencies=[may(*READERS, Role.BANK)])
async def list_payments(
    where: Annotated[PaymentFilter, Depends(get_filter)],
    paging: AskedPage,
    uow: Uow,
    caller: Caller,
    process: OfProcess,
    language: Spoken,
) -> PaymentsOut:
    """List money that came in, newest first; what is under review, oldest first.

    `state=under-review` is the work list of who collects. A bank sees what it has told of.
    """
    listing = Listing(process.cursors, "payments", paging, asdict(where))
    found = await Reviewing(uow, caller).page(where, listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.payment.received_at, one.payment.id))
    return PaymentsOut(items=[payment_brief_out(one, language) for one in page], next_cursor=cursor)


@router.get("/banks", dependencies=[may(*READERS)])
async def list_banks(paging: AskedPage, uow: Uow, caller: Caller, process: OfProcess) -> BanksOut:
    """List the banks that tell of money, newest first: a statement is sent as one of them."""
    where = OrganisationFilter(kind=OrganisationKind.BANK)
    listing = Listing(process.cursors, "banks", paging)
    found = await Organisations(uow, caller).page(where, listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.created_at, one.id))
    return BanksOut(items=[BankOut(id=one.id, name=one.name) for one in page], next_cursor=cursor)


@router.get(
    "/{payment}",
    dependencies=[may(*READERS, on=Action.MONEY)],
    responses=problem_responses(PaymentNotFoundError),
)
async def get_payment(
    payment: UUID, uow: Uow, caller: Caller, language: Spoken
) -> PaymentDetailOut:
    """Return money that came in: what it paid or, under review, why not and what may be done."""
    return payment_detail_out(await Reviewing(uow, caller).get(payment), language)


@router.post(
    "/{payment}/settlement",
    response_model=PaymentDetailOut,
    dependencies=[may(Role.COLLECTOR, on=Action.SETTLE)],
    responses=problem_responses(
        PaymentNotFoundError, PaymentNotUnderReviewError, OrderNotDueError, UnknownCodeError,
        PaymentTooSmallError, *RETRIED,
    ),
)  # fmt: skip
async def settle_payment(
    payment: UUID,
    body: PaymentSettlementIn,
    uow: Uow,
    caller: Caller,
    retry: Retry,
    language: Spoken,
) -> Response:
    """Decide about money under review, once, with a reason: it pays orders, and the rest goes back.

    Each order that is named is paid exactly what it asks for; a part of an order is never paid. No
    order at all sends everything back. The text of the transfer is not repeated: it is `null` here.
    """
    settled = await Reviewing(uow, caller).settle(payment, body.orders, body.reason)
    # What is kept for retries is kept in the clear, and the text may name people.
    untold = replace(settled, purpose=None)
    return await retry.answer(payment_detail_out(untold, language), status=200)


@banks.post(
    "/{organisation}/bank-secret",
    status_code=201,
    dependencies=[may(Role.BOARD, Role.ADMIN, scope=Scope.MANAGE, on=Action.MANAGE)],
    responses=problem_responses(OrganisationNotFoundError, OrganisationUnfitError),
)
async def renew_bank_secret(
    organisation: UUID, body: BankSecretIn, secrets: Secrets
) -> BankSecretOut:
    """Give a bank a new secret to sign its notifications with, which is shown this once.

    The one before is taken beside it for the overlap. With 0 hours it ends at once: what to do when
    others may have seen it.
    """
    row, secret = await secrets.renew(organisation, timedelta(hours=body.overlap_hours))
    return bank_secret_out(row, secret)
