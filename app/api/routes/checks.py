"""Checks and holds: what each authority says of entries, of one or of many at once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.api.deps import Caller, OfProcess, Retry, Spoken, Uow, may
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import Problem, problem, problem_responses, request_id_of
from app.api.schemas.answers import check_out, hold_out
from app.api.schemas.checks import (
    CheckRequestIn,
    CheckRequestOut,
    CheckRequestsOut,
    CheckRowOut,
    ChecksIn,
    ChecksOut,
    ScopedHoldChangeOut,
    ScopedHoldIn,
    ScopedHoldOut,
    ScopedHoldsOut,
)
from app.api.schemas.entries import CheckIn, CheckOut, HoldIn, HoldOut, LiftIn
from app.api.schemas.types import Sought
from app.api.strict_json import StrictRoute
from app.api.texts import Language
from app.domain.amendment import Certificate
from app.domain.authorisation import Action
from app.domain.errors import (
    CheckNotNeededError,
    CheckNotYoursError,
    DomainError,
    EntryEndedError,
    EntryNotFoundError,
    HoldLiftedError,
    HoldNotFoundError,
    HoldNotYoursError,
    HoldScopeUnfitError,
    OccurredInFutureError,
    ReasonRequiredError,
    WaiverNotYoursError,
)
from app.domain.hold_scope import Scope
from app.domain.required_checks import CheckKind
from app.domain.vocabulary import Role
from app.services.act import Act
from app.services.crossing.checks import CheckReport, Checks, Outcome, Word
from app.services.crossing.holds import Holds
from app.services.crossing.scoped_holds import ScopedHold, ScopedHolds

router = APIRouter(prefix="/v1", tags=["checks"], route_class=StrictRoute)

GUARDS = (Role.OFFICER, Role.AGENCY)


@router.post(
    "/entries/{entry}/checks",
    status_code=201,
    response_model=CheckOut,
    dependencies=[may(Role.AGENCY, Role.YARD, on=Action.RECORD)],
    responses=problem_responses(
        EntryNotFoundError, CheckNotYoursError, OccurredInFutureError, ReasonRequiredError,
        *RETRIED,
    ),
)  # fmt: skip
async def record_check(
    entry: UUID, body: CheckIn, uow: Uow, caller: Caller, retry: Retry
) -> Response:
    """Record a check: in any order, once per source reference, by the agency whose kind it is.

    A result that comes after another corrects it: the newest of a kind counts.
    """
    check = await Checks(uow, caller).record(entry, _report(body, caller))
    return await retry.answer(check_out(check))


@router.post(
    "/checks",
    response_model=ChecksOut,
    dependencies=[may(Role.AGENCY, Role.YARD)],
    responses=problem_responses(*RETRIED),
)
async def record_checks(
    request: Request, body: ChecksIn, uow: Uow, caller: Caller, retry: Retry, language: Spoken
) -> Response:
    """Record checks of up to a hundred entries at once; each row has an answer of its own.

    A row that is refused says why and spoils no other. A request that cannot be read at all is
    refused whole, with all its faults. Rows with a source reference may be sent again.
    """
    rows = [(row.entry, _report(row, caller)) for row in body.checks]
    outcomes = await Checks(uow, caller).record_all(rows)
    checks = [
        _row_out(index, row.entry, outcome, language, request_id_of(request.scope))
        for index, (row, outcome) in enumerate(zip(body.checks, outcomes, strict=True))
    ]
    refused = sum(not row.recorded for row in checks)
    return await retry.answer(ChecksOut(checks=checks, refused=refused), status=200)


@router.post(
    "/entries/{entry}/check-requests",
    status_code=201,
    response_model=CheckOut,
    dependencies=[may(Role.AGENCY, on=Action.RECORD)],
    responses=problem_responses(EntryNotFoundError, EntryEndedError, CheckNotNeededError, *RETRIED),
)
async def request_check(
    entry: UUID, body: CheckRequestIn, uow: Uow, caller: Caller, retry: Retry
) -> Response:
    """Ask for a check of an entry, with the reason: it is needed from now on.

    A check that had passed is needed again. The agency whose kind it is sees the request in its
    list of open ones, the declarant among the next steps.
    """
    check = await Checks(uow, caller).request(entry, _word(body))
    return await retry.answer(check_out(check))


@router.get(
    "/check-requests",
    dependencies=[may(Role.AGENCY, Role.YARD, Role.OFFICER, Role.BOARD, Role.AUDITOR)],
)
async def list_check_requests(
    paging: AskedPage,
    uow: Uow,
    caller: Caller,
    process: OfProcess,
    kind: CheckKind | None = None,
    gate: Sought | None = None,
) -> CheckRequestsOut:
    """List the requested checks that nobody has answered, the oldest first.

    Who records checks sees those of its own kinds, everybody else all; `kind` narrows either.
    """
    listing = Listing(process.cursors, "check-requests", paging, {"kind": kind, "gate": gate})
    found = await Checks(uow, caller).open_requests(kind, gate, listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one[0].recorded_at, one[0].id))
    items = [
        CheckRequestOut(
            request=check_out(check),
            entry=one.id,
            reference=one.reference,
            gate=one.gate_code,
            direction=one.direction,
            state=one.state,
            plate=one.tractor_plate,
            yard=one.yard_code,
        )
        for check, one in page
    ]
    return CheckRequestsOut(items=items, next_cursor=cursor)


@router.post(
    "/entries/{entry}/waivers",
    status_code=201,
    response_model=CheckOut,
    dependencies=[may(Role.AGENCY, Role.BOARD, on=Action.RECORD)],
    responses=problem_responses(
        EntryNotFoundError, EntryEndedError, CheckNotNeededError, WaiverNotYoursError, *RETRIED
    ),
)
async def waive_check(
    entry: UUID, body: CheckRequestIn, uow: Uow, caller: Caller, retry: Retry
) -> Response:
    """Let an entry go on without a check, with the reason.

    The supervisor of the agency whose kind it is may, and the board. A result or a request that
    comes later counts again.
    """
    check = await Checks(uow, caller).waive(entry, _word(body))
    return await retry.answer(check_out(check))


@router.post(
    "/entries/{entry}/holds",
    status_code=201,
    response_model=HoldOut,
    dependencies=[may(*GUARDS, on=Action.RECORD)],
    responses=problem_responses(EntryNotFoundError, EntryEndedError, *RETRIED),
)
async def place_hold(entry: UUID, body: HoldIn, uow: Uow, caller: Caller, retry: Retry) -> Response:
    """Stop an entry with a reason: it is not called or released, and keeps ageing."""
    hold = await Holds(uow, caller).place(entry, body.reason, body.source_reference)
    return await retry.answer(hold_out(hold))


@router.post(
    "/entries/{entry}/holds/{hold}/lift",
    response_model=HoldOut,
    dependencies=[may(*GUARDS, Role.BOARD, on=Action.RECORD)],
    responses=problem_responses(
        EntryNotFoundError, HoldNotFoundError, HoldNotYoursError, HoldLiftedError, *RETRIED
    ),
)
async def lift_hold(
    entry: UUID, hold: UUID, body: LiftIn, uow: Uow, caller: Caller, retry: Retry
) -> Response:
    """Lift a hold: who placed it may; once it is stale, others too.

    After 24 hours the supervisor of that agency may, or two members of the board, of whom the
    first one's word is kept until the second's. Of a hold on a vehicle or consignment this frees
    the one entry.
    """
    lifted = await Holds(uow, caller).lift(entry, hold, body.reason)
    return await retry.answer(hold_out(lifted), status=200)


@router.post(
    "/holds",
    status_code=201,
    response_model=ScopedHoldChangeOut,
    dependencies=[may(*GUARDS)],
    responses=problem_responses(HoldScopeUnfitError, *RETRIED),
)
async def place_scoped_hold(body: ScopedHoldIn, uow: Uow, caller: Caller, retry: Retry) -> Response:
    """Stop a vehicle or a consignment: every open entry that matches, and those registered later.

    Each entry gets a hold of its own, which shows among its holds.
    """
    ((kind, raw),) = body.named
    placed = await ScopedHolds(uow, caller).place(
        Scope.read(kind, raw), body.reason, body.source_reference
    )
    return await retry.answer(_change_out(*placed))


@router.get("/holds", dependencies=[may(*GUARDS, Role.BOARD, Role.AUDITOR)])
async def list_scoped_holds(
    paging: AskedPage,
    uow: Uow,
    caller: Caller,
    process: OfProcess,
    authority: Sought | None = None,
) -> ScopedHoldsOut:
    """List the holds on vehicles and consignments that are not lifted, the oldest first."""
    listing = Listing(process.cursors, "scoped-holds", paging, {"authority": authority})
    found = await ScopedHolds(uow, caller).open(authority, listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.placed_at, one.id))
    return ScopedHoldsOut(items=[_scoped_out(one) for one in page], next_cursor=cursor)


@router.post(
    "/holds/{hold}/lift",
    response_model=ScopedHoldChangeOut,
    dependencies=[may(*GUARDS, Role.BOARD, on=Action.RECORD)],
    responses=problem_responses(HoldNotFoundError, HoldNotYoursError, HoldLiftedError, *RETRIED),
)
async def lift_scoped_hold(
    hold: UUID, body: LiftIn, uow: Uow, caller: Caller, retry: Retry
) -> Response:
    """Lift a hold on a vehicle or consignment from every entry it stops, by the same rule."""
    lifted = await ScopedHolds(uow, caller).lift(hold, body.reason)
    return await retry.answer(_change_out(*lifted), status=200)


def _change_out(hold: ScopedHold, entries: Sequence[UUID]) -> ScopedHoldChangeOut:
    return ScopedHoldChangeOut(hold=_scoped_out(hold), entries=list(entries))


def _scoped_out(hold: ScopedHold) -> ScopedHoldOut:
    return ScopedHoldOut(
        id=hold.id,
        scope=hold.scope,
        value=hold.value,
        authority=hold.authority,
        reason=hold.reason,
        placed_at=hold.placed_at,
        lift_agreed_at=hold.lift_agreed_at,
        lifted_at=hold.lifted_at,
        lift_reason=hold.lift_reason,
    )


def _report(body: CheckIn, caller: Act) -> CheckReport:
    word = body.certificate
    certificate = None
    if word is not None and word.status is not None:
        authority = caller.principal.authority
        last_day = word.valid_until.isoformat() if word.valid_until else None
        certificate = Certificate(word.status.value, word.number, authority, last_day)
    return CheckReport(
        kind=body.kind,
        passed=body.result == "passed",
        occurred_at=body.occurred_at,
        reason=body.reason,
        source_reference=body.source_reference,
        certificate=certificate,
    )


def _word(body: CheckRequestIn) -> Word:
    return Word(kind=body.kind, reason=body.reason, source_reference=body.source_reference)


def _row_out(
    index: int, entry: UUID, outcome: Outcome, language: Language, request_id: str
) -> CheckRowOut:
    check, refusal = outcome.check, outcome.refusal
    return CheckRowOut(
        entry=entry,
        recorded=check is not None,
        check=check_out(check) if check else None,
        problem=_problem_of_row(index, refusal, language, request_id) if refusal else None,
    )


def _problem_of_row(
    index: int, refusal: DomainError, language: Language, request_id: str
) -> Problem:
    """Return why a row was refused, its pointers into the whole request."""
    row = f"/checks/{index}"
    said: dict[str, Any] = problem(refusal.within(row), language, request_id)
    return Problem(**said)
