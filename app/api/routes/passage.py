"""Through the gate and out: what guards saw, and the one permission that may be refused."""

from dataclasses import replace
from uuid import UUID

from fastapi import APIRouter, Response

from app.api.deps import Caller, Retry, Spoken, Uow, may
from app.api.idempotency import RETRIED
from app.api.problems import problem_responses
from app.api.schemas.answers import entry_out
from app.api.schemas.entries import AcceptanceIn, CancellationIn, EntryOut, ReportIn
from app.api.strict_json import StrictRoute
from app.domain.authorisation import Action
from app.domain.errors import (
    EntryNotFoundError,
    OccurredInFutureError,
    ReasonRequiredError,
    ReleaseRefusedError,
    StepRefusedError,
)
from app.domain.vocabulary import Agency, Role
from app.services.act import Act
from app.services.crossing.passage import Passage, Report
from app.services.declarations.entries import Entries
from app.services.declarations.views import Entry

router = APIRouter(prefix="/v1/entries", tags=["passage"], route_class=StrictRoute)

GUARDS = (Role.OFFICER, Role.AGENCY)
OBSERVING = problem_responses(
    EntryNotFoundError, OccurredInFutureError, ReasonRequiredError,
    *RETRIED,
)  # fmt: skip


@router.post(
    "/{entry}/admission",
    response_model=EntryOut,
    dependencies=[may(*GUARDS, on=Action.RECORD)],
    responses=OBSERVING,
)
async def record_admission(
    entry: UUID,
    uow: Uow,
    caller: Caller,
    retry: Retry,
    language: Spoken,
    body: ReportIn | None = None,
) -> Response:
    """Record that a vehicle is in the gate; without the checks it needs, an exception is opened."""
    seen = await Passage(uow, caller).observe(entry, "admission", _report(body))
    return await retry.answer(await _out(uow, caller, seen, language), status=200)


@router.post(
    "/{entry}/release",
    response_model=EntryOut,
    dependencies=[may(Role.OFFICER, Agency.CUSTOMS, Agency.BORDER_GUARD, on=Action.RECORD)],
    responses=problem_responses(
        EntryNotFoundError,
        StepRefusedError,
        ReleaseRefusedError,
        *RETRIED,
    ),
)
async def release_entry(
    entry: UUID, uow: Uow, caller: Caller, retry: Retry, language: Spoken
) -> Response:
    """Let an entry leave: checks passed, no hold open, orders paid; else all that is missing."""
    released = await Passage(uow, caller).release(entry)
    return await retry.answer(await _out(uow, caller, released, language), status=200)


@router.post(
    "/{entry}/exit",
    response_model=EntryOut,
    dependencies=[may(*GUARDS, Role.YARD, on=Action.RECORD)],
    responses=OBSERVING,
)
async def record_exit(
    entry: UUID,
    uow: Uow,
    caller: Caller,
    retry: Retry,
    language: Spoken,
    body: ReportIn | None = None,
) -> Response:
    """Record that a vehicle has left the gate; without release, an exception is opened."""
    seen = await Passage(uow, caller).observe(entry, "exit", _report(body))
    return await retry.answer(await _out(uow, caller, seen, language), status=200)


@router.post(
    "/{entry}/acceptance",
    response_model=EntryOut,
    dependencies=[may(*GUARDS, on=Action.RECORD)],
    responses=OBSERVING,
)
async def record_acceptance(
    entry: UUID,
    uow: Uow,
    caller: Caller,
    retry: Retry,
    language: Spoken,
    body: AcceptanceIn | None = None,
) -> Response:
    """Record that the other side has taken a vehicle in, under its number where it gave one.

    Nothing waits for it: it is the other side's word, kept beside ours.
    """
    report = replace(_report(body), number=body.number if body else None)
    seen = await Passage(uow, caller).observe(entry, "acceptance", report)
    return await retry.answer(await _out(uow, caller, seen, language), status=200)


@router.post(
    "/{entry}/refusal",
    response_model=EntryOut,
    dependencies=[may(*GUARDS, on=Action.RECORD)],
    responses=OBSERVING,
)
async def record_refusal(
    entry: UUID,
    uow: Uow,
    caller: Caller,
    retry: Retry,
    language: Spoken,
    body: ReportIn | None = None,
) -> Response:
    """Record that we or the other side turned a vehicle back."""
    seen = await Passage(uow, caller).observe(entry, "refusal", _report(body))
    return await retry.answer(await _out(uow, caller, seen, language), status=200)


@router.post(
    "/{entry}/cancellation",
    response_model=EntryOut,
    dependencies=[may(Role.COMPANY, Role.APP, Role.OFFICER, on=Action.CANCEL)],
    responses=problem_responses(
        EntryNotFoundError, StepRefusedError, ReasonRequiredError,
        *RETRIED,
    ),
)  # fmt: skip
async def cancel_entry(
    entry: UUID,
    uow: Uow,
    caller: Caller,
    retry: Retry,
    language: Spoken,
    body: CancellationIn | None = None,
) -> Response:
    """End an entry: its company cancels it before arrival, an officer revokes it with a reason."""
    ended = await Passage(uow, caller).cancel(entry, body.reason if body else None)
    return await retry.answer(await _out(uow, caller, ended, language), status=200)


def _report(body: ReportIn | None) -> Report:
    if body is None:  # seen just now
        return Report()
    return Report(
        occurred_at=body.occurred_at, reason=body.reason, source_reference=body.source_reference
    )


async def _out(uow: Uow, caller: Act, entry: Entry, language: Spoken) -> EntryOut:
    return entry_out(await Entries(uow, caller).view(entry), language)
